"""The emergency codes of a unit, as its administrators see them."""

from dataclasses import dataclass
from datetime import datetime

from contacts.models import EmergencyLogIn, EmergencySheet, Unit


@dataclass(frozen=True, slots=True)
class SheetState:
    """The sheet that holds, or held last, and who came in by it, newest first."""

    sheet: EmergencySheet
    total: int
    used: tuple[EmergencyLogIn, ...]
    expired: bool


def newest_sheet(unit: Unit) -> EmergencySheet | None:
    return EmergencySheet.objects.filter(unit=unit).select_related("by").order_by("-at", "-pk").first()


def sheet_state(unit: Unit, now: datetime) -> SheetState | None:
    """None where no sheet was ever made. Three queries."""
    sheet = newest_sheet(unit)
    if sheet is None:
        return None
    used = EmergencyLogIn.objects.filter(code__sheet=sheet).select_related("code", "membership__user")
    return SheetState(sheet, sheet.codes.count(), tuple(used), expired=sheet.expires_at <= now)
