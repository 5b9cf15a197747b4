"""Överlämning: a unit's hand-overs of an outage, and what is open for it now."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting, can
from contacts.models import Membership
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.permissions import Right, roles_with
from contacts.seen import counting
from outage.models import ChainState, Outage, ShiftHandover, StateKind
from outage.queries.closing import acknowledgement_of, took_part
from outage.queries.doers import does
from outage.queries.outages import earlier_outages
from outage.queries.owed import (
    chains_seen,
    chains_with_a_place_to_find,
    chains_with_answers_awaited,
    chains_with_calls_owed,
    is_read_there,
)
from outage.queries.papers import PaperOut, paper_left, papers
from outage.queries.task_logs import task_logs_of
from outage.queries.tasks import ticks_of
from outage.rules.paper import PaperLeft
from outage.rules.shift import Handed
from outage.rules.ticks import to_do
from outage.rules.told import minute_of

# Each chain has to be worked out from its log. No unit has so many.
MOST_COUNTED = 200
_RIGHTS = (Right.READ_CARE, Right.LOG_CARE)


def may_hand_over(acting: Acting) -> bool:
    """Whether shifts are handed over in the assignment: it reads care chains, and logs in them."""
    return all(can(acting, right) for right in _RIGHTS)


def handovers_of(acting: Acting, outages: Iterable[Outage]) -> list[ShiftHandover]:
    """The acting unit's in any of `outages`, the newest first, with who made and took over each; what was told in it is
    not read. One that waits is waited for though an outage starts again (`outages_of_shift`).
    """
    ids = tuple(outage.pk for outage in outages)
    return _handovers(ids, ids_read_as(acting.unit)) if may_hand_over(acting) else []


@prepared
def _handovers(outage_ids: tuple[UUID, ...], units: tuple[int, ...]) -> QuerySet[ShiftHandover]:
    return _listed(outage_ids, units)


def _listed(outage_ids: tuple[UUID, ...], units: tuple[int, ...]) -> QuerySet[ShiftHandover]:
    found = ShiftHandover.objects.filter(outage__in=outage_ids, unit__in=units)
    return found.defer("left", "text").select_related("user", "to", "takeover__user").order_by("-at", "pk")


def newest_handover(acting: Acting, outages: Iterable[Outage]) -> ShiftHandover | None:
    """As `handovers_of`; for pages that are asked for often."""
    ids = tuple(outage.pk for outage in outages)
    found = _newest(ids, ids_read_as(acting.unit)) if may_hand_over(acting) else []
    return found[0] if found else None


@prepared
def _newest(outage_ids: tuple[UUID, ...], units: tuple[int, ...]) -> QuerySet[ShiftHandover]:
    return _listed(outage_ids, units)[:1]


def get_shift(acting: Acting, shift_id: UUID) -> ShiftHandover:
    """One of the acting unit's, with all that was told; raises DoesNotExist for any other."""
    if not may_hand_over(acting):
        raise ShiftHandover.DoesNotExist
    found = ShiftHandover.objects.select_related("user", "to", "unit", "takeover__user")
    return found.get(pk=shift_id, unit__in=ids_read_as(acting.unit))


def texts_of(acting: Acting, handovers: Iterable[ShiftHandover]) -> dict[UUID, str]:
    """What was typed in some of `handovers_of`, by the id."""
    ids = [row.pk for row in handovers] if may_hand_over(acting) else []
    found = ShiftHandover.objects.filter(pk__in=ids, unit__in=ids_read_as(acting.unit)) if ids else ()
    return {row.pk: row.text for row in found}


def handed(handovers: Iterable[ShiftHandover]) -> list[Handed]:
    """As the rules have them."""
    return [
        Handed(at=row.at, taken_at=row.takeover.at if hasattr(row, "takeover") else None) for row in handovers
    ]


def outages_of_shift(acting: Acting, outage: Outage) -> tuple[Outage, ...]:
    """Those of which something may be open beside it, itself first."""
    return (outage, *earlier_outages(acting.principal, outage))


def may_come(acting: Acting) -> list[Membership]:
    """The assignments in force of those whom one can hand over to, in Swedish order of people: not oneself."""
    roles = set.intersection(*(set(roles_with(right)) for right in _RIGHTS))
    found = Membership.objects.filter(
        unit__in=ids_read_as(acting.unit),
        active=True,
        unit__active=True,
        user__is_active=True,
        role__in=roles,
    ).exclude(user=acting.user)
    by_person: dict[int, Membership] = {}
    for row in found.select_related("user", "unit").order_by("user__sort_key", "user", "pk"):
        by_person.setdefault(row.user_id, row)
    return list(by_person.values())


@dataclass(frozen=True, slots=True)
class Registering:
    """The acting unit's efterregistrering of an outage that has ended: how many tasks are done, and of how many; None
    where there are more chains than are counted by the way. `acknowledge`: it has messages that it has not said to have
    acknowledged.
    """

    outage: Outage
    done: tuple[int, int] | None
    acknowledge: bool


@dataclass(frozen=True, slots=True)
class OpenNow:
    """What is open for the acting unit: chains and calls by their ids, in the order to show them. `registering` is of
    each outage that has ended, of those before the one in view where something is left; `paper` has no printed sheets:
    they are among the `papers`.
    """

    outages: tuple[Outage, ...]
    owed: Sequence[UUID]
    awaited: Sequence[UUID]
    places: Sequence[UUID]
    ring_back: list[UUID]
    papers: list[PaperOut]
    paper: PaperLeft
    registering: list[Registering]


