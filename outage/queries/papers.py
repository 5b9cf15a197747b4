"""The sheets of paper that a unit has out, as the app of the paper tells of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting, can, check_may
from contacts.models import Principal, Unit
from contacts.queries.branches import units_of_branch
from contacts.queries.joined import ids_read_as
from contacts.rules.permissions import Right
from outage.models import CareChain, Outage
from outage.rules.outdated import count_outdated
from outage.rules.paper import PaperLeft


@dataclass(frozen=True, slots=True)
class PaperOut:
    """A sheet that nobody has accounted for: `number` is its serial as it is read, `step` what became of it last."""

    serial: str
    number: str
    kind: str
    step: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PaperHeld:
    """A paper that holds up the closing of an outage: a sheet that nobody has accounted for or of which not all is in
    the log, or a scanned page of which nobody has said what it is. `key` is that of the closing, `at` when something
    was last done with it, and `became` what that was: «Ett blad skrevs ut». `number` is the serial of a sheet as it is
    read.
    """

    unit_id: int
    key: str
    at: datetime
    became: str
    serial: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """Of which chain a sheet was printed, if of one, and when."""

    chain_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OutdatedSheet:
    """`number` is its serial as it is read."""

    serial: str
    number: str
    kind: str
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Outdated:
    """Sheets of a patient that are to be fetched: those of the own unit, and how many each of other units has out, by
    its name.
    """

    sheets: tuple[OutdatedSheet, ...] = ()
    elsewhere: tuple[tuple[str, int], ...] = ()

    @property
    def words(self) -> str:
        count = len(self.sheets) + sum(found for _, found in self.elsewhere)
        return count_outdated(count) if count else ""


@dataclass(frozen=True, slots=True)
class Papers:
    """Which sheets of a unit are out, the oldest first; how many of each of several units, by their ids; of which of
    several units each scanned page is that waits; what paper of several, by their ids, is not read yet, of an outage or
    of all; what of a principal holds up the closing of an
    outage, of blank sheets and of scans those filled in or made until a moment; a number that is
    another whenever any of that may be; how many late entries of purged outages somebody has to decide; what each of
    some serials was printed of; and those of a patient that are to be fetched. But for the last, the number of queries
    hangs neither on the sheets nor on the units.
    """

    of: Callable[[Unit], list[PaperOut]] = lambda unit: []
    counted: Callable[[Iterable[int]], Mapping[int, int]] = lambda units: {}
    waiting: Callable[[Collection[int]], list[int]] = lambda units: []
    left: Callable[[Collection[int], Outage | None], PaperLeft] = lambda units, outage: PaperLeft()
    held: Callable[[Principal, Outage, datetime], list[PaperHeld]] = lambda principal, outage, until: []
    newest: Callable[[], int] = lambda: 0
    late: Callable[[Acting], int] = lambda by: 0
    printed: Callable[[Collection[str]], Mapping[str, Printed]] = lambda serials: {}
    outdated: Callable[[Acting, CareChain], Outdated] = lambda by, chain: Outdated()


_known = [Papers()]


def know_papers_by(papers: Papers) -> None:
    """Called when the app above is ready."""
    _known[0] = papers


def papers() -> Papers:
    return _known[0]


def paper_left(acting: Acting, outage: Outage | None = None) -> PaperLeft:
    """What paper of the acting unit is not read yet, of an outage or of all; none for who may not see its sheets, and
    of what is purged, which nobody is to enter.
    """
    if not can(acting, Right.HANDLE_SHEETS) or (outage and outage.purged_at):
        return PaperLeft()
    check_may(acting, Right.HANDLE_SHEETS)
    return papers().left(ids_read_as(acting.unit), outage)


def paper_of_branch(acting: Acting) -> PaperLeft:
    """As `paper_left` of all units of the own branch, of all outages."""
    if not can(acting, Right.HANDLE_SHEETS):
        return PaperLeft()
    check_may(acting, Right.HANDLE_SHEETS)
    return papers().left([*units_of_branch(acting.unit).order_by().values_list("pk", flat=True)], None)
