"""Att ringa nu: every call the acting unit still owes, the most urgent first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.page_versions import holds_until
from contacts.rules.parties import Party
from contacts.rules.phone import same_number
from contacts.rules.whom_to_call import NumberToRing
from outage.models import CareChain, ChainState, Handover, LeftOpen, StateKind
from outage.presenters.care import Numbers, whom_hidden
from outage.presenters.chain import closed_label, left_out_label
from outage.presenters.clock import logged_at
from outage.queries.chain_log import ChainLog
from outage.queries.closing import left_about
from outage.queries.naming import Patient, party_in_list, party_label, patient_in_list, patient_in_short
from outage.queries.owed import is_read_there
from outage.queries.reminders import how_late, told_by
from outage.queries.ringing import numbers_of_participant, place_to_ring
from outage.queries.states import owed_rows
from outage.rules.back_registration import ChainStatus
from outage.rules.closing import key_of_row, kind_of_call
from outage.rules.informing import LEAST_FIRST, InformState
from outage.rules.told import Notice, Target
from outage.rules.wording import day, lower_first, moment, span

_NONE_LEFT: Mapping[str, LeftOpen] = {}


@dataclass(frozen=True, slots=True)
class OwedMessage:
    """One message of a call. `value` is what the call form ticks it by; `closed` says why it need not be told."""

    label: str
    kind: str
    value: str
    event_id: UUID | None
    state: InformState
    is_discharge: bool = False
    is_answer: bool = False
    closed: str = ""


@dataclass(slots=True)
class OwedCall:
    """One call to make: about one patient, to one place or person, with everything that is still to be told there.

    `state` is the least of its messages' states; `tries` counts failed calls there about them; `age` is how long ago
    the oldest message happened. `open_item` names who is responsible for it, if somebody is, and `left` who took it on
    when the outage was closed. `unknown`: it is not known yet which place it is, and has to be found out before anybody
    can be rung.
    """

    chain_id: UUID
    patient: Patient
    recipient: Target
    place: str
    unknown: bool = False
    # Of a patient with protected personal data: the chain's own page has the place and the number.
    hidden: bool = False
    messages: list[OwedMessage] = field(default_factory=list)
    # What would be told there if it had not become needless.
    closed: list[OwedMessage] = field(default_factory=list)
    tries: int = 0
    last_at: datetime | None = None
    last_try: str = ""
    rank: int = 9
    since: datetime | None = None
    age: str = ""
    # When the first of the messages should have been told, of those whose time is out, and how long ago that is.
    late_since: datetime | None = None
    late_by: str = ""
    late: str = ""
    numbers: Sequence[NumberToRing] = ()
    open_item: str = ""
    left: str = ""
    # The newest failed try of one's own unit to reach the recipient.
    tried: Handover | None = None
    # Which of those a call about the chain can be with: a participant's name does not belong in an address.
    choice: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether a discharge is among the messages (R1.6)."""
        return any(message.is_discharge for message in self.messages)

    @property
    def state(self) -> InformState:
        return min((message.state for message in self.messages), key=LEAST_FIRST.index)

    @property
    def best(self) -> NumberToRing | None:
        return next((number for number in self.numbers if number.number), None)

    @property
    def may_flag(self) -> bool:
        """Whether the number last tried without success can be reported as not working, and nobody has done so."""
        if self.tried is None:
            return False
        tried = [
            n
            for n in self.numbers
            if (n.entry_id or n.duty_ends) and same_number(n.number, self.tried.number)
        ]
        return bool(tried) and not any(number.flagged for number in tried)

    @property
    def others(self) -> list[NumberToRing]:
        return [number for number in self.numbers if number is not self.best]

    @property
    def shown_others(self) -> list[NumberToRing]:
        """Two of the other numbers; for a hemsjukvård in several areas all: which one it is, the patient tells."""
        areas = [number for number in self.others if number.area] if self.best and self.best.area else []
        return [*areas, *(number for number in self.others if number not in areas)][: max(2, len(areas))]


