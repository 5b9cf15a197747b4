"""The chains in which a unit still has somebody to ring, so that thousands of them cost no more queries than ten."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from contacts.access import Acting, can
from contacts.queries.branches import units_of_branch
from contacts.queries.prepared import prepared
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from outage.models import CareChain, CareChainEvent, Duty, OpenItem, Outage
from outage.queries.care_chains import seen_by, visible_chains
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.outages import is_followed, principals_back
from outage.queries.standing import open_item_of, row_of, standing_of, units_to_ring
from outage.queries.tasks import entered_lines, line_of, outage_at
from outage.rules.back_registration import ChainStatus
from outage.rules.owed import ChainStanding
from outage.rules.told import Owed, Standing


class OwedChains:
    """The chains in which a unit still has somebody to ring, or waits for an answer, the most urgent first.

    Supports count and slicing. Which they are was computed as their rows were written (`Duty`); only the chains of
    a slice are read in full.
    """

    def __init__(self, acting: Acting, outages: Iterable[Outage], *, awaits: bool = False) -> None:
        self._acting = acting
        self._awaits = awaits
        self._outages = {outage.pk: outage for outage in outages}

    @cached_property
    def ids(self) -> list[UUID]:
        if not can(self._acting, Right.READ_CARE):
            return []
        back = {o.pk: set() if o.is_open else principals_back(o) for o in self._outages.values()}
        first: dict[UUID, tuple[int, datetime, int]] = {}
        rows = _duties(self._acting.unit.pk, self._acting.principal.pk, *self._outages)
        for awaits, outage_id, unless_back, chain_id, rank, since, number in rows:
            if awaits is self._awaits and unless_back not in back[outage_id]:
                known_rank, known_since, _ = first.get(chain_id, (rank, since, number))
                first[chain_id] = (min(rank, known_rank), min(since, known_since), number)
        return sorted(first, key=first.__getitem__)

    def count(self) -> int:
        return len(self.ids)

    def page(self, size: int, number: str | None) -> Page[CareChain]:
        return Paginator(self, size).get_page(number)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, chain: CareChain) -> bool:
        return chain.pk in self.ids

    def __getitem__(self, part: slice) -> list[CareChain]:
        wanted = self.ids[part]
        chains = visible_chains(self._acting, *self._outages.values()).in_bulk(wanted)
        return [chains[pk] for pk in wanted if pk in chains]


@prepared
def _duties(unit_id: int, principal_id: int, *outage_ids: UUID) -> QuerySet[Duty, tuple[Any, ...]]:
    seen = seen_by(CareChain.objects.filter(outage__in=outage_ids), principal_id, unit_id, outage_ids)
    return Duty.objects.filter(unit=unit_id, chain__in=seen.values("pk")).values_list(
        "awaits", "chain__outage", "unless_back", "chain", "rank", "since", "chain__number"
    )


def standing_now(chain: CareChain, log: ChainLog) -> ChainStanding:
    """Includes what those who are back in the system read there by now.

    The chain comes with its outage as its principal sees it.
    """
    standing = standing_of(chain, log)
    if chain.outage.is_open:
        return standing
    back = _back_in(chain.outage)
    places = frozenset(key for key in standing.now.places.values() if principal_of(log, key) in back)
    answered = frozenset() if is_followed(chain.outage, chain.principal) else places
    return replace(standing, entered=lines_in_system(chain, log), back=places, answered=answered)


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


def event_standings(chain: CareChain, log: ChainLog, event: CareChainEvent) -> tuple[Standing, ...]:
    """How far each one who must be told of a stored event has been told."""
    return standing_now(chain, log).standings(row_of(event))


def open_item_for(event: CareChainEvent, recipient: str) -> OpenItem | None:
    """The standing open item of a discharge for a recipient by its key, if it must still be told."""
    chain, log = event.chain, log_of(event.chain_id)
    whom = (s.target.whom for s in event_standings(chain, log, event) if s.target.key == recipient)
    return open_item_of(chain, log, log.items_of(event), next(whom, ""))


def owed_by_unit(chain: CareChain, log: ChainLog, unit_id: int) -> list[Owed]:
    """What the unit is still to tell about the chain, closed ones included."""
    return [o for o in standing_now(chain, log).owed() if unit_id in units_to_ring(chain, log, o)]


def principal_of(log: ChainLog, place: str) -> int | None:
    """The id of the principal whose place it is; None for an unlisted place, which does not use the system."""
    kind, _, pk = place.partition(":")
    if kind == "principal":
        return int(pk)
    units = (unit for row in log.versions for unit in (row.ward_unit, row.outpatient_unit) if unit)
    return next((unit.principal_id for unit in units if kind == "unit" and unit.pk == int(pk)), None)


def closes_when_back(chain: CareChain, log: ChainLog, owed: Owed, entered: frozenset[str]) -> int | None:
    """The id of the principal that, once back, reads it in the system: what has been entered, but never a discharge.

    An answer is given there, unless it is down again.
    """
    if owed.answer:
        followed = is_followed(chain.outage, chain.principal)
        return None if followed else principal_of(log, owed.target.place)
    standing = standing_of(chain, log)
    line = standing.line_of(owed.id)
    if owed.urgent or line is None or line not in entered or owed.retracts:
        return None
    return principal_of(log, owed.target.place)


def chains_with_answers_awaited(acting: Acting, *outages: Outage) -> OwedChains:
    """The acting unit waits for an answer in them (R2.2), the longest wait first."""
    return OwedChains(acting, outages, awaits=True)


def chains_with_calls_owed(acting: Acting, *outages: Outage) -> OwedChains:
    """`outages` holds at least one."""
    return OwedChains(acting, outages)


def chains_with_a_place_to_find(acting: Acting, outage: Outage) -> QuerySet[CareChain]:
    """The acting unit's own chains of `outage` with a place not known yet, and nobody to ring yet either: where
    somebody is, the place is listed among the calls.
    """
    # Everybody knows the ward, or that there is none: a chain is not opened without.
    unknown = _not_known("municipality", Party.MUNICIPALITY) | _not_known("outpatient_unit", Party.OUTPATIENT)
    chains = visible_chains(acting, outage)
    return (
        (chains if outage.is_open else chains.none())
        .filter(
            unknown, Q(details__ward_unit=acting.unit) | Q(unit=acting.unit), details__status=ChainStatus.OK
        )
        .exclude(pk__in=Duty.objects.filter(unit=acting.unit, awaits=False).values("chain"))
    )


def _not_known(column: str, party: Party) -> Q:
    return Q(**{f"details__{column}": None}) & ~Q(details__other_ids__has_key=party.value)


def calls_left(acting: Acting, outage: Outage) -> dict[str, int]:
    """Calls left to make for the own principal and branch (`all`), the number of `patients` they concern, and those
    of the `own` unit.
    """
    branch = units_of_branch(acting.unit).order_by().values("pk")
    left = Duty.objects.filter(chain__outage=outage, chain__unit__in=branch, awaits=False)
    return left.aggregate(
        all=Sum("calls", default=0),
        patients=Count("chain", distinct=True),
        own=Sum("calls", default=0, filter=Q(unit=acting.unit)),
    )
