"""What holds up the closing of an outage for a principal, and whether it is closed. No patient is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import Principal, Unit
from contacts.queries.branches import units_within, units_without
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.permissions import Right
from outage.models import (
    Acknowledgement,
    CareChain,
    CareChainDetails,
    CareChainEvent,
    ChainJoin,
    ChainState,
    Handover,
    LeftOpen,
    Outage,
    OutageClosing,
    OutageReport,
    PrincipalEnd,
    RegistrationMark,
    StateKind,
)
from outage.queries.held_forms import unsaved_about
from outage.queries.left_open import standing
from outage.queries.owed import READ_THERE, left_in
from outage.queries.papers import PaperHeld, papers
from outage.queries.tasks_left import tasks_left
from outage.rules.closing import (
    Entered,
    Holds,
    OpenThing,
    entered_since,
    key_of_answer,
    key_of_row,
    key_of_unsaved,
    kind_of_call,
)


@dataclass(frozen=True, slots=True)
class CameIn:
    """What opens an outage again: `count` rows of a kind, the newest of them `at` a `unit` of it, or a paper."""

    what: Entered | PaperHeld
    at: datetime
    unit: Unit | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class ClosedNow:
    """The newest closing, and what came in after it, the newest first: until it has, the outage is closed."""

    row: OutageClosing
    came_in: tuple[CameIn, ...] = ()


def open_things(principal: Principal, outage: Outage) -> list[OpenThing]:
    """All that is not done, left open or not; nothing of what is purged. The outage is as the principal sees it.

    The number of queries hangs neither on the units nor on the chains.
    """
    if outage.purged_at:
        return []
    units = {unit.pk: unit.joined_into_id or unit.pk for unit in Unit.objects.filter(principal=principal)}
    found = [*_owed(principal, outage), *tasks_left(principal, outage)]
    found += _not_acknowledged(principal, outage, units)
    found += [
        OpenThing(paper.unit_id, paper.key) for paper in papers().held(principal, outage, timezone.now())
    ]
    found += [
        OpenThing(held.membership.unit_id, key_of_unsaved(held.pk))
        for held in unsaved_about(principal, outage)
    ]
    return [replace(thing, unit_id=units.get(thing.unit_id, thing.unit_id)) for thing in found]


def _chains(principal: Principal, outage: Outage) -> QuerySet[CareChain]:
    return CareChain.objects.filter(principal=principal, outage=outage)


# What is kept of how a chain stands that holds it up.
_HOLDS = StateKind.OWED, StateKind.AWAITED, StateKind.RING_BACK


def _owed(principal: Principal, outage: Outage) -> Iterable[OpenThing]:
    rows = left_in(principal, [outage], _states(principal.pk, outage.pk))
    for _, _, since, _, message, what, chain, rung, unit, whom, party, former, item, kind, *tells in rows:
        if what == StateKind.AWAITED:
            key = key_of_answer(chain, unit, kind, party, since)
        else:
            rings_back = what == StateKind.RING_BACK
            held = Holds.RING_BACK if rings_back else kind_of_call(urgent=tells[0], retracts=tells[1])
            key = key_of_row(held, chain, rung, unit, whom, party, former, message=message)
        yield OpenThing(unit, key, answered_for=item is not None)


@prepared
def _states(principal_id: int, outage_id: UUID) -> QuerySet[ChainState, tuple[Any, ...]]:
    rows = ChainState.objects.filter(what__in=_HOLDS, outage=outage_id, principal=principal_id)
    of_key = "what", "chain", "rung", "unit", "whom", "party", "former", "open_item", "kind"
    return rows.order_by().values_list(*READ_THERE, *of_key, "urgent", "retracts")


def _not_acknowledged(principal: Principal, outage: Outage, units: Mapping[int, int]) -> Iterable[OpenThing]:
    have = acknowledgements(outage, units)
    for pk in sorted(units_that_took_part(principal, outage, units) - set(have)):
        yield OpenThing(pk, f"{Holds.ACKNOWLEDGE}:{pk}")


def acknowledgements(outage: Outage, units: Mapping[int, int]) -> dict[int, Acknowledgement]:
    """The standing acknowledgement of messages (R4.6) of each of `units` that has one; it has as which each is read."""
    newest = {units[row.unit_id]: row for row in _acknowledged(outage.pk, *units)}
    return {pk: row for pk, row in newest.items() if row.done}


def acknowledgement_of(outage: Outage, unit: Unit) -> Acknowledgement | None:
    newest = newest_acknowledgement(outage, unit)
    return newest if newest and newest.done else None


def newest_acknowledgement(outage: Outage, unit: Unit) -> Acknowledgement | None:
    """What was said last for the end in force, done or not after all."""
    return next(iter([*_acknowledged(outage.pk, *ids_read_as(unit))][::-1]), None)


def acknowledged_as(outage: Outage, newest: Acknowledgement | None) -> str:
    """What a page is known by that shows what was said last: another one for each end of the outage."""
    return f"{newest.pk if newest else 0}:{outage.own_end.isoformat() if outage.own_end else ''}"


@prepared
def _acknowledged(outage_id: UUID, *unit_ids: int) -> QuerySet[Acknowledgement]:
    """Oldest first, without those from before the outage was last opened again for the unit's principal."""
    opened_again = PrincipalEnd.objects.filter(
        outage=OuterRef("outage"),
        principal=OuterRef("unit__principal"),
        ended_at=None,
        recorded_at__gt=OuterRef("at"),
    )
    rows = Acknowledgement.objects.filter(~Exists(opened_again), outage=outage_id, unit__in=unit_ids)
    return rows.select_related("user").order_by("pk")


