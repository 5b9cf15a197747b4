"""The sheets of paper that a unit has out, as the app of the paper tells of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Unit


@dataclass(frozen=True, slots=True)
class PaperOut:
    """A sheet that nobody has accounted for: `number` is its serial as it is read, `step` what became of it last."""

    serial: str
    number: str
    kind: str
    step: str
    at: datetime
    by: str


_papers_out: list[Callable[[Unit], list[PaperOut]]] = []


def know_papers_by(papers_out_of: Callable[[Unit], list[PaperOut]]) -> None:
    """Register what says which sheets of a unit are out, the oldest first; called when the app above is ready."""
    _papers_out[:] = [papers_out_of]


def papers_out(unit: Unit) -> list[PaperOut]:
    """The number of queries does not depend on that of the sheets."""
    return _papers_out[0](unit) if _papers_out else []