def calls_owed(
    *,
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    now: datetime,
    numbers: Numbers | None = None,
    on_own_page: bool = False,
) -> list[OwedCall]:
    """The calls the acting unit owes about one chain as its log says now, the most urgent first.

    Its own page also has the calls that have become needless, with nothing to tell (`messages` is empty).
    """
    rows = owed_rows(chain, log, acting.unit.pk)
    return calls_of(chain, rows, now, numbers, left_about([chain]), on_own_page=on_own_page)


def calls_kept(
    chain: CareChain,
    rows: Iterable[ChainState],
    now: datetime,
    numbers: Numbers | None = None,
    left: Mapping[str, LeftOpen] = _NONE_LEFT,
) -> list[OwedCall]:
    """As `calls_owed`, from the kept rows of the unit; `left` is `left_about` chains."""

    def is_left(row: ChainState) -> bool:
        outage, of = chain.outage, chain.principal
        return not is_read_there(
            outage, of, row.reads_in_id, row.since, ticked=row.ticked, message=row.message
        )

    owed = [row for row in rows if row.what == StateKind.OWED and is_left(row)]
    return calls_of(chain, owed, now, numbers, left)


def calls_of(
    chain: CareChain,
    rows: Iterable[ChainState],
    now: datetime,
    numbers: Numbers | None = None,
    left: Mapping[str, LeftOpen] = _NONE_LEFT,
    *,
    on_own_page: bool = False,
) -> list[OwedCall]:
    """For a patient with protected personal data a list shows neither place nor number; the chain's own page does."""
    calls: dict[str, OwedCall] = {}
    hidden = chain.details.protected_identity and not on_own_page
    for row in rows:
        call = calls.get(row.whom)
        if call is None:
            target = row.target
            call = calls[row.whom] = OwedCall(
                chain_id=chain.pk,
                patient=patient_in_list(chain),
                recipient=target,
                place=_place(chain, row, target, hidden),
                unknown=not target.place,
                hidden=hidden,
                numbers=() if hidden or numbers is None else _numbers(row, target, numbers, now),
                choice=row.choice,
            )
        if row.tried is not None:
            call.tried = row.tried
        message = _message(chain, row, now, hidden)
        if row.closed:
            call.closed.append(message)
            continue
        if any(message.value == other.value for other in call.messages):
            continue
        call.messages.append(message)
        call.tries = max(call.tries, row.tries)
        call.rank = min(call.rank, row.rank)
        if row.last_at and (call.last_at is None or row.last_at > call.last_at):
            call.last_at, call.last_try = row.last_at, logged_at(row.last_at, now)
        if call.since is None or row.since < call.since:
            call.since, call.age = row.since, span(now - row.since)
        taken_on = left.get(_key_of(row)) if left else None
        if taken_on:
            call.left = taken_on.in_words
        late_since = _late_since(chain, row, now, left_open=taken_on is not None)
        if late_since and (call.late_since is None or late_since < call.late_since):
            call.late_since, call.late = late_since, how_late(late_since, now)
            call.late_by = moment(late_since, now)
        if item := row.open_item:
            call.open_item = "se vårdkedjan" if hidden else f"{item.responsible}: {item.reason}"
    return in_order_to_ring(call for call in calls.values() if call.messages or on_own_page)


@dataclass(frozen=True, slots=True)
class PlaceToFind:
    """The patient's places that are not known yet, in words: kommun och hälsocentral."""

    chain_id: UUID
    patient: Patient
    what: str


def place_to_find(chain: CareChain) -> PlaceToFind:
    known = chain.details.place_keys
    missing = [lower_first(party_in_list(chain, party)) for party in Party if party not in known]
    return PlaceToFind(chain_id=chain.pk, patient=patient_in_list(chain), what=" och ".join(missing))


