"""Att ringa nu: every call the acting unit still owes, the most urgent first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from contacts.access import Acting
from contacts.rules.parties import Party
from contacts.rules.phone import same_number
from contacts.rules.whom_to_call import NumberToRing
from outage.models import CareChain, Handover
from outage.presenters.care import Numbers, target_choices, target_in_list
from outage.presenters.chain import closed_label, is_own_try
from outage.queries.chain_log import ChainLog
from outage.queries.naming import Patient, party_in_list, patient_in_list
from outage.queries.owed import owed_by_unit
from outage.queries.standing import label_of, open_item_of, standing_of, target_name
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import InformState
from outage.rules.told import Notice, Owed, Target
from outage.rules.wording import day, lower_first, moment, span

LEAST_FIRST = (InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED)


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
    the oldest message happened. `open_item` names who is responsible for it, if somebody is. `unknown`: it is not
    known yet which place it is, and has to be found out before anybody can be rung.
    """

    chain_id: UUID
    patient: Patient
    recipient: Target
    place: str
    unknown: bool = False
    messages: list[OwedMessage] = field(default_factory=list)
    # What would be told there if it had not become needless.
    closed: list[OwedMessage] = field(default_factory=list)
    tries: int = 0
    last_at: datetime | None = None
    last_try: str = ""
    rank: int = 9
    since: datetime | None = None
    age: str = ""
    numbers: Sequence[NumberToRing] = ()
    open_item: str = ""
    # Made here, so that a failed try logged by one press is one row however often it is sent.
    client_id: UUID = field(default_factory=uuid4)
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
        tried = [n for n in self.numbers if n.entry_id and same_number(n.number, self.tried.number)]
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
    """The calls the acting unit owes about one chain, the most urgent first.

    For a patient with protected personal data a list shows neither place nor number; the chain's own page does. Its
    own page also has the calls that have become needless, with nothing to tell (`messages` is empty).
    """
    calls: dict[tuple[str, Party | None], OwedCall] = {}
    hidden = chain.details.protected_identity and not on_own_page
    all_owed = owed_by_unit(chain, log, acting.unit.pk)
    if not all_owed:
        return []
    items = {str(event.pk): log.items_of(event) for event in log.live_events}
    choices = {key: choice for choice, key in target_choices(chain, log).items()}
    for owed in all_owed:
        target = owed.target
        place = (target.place, None if target.place else target.party)
        if place not in calls:
            calls[place] = OwedCall(
                chain_id=chain.pk,
                patient=patient_in_list(chain),
                recipient=target,
                place=_place(chain, log, target, hidden),
                unknown=not target.place,
                numbers=() if hidden or numbers is None else numbers.get(_named(chain, log, target), ()),
                choice=choices.get(target.key, ""),
            )
        call = calls[place]
        message = _message(chain, log, owed, now, hidden)
        if owed.closed:
            call.closed.append(message)
            continue
        if any(message.value == other.value for other in call.messages):
            continue
        call.messages.append(message)
        call.tries = max(call.tries, owed.tries)
        call.rank = min(call.rank, owed.rank)
        if owed.last_at and (call.last_at is None or owed.last_at > call.last_at):
            call.last_at, call.last_try = owed.last_at, moment(owed.last_at, now)
        if call.since is None or owed.since < call.since:
            call.since, call.age = owed.since, span(now - owed.since)
        if item := open_item_of(chain, log, items.get(owed.id, ()), target.whom):
            call.open_item = "se vårdkedjan" if hidden else f"{item.responsible}: {item.reason}"
    for handover in log.live_handovers:
        for call in calls.values():
            if is_own_try(acting, handover) and _was_to(chain, log, handover, call.recipient):
                call.tried = handover
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


def _was_to(chain: CareChain, log: ChainLog, handover: Handover, target: Target) -> bool:
    if target.participant and not target.party:
        return handover.recipient == target.key
    return bool(target.place) and standing_of(chain, log).same(handover.place) == target.place


def _named(chain: CareChain, log: ChainLog, target: Target) -> str:
    """The key by which the numbers of a place were looked up: the newest of its spellings."""
    standing = standing_of(chain, log)
    keys = (key for version in reversed(log.versions) for key in version.place_keys.values())
    return next((key for key in keys if standing.same(key) == target.place), target.place)


def _place(chain: CareChain, log: ChainLog, target: Target, hidden: bool) -> str:
    if not target.place:
        label = party_in_list(chain, target.party) if hidden and target.party else label_of(log, target)
        return f"Ta reda på {lower_first(label)}"
    return (target_in_list if hidden else target_name)(chain, log, target)


def _message(chain: CareChain, log: ChainLog, owed: Owed, now: datetime, hidden: bool) -> OwedMessage:
    if owed.notice:
        value, label = f"notice:{owed.id}", _notice_label(chain, owed, hidden)
    elif owed.answer:
        value, label = f"new:{owed.kind}:{owed.by}", chain.outage.routine.label(owed.kind)
    else:
        value = f"event:{owed.id}"
        label = event_label(chain, owed.kind, owed.retracts, owed.corrects)
        label += _which(log, owed, now)
    return OwedMessage(
        label=label,
        kind=owed.kind,
        value=value,
        event_id=None if owed.notice or owed.answer else UUID(owed.id),
        state=owed.state,
        is_discharge=owed.urgent,
        is_answer=owed.answer,
        closed=closed_label(chain, owed.closed) if owed.closed else "",
    )


def event_label(chain: CareChain, kind: str, retracts: bool, corrects: bool = False) -> str:
    """A message as it is to be told: taken back, said of the wrong patient, corrected, or as it is."""
    label = chain.outage.routine.label(kind)
    if retracts:
        details = chain.details
        if details.status != ChainStatus.WRONG_PATIENT:
            return f"Återtag: {lower_first(label)}"
        known = details.patient_name and not details.protected_identity
        return f"Gällde inte {details.patient_name if known else 'den här patienten'}: {lower_first(label)}"
    return f"{label} (rättad)" if corrects else label


def _which(log: ChainLog, owed: Owed, now: datetime) -> str:
    """Which of several messages of a kind it is: by the day that it names, else by when it was."""
    rows = {str(event.pk): event for event in log.events}
    row = rows[owed.id]
    # What is taken back is known by what it said.
    said = next((e for e in log.events if e.pk == row.supersedes_id), row) if row.withdraws else row
    if not any((e.kind, e.sender) == (row.kind, row.sender) and e.pk != row.pk for e in log.live_events):
        return ""
    days = [value for name, value in said.particulars.items() if name.endswith("_date")]
    return f" {day(date.fromisoformat(days[0]), now)}" if days else f" {moment(said.happened_at, now)}"


def _notice_label(chain: CareChain, owed: Owed, hidden: bool) -> str:
    assert owed.notice is not None
    label = owed.notice.label
    if owed.notice is Notice.NO_LONGER_YOURS and owed.target.party is Party.OUTPATIENT and not hidden:
        # Who cared for the patient hears who does so now.
        taken_over = chain.details.place_names.get(Party.OUTPATIENT)
        return f"{label}, {taken_over} tar över" if taken_over else label
    return label
