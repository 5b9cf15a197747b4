"""The sheet of emergency codes, as it is put in a sealed envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.emergency import LOG_IN_LASTS, SHEET_LASTS
from contacts.rules.login_codes import grouped_code
from forms.presenters.document import NAME_LETTERS, SheetPart
from forms.rules.fitting import shortened
from outage.rules.wording import clock_time, day_and_year

TITLE = "Nödkoder – förseglas i kuvert"


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """`codes` as they are typed, in the order of their numbers."""

    unit: str
    codes: tuple[str, ...]
    address: str
    until: datetime
    hours: int


def emergency_part(*, codes: Sequence[str], unit: Unit, by: Acting, address: str, now: datetime) -> SheetPart:
    """Without a serial: a sheet with codes is never scanned, and nothing of it is kept."""
    view = EmergencyView(
        unit=unit.name,
        codes=tuple(map(grouped_code, codes)),
        address=address,
        until=now + SHEET_LASTS,
        hours=int(LOG_IN_LASTS.total_seconds()) // 3600,
    )
    who = shortened(by.user.full_name, NAME_LETTERS)
    return SheetPart(
        serial="",
        version="",
        template="forms/paper/emergency.html",
        view=view,
        title=TITLE,
        advice="Kopiera eller skanna aldrig bladet.",
        print_line=f"Utskrivet {day_and_year(now)} {clock_time(now)} av {who} för {shortened(unit.name, NAME_LETTERS)}",
    )