def in_order_to_ring(calls: Iterable[OwedCall]) -> list[OwedCall]:
    """The calls of one or several chains in the order to make them: discharges first, then the oldest (R1.6)."""
    return sorted(calls, key=lambda call: (call.rank, call.since.timestamp() if call.since else 0.0))


def _numbers(row: ChainState, target: Target, numbers: Numbers, now: datetime) -> Sequence[NumberToRing]:
    if target.is_person:
        return numbers_of_participant(target.participant, now, row.tried.number if row.tried else "")
    return numbers.get(place_to_ring(row), ())


def _place(chain: CareChain, row: ChainState, target: Target, hidden: bool) -> str:
    if not target.place:
        label = party_in_list if hidden and target.party else party_label
        return f"Ta reda på {lower_first(label(chain, target.party or Party.INPATIENT))}"
    if hidden:
        return whom_hidden(chain, target)
    if target.participant:
        return target.participant
    if row.named_in is not None:
        return row.named_in.place_names[Party(row.named_as)]
    if row.rung is not None:
        return row.rung.place_name
    return f"{party_label(chain, target.party)} (inte angiven än)" if target.party else "Okänd plats"


def _message(chain: CareChain, row: ChainState, now: datetime, hidden: bool) -> OwedMessage:
    if row.notice:
        label = _notice_label(chain, row.notice, row, hidden)
    elif row.is_answer:
        label = chain.outage.routine.label(row.kind)
    else:
        label = event_label(chain, row.kind, row.retracts, row.corrects)
        label += f" {day(row.day, now)}" if row.day else f" {moment(row.at, now)}" if row.at else ""
        if row.day and row.at:
            label += f". Mötet {day(row.at, now)} gäller"
    return OwedMessage(
        label=label,
        kind=row.kind,
        value=row.message,
        event_id=UUID(row.event_id) if row.event_id else None,
        state=InformState(row.state),
        is_discharge=row.urgent,
        is_answer=row.is_answer,
        closed=closed_label(chain, row.closed) if row.closed else "",
    )


def _key_of(row: ChainState) -> str:
    place = row.unit_id, row.whom, row.party, row.former
    held = kind_of_call(urgent=row.urgent, retracts=row.retracts)
    return key_of_row(held, row.chain_id, row.rung_id, *place, message=row.message)


def _late_since(chain: CareChain, row: ChainState, now: datetime, *, left_open: bool) -> datetime | None:
    """When everybody should have been told, where that time is out. `left_open`: somebody took it on at the closing."""
    taken_on = left_open or row.open_item_id is not None
    due = told_by(chain.outage, row.kind, row.since, retracts=row.retracts, left_open=taken_on)
    holds_until(now, due)
    return due if due and due <= now else None


def event_label(chain: CareChain, kind: str, retracts: bool, corrects: bool = False) -> str:
    """A message as it is to be told: taken back, said of the wrong patient, corrected, or as it is."""
    label = chain.outage.routine.label(kind)
    if retracts and corrects:
        return left_out_label(chain.outage.routine, kind)
    if retracts:
        details = chain.details
        if details.status != ChainStatus.WRONG_PATIENT:
            return f"Återtag: {lower_first(label)}"
        known = details.patient_name and not details.protected_identity
        return f"Gällde inte {details.patient_name if known else 'den här patienten'}: {lower_first(label)}"
    return f"{label} (rättad)" if corrects else label


def _notice_label(chain: CareChain, notice: Notice, row: ChainState, hidden: bool) -> str:
    if notice is Notice.NO_LONGER_YOURS and row.party == Party.OUTPATIENT and not hidden:
        # Who cared for the patient hears who does so now.
        taken_over = chain.details.place_names.get(Party.OUTPATIENT)
        return f"{notice.label}, {taken_over} tar över" if taken_over else notice.label
    if row.heard_as and not (hidden or row.heard_as.is_purged):
        return f"{notice.label} (tidigare sagt: {patient_in_short(row.heard_as)})"
    return notice.label
