"""A drill (övning): an outage that is played. An outage in earnest never waits for it, and the two never mix."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

MARK = "ÖVNING"
# By it each form says in which drill it was opened.
FIELD = "ovning"
_FILE_MARK = "ovning-"


class Kind(Protocol):
    """What is one or the other: an outage, in its whole life."""

    @property
    def drill(self) -> bool: ...


Found = TypeVar("Found", bound=Kind)
Cell = TypeVar("Cell")


def in_earnest_first(found: Sequence[Found]) -> list[Found]:
    """Those that a principal has to do with: drills only where none is in earnest, in the same order."""
    return [each for each in found if not each.drill] or list(found)


def why_no_drill(going_on: Iterable[Kind], in_reach: Iterable[Kind]) -> str:
    """Why a drill cannot start, or "". `going_on` is what is not closed, anywhere; `in_reach` what the own principal
    has going on or still follows up.
    """
    going_on = list(going_on)
    if any(not each.drill for each in going_on):
        return "Ett driftstopp pågår. Öva när det är över."
    if going_on:
        return "En övning pågår redan. Den visas överst på sidan."
    if any(not each.drill for each in in_reach):
        return "Ett driftstopp följs upp än. Öva när det inte längre visas överst på sidan."
    return ""


def why_not_here(opened_in: str, outage: str) -> str:
    """Why a form that was opened in a drill, by its id or "", is not saved in what is in view now; or ""."""
    if opened_in in ("", outage):
        return ""
    return "Övningen är avslutad, och det här är inte sparat. Spara bara om det gäller en riktig patient."


OVER = "Övningen är avslutad. Det här gällde den och är inte sparat."
"""Why a form about the drill itself is not saved once that is over."""


WRITTEN_FOR_IT = "Bladet är märkt ÖVNING. Logga riktiga samtal på patientens sida i stället."
"""Why no row of a sheet that was printed in a drill is entered in an outage in earnest."""
NOT_WRITTEN_FOR_IT = "Bladet är från ett driftstopp. Inget från det förs in i en övning."


def why_not_entered(*, sheet_of_drill: bool, chain_of_drill: bool) -> str:
    """Why no row of a sheet of an outage is entered about a chain of another, or ""."""
    if sheet_of_drill == chain_of_drill:
        return ""
    return WRITTEN_FOR_IT if sheet_of_drill else NOT_WRITTEN_FOR_IT


def interrupted_at(started_at: datetime, now: datetime) -> datetime:
    """When a drill is over that an outage in earnest ends, by the minute; it may have been said to begin just after."""
    return max(started_at, now.replace(second=0, microsecond=0))


def own_end_of(said: datetime | None, *, drill: bool, closed_at: datetime | None) -> datetime | None:
    """When an outage ended for a principal that has `said` so or not: a drill that is closed is over for everybody."""
    return said or (closed_at if drill else None)


def the_outage(*, drill: bool) -> str:
    """The word for it in a sentence."""
    return "övningen" if drill else "driftstoppet"


def an_outage(*, drill: bool) -> str:
    """The word for it in a list."""
    return "övning" if drill else "driftstopp"


def file_name(name: str, *, drill: bool) -> str:
    return f"{_FILE_MARK}{name}" if drill else name


def marked_rows(rows: Sequence[Sequence[Cell]], *, drill: bool) -> list[Sequence[Cell | str]]:
    """A table that is taken out, each row of which says it by itself, also when it is sorted or copied; the first row
    has the headings.
    """
    return [(MARK, *row) for row in rows] if drill else list(rows)
