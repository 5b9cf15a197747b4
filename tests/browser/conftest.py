"""A county with telephone numbers, and browser windows that notice what nobody looks at.

Every window of every browser test is watched: an error in its console, something the content security policy
refused, a request to another origin, or a patient in a title or an address fails the test that opened it.
"""

import fcntl
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from whitenoise import WhiteNoise

from contacts.access import Acting
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from forms.demo.player import make_demo
from outage.models import CareChainDetails, Outage
from tests.browser.every_page import PAGES, Demo, Looker
from tests.clock import STOCKHOLM, Clock
from tests.demo_mode import DEMO_MODE
from tests.factories import County, make_county, make_entry, make_outage
from tests.kept import Keeper
from tests.long import runs

# When the one to ring, the day or the advice is another or about to be: just before 12, just past midnight on a Sunday.
HOURS = {
    "tuesday 11.59": datetime(2026, 11, 24, 11, 59, tzinfo=STOCKHOLM),
    "sunday 00.05": datetime(2026, 11, 29, 0, 5, tzinfo=STOCKHOLM),
}


def at_awkward_hours(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test at both hours; in `make test` at one of them, which its name chooses."""
    hours = list(HOURS.items())
    first = crc32(test.__name__.encode()) % len(hours)
    ids, moments = zip(*(hours[first:] + hours[:first])[: runs(1, full=len(hours))], strict=True)
    cases: pytest.MarkDecorator = pytest.mark.parametrize("clock", moments, ids=ids, indirect=True)
    return pytest.mark.long(cases(test))


def script_or_none(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test with script and without; in `make test` with it, where the pages are tried without a browser too."""
    ways = {"script": True, "no script": False}
    ids, values = zip(*list(ways.items())[: runs(1, full=len(ways))], strict=True)
    cases: pytest.MarkDecorator = pytest.mark.parametrize("javascript", values, ids=ids)
    return pytest.mark.long(cases(test))


# What is waited for comes late on a busy machine: looking has the patience that pressing has.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
DESKTOP = (1366, 768)
_TITLE = "title now: "
# Parts of addresses that chance made, ids and sealed searches: four digits in them are nobody's.
_BY_CHANCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=[?&]s=)[\w=-]+")
# Tells each title the page ever has, also those that come without a new page.
_TELL_TITLES = f"""
  const tell = () => console.debug("{_TITLE}" + document.title);
  addEventListener("DOMContentLoaded", tell);
  document.addEventListener("htmx:afterSettle", tell);
"""


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_kept() -> Iterator[None]:
    """Let a window keep the static files from page to page, as under the server, where their names carry a hash."""
    serve = StaticFilesHandler.serve

    def kept(self: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        answer = serve(self, request)
        answer["Cache-Control"] = f"max-age={WhiteNoise.FOREVER}, public, immutable"
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "serve", kept)
        yield


@pytest.fixture
def county(transactional_db: None, made_once: Keeper) -> County:
    """Units and people, with the numbers that lead to them by day, by night and at weekends."""
    return made_once("county with numbers", _make_county)


def _make_county() -> County:
    made = make_county()
    make_entry(
        made.region,
        made.health_centre.name,
        "0980-319 206",
        kind=EntryKind.HEALTH_CENTRE,
        unit=made.health_centre,
    )
    for name, kind, availability, phone in (
        ("Skellefteå kommun, växel", EntryKind.SWITCHBOARD, Availability.DAYTIME, "0980-319 210"),
        ("Hemsjukvård Skellefteå dagtid", EntryKind.HOME_NURSING, Availability.DAYTIME, "0980-319 231"),
        (
            "Hemsjukvård Skellefteå kväll/helg",
            EntryKind.HOME_NURSING,
            Availability.EVENING_WEEKEND,
            "0980-319 232",
        ),
    ):
        make_entry(made.municipality, name, phone, kind=kind, availability=availability)
    return made


@pytest.fixture
def outage(county: County, made_once: Keeper) -> Outage:
    """An outage of both principals that began two hours ago."""
    return made_once("outage", lambda: make_outage(county.alva), on=county.alva.user)


