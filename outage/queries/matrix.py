"""How an outage stands for a principal, over all its chains, from the kept rows alone: no patient text is read."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from contacts.access import Acting, can, check_may
from contacts.models import Membership, Principal, Unit
from contacts.page_versions import of_all_pages, read_on, version_of_all
from contacts.queries.branches import units_within
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.permissions import Border, Right, border_of
from outage.models import ChainState, ChecklistTick, Outage
from outage.models.chain_state import TO_RING
from outage.queries.lines import Lines, by_number
from outage.queries.outages import earlier_outages
from outage.queries.owed import READ_THERE, left_in
from outage.queries.papers import papers
from outage.queries.written import written_in
from outage.rules.overview import ChainLine, Counted, LineGroup, counted_together


def matrix_of(acting: Acting, outage: Outage) -> list[ChainLine]:
    """By number. All chains of the acting person's principal and none of another's; five queries at most."""
    may = can(acting, Right.READ_CARE)
    return (
        by_number(line for group in _lines(acting.principal, outage).groups for line in group.lines)
        if may
        else []
    )


def _lines(principal: Principal, outage: Outage) -> Lines:
    key = "lines", principal.pk, outage.pk
    return read_on(key, Lines(), lambda known: known.read_on(principal, outage))


@dataclass(frozen=True, slots=True)
class Left:
    """How many discharges of an `outage` the units within reach still are to tell of, and how many calls they owe."""

    outage: Outage
    untold: int
    calls: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person may see of how an outage stands. `groups` have the chains, with what is owed, `counted` over
    all of them; `units` are all within reach, in Swedish order, `staffed` those that somebody works in.

    `municipalities` are the names of those that any chain names whose patient is not protected. `last` has when each
    unit that wrote anything wrote last; `calls` how many were made, by the beginning of their hour and the column they
    count in; `ticked` how many items of each unit's checklists are ticked; `sheets` how many of its sheets have no fate
    yet, `pages` how many of its scanned pages wait. `earlier` is what outages before it left.
    """

    groups: Sequence[LineGroup]
    counted: Counted
    units: list[Unit]
    municipalities: Mapping[int, str]
    staffed: frozenset[int]
    last: Mapping[int, datetime]
    calls: list[tuple[datetime, str, int]]
    ticked: Mapping[int, int]
    sheets: Mapping[int, int]
    pages: Mapping[int, int]
    earlier: list[Left]


def version_of_overview() -> str:
    """Another one whenever anybody's overview may have become another."""
    return version_of_all(papers().newest())


def overview_of(acting: Acting, outage: Outage) -> Overview:
    """Raises NotAllowed. The number of queries hangs neither on the chains nor on the units."""
    check_may(acting, Right.SEE_OVERVIEW)
    known = _units(acting)
    units = [unit for unit, _ in known]
    # A unit that was joined into another is read as that one.
    read_as = {unit.pk: unit.joined_into_id or unit.pk for unit in units}
    found = _lines(acting.principal, outage)
    if border_of(acting.role, Right.SEE_OVERVIEW) is not Border.UNIT:
        groups, counted = found.opened_by(read_as), found.counted(read_as)
    elif can(acting, Right.READ_CARE):
        groups = found.seen_by(ids_read_as(acting.unit))
        counted = counted_together(group.counted for group in groups)
    else:
        groups, counted = [], counted_together([])
    municipalities = {int(pk) for kind, pk in counted.places if kind == "municipality"}
    last, calls = _entries(acting, outage, found, read_as)
    ids = [unit.pk for unit in units if unit.joined_into_id is None]
    return Overview(
        groups=groups,
        counted=counted,
        units=[unit for unit in units if unit.joined_into_id is None],
        municipalities=dict(_names(*municipalities)),
        staffed=frozenset(unit.pk for unit, staffed in known if staffed) & frozenset(ids),
        last=last,
        calls=calls,
        ticked=_ticked(outage, read_as),
        sheets=papers().counted(ids),
        pages=Counter(read_as[pk] for pk in papers().waiting(read_as)),
        earlier=_left_of_earlier(acting, outage, ids),
    )


def _units(acting: Acting) -> list[tuple[Unit, bool]]:
    """Those within reach, in Swedish order, and whether somebody works there."""

    def read() -> list[tuple[Unit, bool]]:
        at_work = Membership.objects.filter(active=True, unit=OuterRef("pk"), user__is_active=True)
        units = units_within(acting, Right.SEE_OVERVIEW).annotate(staffed=Exists(at_work))
        return [(unit, unit.staffed) for unit in units.order_by("sort_key", "pk")]

    name = "units", acting.unit.pk, acting.role
    return of_all_pages(name, acting.principal.pk, timezone.now(), read)


def _left_of_earlier(acting: Acting, outage: Outage, units: Collection[int]) -> list[Left]:
    """As Läge of each of the units has it."""
    outages = earlier_outages(acting.principal, outage)
    if not outages or not can(acting, Right.READ_CARE):
        return []
    untold, calls = defaultdict[UUID, set[Any]](set), defaultdict[UUID, set[Any]](set)
    rows = _owed(acting.principal.pk, *(each.pk for each in outages))
    for pk, *_, chain, unit, whom, party, former, rung, urgent, retracts in left_in(
        acting.principal, outages, rows
    ):
        if unit in units:
            calls[pk].add((chain, unit, whom, party, former, rung))
            if urgent and not retracts:
                untold[pk].add(chain)
    return [Left(each, len(untold[each.pk]), len(calls[each.pk])) for each in outages if calls[each.pk]]


@prepared
def _owed(principal_id: int, *outage_ids: UUID) -> QuerySet[ChainState, tuple[Any, ...]]:
    rows = ChainState.objects.filter(what__in=TO_RING, principal=principal_id, outage__in=outage_ids)
    told_apart = "chain", "unit", "whom", "party", "former", "rung", "urgent", "retracts"
    return rows.order_by().values_list(*READ_THERE, *told_apart)


def _entries(
    acting: Acting, outage: Outage, lines: Lines, read_as: Mapping[int, int]
) -> tuple[dict[int, datetime], list[tuple[datetime, str, int]]]:
    written = written_in(acting.principal.pk, outage.pk, lines.versions)
    last: dict[int, datetime] = {}
    for unit, at in written.last.items():
        if unit in read_as:
            last[read_as[unit]] = max(at, last.get(read_as[unit], at))
    return last, [(hour, column, n) for (unit, hour, column), n in written.calls.items() if unit in read_as]


@prepared
def _names(*principal_ids: int) -> QuerySet[Principal, tuple[int, str]]:
    return Principal.objects.filter(pk__in=principal_ids).order_by("name").values_list("pk", "name")


def _ticked(outage: Outage, read_as: Mapping[int, int]) -> dict[int, int]:
    done: dict[tuple[int, str, str], bool] = {}
    for unit, checklist, item, is_done in _ticks(outage.pk):
        if unit in read_as:
            done[read_as[unit], checklist, item] = is_done
    found: dict[int, int] = {}
    for (unit, _, _), is_done in done.items():
        found[unit] = found.get(unit, 0) + is_done
    return found


@prepared
def _ticks(outage_id: UUID) -> QuerySet[ChecklistTick, tuple[Any, ...]]:
    rows = ChecklistTick.objects.filter(outage=outage_id)
    return rows.order_by("pk").values_list("unit", "checklist", "item", "done")
