"""Who has somebody to ring about a chain, stored so that Läge finds its chains by one question."""

from collections import Counter, defaultdict
from datetime import datetime

from contacts.models import Principal
from outage.models import CareChain, Duty, Outage, RegistrationMark
from outage.queries.care_chains import ChainLog, logs_of
from outage.queries.outages import outage_for, recent_outages
from outage.queries.owed import closes_when_back
from outage.queries.standing import awaited_by_unit, holder_of, own_parties, standing_of, units_to_ring
from outage.queries.tasks import entered_lines


def settle(chain: CareChain) -> None:
    """Make the duties of `chain` anew from its rows; the last step of each write about it, in its transaction.

    One that was joined to another has none of its own: they are that one's.
    """
    if chain.joined_to:
        Duty.objects.filter(chain=chain).delete()
        kept = chain.joined_to
        kept.outage, kept.principal = chain.outage, chain.principal
        chain = kept
    log = logs_of([chain.pk])[chain.pk]
    Duty.objects.filter(chain=chain).delete()
    Duty.objects.bulk_create(duties_of(chain, log))


def duties_of(chain: CareChain, log: ChainLog) -> list[Duty]:
    """The duties that follow from the rows of `chain`, not saved yet."""
    entered = entered_lines(chain, log)
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
    """Make anew the duties of the chains (of one principal) in which a task was marked: by another end or scope the
    mark may not hold, and what it closed is owed again.
    """
    marked = RegistrationMark.objects.filter(chain__outage=outage)
    if principal:
        marked = marked.filter(chain__principal=principal)
    for chain in CareChain.objects.filter(pk__in=marked.values("chain")).select_related("unit", "principal"):
        chain.outage = outage_for(chain.principal, outage.pk)
        settle(chain)


def settle_recent(**_: object) -> None:
    """Make the duties of all chains in reach anew: after a change of version the rules may say something else."""
    for principal in Principal.objects.all():
        for outage in recent_outages(principal):
            for chain in CareChain.objects.filter(outage=outage, principal=principal).select_related("unit"):
                chain.outage, chain.principal = outage, principal
                settle(chain)
