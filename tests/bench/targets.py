"""What is measured: four things a ward does all day, the searches of the directory, and the bare views."""

import itertools
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from .load import Request, Target

MATRIX = "Every chain by every party, the read"
AFTER_START = "the first after a start"
BARE_READ, BARE_INSERT = "Bare view, one indexed read", "Bare view, one insert"
# What is typed in each search: as one types, the page asks for the results alone.
ONE_BOX = {
    "Sök: en vanlig bokstav": "a",
    "Sök: ett ovanligt namn": "RARE",
    "Sök: ett nummer": "NUMBER",
    "Sök: en kommun": "nord",
    "Sök: en enhet": "medicin 8",
    "Sök: andra ord för samma sak": "vc umeå",
    "Sök: felstavat": "skelefteå hemsjukvrden",
    "Sök: allt finns inte": "ortopeden lycksele natt",
}
BY_FIELD = {
    "Avancerad: en text": {"text2": "berg"},
    "Avancerad: två texter": {"text1": "asta", "text2": "berg"},
    "Avancerad: tre texter": {"text1": "asta", "text2": "berg", "text3": "sköterska"},
    "Avancerad: fyra texter": {"text1": "a", "text2": "a", "text3": "a", "text4": "umeå"},
}
CSRF = "b" * 32
# In an address, of what is done first: the process forgets what it has read, and something changes for whoever watches.
FORGETS, CHANGES = "forgets", "changes"


def cookies_of(person: dict[str, Any]) -> dict[str, str]:
    """Of somebody logged in."""
    return {"Cookie": f"sessionid={person['session']}; csrftoken={CSRF}"}


def call_of(person: dict[str, Any], chain: str) -> tuple[Request, str]:
    """A call as the form of that chain sends it, and its id."""
    now = datetime.now(ZoneInfo("Europe/Stockholm"))
    form = {
        "csrfmiddlewaretoken": CSRF,
        "typed_by": person["mark"],
        "client_id": str(uuid4()),
        "recipient": "municipality",
        "outcome": "reached",
        "number": "090-785 00 00",
        "at_kl": f"{now:%H.%M}",
        "at_dag": f"{now:%Y-%m-%d}",
        "spoken_to": "Anita Björkvad",
        "spoken_to_unit": "Umeå kommun",
        "read_back": "done",
        "messages": "new:preliminary_ready:inpatient",
        "p-preliminary_ready-inpatient-preliminary_date": f"{now:%Y-%m-%d}",
        # Of a page on which every former one is.
        "seen": "1000000000",
    }
    headers = {**cookies_of(person), "Content-Type": "application/x-www-form-urlencoded"}
    return ("POST", f"/vardkedja/{chain}/samtal/", urlencode(form).encode(), headers), form["client_id"]


