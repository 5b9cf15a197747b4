"""What is measured: four things a ward does all day, and the two bare views."""

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from .load import Request, Target

BARE_READ, BARE_INSERT = "Bare view, one indexed read", "Bare view, one insert"
_CSRF = "b" * 32


def targets_of(prepared: dict[str, Any]) -> list[Target]:
    """Give the targets for a prepared database; each asks for the chains in turn."""
    cookies = {"Cookie": f"sessionid={prepared['session']}; csrftoken={_CSRF}"}
    chains = itertools.cycle(prepared["chains"])

    def page(path: str) -> Callable[[], Request]:
        return lambda: ("GET", path.replace("CHAIN", next(chains)), None, cookies)

    def call() -> Request:
        now = datetime.now(ZoneInfo("Europe/Stockholm"))
        form = {
            "csrfmiddlewaretoken": _CSRF,
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
        }
        headers = {**cookies, "Content-Type": "application/x-www-form-urlencoded"}
        return "POST", f"/vardkedja/{next(chains)}/samtal/", urlencode(form).encode(), headers

    return [
        Target(BARE_READ, lambda: ("GET", f"/bare/read/{next(chains)}/", None, {}), 200),
        Target("Läge", page("/"), 200, BARE_READ),
        Target("Att ringa nu", page("/att-ringa/"), 200, BARE_READ),
        Target("Vårdkedja", page("/vardkedja/CHAIN/"), 200, BARE_READ),
        Target(BARE_INSERT, lambda: ("POST", "/bare/insert/", b"", {}), 201),
        Target("Logga samtal (POST)", call, 302, BARE_INSERT),
    ]
