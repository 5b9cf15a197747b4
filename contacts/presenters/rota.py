"""The jour of a unit in words: who has it now and in the days to come, and the turns behind it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.text import capfirst

from contacts.models import RotaTurn
from contacts.queries.rota_plan import RotaPlan
from contacts.rules.file_rows import Problem, grouped
from contacts.rules.rota import Shift, Turn, span_words, turn_words, until_words, wall_of

from .directory import PhoneNumber, phone_number

_GONE = "Någon har ändrat eller tagit bort passen sedan dess. En fil tar inte tillbaka dem"
DAYS_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """Without `number` nobody has the jour then; `now`: it holds at present."""

    when: str
    who: str
    number: PhoneNumber | None
    now: bool


@dataclass(frozen=True, slots=True)
class TurnLine:
    row: RotaTurn
    when: str
    who: str
    number: PhoneNumber | None
    kind: str


@dataclass(frozen=True, slots=True)
class TurnDeed:
    """One thing that was done with a turn, which is `line` since."""

    what: str
    row: RotaTurn
    line: TurnLine


@dataclass(frozen=True, slots=True)
class PlannedTurn:
    """A turn that a file would add; `meets` names those that would give way to it."""

    row: int
    unit: str
    when: str
    who: str
    number: PhoneNumber | None
    meets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AsideRows:
    why: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedRota:
    """What a file would do. `problems` stop it whole."""

    new: tuple[PlannedTurn, ...]
    aside: tuple[AsideRows, ...]
    problems: tuple[Problem, ...]
    bad: int

    @property
    def may_confirm(self) -> bool:
        return bool(self.new) and not self.problems

    @property
    def button(self) -> str:
        return "Läs in ett jourpass" if len(self.new) == 1 else f"Läs in {len(self.new)} jourpass"


def shift_lines(shifts: Iterable[Shift], now: datetime) -> tuple[ShiftLine, ...]:
    zone = timezone.get_default_timezone()
    today = wall_of(now, zone).date()
    lines = []
    for shift in shifts:
        holds = shift.starts <= now < shift.ends
        when = span_words(wall_of(shift.starts, zone), wall_of(shift.ends, zone), today)
        lines.append(
            ShiftLine(
                when=f"Nu, {until_words(shift.ends, now, zone)}" if holds else capfirst(when),
                who=shift.turn.name,
                number=_number(shift.turn),
                now=holds,
            )
        )
    return tuple(lines)


def turn_deed(row: RotaTurn, now: datetime) -> TurnDeed:
    what = "Togs bort" if row.withdraws else "Ändrades" if row.replaces_id else "Lades in"
    return TurnDeed(what, row, turn_line(row, now))


def turn_line(row: RotaTurn, now: datetime, wrong: Collection[str] = ()) -> TurnLine:
    """`wrong` has the numbers that somebody said do not work."""
    turn = replace(row.turn, flagged=row.number in wrong)
    return TurnLine(
        row=row,
        when=capfirst(turn_words(turn, timezone.localtime(now).date())),
        who=turn.name,
        number=_number(turn),
        kind="" if turn.weekly else "Undantag, en gång",
    )


def planned_rota(plan: RotaPlan, now: datetime) -> PlannedRota:
    today = timezone.localtime(now).date()
    return PlannedRota(
        new=tuple(
            PlannedTurn(
                row=one.row,
                unit=one.unit.name,
                when=capfirst(turn_words(one.turn, today)),
                who=one.turn.name,
                number=_number(one.turn),
                meets=tuple(f"{other.name}, {turn_words(other, today)}" for other in one.meets),
            )
            for one in plan.new
        ),
        aside=tuple(
            AsideRows(why, tuple(row.row for row in rows))
            for why, rows in (
                ("Finns redan i jourschemat", plan.same),
                (_GONE, plan.gone),
                ("Är redan slut", plan.over),
                ("Hör till en annan huvudman. Du läser bara in din egen huvudmans", plan.others),
            )
            if rows
        ),
        problems=grouped(plan.bad),
        bad=len(plan.bad),
    )


def _number(turn: Turn) -> PhoneNumber | None:
    return phone_number("Jour", turn.number, flagged=turn.flagged) if turn.number else None