def took_part(unit: Unit, outage: Outage) -> bool:
    """Whether the unit has messages to acknowledge (R4.6)."""
    units = dict.fromkeys(ids_read_as(unit), unit.pk)
    return bool(units_that_took_part(unit.principal, outage, units))


def units_that_took_part(principal: Principal, outage: Outage, units: Mapping[int, int]) -> set[int]:
    """Those of `units` that wrote something, or are named in a chain (R4.6); it has as which each of them is read."""
    chains = _chains(principal, outage).filter(joined_to__isnull=True).order_by()
    named = chains.values_list("unit", "ward_unit", "outpatient_unit").distinct()
    found = {pk for row in named for pk in row}
    for rows in (CareChainEvent.objects, CareChainDetails.objects, Handover.objects):
        wrote = rows.filter(**_of_chains(principal, outage, "chain__"))
        found |= set(wrote.order_by().values_list("unit", flat=True).distinct())
    return {units[pk] for pk in found if pk in units}


def _of_chains(principal: Principal, outage: Outage, way: str) -> dict[str, Any]:
    return {f"{way}principal": principal, f"{way}outage": outage}


def units_to_close(by: Acting) -> QuerySet[Unit]:
    """Those whose things the acting person leaves open: of their branch, and of branches where nobody may.

    Raises NotAllowed.
    """
    check_may(by, Right.CLOSE_OUTAGE)
    return units_within(by, Right.CLOSE_OUTAGE) | units_without(by.principal, Right.CLOSE_OUTAGE)


def left_at_closing(by: Acting, outage: Outage) -> list[LeftOpen]:
    """What was left open by name and reason where the acting person may, the oldest first."""
    return _said(_left(by.principal, outage).filter(about__in=units_to_close(by)))


def left_for(by: Acting, outage: Outage) -> list[LeftOpen]:
    """What was left open so at the acting unit: who works there is told who has taken it on. Raises NotAllowed."""
    check_may(by, Right.READ_CARE)
    return _said(_left(by.principal, outage).filter(about__in=ids_read_as(by.unit)))


def left_about(chains: Iterable[CareChain]) -> dict[str, LeftOpen]:
    """As `left_by_key` in the outages of chains of one principal."""
    outages = {chain.outage_id: chain for chain in chains}
    principal = next(iter(outages.values())).principal if outages else None
    return left_by_key(principal, [chain.outage for chain in outages.values()]) if principal else {}


def newest_of(left: Mapping[str, LeftOpen]) -> int:
    """What a part of a page is known by that shows what was left open: 0 where nothing was."""
    return max((row.pk for row in left.values()), default=0)


def left_by_key(principal: Principal, outages: Iterable[Outage]) -> dict[str, LeftOpen]:
    """What was left open so, by the key of each thing; no query where none of the outages is over."""
    over = [outage for outage in outages if not outage.is_open]
    return standing(principal, _left(principal, *over)) if over else {}


def _said(rows: QuerySet[LeftOpen]) -> list[LeftOpen]:
    return list(rows.select_related("user", "unit", "about"))


