"""What hangs on a unit: said by the apps above, which know what it takes part in."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Unit
from contacts.rules.errors import RuleError


@dataclass(frozen=True, slots=True)
class Ties:
    """What an app says, each as a Swedish sentence, "" for nothing.

    `to_end`: why a unit must not become part of another, or go out of use; the verb says which. `to_part`: why people
    (by id) who came to a unit at a moment must not leave it. `changed` is called when a unit has another name or kind.
    """

    to_end: Callable[[Unit, str], str]
    to_part: Callable[[Unit, Collection[int], datetime], str]
    changed: Callable[[Unit], None]


KINDS = ("ward_kind", "outpatient_kind", "municipal_kind")
_ties: list[Ties] = []


def tie_units_by(ties: Ties) -> None:
    """Register what hangs on units; called when an app is ready."""
    if ties not in _ties:
        _ties.append(ties)


def check_may_join(unit: Unit) -> None:
    """Raises RuleError with what keeps a unit from becoming part of another."""
    _check(ties.to_end(unit, "Sammanför") for ties in _ties)


def check_may_close(unit: Unit) -> None:
    """Raises RuleError with what keeps a unit from going out of use."""
    _check((ties.to_end(unit, "Ta den ur bruk") for ties in _ties), field="active")


def check_may_lose(unit: Unit, columns: Mapping[str, object]) -> None:
    """Raises RuleError with what keeps a unit from being no longer what it is, as these `columns` would have it."""
    for field in KINDS:
        if getattr(unit, field) and not columns.get(field, True):
            _check((ties.to_end(unit, "Ta bort det den är") for ties in _ties), field=field)


def check_may_part(unit: Unit, people: Collection[int], since: datetime) -> None:
    """Raises RuleError with what keeps people who came to a unit at `since` from leaving it."""
    _check(ties.to_part(unit, people, since) for ties in _ties)


def tell_changed(unit: Unit) -> None:
    for ties in _ties:
        ties.changed(unit)


def _check(sentences: Iterable[str], field: str = "to") -> None:
    why = next(filter(None, sentences), "")
    if why:
        raise RuleError(why, field=field)
