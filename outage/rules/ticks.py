"""What a tick of efterregistrering was set for: a picture of all that was typed into the system, and whether it holds.

A task is known by its kind and the line of its events that was logged first (`Task.key`), so a tick follows it through
corrections. It holds while the task still shows the same picture.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import Any

from contacts.rules.parties import Party

from .back_registration import FAMILIES, Family, Task
from .routine import Decision, What

# What the name of an event's time begins with. Pictures from before times were kept have none.
TIME_OF = "event_time:"


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing typed into the system. `ref` is the id of what `value` spells, where that may change."""

    name: str
    label: str
    value: str
    ref: str = ""

    @property
    def said(self) -> str:
        """What two of them are compared by."""
        return self.ref or self.value


@dataclass(frozen=True, slots=True)
class Picture:
    """A task as it was shown: the outcome, what to do, the lines of its events and all that is typed."""

    decision: Decision
    what: What
    outcomes: tuple[str, ...]
    do: str
    by: str
    lines: tuple[str, ...]
    typed: tuple[Typed, ...]

    @property
    def content(self) -> dict[str, Any]:
        """All but what was typed, which tells of the patient."""
        return {name: value for name, value in asdict(self).items() if name != "typed"}

    @property
    def content_typed(self) -> list[tuple[str, ...]]:
        return [astuple(each) for each in self.typed]

    @property
    def seen(self) -> str:
        """A short text that differs where two pictures differ in anything a tick is set for."""
        told = [self.outcomes, sorted((each.name, each.said) for each in self.typed)]
        return sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def has_times(self) -> bool:
        return any(each.name.startswith(TIME_OF) for each in self.typed)

    @property
    def timeless(self) -> "Picture":
        """As it was before times were kept: what was left open, or entered twice, is known by that."""
        if not self.has_times:
            return self
        return replace(self, typed=tuple(each for each in self.typed if not each.name.startswith(TIME_OF)))

    def as_kept_in(self, other: "Picture") -> "Picture":
        """With as much as another picture of it tells."""
        return self if other.has_times else self.timeless


def picture_of(task: Task, typed: Sequence[Typed]) -> Picture:
    return Picture(
        decision=task.decision,
        what=task.what,
        outcomes=task.outcomes,
        do=task.do,
        by=str(task.by or ""),
        lines=task.lines,
        typed=tuple(typed),
    )