def open_now(acting: Acting, outage: Outage) -> OpenNow:
    """The number of queries does not depend on how much it is; chains and calls are read by the page that is shown."""
    outages = outages_of_shift(acting, outage)
    return OpenNow(
        outages=outages,
        owed=chains_with_calls_owed(acting, *outages).ids,
        awaited=chains_with_answers_awaited(acting, *outages).ids,
        places=chains_with_a_place_to_find(acting, outage).ids,
        ring_back=calls_to_ring_back(acting, *outages),
        papers=papers().of(acting.unit),
        paper=replace(paper_left(acting), printed=0),
        registering=_registering(acting, outages),
    )


def _registering(acting: Acting, outages: Sequence[Outage]) -> list[Registering]:
    found = [
        Registering(each, _tasks_done(acting, each), _is_to_acknowledge(acting, each))
        for each in outages
        if not (each.is_open or each.purged_at)
    ]
    return [
        each
        for each in found
        if each.outage == outages[0] or each.acknowledge or each.done is None or each.done[0] < each.done[1]
    ]


def _is_to_acknowledge(acting: Acting, outage: Outage) -> bool:
    return acknowledgement_of(outage, acting.unit) is None and took_part(acting.unit, outage)


def calls_to_ring_back(acting: Acting, *outages: Outage) -> list[UUID]:
    """The acting unit's calls that asked to be rung back, and that no call has answered since, the oldest first."""
    if not can(acting, Right.READ_CARE):
        return []
    here = tuple(outage.pk for outage in outages if not outage.purged_at)
    asked = acting.principal.pk, ids_read_as(acting.unit), here
    calls = sorted(_to_ring_back(*asked), key=lambda row: (minute_of(row[1]), row[2]))
    return [pk for pk, *_ in calls]


@prepared
def _to_ring_back(
    principal_id: int, units: tuple[int, ...], outage_ids: tuple[UUID, ...]
) -> QuerySet[ChainState, tuple[UUID, datetime, datetime]]:
    rows = ChainState.objects.filter(
        what=StateKind.RING_BACK, outage__in=outage_ids, principal=principal_id, unit__in=units
    )
    return rows.order_by().values_list("rung", "since", "rung__recorded_at")


def _tasks_done(acting: Acting, outage: Outage) -> tuple[int, int] | None:
    listed = chains_seen(acting, outage)
    if listed.count() > MOST_COUNTED:
        return None
    chains = listed[:]
    logs = task_logs_of(chains)
    with counting():
        found = [
            each
            for chain in chains
            for each in to_do(*ticks_of(chain, logs[chain.pk]))
            if does(acting, chain, logs[chain.pk], each.by, each.key)
        ]
    return sum(each.done for each in found), len(found)


def tasks_left_after(acting: Acting, outages: Iterable[Outage]) -> dict[UUID, int | None]:
    """How much of its efterregistrering of each that has ended the acting unit has left, where anything is; None as in
    `Registering`.
    """
    found = [(each.pk, _tasks_done(acting, each)) for each in outages if not (each.is_open or each.purged_at)]
    left = {pk: done and done[1] - done[0] for pk, done in found}
    return {pk: count for pk, count in left.items() if count != 0}


Left = dict[str, list[dict[str, Any]]]


def left_open(acting: Acting, outage: Outage) -> dict[str, Any]:
    """What is open for the acting unit now, by what it is: to keep with a hand-over, and to compare with one.

    Who a patient is stands nowhere in it, nor who somebody is that is to be rung.
    """
    now = open_now(acting, outage)
    return {
        **_kept(acting, now.outages),
        "places": [{"chain": str(pk)} for pk in now.places],
        "ring_back": [{"call": str(pk)} for pk in now.ring_back],
        "papers": [{"serial": paper.serial} for paper in now.papers],
        "paper": asdict(now.paper),
        "tasks": [_tasks_left(each) for each in now.registering],
    }


def _tasks_left(each: Registering) -> dict[str, Any]:
    began = each.outage.current.started_at.isoformat()
    done = {"done": each.done and [*each.done], "acknowledge": each.acknowledge}
    return {"outage": str(each.outage.pk), "began": began} | done


def _kept(acting: Acting, outages: Sequence[Outage]) -> Left:
    by_id = {outage.pk: outage for outage in outages}
    calls: list[dict[str, Any]] = []
    awaited: list[dict[str, Any]] = []
    if not can(acting, Right.READ_CARE):
        return {"calls": calls, "awaited": awaited}
    rows = _states(acting.unit.pk, acting.principal.pk, *by_id)
    for what, outage_id, chain, since, kind, party, reads_in, ticked, message, whom, *rest in rows:
        read = {"ticked": ticked, "message": message}
        if is_read_there(by_id[outage_id], acting.principal, reads_in, since, **read):
            continue
        said = {"chain": str(chain), "kind": kind, "party": party, "since": since.isoformat()}
        if what == StateKind.AWAITED:
            awaited.append(said)
        else:
            told = dict(zip(("state", "tries", "retracts", "open_item"), rest, strict=True))
            calls.append(said | {"whom": whom, "message": message} | told)
    return {"calls": calls, "awaited": awaited}


@prepared
def _states(unit_id: int, principal_id: int, *outage_ids: UUID) -> QuerySet[ChainState, tuple[Any, ...]]:
    rows = ChainState.objects.filter(
        what__in=(StateKind.OWED, StateKind.AWAITED),
        unit=unit_id,
        principal=principal_id,
        outage__in=outage_ids,
    )
    return rows.order_by("rank", "since", "chain", "position").values_list(
        "what",
        "outage",
        "chain",
        "since",
        "kind",
        "party",
        "reads_in",
        "ticked",
        "message",
        "whom",
        "state",
        "tries",
        "retracts",
        "open_item",
    )
