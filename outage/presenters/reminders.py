"""Påminnelser: what the acting unit owes for too long, as a line on every page and as a list on Läge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain, Handover, Outage
from outage.presenters.shift import number_back
from outage.queries.naming import Patient, patient_in_list
from outage.queries.outages import earlier_outages
from outage.queries.reminders import how_late, reminders_of
from outage.rules.reminders import Due, by_kind
from outage.rules.wording import STOCKHOLM, moment

RING_BACK = "Ring tillbaka"


@dataclass(frozen=True, slots=True)
class LateKind:
    """What is owed of one kind: of how many patients, by when, and how late the first is."""

    label: str
    patients: int
    by: str
    since_iso: str
    late: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Reminders:
    """`notice` is what the browser may show beside its window, and `marks` tell one reminder from another there:
    neither says anything of a patient.
    """

    count: int = 0
    kinds: Sequence[LateKind] = ()
    notice: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """What is owed and is not among the calls to make. `text` is the number and the time to ring back, as typed."""

    chain_id: UUID
    patient: Patient
    label: str
    by: str
    since_iso: str
    late: str
    text: str = ""
    call: UUID | None = None


def reminders_for(acting: Acting, outage: Outage, now: datetime) -> Reminders:
    """`outage` is the one in view; silent where nothing is owed too long."""
    found = reminders_of(acting, now, outage, *earlier_outages(acting.principal, outage))
    if not found:
        return Reminders()
    kinds = by_kind(outage.routine, found)
    # As many as the lines say: a patient whom two are to hear of is one.
    count = sum(late.chains for late in kinds)
    return Reminders(
        count=count,
        kinds=[
            LateKind(
                label=outage.routine.label(late.kind) if late.kind else RING_BACK,
                patients=late.chains,
                by=_by(late.kind, late.since, now),
                since_iso=late.since.isoformat(),
                late=how_late(late.since, now),
                is_listed=late.is_listed,
            )
            for late in kinds
        ],
        notice=f"{outage.kind} {outage.system}: {count} {'påminnelse' if count == 1 else 'påminnelser'}. Öppna Läge.",
        marks=" ".join(_mark(acting, one) for one in found) if acting.user.reminds_outside else "",
    )


def _by(kind: str, at: datetime, now: datetime) -> str:
    # Of days that are over at midnight the last one is named.
    over_at_midnight = kind and at.astimezone(STOCKHOLM).time() == time()
    return moment(at - timedelta(minutes=1) if over_at_midnight else at, now)


def _mark(acting: Acting, one: Due) -> str:
    told = (acting.user.pk, acting.unit.pk, one.kind, one.chain, one.whom, one.call, one.at.timestamp())
    return sha256(repr(told).encode()).hexdigest()[:12]


def reminder_lines(
    reminders: Iterable[Due], chains: Iterable[CareChain], calls: Iterable[Handover], now: datetime
) -> list[ReminderLine]:
    """Of those whose chain is given. For a patient with protected personal data no number stands in a list."""
    by_id, rung = {chain.pk: chain for chain in chains}, {call.pk: call for call in calls}
    return [
        _line(one, by_id[one.chain], rung.get(one.call) if one.call else None, now)
        for one in reminders
        if one.chain in by_id
    ]


def _line(one: Due, chain: CareChain, call: Handover | None, now: datetime) -> ReminderLine:
    return ReminderLine(
        chain_id=chain.pk,
        patient=patient_in_list(chain),
        label=chain.outage.routine.label(one.kind) if one.kind else RING_BACK,
        by=_by(one.kind, one.at, now),
        since_iso=one.at.isoformat(),
        late=how_late(one.at, now),
        text="" if call is None else number_back(call),
        call=one.call,
    )