def targets_of(prepared: dict[str, Any]) -> list[Target]:
    """Each asks for the chains of the prepared database in turn; `read_page` in it gives the text of a page."""
    read_page: Callable[[str, dict[str, str]], str] = prepared["read_page"]
    cookies, coordinator = cookies_of(prepared), cookies_of(prepared["coordinator"])
    chains = itertools.cycle(prepared["chains"])

    def page(path: str, of: dict[str, str] = cookies) -> Callable[[], Request]:
        return lambda: ("GET", path.replace("CHAIN", next(chains)), None, of)

    # By all wards in turn: by one the log of its chains would grow several times as long as the scene says, and what
    # its person is told of each call would pile up unread.
    loggers = itertools.cycle([(person, itertools.cycle(person["chains"])) for person in prepared["loggers"]])

    def call() -> Request:
        person, theirs = next(loggers)
        return call_of(person, next(theirs))[0]

    version = ""

    def see() -> None:
        nonlocal version
        version = read_page("/", cookies).partition('data-version="')[2].partition('"')[0]

    def poll() -> Request:
        if int(version.partition(";")[2] or 0) < time.time() + 5:
            see()
        return "GET", "/att-ringa/", None, cookies | {"HX-Trigger": "calls", "X-Shown": version}

    # An address that nobody has asked for yet: what was made for a colleague is of no use.
    unseen = itertools.count(10**6)

    def anew(path: str, name: str = "vantar", of: dict[str, str] = cookies) -> Callable[[], Request]:
        return lambda: ("GET", f"{path.replace('CHAIN', next(chains))}?{name}={next(unseen)}", None, of)

    read = Target(BARE_READ, lambda: ("GET", f"/bare/read/{next(chains)}/", None, {}), 200)
    return [
        read,
        Target("Läge", page("/"), 200, BARE_READ, 15),
        Target("Läge, the first in the unit after a change", anew("/"), 200, BARE_READ),
        Target("Att ringa nu, when something changed", anew("/att-ringa/"), 200, BARE_READ, 8),
        Target("Att ringa nu, a colleague has asked since the change", page("/att-ringa/"), 200, BARE_READ),
        # Other rows change something.
        Target("Att ringa nu, when nothing did", poll, 204, BARE_READ, 4, begin=see),
        Target("Vårdkedja", page("/vardkedja/CHAIN/"), 200, BARE_READ, 12),
        Target("Vårdkedja, the first in the unit after a change", anew("/vardkedja/CHAIN/"), 200, BARE_READ),
        Target("Vårdkedjor", page("/vardkedjor/"), 200, BARE_READ),
        Target("Logga samtal, the form", page("/vardkedja/CHAIN/samtal/"), 200, BARE_READ, 12),
        Target(
            "Logga samtal, the form, the first in the unit after a change",
            anew("/vardkedja/CHAIN/samtal/"),
            200,
            BARE_READ,
        ),
        Target("PRATOR åter i drift", page("/ater-i-drift/"), 200, BARE_READ, 20),
        Target(
            "PRATOR åter i drift, the first in the unit after a change",
            page(f"/ater-i-drift/?{CHANGES}=CHAIN"),
            200,
            BARE_READ,
            60,
        ),
        Target("Lägesbild", page("/lagesbild/", coordinator), 200, BARE_READ, 60),
        # What is measured of these has the change in it.
        Target(
            "Lägesbild, the first who watches after a change",
            anew("/lagesbild/", CHANGES, coordinator),
            200,
            BARE_READ,
            60,
        ),
        Target("Lägesbild of the own unit, the first", anew("/lagesbild/", CHANGES), 200, BARE_READ, 60),
        Target(f"Lägesbild, {AFTER_START}", anew("/lagesbild/", FORGETS, coordinator), 200, BARE_READ),
        Target("Överlämning", page("/overlamning/"), 200, BARE_READ, 60),
        Target(
            "Överlämning, the first in the unit after a change",
            page(f"/overlamning/?{CHANGES}=CHAIN"),
            200,
            BARE_READ,
            60,
        ),
        Target(MATRIX, anew("/bare/matrix/", CHANGES, {}), 200, BARE_READ, 60),
        Target(f"{MATRIX}, {AFTER_START}", anew("/bare/matrix/", FORGETS, {}), 200, BARE_READ),
        Target(BARE_INSERT, lambda: ("POST", "/bare/insert/", b"", {}), 201),
        Target("Logga samtal (POST)", call, 302, BARE_INSERT, 12),
    ]


def directory_targets_of(prepared: dict[str, Any]) -> list[Target]:
    """The searches of a prepared directory, each answered as while one types; the pages in full last."""
    cookies = {"Cookie": f"sessionid={prepared['session']}; csrftoken={CSRF}"}
    entries, units = itertools.cycle(prepared["entries"]), itertools.cycle(prepared["units"])
    singular = {"RARE": prepared["name"], "NUMBER": prepared["number"]}

    def part(path: str, query: dict[str, str]) -> Callable[[], Request]:
        content = urlencode(query | {"csrfmiddlewaretoken": CSRF}).encode()
        headers = cookies | {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
        return lambda: ("POST", path, content, headers)

    return [
        Target(BARE_READ, lambda: ("GET", f"/bare/entry/{next(entries)}/", None, {}), 200),
        *(
            Target(name, part("/kontakter/", {"q": singular.get(text, text)}), 200, BARE_READ)
            for name, text in ONE_BOX.items()
        ),
        *(
            Target(name, part("/kontakter/avancerad/", texts), 200, BARE_READ)
            for name, texts in BY_FIELD.items()
        ),
        Target("Kontakter", lambda: ("GET", "/kontakter/", None, cookies), 200, BARE_READ),
        Target("Enhet", lambda: ("GET", f"/kontakter/enhet/{next(units)}/", None, cookies), 200, BARE_READ),
    ]
