"""What a file of a rota would do."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.rules.file_rows import BadRow, quoted
from contacts.rules.rota import Turn, is_over, overlapping, wall_of
from contacts.rules.rota_file import RotaRow, read_rota, same_turn
from contacts.rules.swedish_text import search_key

from .joined import leads_to
from .rota import turns_ever

Table = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A row that would become a turn; `meets` are those that want the same time and would give way to it."""

    row: int
    unit: Unit
    turn: Turn
    meets: tuple[Turn, ...]


@dataclass(slots=True)
class RotaPlan:
    """What a file would do. Each of the other rows is skipped, by its number.

    `same` exist, `gone` were changed or withdrawn since, `over` have ended, `others` are another principal's.
    """

    new: list[NewTurn] = field(default_factory=list)
    same: list[RotaRow] = field(default_factory=list)
    gone: list[RotaRow] = field(default_factory=list)
    over: list[RotaRow] = field(default_factory=list)
    others: list[RotaRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Changes as soon as something else would be written."""
        told = [(one.unit.pk, one.turn, one.meets) for one in self.new]
        return hashlib.sha256(repr((told, len(self.bad))).encode()).hexdigest()


def plan_rota(principal: Principal, table: Table, now: datetime) -> RotaPlan:
    """What a table would do in the rotas of a principal at the aware moment `now`. Two queries, however long it is."""
    zone = timezone.get_default_timezone()
    wall = wall_of(now, zone)
    rows, bad = read_rota(table, wall.date(), zone)
    plan = RotaPlan(bad=bad)
    own = {search_key(principal.name), search_key(principal.short_name), ""}
    # By each name that a unit has or had, a joined one's too.
    there = Unit.objects.filter(principal=principal).select_related("joined_into")
    units = leads_to(there, lambda _, name: search_key(name))
    ever: dict[int, dict[Turn, bool]] = {unit.pk: {} for unit in units.values()}
    standing: dict[int, list[Turn]] = {unit.pk: [] for unit in units.values()}
    for known in turns_ever(units.values()):
        stands, turn = known.stands, same_turn(known.turn)
        ever[known.unit_id][turn] = ever[known.unit_id].get(turn, False) or stands
        if stands:
            standing[known.unit_id].append(turn)
    for row in rows:
        if search_key(row.principal) not in own:
            plan.others.append(row)
            continue
        unit = units.get(search_key(row.unit))
        if unit is None or not unit.active:
            wrong = "finns inte hos er" if unit is None else "är ur bruk"
            plan.bad.append(BadRow(row.row, "Enhet", f"Enheten {quoted(row.unit)} {wrong}."))
        elif row.turn in ever[unit.pk]:
            (plan.same if ever[unit.pk][row.turn] else plan.gone).append(row)
        elif is_over(row.turn, wall):
            plan.over.append(row)
        else:
            plan.new.append(NewTurn(row.row, unit, row.turn, tuple(overlapping(row.turn, standing[unit.pk]))))
            ever[unit.pk][row.turn] = True
            standing[unit.pk].append(row.turn)
    return plan
