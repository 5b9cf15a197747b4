"""One-time codes on slips, to be cut apart and handed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.rules.login_codes import grouped_code
from contacts.services.passwords import NewCode
from forms.presenters.document import NAME_LETTERS, SheetPart
from forms.rules.fitting import shortened
from outage.rules.wording import clock_time, day_and_year

TITLE = "Engångskoder – klipp isär och dela ut"
# What a slip has room for, on two lines.
_SLIP_LETTERS = 70


@dataclass(frozen=True, slots=True)
class Slip:
    """What one person is handed. `code` as it is typed."""

    name: str
    username: str
    unit: str
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SlipsView:
    slips: tuple[Slip, ...]
    address: str


def slips_part(*, codes: Sequence[NewCode], by: Acting, address: str, now: datetime) -> SheetPart:
    """Without a serial: a slip is given away, and nothing of it is kept."""
    view = SlipsView(tuple(map(_slip, codes)), address)
    who = shortened(by.user.full_name, NAME_LETTERS)
    return SheetPart(
        serial="",
        version="",
        template="forms/paper/code_slips.html",
        view=view,
        title=TITLE,
        advice="Kopiera aldrig lapparna. Den som har en kod kan logga in.",
        print_line=f"Utskrivet {day_and_year(now)} {clock_time(now)} av {who}",
    )


def _slip(made: NewCode) -> Slip:
    own = made.person.own  # type: ignore[attr-defined]
    return Slip(
        name=shortened(made.person.full_name, _SLIP_LETTERS),
        username=made.person.username,
        unit=shortened(own[0].unit.name, _SLIP_LETTERS),
        code=grouped_code(made.code),
        until=made.until,
    )