def keys_left(principal: Principal, *outages: Outage) -> set[str]:
    return set(standing(principal, _left(principal, *outages).only("keys", "at", "outage")))


def _left(principal: Principal, *outages: Outage) -> QuerySet[LeftOpen]:
    return LeftOpen.objects.filter(outage__in=outages, about__principal=principal)


def closed_at(outage: Outage, principal: Principal) -> datetime | None:
    """Since when the outage is closed for the principal; None where it is not, or no longer."""
    found = closing_of(outage, principal)
    return found.row.at if found and not found.came_in else None


def closing_of(outage: Outage, principal: Principal) -> ClosedNow | None:
    """The newest closing and what was entered after it; purged, it stays closed. Where there is none, one query."""
    row = next(iter(_newest(outage.pk, principal.pk)), None)
    if row is None:
        return None
    if outage.purged_at:
        return ClosedNow(row)
    entries = _entries(principal, outage)
    more = entered_since(row.counted, {kind: rows.count() for kind, rows in entries.items()})
    since: list[tuple[Entered | PaperHeld, datetime, int, int]] = [
        (kind, *_when_and_where(entries[kind]), count) for kind, count in more.items()
    ]
    left = keys_left(principal, outage)
    since += [
        (paper, paper.at, paper.unit_id, 1)
        for paper in papers().held(principal, outage, row.at)
        if paper.key not in left
    ]
    if not since:
        return ClosedNow(row)
    units = Unit.objects.filter(principal=principal).in_bulk({pk for _, _, pk, _ in since})
    came_in = [CameIn(what, at, units.get(pk), count) for what, at, pk, count in since]
    return ClosedNow(row, tuple(sorted(came_in, key=lambda one: one.at, reverse=True)))


@prepared
def _newest(outage_id: UUID, principal_id: int) -> QuerySet[OutageClosing]:
    rows = OutageClosing.objects.filter(outage=outage_id, unit__principal=principal_id)
    return rows.select_related("user", "unit").order_by("-pk")[:1]


def ended_once(outage_id: UUID, principal_id: int) -> bool:
    """Whether the principal may have closed the outage: somebody there has said that it was over, or it is."""
    return bool(_ended(outage_id, principal_id))


@prepared
def _ended(outage_id: UUID, principal_id: int) -> QuerySet[Outage, UUID]:
    over = Q(closed_at__isnull=False) | Q(
        Exists(PrincipalEnd.objects.filter(outage=OuterRef("pk"), principal=principal_id))
    )
    return Outage.objects.filter(over, pk=outage_id).order_by().values_list("pk", flat=True)


def is_closed_once(outage: Outage, principal: Principal) -> bool:
    """Whether it ever was closed for the principal."""
    return bool(_newest(outage.pk, principal.pk))


def counted(principal: Principal, outage: Outage) -> dict[str, int]:
    """How many rows there are of each kind that may make something open that was not, or make it another."""
    return {kind: rows.count() for kind, rows in _entries(principal, outage).items()}


def _entries(principal: Principal, outage: Outage) -> dict[Entered, QuerySet[Any]]:
    of_chain = _of_chains(principal, outage, "chain__")
    # Whoever is out again must be rung once more.
    ends = PrincipalEnd.objects.filter(Q(principal=principal) | Q(ended_at=None), outage=outage)
    return {
        Entered.EVENTS: CareChainEvent.objects.filter(**of_chain),
        Entered.CALLS: Handover.objects.filter(**of_chain),
        Entered.VERSIONS: CareChainDetails.objects.filter(**of_chain),
        Entered.JOINS: ChainJoin.objects.filter(**_of_chains(principal, outage, "kept__")),
        Entered.UNDONE: RegistrationMark.objects.filter(**of_chain, done=False),
        Entered.NOT_ACKNOWLEDGED: Acknowledgement.objects.filter(
            outage=outage, unit__principal=principal, done=False
        ),
        Entered.SAID: OutageReport.objects.filter(outage=outage),
        Entered.ENDS: ends,
    }


def _when_and_where(rows: QuerySet[Any]) -> tuple[datetime, int]:
    at = "at" if rows.model in (RegistrationMark, Acknowledgement) else "recorded_at"
    found: tuple[datetime, int] = rows.order_by(f"-{at}").values_list(at, "unit")[:1].get()
    return found
