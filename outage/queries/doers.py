"""Which unit enters what is to be entered afterwards (R4), and which keep a chain in sight for it."""

from contacts.access import Acting
from contacts.queries.joined import is_read_as
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.queries.chain_log import ChainLog
from outage.queries.standing import holder_of, own_parties, own_unit
from outage.queries.whereabouts import line_of
from outage.rules.back_registration import Family
from outage.rules.doers import Named, ward_at
from outage.rules.routine import Effect
from outage.rules.told import PlaceChange

# The outcome of the routine by which what is logged is entered, and by whom.
_ENTERED_BY = {Effect.ADMISSION: "1", Effect.DISCHARGE: "3", Effect.SIP: "5"}


def doer_of(chain: CareChain, log: ChainLog, by: Party, task: str) -> int:
    """The id of the unit that does a task of `by`, by the task's key: a discharge is entered by the ward whose patient
    it was, anything else by whoever is that party now.
    """
    family, _, line = task.partition(":")
    event = log.by_text.get(line) if (family, by) == (Family.STAY.value, Party.INPATIENT) else None
    if event and _effect(chain, event) is Effect.DISCHARGE:
        return _ward_then(chain, log, event) or holder_of(chain, log, by)
    return holder_of(chain, log, by)


def does(acting: Acting, chain: CareChain, log: ChainLog, by: Party | None, task: str) -> bool:
    """Whether the acting unit does a task: the one that it holds up. What is decided by hand is each one's."""
    if by is None or by not in own_parties(chain.principal):
        return by is None
    doer = doer_of(chain, log, by, task)
    return doer == acting.unit.pk or (by in acting.parties and is_read_as(acting.unit, doer))


def units_in_sight(chain: CareChain, log: ChainLog) -> set[int]:
    """The ids of the units that the chain no longer names, and that do something of what is to be entered, or have what
    was entered to undo.
    """
    parties, details = own_parties(chain.principal), log.versions[-1]
    found: set[int] = set()
    for event in _to_be_entered(log):
        key = _ENTERED_BY.get(_effect(chain, event))
        by = chain.outage.routine.outcomes[key].by if key else None
        if by not in parties:
            continue
        found.add(doer_of(chain, log, by, f"{Family.STAY.value}:{event.pk}"))
    return found - {chain.unit_id, details.ward_unit_id, details.outpatient_unit_id}


def wards_said_to_discharge(chain: CareChain, log: ChainLog) -> set[str]:
    """The keys of the wards that discharged the patient by what others logged: a change of ward may put that right."""
    discharges = [one for one in _to_be_entered(log) if _effect(chain, one) is Effect.DISCHARGE]
    said = [one for one in discharges if not _is_of_ward(chain, log, one)]
    return {f"unit:{_ward_then(chain, log, one)}" for one in said}


def _to_be_entered(log: ChainLog) -> list[CareChainEvent]:
    """The first row of each event that stands and may be to enter, and of each that was entered."""
    found = {line_of(log, event).pk: line_of(log, event) for event in log.live_events if not event.in_system}
    for mark in log.marks.values():
        line = log.by_text.get(mark.task.partition(":")[2])
        if line and mark.done and mark.entered:
            found[line.pk] = line
    return [*found.values()]


def _effect(chain: CareChain, event: CareChainEvent) -> Effect:
    return chain.outage.routine.message(event.kind).effect


def _ward_then(chain: CareChain, log: ChainLog, event: CareChainEvent) -> int | None:
    """`event` is the first row of its line. A ward that logged it itself is sure."""
    itself = _is_of_ward(chain, log, event)
    return event.unit_id if itself else ward_at(_wards(chain, log, event), event.order)


def _is_of_ward(chain: CareChain, log: ChainLog, event: CareChainEvent) -> bool:
    wards = _wards(chain, log, event)
    return any(ward_at(wards, one.order) == event.unit_id for one in wards)


def _wards(chain: CareChain, log: ChainLog, event: CareChainEvent) -> list[Named]:
    """As the chain in which it was logged has them."""
    party = Party.INPATIENT
    found = []
    for row in log.versions:
        if row.chain_id == event.chain_id:
            how = row.changed.get(party.value)
            found.append(Named(row.order, own_unit(chain, row, party), PlaceChange(how) if how else None))
    return found