def stored_picture(
    content: Mapping[str, Any] | None, typed: Iterable[Sequence[str]] | None
) -> Picture | None:
    """None where none was stored; nothing typed where that is purged."""
    if not content:
        return None
    return Picture(
        decision=Decision(content["decision"]),
        what=What(content["what"]),
        outcomes=tuple(content["outcomes"]),
        do=content["do"],
        by=content["by"],
        lines=tuple(content["lines"]),
        typed=tuple(Typed(*each) for each in typed or ()),
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that counts. `entered` says that what it was set for was entered in the system; `id` is that of its row.

    Marks of the first version of this software have no picture; their key names the task's subject and the very
    versions of its events, of which `lines` are the first versions.
    """

    task: str
    done: bool
    entered: bool
    picture: Picture | None
    lines: tuple[str, ...] = ()
    id: int = 0

    @property
    def seen(self) -> str:
        """What distinguishes its picture from others; empty where it has none."""
        return self.picture.seen if self.picture else ""

    @property
    def thing(self) -> str:
        """As `seen`, but for the times."""
        return self.picture.timeless.seen if self.picture else ""

    def holds_for(self, picture: Picture) -> bool:
        """Whether what it was set for is what is to be done now."""
        return self.picture is not None and self.picture.seen == picture.as_kept_in(self.picture).seen

    @property
    def family(self) -> Family:
        subject = self.task.partition(":")[0]
        return FAMILIES[What(subject)] if subject in set(What) else Family(subject)


class TickState(Enum):
    """Whether a task is done. CHANGED: what was done is no longer what is to be done."""

    NOT_DONE = "not_done"
    DONE = "done"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference from when the tick was set. Empty: it was not there, or no longer is."""

    name: str
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Tick:
    task: Task
    picture: Picture
    state: TickState
    mark: Mark | None = None
    changes: tuple[Change, ...] = ()

    @property
    def undo(self) -> bool:
        """Whether something was entered that, as the log stands now, is not to be."""
        entered = self.state is TickState.CHANGED and self.mark is not None and self.mark.entered
        not_to_be = self.task.decision is Decision.DO_NOT_REGISTER
        return entered and not_to_be and self.task.family is not Family.INFORMATION


def ticks(
    tasks: Sequence[tuple[Task, Picture]], marks: Iterable[Mark]
) -> tuple[tuple[Tick, ...], tuple[Mark, ...]]:
    """Each task with its mark, and the marks of what was entered whose task is gone: that is to be undone.

    A mark belongs to the task with its key; where there is none, to one of the same kind that shares a line of events
    with what it was set for; one that was set for no event (case 18), to the last of its kind: it was about the
    patient who is in. In joined chains several can have one key, the kept chain's last: the valid one counts, and
    what was entered for another picture is to be undone, as `<key>:<picture>`.
    """
    by_key: dict[str, list[Mark]] = {}
    for each in marks:
        by_key.setdefault(each.task, []).append(each)
    if not by_key:
        return tuple(_tick(task, picture, None) for task, picture in tasks), ()
    keys = {task.key for task, _ in tasks}
    astray = [mark for key, own in by_key.items() if key not in keys for mark in own if mark.done]
    last = {task.family: task.key for task, _ in tasks}
    found, claimed, twins = [], set(), []
    for task, picture in tasks:
        near = (
            m for m in reversed(astray) if _shares(m, task) and (_lines(m) or task.key == last[task.family])
        )
        own = sorted(by_key.get(task.key, ()), key=lambda m: (m.done, m.done and m.holds_for(picture)))
        mark = own[-1] if own else next(near, None)
        if mark:
            claimed.add(mark.id)
        twins += [
            replace(m, task=f"{m.task}:{m.seen}") for m in own[:-1] if m.done and m.thing != own[-1].thing
        ]
        found.append(_tick(task, picture, mark))
    gone = [*(mark for mark in astray if mark.id not in claimed), *twins]
    return tuple(found), tuple(mark for mark in gone if _typed_in(mark))


@dataclass(frozen=True, slots=True)
class ToDo:
    """A task that is to be done in the system, or what is to be undone there: its key, what is seen of it, the party
    that does it, None where each decides for itself, and whether it is done.
    """

    key: str
    seen: str
    by: Party | None
    done: bool = False


def to_do(found: Iterable[Tick], gone: Iterable[Mark], of: Collection[Party] | None = None) -> list[ToDo]:
    """All, or those that are done by the parties `of`, with what each decides for itself. What is to be undone is never
    done: once it is, its mark is taken back.
    """
    undone = [ToDo(mark.task, mark.seen, _party(mark.picture)) for mark in gone]
    every = undone + [
        ToDo(
            key=tick.task.key,
            seen=tick.picture.timeless.seen,
            by=None if tick.task.decision is Decision.DECIDE else tick.task.by,
            done=tick.state is TickState.DONE and not tick.undo,
        )
        for tick in found
        if tick.undo or tick.task.decision is not Decision.DO_NOT_REGISTER
    ]
    return [task for task in every if of is None or task.by is None or task.by in of]


def _party(picture: Picture | None) -> Party | None:
    return Party(picture.by) if picture and picture.by and picture.decision is not Decision.DECIDE else None


def entered_events(found: Iterable[Tick]) -> frozenset[str]:
    """The ids of the events that are in the system now: their tick is valid, and says that they were entered."""
    return frozenset(
        event
        for tick in found
        if tick.state is TickState.DONE and tick.mark and tick.mark.entered
        for event in tick.task.events
    )


def _typed_in(mark: Mark) -> bool:
    """Whether what it was set for was typed in: information is so only where that was decided by hand."""
    by_hand = mark.picture is not None and mark.picture.decision is Decision.DECIDE
    return mark.entered and (by_hand or mark.family is not Family.INFORMATION)


def _lines(mark: Mark) -> tuple[str, ...]:
    return mark.picture.lines if mark.picture else mark.lines


def _shares(mark: Mark, task: Task) -> bool:
    lines = _lines(mark)
    return mark.family is task.family and (not lines or bool(set(lines) & set(task.lines)))


def _tick(task: Task, picture: Picture, mark: Mark | None) -> Tick:
    if mark is None or not mark.done:
        return Tick(task, picture, TickState.NOT_DONE, mark)
    if mark.picture is None:
        same = mark.task.partition(":")[0] == task.what and set(mark.lines) == set(task.lines)
        return Tick(task, picture, TickState.DONE if same else TickState.CHANGED, mark)
    if mark.holds_for(picture):
        return Tick(task, picture, TickState.DONE, mark)
    was, now = mark.picture.as_kept_in(picture), picture.as_kept_in(mark.picture)
    return Tick(task, picture, TickState.CHANGED, mark, _changes(was, now))


def _changes(was: Picture, now: Picture) -> tuple[Change, ...]:
    before = {each.name: each for each in was.typed}
    after = {each.name: each for each in now.typed}
    found = []
    if was.outcomes != now.outcomes and was.do != now.do:
        found.append(Change("do", "Att göra", was.do, now.do))
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if (old.said if old else "") != (new.said if new else ""):
            label = (new or old).label  # type: ignore[union-attr]
            found.append(Change(name, label, old.value if old else "", new.value if new else ""))
    return tuple(found)
