"""The closing of an outage as it is shown: what holds it up, by unit, and what was left open. No patient is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Unit
from outage.models import LeftOpen
from outage.queries.closing import ClosedNow
from outage.rules.closing import Held, Holds, OpenThing, by_unit
from outage.rules.wording import moment


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One kind of things at a unit. `what` is its value, for the address."""

    unit_id: int
    unit: str
    what: str
    label: str
    held: Held


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """`others` are how many things hold it up in branches that are not shown, `left_there` how many more they left
    open.
    """

    rows: tuple[HeldRow, ...]
    count: int
    others: int
    left_there: int

    @property
    def units(self) -> int:
        return len({row.unit_id for row in self.rows if row.held.count})


def closing_page(things: Iterable[OpenThing], left: set[str], units: Mapping[int, Unit]) -> ClosingPage:
    """`units` are those within reach, in the order to show them."""
    found = by_unit(things, left)
    rows = [
        HeldRow(pk, units[pk].name, what, what.label, held)
        for pk in units
        for what, held in found.get(pk, {}).items()
    ]
    elsewhere = [held for pk, kinds in found.items() if pk not in units for held in kinds.values()]
    return ClosingPage(
        # What holds it up first; within that as the units come.
        rows=tuple(sorted(rows, key=lambda row: not row.held.count)),
        count=sum(row.held.count for row in rows),
        others=sum(held.count for held in elsewhere),
        left_there=sum(held.left for held in elsewhere),
    )


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """Since when it is closed and by whom; `again`: when something was entered after that, and where."""

    at: str
    by: str
    again: str = ""
    where: str = ""

    @property
    def stands(self) -> bool:
        return not self.again


def closed_line(found: ClosedNow | None, units: Mapping[int, Unit], now: datetime) -> ClosedLine | None:
    """Of a unit out of reach the name is not told."""
    if found is None:
        return None
    entered = found.entered if found.entered and found.entered.pk in units else None
    return ClosedLine(
        at=moment(found.row.at, now),
        by=f"{found.row.user.full_name}, {found.row.unit.name}",
        again=moment(found.again, now) if found.again else "",
        where=entered.name if entered else "",
    )


@dataclass(frozen=True, slots=True)
class LeftRow:
    unit: str
    what: str
    count: int
    responsible: str
    reason: str
    by: str
    at: datetime


def left_rows(rows: Iterable[LeftOpen], things: Iterable[OpenThing]) -> list[LeftRow]:
    """Each with how many of what it left open are open still."""
    still = {thing.key for thing in things}
    return [
        LeftRow(
            unit=row.about.name,
            what=Holds(row.what).label,
            count=len(still.intersection(row.keys)),
            responsible=row.responsible,
            reason=row.reason,
            by=f"{row.user.full_name}, {row.unit.name}",
            at=row.at,
        )
        for row in rows
    ]


def held_of(things: Iterable[OpenThing], left: set[str], unit_id: int, what: Holds) -> Held:
    of_it = [thing for thing in things if (thing.unit_id, thing.what) == (unit_id, what)]
    return by_unit(of_it, left).get(unit_id, {}).get(what, Held())
