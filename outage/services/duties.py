"""Who has somebody to ring about a chain, stored so that Läge finds its chains by one query."""

from collections import Counter, defaultdict
from datetime import datetime

from django.db.models import Min, Q, QuerySet

from contacts.models import Principal
from contacts.page_versions import EVERYBODY, changed, of_unit
from outage.models import CareChain, CareChainEvent, Duty, Outage, PrincipalEnd, RegistrationMark
from outage.queries.care_chains import units_to_ring_about, with_those_joined_into
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.outages import is_the_only_discharge, outage_for, recent_outages
from outage.queries.owed import closes_when_back, lines_in_system
from outage.queries.standing import awaited_by_unit, holder_of, own_parties, standing_of, units_to_ring
from outage.rules.routine import Effect


def settle(chain: CareChain) -> None:
    """Recompute the duties of `chain` from its rows; the last step of each write about it, in its transaction.

    One that was joined to another has none of its own: they are that one's.
    """
    before = units_to_ring_about(chain.pk)
    if chain.joined_to:
        Duty.objects.filter(chain=chain).delete()
        kept = chain.joined_to
        kept.outage, kept.principal = chain.outage, chain.principal
        chain = kept
    # As the principal sees it by now: what happened after its end is read in the system by those who are back.
    chain.outage = outage_for(chain.principal, chain.outage_id)
    log = log_of(chain.pk)
    Duty.objects.filter(chain=chain).delete()
    duties = Duty.objects.bulk_create(duties_of(chain, log))
    _tell_pages(chain, log, before ^ {duty.unit_id for duty in duties})


def _tell_pages(chain: CareChain, log: ChainLog, others: set[int]) -> None:
    """Of units that the trace's row did not know of: `others` no longer ring about the chain, or do from now on."""
    scopes = {of_unit(pk) for pk in with_those_joined_into(others)} if others else set()
    # The first discharge of an outage, and the last one that stands, say whether the routine applies.
    if any(chain.outage.routine.message(event.kind).effect is Effect.DISCHARGE for event in log.events):
        scopes |= {EVERYBODY} if is_the_only_discharge(chain.outage) else set()
    if scopes:
        changed(*scopes)


def duties_of(chain: CareChain, log: ChainLog) -> list[Duty]:
    """Unsaved."""
    entered = lines_in_system(chain, log)
    waits: dict[tuple[int, int, int | None], list[datetime]] = defaultdict(list)
    calls: dict[tuple[int, str], tuple[int, int | None]] = {}
    for owed in standing_of(chain, log).owed():
        if owed.closed is None:
            for unit in units_to_ring(chain, log, owed):
                back = closes_when_back(chain, log, owed, entered)
                waits[unit, owed.rank, back].append(owed.since)
                counted = calls.setdefault((unit, owed.target.whom), (owed.rank, back))
                calls[unit, owed.target.whom] = min(counted, (owed.rank, back), key=lambda row: row[0])
    counts = Counter((unit, *row) for (unit, _), row in calls.items())
    duties = [
        Duty(
            chain=chain,
            unit_id=unit,
            rank=rank,
            since=min(since),
            unless_back_id=back,
            calls=counts[unit, rank, back],
        )
        for (unit, rank, back), since in waits.items()
    ]
    for unit in {holder_of(chain, log, party) for party in own_parties(chain.principal)}:
        awaited = awaited_by_unit(chain, log, unit)
        if awaited:
            since = min(answer.since for answer in awaited)
            duties.append(Duty(chain=chain, unit_id=unit, rank=9, since=since, awaits=True))
    return duties


def settle_marked(outage: Outage, principal: Principal | None = None) -> None:
    """Recompute the duties of the chains (of one principal) in which a task was marked, or something happened after
    an end: with another end or scope that may not hold, and what it closed is owed again.
    """
    ends = PrincipalEnd.objects.filter(outage=outage, ended_at__isnull=False)
    first = ends.aggregate(at=Min("ended_at"))["at"]
    touched = Q(pk__in=RegistrationMark.objects.filter(chain__outage=outage).values("chain"))
    if first:
        late = CareChainEvent.objects.filter(chain__outage=outage, happened_at__gt=first)
        touched |= Q(pk__in=late.values("chain"))
    chains = CareChain.objects.filter(touched)
    if principal:
        chains = chains.filter(principal=principal)
    for chain in chains.select_related("unit", "principal"):
        settle(chain)


def settle_recent(**_: object) -> None:
    """Recompute the duties of all chains in reach: after an upgrade the rules may say something else."""
    _settle_in_reach(CareChain.objects.all())


def settle_followed() -> None:
    """Recompute the duties in which an answer may be given through the system: another outage was reported."""
    waiting = Duty.objects.filter(unless_back__isnull=False).values("chain")
    _settle_in_reach(CareChain.objects.filter(pk__in=waiting))


def _settle_in_reach(chains: QuerySet[CareChain]) -> None:
    for principal in Principal.objects.filter(pk__in=chains.values("principal")):
        for outage in recent_outages(principal):
            for chain in chains.filter(outage=outage, principal=principal).select_related("unit"):
                chain.outage, chain.principal = outage, principal
                settle(chain)
