"""The closing of an outage as it is shown: what holds it up, by unit, and what was left open. No patient is named."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting, can
from contacts.models import Unit
from contacts.rules.permissions import Right
from outage.models import LeftOpen
from outage.queries.closing import CameIn, ClosedNow
from outage.queries.papers import PaperHeld
from outage.rules.closing import Held, Holds, OpenThing, by_unit, in_words
from outage.rules.wording import moment


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What holds it up at a unit: each kind by its label, in the order of the columns. `watched`: is in Lägesbild."""

    unit_id: int
    unit: str
    watched: bool
    held: tuple[tuple[str, Held], ...]

    @property
    def count(self) -> int:
        return sum(held.count for _, held in self.held)


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """`others` are how many things hold it up in branches that are not shown."""

    rows: tuple[HeldRow, ...]
    others: int
    columns: tuple[str, ...] = tuple(what.label for what in Holds)

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def units(self) -> int:
        return sum(row.count > 0 for row in self.rows)


def closing_page(
    things: Iterable[OpenThing], left: set[str], units: Mapping[int, Unit], watched: Container[int]
) -> ClosingPage:
    """`units` are those within reach, in the order to show them; what holds it up comes first."""
    found = by_unit(things, left)
    rows = [
        HeldRow(
            pk,
            units[pk].name,
            pk in watched,
            tuple((what.label, found[pk].get(what, Held())) for what in Holds),
        )
        for pk in units
        if pk in found
    ]
    elsewhere = [held for pk, kinds in found.items() if pk not in units for held in kinds.values()]
    return ClosingPage(
        rows=tuple(sorted(rows, key=lambda row: not row.count)),
        others=sum(held.count for held in elsewhere),
    )


@dataclass(frozen=True, slots=True)
class CameInLine:
    """What opened it again, in words. `serial` is that of a sheet that whoever reads may open."""

    text: str
    number: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """Since when it is closed and by whom; what came in after that, the newest first, and how much `more`.
    `sheets`: some of it is paper, and `only_sheets`: all of it.
    """

    at: str
    by: str
    came_in: tuple[CameInLine, ...] = ()
    more: int = 0
    sheets: bool = False
    only_sheets: bool = False

    @property
    def stands(self) -> bool:
        return not self.came_in


# Lines of what came in: who has more sheets out finds them under Blad.
_MOST_LINES = 8


def closed_line(
    found: ClosedNow | None, units: Container[int], by: Acting, now: datetime
) -> ClosedLine | None:
    """Of a unit that is not among `units` neither the name nor the sheet's number is told."""
    if found is None:
        return None
    sheets = [isinstance(one.what, PaperHeld) for one in found.came_in]
    return ClosedLine(
        at=moment(found.row.at, now),
        by=f"{found.row.user.full_name}, {found.row.unit.name}",
        came_in=tuple(_came_in(one, units, by, now) for one in found.came_in[:_MOST_LINES]),
        more=len(found.came_in[_MOST_LINES:]),
        sheets=any(sheets),
        only_sheets=all(sheets),
    )


def _came_in(one: CameIn, units: Container[int], by: Acting, now: datetime) -> CameInLine:
    told = one.unit if one.unit and one.unit.pk in units else None
    at = moment(one.at, now) + (f" på {told.name}" if told else "")
    if not isinstance(one.what, PaperHeld):
        before = f", och {one.count - 1} till före det" if one.count > 1 else ""
        return CameInLine(f"{one.what.label} {at}{before}")
    opens = told is not None and told.pk == by.unit.pk and can(by, Right.HANDLE_SHEETS)
    return CameInLine(
        f"{one.what.became} {at}",
        number=one.what.number if told else "",
        serial=one.what.serial if opens else "",
    )


@dataclass(frozen=True, slots=True)
class LeftRow:
    """`kinds` are what was left, in words; `still` how much of it is open yet, empty where that is purged."""

    unit: str
    kinds: str
    still: str
    responsible: str
    reason: str
    by: str
    at: datetime


def left_rows(rows: Iterable[LeftOpen], things: Iterable[OpenThing], *, purged: bool) -> list[LeftRow]:
    still = {thing.key for thing in things}
    return [
        LeftRow(
            unit=row.about.name,
            kinds=in_words([OpenThing(row.about_id, key) for key in row.keys]),
            still="" if purged else _still(len(still & set(row.keys))),
            responsible=row.responsible,
            reason=row.reason,
            by=f"{row.user.full_name}, {row.unit.name}",
            at=row.at,
        )
        for row in rows
    ]


def _still(count: int) -> str:
    return f"varav {count} kvar" if count else "inget kvar"