@pytest.fixture
def laid_demo(transactional_db: None, settings: Any, clock: Clock) -> None:
    """The demo, laid once: making it takes seconds, so on SQLite the next tests get a copy, as old as it was then.

    Also those of the other processes of the run, which have the same room and the same keys in it.
    """
    for name, value in DEMO_MODE.items():
        setattr(settings, name, value)
    if connection.vendor != "sqlite":
        make_demo()
        return
    made, at = settings.VAR_DIR / "demo.sqlite3", settings.VAR_DIR / "demo.at"
    with (settings.VAR_DIR / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not at.exists():
            make_demo()
            with closing(sqlite3.connect(made)) as rows:
                connection.connection.backup(rows)
            at.write_text(timezone.now().isoformat())
            return
    clock.move_to(datetime.fromisoformat(at.read_text()))
    connection.ensure_connection()
    with closing(sqlite3.connect(made)) as rows:
        rows.backup(connection.connection)


@dataclass
class Windows:
    """Opens browser windows, each with a session of its own, and keeps what they should not have done."""

    browser: Browser
    origin: str
    allowed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    # Other origins that a test itself sends people to, by a form.
    elsewhere: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        acting: Acting | None = None,
        *,
        javascript: bool = True,
        size: tuple[int, int] = DESKTOP,
        origin: str = "",
    ) -> Page:
        """Open a window; `acting` is already logged in there, nobody is otherwise."""
        context = self.browser.new_context(
            base_url=origin or self.origin,
            viewport={"width": size[0], "height": size[1]},
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_TELL_TITLES)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("request", lambda request: self._on_request(request, origin or self.origin))
        self._contexts.append(context)
        if acting:
            self.log_in(context, acting)
        return context.new_page()

    def log_in(self, context: BrowserContext, acting: Acting) -> None:
        """The context gets the session of somebody who has just logged in."""
        client = Client()
        client.force_login(acting.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.origin, "httpOnly": True}]
        )

    def expect_answer(self, *statuses: int) -> None:
        """Allow these answers, each of which the browser writes in its console."""
        for status in statuses:
            # The browser's own line, and the one of htmx.
            self.allowed += [
                rf"server responded with a status of {status} ",
                rf"Status Error Code {status} from",
            ]

    def expect_silence(self) -> None:
        """The server will be down for a while."""
        self.allowed += [r"net::ERR_", r"htmx:sendError", r"htmx:afterRequest"]

    def expect_no_waiting(self) -> None:
        """What was asked as one types may be left for the next page before it is answered."""
        self.allowed += [r"htmx:sendAbort", r"htmx:afterRequest"]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.text.startswith(_TITLE):
            self.seen.add(message.text.removeprefix(_TITLE))
        elif "/sidhuvud/" in message.location["url"] and "status of 401" in message.text:
            # Each open page asks, also in the moment when its log-in is over.
            return
        elif message.type in {"error", "warning"} and not any(
            re.search(a, message.text) for a in self.allowed
        ):
            self.problems.append(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request, origin: str) -> None:
        if request.url.startswith(tuple(self.elsewhere)) and request.is_navigation_request():
            return
        if not request.url.startswith((origin, "data:")):
            self.problems.append(f"left the origin: {request.url}")
        if request.is_navigation_request() or request.resource_type in {"xhr", "fetch"}:
            self.seen.add(request.url)

    def patients_shown(self) -> list[str]:
        """Every title and address that names a patient."""
        words = set()
        for name, number in CareChainDetails.objects.values_list("patient_name", "identity_number"):
            words |= {word.lower() for word in name.split() if len(word) > 3}
            words |= {number, number[-4:]} - {""}
        return [
            text for text in self.seen if set(re.findall(r"\w+", _BY_CHANCE.sub("", text).lower())) & words
        ]

    def close(self) -> None:
        """Close them all."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def windows(chromium: Browser, live_server: Any) -> Iterator[Windows]:
    """Opens windows, and at the end of the test holds that none of them did what it should not."""
    opened = Windows(browser=chromium, origin=live_server.url)
    yield opened
    problems, shown = opened.problems, opened.patients_shown()
    opened.close()
    assert not problems
    assert not shown, f"a patient stands in a title or an address: {shown}"


@pytest.fixture
def demo(laid_demo: None, windows: Windows) -> Demo:
    return Demo(windows)


@pytest.fixture
def looker(request: pytest.FixtureRequest) -> Iterator[Looker]:
    collected = Looker()
    yield collected
    assert not collected.found, "\n" + "\n".join(collected.found)
    assert collected.names == PAGES[request.node.originalname]
