"""Who has the jour, read from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import TURN_COLUMNS, MunicipalKind, Principal, RotaTurn, Unit, turn_of
from contacts.page_versions import holds_until
from contacts.queries.prepared import prepared
from contacts.rules.flags import is_said_wrong
from contacts.rules.rota import LONGEST, WEEK, Shift, Turn, is_over, on_duty, shifts, wall_of

from .flags import numbers_said_wrong, open_words

PAGE_SIZE = 50
LATEST = 25
_DAY = timedelta(days=1)


def standing_turns(units: Iterable[Unit | int]) -> QuerySet[RotaTurn]:
    """The turns of the units that are neither changed nor taken away, in the order they were written."""
    return RotaTurn.objects.filter(unit__in=units, replaced_by__isnull=True, withdraws=False)


def shifts_of_units(units: Collection[int], begin: datetime, end: datetime) -> dict[int, tuple[Shift, ...]]:
    """The shifts of each unit, by its id, that hold somewhere between two aware moments; one query, two
    where there are any.
    """
    zone = timezone.get_default_timezone()
    turns = _turns_between(units, (), wall_of(begin, zone) - LONGEST, wall_of(end, zone) + LONGEST)
    return {unit: found for unit in turns if (found := shifts(turns[unit], begin, end, zone))}


def duties_at(
    units: Collection[int], at: datetime, home_nursing_of: Collection[int] = ()
) -> dict[int, Shift]:
    """The jour at an aware moment of each unit, and of those municipalities' hemsjukvård. One query,
    two where there is any.
    """
    if not units and not home_nursing_of:
        return {}
    zone = timezone.get_default_timezone()
    wall = wall_of(at, zone)
    # Past turns do not affect how long it holds.
    turns = _turns_between(units, home_nursing_of, wall, wall + LONGEST)
    for of_unit in turns.values():
        for shift in shifts(of_unit, at, at + _DAY, zone):
            holds_until(at, shift.starts, shift.ends)
    return {unit: found for unit in turns if (found := on_duty(turns[unit], at, zone))}


def _turns_between(
    units: Collection[int], home_nursing_of: Collection[int], first: datetime, last: datetime
) -> dict[int, list[Turn]]:
    """The turns of each unit that can hold somewhere between two times by the clock, with a day to spare."""
    begin, end = (first - _DAY).date(), (last + _DAY).date()
    found: dict[int, list[Turn]] = defaultdict(list)
    rows = _turns_near(tuple(units), tuple(home_nursing_of), begin, end, begin - WEEK)
    turns = [(unit, principal, turn_of(columns)) for unit, principal, *columns in rows]
    wrong = numbers_said_wrong({(principal, turn.number) for _, principal, turn in turns if turn.number})
    for unit, principal, turn in turns:
        found[unit].append(replace(turn, flagged=True) if (principal, turn.number) in wrong else turn)
    return found


@prepared
def _turns_near(
    units: tuple[int, ...], home_nursing_of: tuple[int, ...], begin: date, end: date, week_before: date
) -> QuerySet[RotaTurn, tuple[Any, ...]]:
    of = Q(unit__in=units)
    if home_nursing_of:
        of |= Q(
            unit__municipal_kind=MunicipalKind.HOME_NURSING,
            unit__active=True,
            unit__principal__in=home_nursing_of,
        )
    weekly = Q(weekly=True) & (Q(until__isnull=True) | Q(until__gte=week_before))
    standing = RotaTurn.objects.filter(of, replaced_by__isnull=True, withdraws=False)
    near = standing.filter(weekly | Q(ends_on__gte=begin), starts_on__lte=end).order_by()
    return near.values_list("unit", "unit__principal", *TURN_COLUMNS)


def turns_to_come(unit: Unit, now: datetime, page: int | str | None = 1) -> Page[RotaTurn]:
    """A page of the turns of a unit that are not over at the aware moment `now`, weekly ones first. One query."""
    wall = wall_of(now, timezone.get_default_timezone())
    # Weekly ones first, as the others are exceptions from them.
    rows = standing_turns([unit]).order_by("-weekly", "starts_on", "starts_at", "order")
    left = [row for row in rows.select_related("user") if not is_over(row.turn, wall)]
    return Paginator(left, PAGE_SIZE).get_page(page)


def latest_rows(unit: Unit) -> list[RotaTurn]:
    """What was last done with the turns of a unit, newest first. One query."""
    return list(RotaTurn.objects.filter(unit=unit).select_related("user").order_by("-order")[:LATEST])


def turns_of_principal(principal: Principal, now: datetime, unit: Unit | None = None) -> list[RotaTurn]:
    """The turns of all units of a principal, or of one, that are not over at `now`, each with its unit. One query."""
    wall = wall_of(now, timezone.get_default_timezone())
    # Of one joined into another the turns to come stand at that one.
    units = Unit.objects.filter(principal=principal, joined_into__isnull=True)
    rows = standing_turns(units.filter(pk=unit.pk) if unit else units).select_related("unit__principal")
    found = rows.order_by("unit__sort_key", "-weekly", "starts_on", "starts_at", "order")
    return [row for row in found if not is_over(row.turn, wall)]


def turns_said_wrong(principal: Principal, now: datetime) -> list[RotaTurn]:
    """The first turn, not over, of each unit with each number that somebody said does not work. Two queries at most."""
    words = open_words()
    rows = turns_of_principal(principal, now) if words else []
    wrong = (row for row in rows if is_said_wrong(row.number, principal.pk, words))
    return list({(row.unit_id, row.number): row for row in reversed(list(wrong))}.values())[::-1]


def turns_ever(units: Iterable[Unit]) -> list[RotaTurn]:
    """Every turn ever written of the units, oldest first, those changed or taken away too. One query."""
    rows = RotaTurn.objects.filter(unit__in=units, withdraws=False)
    return list(rows.select_related("replaced_by").order_by("order"))


def turn_by_id(turn_id: UUID) -> RotaTurn | None:
    """Also one that does not stand; with its unit and who wrote it."""
    return RotaTurn.objects.filter(pk=turn_id).select_related("unit__principal", "user").first()


def newest_of(row: RotaTurn) -> RotaTurn:
    """What has become of a turn: the row that stands in its place, or the one that took it away; else itself."""
    after = RotaTurn.objects.select_related("unit__principal", "user")
    while (follows := after.filter(replaces=row).first()) is not None:
        row = follows
    return row
