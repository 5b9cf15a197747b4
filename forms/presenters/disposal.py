"""Disposal decisions as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forms.models import DisposalDecision


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """One decision: what it says, and who recorded it when. `in_force` is the last one only."""

    what: str
    allows: bool
    reference: str
    decided_on: date
    note: str
    by: str
    at: datetime
    in_force: bool


def shown_decisions(rows: Sequence[DisposalDecision]) -> list[ShownDecision]:
    """The decision in force first, as `rows` come."""
    return [
        ShownDecision(
            what="Papper får förstöras" if row.allows else "Papper får inte förstöras",
            allows=row.allows,
            reference=row.reference,
            decided_on=row.decided_on,
            note=row.note,
            by=row.user.full_name,
            at=row.at,
            in_force=number == 0,
        )
        for number, row in enumerate(rows)
    ]
