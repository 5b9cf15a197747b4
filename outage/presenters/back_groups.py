"""The rows of efterregistrering under their headings, counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from outage.rules.routine import Decision

from .back import TaskRow


@dataclass(frozen=True, slots=True)
class TaskGroups:
    """`done` and `total` count what the acting unit is to do: to undo, to register and to decide."""

    undo: tuple[TaskRow, ...]
    register: tuple[TaskRow, ...]
    do_not_register: tuple[TaskRow, ...]
    decide: tuple[TaskRow, ...]
    direct: tuple[TaskRow, ...]

    @property
    def total(self) -> int:
        return len(_own(self.undo + self.register + self.decide))

    @property
    def done(self) -> int:
        return sum(row.done for row in _own(self.register + self.decide))

    @property
    def counts(self) -> dict[str, str]:
        """The progress shown in the headings, by the name of each."""
        return {
            "all": _of(self.done, self.total),
            "undo": str(len(self.undo)),
            "register": _progress(self.register),
            "do_not_register": str(len(self.do_not_register)),
            "decide": _progress(self.decide),
            "direct": str(len(self.direct)),
        }


def _own(rows: tuple[TaskRow, ...]) -> list[TaskRow]:
    return [row for row in rows if row.mine]


def _progress(rows: tuple[TaskRow, ...]) -> str:
    own = _own(rows)
    return _of(sum(row.done for row in own), len(own)) if own or not rows else "ingen är er uppgift"


def _of(done: int, total: int) -> str:
    return f"{done} av {total} klara" if total else "0"


def grouped(rows: Sequence[TaskRow]) -> TaskGroups:
    """Within each group what is mine and not done comes first."""

    def of(found: Iterable[TaskRow]) -> tuple[TaskRow, ...]:
        return tuple(sorted(found, key=lambda row: (row.done, not row.mine)))

    def deciding(decision: Decision) -> tuple[TaskRow, ...]:
        return of(row for row in rows if row.decision is decision and not (row.undo or row.direct))

    return TaskGroups(
        undo=of(row for row in rows if row.undo),
        register=deciding(Decision.REGISTER),
        do_not_register=_joined(deciding(Decision.DO_NOT_REGISTER)),
        decide=deciding(Decision.DECIDE),
        direct=of(row for row in rows if row.direct),
    )


def _joined(rows: Sequence[TaskRow]) -> tuple[TaskRow, ...]:
    """Merge rows that say the same about the same patient: nothing is to be done, so nothing is ticked."""
    joined: dict[tuple[UUID, str, str], list[TaskRow]] = {}
    for row in rows:
        joined.setdefault((row.chain_id, row.do, row.why), []).append(row)
    return tuple(
        replace(same[0], facts=tuple(fact for row in same for fact in row.facts))
        if len(same) > 1
        else same[0]
        for same in joined.values()
    )
