"""What is owed now: the chains in which a unit still has somebody to ring, found by one query among thousands, and what
one chain's log says of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from contacts.access import Acting, can
from contacts.models import Principal
from contacts.queries.branches import units_of_branch
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from outage.models import CareChain, CareChainEvent, ChainState, OpenItem, Outage, StateKind
from outage.models.chain_state import TO_RING, is_answer
from outage.queries.care_chains import seen_by
from outage.queries.chain_lists import Known, ListedChains, ListedIds, as_text
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.counted import outage_at
from outage.queries.outages import down_again, is_out_again, principals_back
from outage.queries.standing import awaited_by_unit, open_item_of, row_of, standing_of, units_to_ring
from outage.queries.tasks import entered_lines
from outage.queries.whereabouts import line_of
from outage.rules.awaited import AwaitedAnswer
from outage.rules.back_registration import ChainStatus
from outage.rules.owed import ChainStanding
from outage.rules.told import Owed, Standing


def chains_seen(
    acting: Acting, *outages: Outage, newest_first: bool = False, known: Known | None = None
) -> ListedChains:
    """As `visible_chains`, by number: those of one outage after those of another. A query for each outage."""
    asked = acting.principal.pk, ids_read_as(acting.unit)
    may = can(acting, Right.READ_CARE)
    ids = ListedIds([pk for each in outages for pk in _seen(*asked, each.pk)] if may else [])
    return ListedChains(acting, outages, ids[::-1] if newest_first else ids, known)


@prepared
def _seen(principal_id: int, units: tuple[int, ...], outage_id: UUID) -> QuerySet[CareChain, str]:
    return seen_by(principal_id, units, [outage_id]).values_list(as_text("pk"), flat=True)


def chains_seen_and_missing(acting: Acting, outage: Outage) -> tuple[ListedChains, ListedChains]:
    """As `chains_seen`, and of these those of whom it is not known how the patient came to the ward, nor decided (case
    18). Found together: to find the first takes the most.
    """
    may = can(acting, Right.READ_CARE)
    found = _seen_of_units(acting.principal.pk, ids_read_as(acting.unit), outage.pk) if may else []
    units = tuple(sorted({unit for _, unit in found}))
    without = {*_missing(acting.principal.pk, outage.pk, units)} if units else set()
    seen = [pk for pk, _ in found]
    missing = [pk for pk in seen if pk in without]
    return ListedChains(acting, [outage], ListedIds(seen)), ListedChains(acting, [outage], ListedIds(missing))


@prepared
def _seen_of_units(
    principal_id: int, units: tuple[int, ...], outage_id: UUID
) -> QuerySet[CareChain, tuple[str, int]]:
    return seen_by(principal_id, units, [outage_id]).values_list(as_text("pk"), "unit")


@prepared
def _missing(principal_id: int, outage_id: UUID, units: tuple[int, ...]) -> QuerySet[ChainState, str]:
    """It is kept of the unit that opened the chain: to ask each of thousands of chains takes longer."""
    rows = ChainState.objects.filter(
        outage=outage_id, principal=principal_id, unit__in=units, what=StateKind.MISSING
    )
    return rows.order_by().values_list(as_text("chain"), flat=True)


def chains_with_calls_owed(acting: Acting, *outages: Outage, known: Known | None = None) -> ListedChains:
    """Those in which the acting unit still has somebody to ring, the most urgent first; `outages` holds at least
    one.
    """
    return _listed(StateKind.OWED, acting, outages, known)


def count_calls_owed(acting: Acting, outage: Outage) -> int:
    """In how many chains the acting unit still has somebody to ring, or to ring back. Where nobody is back yet none of
    them is left out: the database counts.
    """
    if not can(acting, Right.READ_CARE):
        return 0
    asked = acting.unit.pk, acting.principal.pk, outage.pk
    if outage.is_open:
        return sum(_count(*asked))
    return len({chain for *_, chain in left_in(acting.principal, [outage], _to_ring(*asked))})


@prepared
def _count(unit_id: int, principal_id: int, outage_id: UUID) -> QuerySet[ChainState, int]:
    rows = _to_ring_in(unit_id, principal_id, outage_id).values("outage")
    return rows.annotate(n=Count("chain", distinct=True)).values_list("n", flat=True)


@prepared
def _to_ring(unit_id: int, principal_id: int, outage_id: UUID) -> QuerySet[ChainState, tuple[Any, ...]]:
    return _to_ring_in(unit_id, principal_id, outage_id).values_list(*READ_THERE, "chain")


def _to_ring_in(unit_id: int, principal_id: int, outage_id: UUID) -> QuerySet[ChainState]:
    rows = ChainState.objects.filter(what__in=TO_RING, unit=unit_id, principal=principal_id, outage=outage_id)
    return rows.order_by()


def chains_with_answers_awaited(acting: Acting, *outages: Outage, known: Known | None = None) -> ListedChains:
    """The acting unit waits for an answer in them (R2.2), the longest wait first."""
    return _listed(StateKind.AWAITED, acting, outages, known)


def _listed(what: StateKind, acting: Acting, outages: Sequence[Outage], known: Known | None) -> ListedChains:
    if not can(acting, Right.READ_CARE):
        return ListedChains(acting, outages, [], known)
    asked = str(what), acting.unit.pk, acting.principal.pk, *(outage.pk for outage in outages)
    if all(outage.is_open for outage in outages):
        # Nobody is back yet: none is left out, and the database does it all.
        return ListedChains(acting, outages, ListedIds(_in_order(*asked)), known)
    first: dict[UUID, tuple[int, datetime, int]] = {}
    for row in left_in(acting.principal, outages, _kept(*asked)):
        since, chain_id, rank, number = row[_SINCE], *row[len(READ_THERE) :]
        known_rank, known_since, _ = first.get(chain_id, (rank, since, number))
        first[chain_id] = (min(rank, known_rank), min(since, known_since), number)
    in_order = sorted(first.items(), key=itemgetter(1))
    return ListedChains(acting, outages, [pk for pk, _ in in_order], known)


@prepared
def _in_order(what: str, unit_id: int, principal_id: int, *outage_ids: UUID) -> QuerySet[ChainState, str]:
    rows = _of_unit(what, unit_id, principal_id, outage_ids).values("chain", "chain__number")
    in_order = rows.annotate(urgent=Min("rank"), longest=Min("since"))
    return in_order.order_by("urgent", "longest", "chain__number").values_list(as_text("chain"), flat=True)


@prepared
def _kept(
    what: str, unit_id: int, principal_id: int, *outage_ids: UUID
) -> QuerySet[ChainState, tuple[Any, ...]]:
    rows = _of_unit(what, unit_id, principal_id, outage_ids)
    return rows.values_list(*READ_THERE, "chain", "rank", "chain__number")


def _of_unit(what: str, unit_id: int, principal_id: int, outages: tuple[UUID, ...]) -> QuerySet[ChainState]:
    rows = ChainState.objects.filter(what=what, unit=unit_id, principal=principal_id, outage__in=outages)
    return rows.order_by()


# The columns that `left_in` goes by.
READ_THERE = ("outage", "reads_in", "since", "ticked", "message")
_SINCE = READ_THERE.index("since")


def left_in(
    principal: Principal, outages: Iterable[Outage], rows: Iterable[tuple[Any, ...]]
) -> Iterable[tuple[Any, ...]]:
    """Those of `rows`, which begin with READ_THERE, that nobody reads in the system by now."""
    over = {outage.pk: outage for outage in outages if not outage.is_open}
    for row in rows:
        outage_id, reads_in, since, ticked, message = row[: len(READ_THERE)]
        if outage_id not in over or not is_read_there(
            over[outage_id], principal, reads_in, since, ticked=ticked, message=message
        ):
            yield row


def is_read_there(
    outage: Outage, principal: Principal, reads_in: int | None, since: datetime, *, ticked: bool, message: str
) -> bool:
    """Whether what is owed, by its columns, is read in the system by now, where the place's principal is back: what has
    been entered, and what happened after the own end. An answer is given there, unless the system is down again: ours,
    and one that is waited for, which has no `message`.

    The outage is as `principal` sees it. In one that it has purged nothing is owed: nobody knows what or of whom.
    """
    if outage.purged_at:
        return True
    if reads_in is None or outage.is_open or reads_in not in _back_in(outage):
        return False
    if not message or is_answer(message):
        return not is_out_again(outage, principal, reads_in)
    return ticked or (outage.was_over_at(since) and down_again(outage, principal, since) is None)


def standing_now(chain: CareChain, log: ChainLog) -> ChainStanding:
    """Includes what those who are back in the system read there by now.

    The chain comes with its outage as its principal sees it.
    """
    standing = standing_of(chain, log)
    if chain.outage.is_open:
        return standing
    back, readers = _back_in(chain.outage), readers_of(standing, log)
    places = frozenset(place for place, principal in readers.items() if principal in back)
    answered = frozenset(
        place for place in places if not is_out_again(chain.outage, chain.principal, readers[place])
    )
    return replace(standing, entered=lines_in_system(chain, log), back=places, answered=answered)


def readers_of(standing: ChainStanding, log: ChainLog) -> dict[str, int | None]:
    """Whose each place is that the chain names now, by its key: a former one does not read of the patient any more."""
    return {standing.same(key): principal_of(log, key) for key in standing.now.places.values()}


def _back_in(outage: Outage) -> set[int]:
    """Cached on the outage: a list of chains asks for each of them."""
    found: set[int] | None = outage.__dict__.get("principals_back")
    if found is None:
        found = outage.__dict__["principals_back"] = principals_back(outage)
    return found


def lines_in_system(chain: CareChain, log: ChainLog) -> frozenset[str]:
    """The first ids of the events that those who are back read in the system: what valid ticks say was entered, and
    what happened after the own end, unless the system was down again.
    """
    after = (event for event in log.live_events if outage_at(chain, event.happened_at) is None)
    return entered_lines(chain, log) | {str(line_of(log, event).pk) for event in after}


def awaited_now(chain: CareChain, log: ChainLog, unit_id: int) -> list[AwaitedAnswer]:
    """As `awaited_by_unit`, but for those who answer in the system by now."""
    standing = standing_now(chain, log)
    return [
        answer
        for answer in awaited_by_unit(chain, log, unit_id)
        if standing.place_of(answer.sender) not in standing.answered
    ]


def event_standings(chain: CareChain, log: ChainLog, event: CareChainEvent) -> tuple[Standing, ...]:
    """How far each one who must be told of a stored event has been told."""
    return standing_now(chain, log).standings(row_of(event))


def earlier_of_sip(event: CareChainEvent) -> list[CareChainEvent]:
    """The other standing messages of the same sender about the SIP of a stored event, oldest first."""
    log = log_of(event.chain_id)
    return [log.by_text[row.id] for row in standing_of(event.chain, log).earlier_of_sip(row_of(event))]


def open_item_for(event: CareChainEvent, recipient: str) -> OpenItem | None:
    """The standing open item of a discharge for a recipient by its key, if it must still be told."""
    chain, log = event.chain, log_of(event.chain_id)
    whom = (s.target.whom for s in event_standings(chain, log, event) if s.target.key == recipient)
    return open_item_of(chain, log, log.items_of(event), next(whom, ""))


def owed_by_unit(chain: CareChain, log: ChainLog, unit_id: int) -> list[Owed]:
    """What the unit is still to tell about the chain, closed ones included."""
    return [o for o in standing_now(chain, log).owed if unit_id in units_to_ring(chain, log, o)]


def principal_of(log: ChainLog, place: str) -> int | None:
    """The id of the principal whose place it is; None for an unlisted place, which does not use the system."""
    kind, _, pk = place.partition(":")
    if kind == "principal":
        return int(pk)
    units = (unit for row in log.versions for unit in (row.ward_unit, row.outpatient_unit) if unit)
    return next((unit.principal_id for unit in units if kind == "unit" and unit.pk == int(pk)), None)


def chains_with_a_place_to_find(
    acting: Acting, outage: Outage, *, known: Known | None = None
) -> ListedChains:
    """The acting unit's own chains of `outage` with a place not known yet, and nobody to ring yet either: where
    somebody is, the place is listed among the calls.
    """
    may = can(acting, Right.READ_CARE) and outage.is_open and not outage.purged_at
    ids = _to_find(acting.principal.pk, acting.unit.pk, outage.pk) if may else []
    return ListedChains(acting, [outage], ids, known)


@prepared
def _to_find(principal_id: int, unit_id: int, outage_id: UUID) -> QuerySet[CareChain, UUID]:
    # Everybody knows the ward, or that there is none: a chain is not opened without.
    unknown = _not_known("municipality", Party.MUNICIPALITY) | _not_known("outpatient_unit", Party.OUTPATIENT)
    of_outage = {"outage": outage_id, "principal": principal_id}
    chains = CareChain.objects.filter(
        unknown, joined_to=None, details__status=ChainStatus.OK, **of_outage
    ).order_by()
    owed = ChainState.objects.filter(unit=unit_id, what=StateKind.OWED, **of_outage).values("chain")
    # Each found by an index of its own, and once, as those of `seen_by`.
    own, here = chains.filter(unit=unit_id), chains.filter(ward_unit=unit_id).exclude(unit=unit_id)
    found = CareChain.objects.filter(pk__in=own.values("pk").union(here.values("pk"), all=True))
    found = found.exclude(pk__in=owed)
    return found.order_by("number").values_list("pk", flat=True)


def _not_known(column: str, party: Party) -> Q:
    return Q(**{f"details__{column}": None}) & ~Q(details__other_ids__has_key=party.value)


def calls_left(acting: Acting, *outages: Outage) -> dict[str, int]:
    """Calls left to make in `outages` for the own principal and branch (`all`), the number of `patients` they concern,
    and those of the `own` unit.
    """
    branch = units_of_branch(acting.unit).order_by().values("pk")
    rows = ChainState.objects.filter(outage__in=outages, what__in=TO_RING, chain__unit__in=branch)
    told_apart = rows.order_by().values_list(*READ_THERE, "chain", "unit", "whom", "rung")
    calls = {row[len(READ_THERE) :] for row in left_in(acting.principal, outages, told_apart)}
    return {
        "all": len(calls),
        "patients": len({chain for chain, *_ in calls}),
        "own": sum(unit == acting.unit.pk for _, unit, *_ in calls),
    }
