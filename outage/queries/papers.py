"""The sheets of paper that a unit has out, as the app of the paper tells of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.models import Principal, Unit
from outage.models import CareChain, Outage
from outage.rules.outdated import count_outdated


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
    """A sheet that holds up the closing of an outage: nobody has accounted for it, or not all of it is in the log.
    `number` is its serial as it is read, `at` when something was last done with it, and `became` what that was: skrevs
    ut.
    """

    unit_id: int
    serial: str
    number: str
    at: datetime
    became: str


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
    """Which sheets of a unit are out, the oldest first; how many of each of several units, by their ids; which of a
    principal hold up the closing of an outage, of blank ones those filled in until a moment; a number that is
    another whenever any of that may be; how many late entries of purged outages somebody has to decide; what each of
    some serials was printed of; and those of a patient that are to be fetched. But for the last, the number of queries
    hangs neither on the sheets nor on the units.
    """

    of: Callable[[Unit], list[PaperOut]] = lambda unit: []
    counted: Callable[[Iterable[int]], Mapping[int, int]] = lambda units: {}
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
