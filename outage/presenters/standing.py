"""From rows to the rules of informing: who must be told of an event, and how far each has been told (R1.6, R3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contacts.rules.parties import Party, WardKind, outpatient_kind_for
from outage.models import CareChain, CareChainEvent, OpenItem
from outage.queries.care_chains import ChainLog
from outage.rules.back_registration import (
    Before,
    ChainStatus,
    LoggedEvent,
    Task,
    back_registration,
    merge_invitations,
)
from outage.rules.informing import (
    Call,
    CallOutcome,
    DischargeState,
    InformState,
    Recipient,
    Standing,
    discharge_state,
    inform_state,
    standings,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Effect, Routine


def recipient_of(key: str, ward_kind: WardKind) -> Recipient:
    """Give the recipient that a stored key names: a party, or a participant of a SIP."""
    if key in set(Party):
        party = Party(key)
        kind = outpatient_kind_for(ward_kind) if party is Party.OUTPATIENT else None
        return Recipient(party=party, outpatient_kind=kind)
    return Recipient(party=None, participant=key.partition(":")[2])


def recipients_of(chain: CareChain, event: CareChainEvent) -> tuple[Recipient, ...]:
    """Give those who must be told of a stored event, in the order municipality, öppenvård, slutenvård, participants."""
    assert chain.details is not None
    ward_kind = WardKind(chain.details.ward_kind)
    keys = [
        party.value
        for party, told in (
            (Party.MUNICIPALITY, event.tells_municipality),
            (Party.OUTPATIENT, event.tells_outpatient),
            (Party.INPATIENT, event.tells_inpatient),
        )
        if told
    ]
    named = tuple(Recipient(party=None, participant=name) for name in event.participants)
    return tuple(recipient_of(key, ward_kind) for key in keys) + named


def rings_itself(chain: CareChain, sender: Party, recipient: Recipient) -> bool:
    """Tell whether sender and recipient are one unit: what a sjukstuga says as ward it knows as hälsocentral."""
    details = chain.details
    assert details is not None
    one_unit = details.ward_unit_id is not None and details.ward_unit_id == details.outpatient_unit_id
    return one_unit and {sender, recipient.party} == {Party.INPATIENT, Party.OUTPATIENT}


def calls_about(log: ChainLog, event: CareChainEvent) -> list[Call]:
    """Give the calls made by us about `event` that stand."""
    return [
        Call(recipient_key=handover.recipient, outcome=CallOutcome(handover.outcome), at=handover.at)
        for handover in log.given_calls.get(event.pk, ())
    ]


def standings_of(chain: CareChain, log: ChainLog, event: CareChainEvent) -> tuple[Standing, ...]:
    """Give how far each one who must be told of `event` has been told."""
    return standings(recipients_of(chain, event), calls_about(log, event))


def told_of_version(log: ChainLog, event: CareChainEvent) -> frozenset[str]:
    """Give the keys of those who were told of `event` or of an earlier version of it."""
    by_id = {row.pk: row for row in log.events}
    keys: set[str] = set()
    version: CareChainEvent | None = by_id.get(event.pk, event)
    while version is not None:
        calls = calls_about(log, version)
        keys |= {
            c.recipient_key for c in calls if inform_state(c.recipient_key, calls) is InformState.INFORMED
        }
        version = by_id.get(version.supersedes_id) if version.supersedes_id else None
    return frozenset(keys)


def discharge_state_of(found: Sequence[Standing], open_items: Iterable[OpenItem]) -> DischargeState:
    """Give the state of a discharge from its standings and the open items it was left with."""
    return discharge_state(found, {item.recipient for item in open_items})


def is_discharge(routine: Routine, event: CareChainEvent) -> bool:
    """Tell whether the event is the discharge itself, of which every party must know (R1.6)."""
    return routine.message(event.kind).effect is Effect.DISCHARGE and not event.withdraws


def tasks_of(chain: CareChain, log: ChainLog, routine: Routine, scope: OutageScope) -> tuple[Task, ...]:
    """Give what is to be entered afterwards for a chain as its log stands (R4), one task for each SIP.

    The chain comes with its outage as its principal sees it: what happened after that principal's end is outside R4.
    """
    assert chain.details is not None
    own_end = chain.outage.own_end
    logged = [
        LoggedEvent(
            id=str(event.pk),
            kind=event.kind,
            at=event.happened_at,
            sip_date=event.sip_date,
            sender=Party(event.sender),
        )
        for event in log.live_events
        if own_end is None or event.happened_at <= own_end
    ]
    tasks = back_registration(
        routine=routine,
        scope=scope,
        before=Before(chain.details.before),
        status=ChainStatus(chain.details.status),
        events=logged,
    )
    return merge_invitations(tasks, {event.id: event.sip_date for event in logged})


def newest(moments: Iterable[datetime]) -> datetime | None:
    """Give the latest of `moments`, or None of none."""
    return max(moments, default=None)
