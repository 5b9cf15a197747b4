"""The emergency codes of a unit, as its administrators see them."""

from dataclasses import dataclass
from datetime import datetime

from contacts.models import EmergencyLogIn, EmergencySheet, Unit

from .joined import standing_joins


@dataclass(frozen=True, slots=True)
class SheetState:
    """The sheet that holds, or held last, and who came in by it, newest first."""

    sheet: EmergencySheet
    total: int
    used: tuple[EmergencyLogIn, ...]
    expired: bool


def newest_sheet(unit: Unit) -> EmergencySheet | None:
    return (
        EmergencySheet.objects.filter(unit=unit).select_related("by", "unit").order_by("-at", "-pk").first()
    )


def sheets_that_hold(unit: Unit) -> list[EmergencySheet]:
    """The newest sheet of the unit, and of each unit that was joined into it: their envelopes lie where its people
    work. One printed for the unit since then is instead of them all. Expired ones too.
    """
    own = newest_sheet(unit)
    found = [own] if own else []
    for join in standing_joins(unit):
        former = newest_sheet(join.other_unit) if join.other_unit else None
        if former and not (own and own.at > join.at):
            found.append(former)
    return found


def sheet_states(unit: Unit, now: datetime) -> list[SheetState]:
    """Empty where no sheet was ever made. Two queries for each, and one."""
    return [
        SheetState(
            sheet=sheet,
            total=sheet.codes.count(),
            used=tuple(
                EmergencyLogIn.objects.filter(code__sheet=sheet).select_related("code", "membership__user")
            ),
            expired=sheet.expires_at <= now,
        )
        for sheet in sheets_that_hold(unit)
    ]
