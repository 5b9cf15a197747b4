"""Överlämning: what is open for the unit, what was done since the last one, and each one that was made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from contacts.access import Acting
from contacts.page_versions import Part
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    Handover,
    LeftOpen,
    Outage,
    ShiftHandover,
)
from outage.presenters.awaited import AwaitedLine, awaited_listed
from outage.presenters.chain import call_title, event_title, moved_here, told_labels
from outage.presenters.clock import logged_at
from outage.presenters.owed import OwedCall, PlaceToFind, place_to_find
from outage.presenters.ringing import calls_listed
from outage.queries.closing import left_by_key
from outage.queries.joined import versions_of
from outage.queries.listed import Listed
from outage.queries.naming import Patient, party_in_list, patient_in_list
from outage.queries.papers import PaperOut
from outage.queries.shift import OpenNow, handed, newest_handover, texts_of
from outage.queries.shift_done import DoneLine, calls_by_id
from outage.rules.back_registration import ChainStatus
from outage.rules.closing import Holds, key_of_row, key_of_sheet
from outage.rules.handover import name_in
from outage.rules.shift import ShiftState, count_told, registering_words, states_of
from outage.rules.told import Notice
from outage.rules.wording import lower_first, moment

SEE_CHAIN = "se vårdkedjan"


@dataclass(frozen=True, slots=True)
class RingBackLine:
    """A call that asked to be rung back: `number` is the number and the time as they were typed. `left` says who took
    it on at the closing, and why, where somebody did.
    """

    row_id: UUID
    chain_id: UUID
    patient: Patient
    number: str
    whom: str
    at: str
    by: str
    left: str = ""


@dataclass(frozen=True, slots=True)
class DoneShown:
    """One line of what was done. `direction` is given, received or empty (an event); `note` says that it was corrected
    or taken back.
    """

    row_id: UUID
    chain_id: UUID
    patient: Patient
    time: str
    direction: str
    title: str
    messages: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A hand-over: when, from whom and to whom, and what became of it. `own`: whoever reads it made it. `text` is what
    was typed, of those that are to be heard of now.
    """

    id: UUID
    at: str
    by: str
    to: str
    state: ShiftState
    taken: str
    own: bool
    text: str = ""

    @property
    def waits(self) -> bool:
        return self.state is ShiftState.WAITING

    @property
    def became(self) -> str:
        return f"övertagen {self.taken}" if self.taken else self.state.label.lower()


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """What is left to enter of an outage: `amount` is empty where it is too much to count by the way."""

    outage_id: UUID
    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A sheet that is out; `left` says who answers for it, where somebody does."""

    paper: PaperOut
    left: str


@dataclass(frozen=True, slots=True)
class OpenShown:
    """What is open, of each list the part that is shown."""

    calls: Sequence[Part[OwedCall]]
    ring_back: Sequence[RingBackLine]
    awaited: Sequence[Part[AwaitedLine]]
    places: Sequence[PlaceToFind]
    papers: Sequence[PaperLine]


def open_shown(
    acting: Acting,
    found: OpenNow,
    now: datetime,
    listed: Mapping[UUID, Listed],
    *,
    owed: Iterable[UUID],
    ring_back: Iterable[UUID],
    awaited: Iterable[UUID],
    places: Iterable[UUID],
    papers: Iterable[PaperOut],
) -> OpenShown:
    """Of the ids that are given, which are slices of those found; the chains are among those `listed`."""
    to_ring, waiting, to_find = (
        [listed[pk] for pk in ids if pk in listed] for ids in (owed, awaited, places)
    )
    to_ring_back = calls_by_id(acting, found.outages, ring_back)
    left = left_by_key(acting.principal, found.outages)
    return OpenShown(
        calls=calls_listed(to_ring, now, left),
        ring_back=[ring_back_line(call, call.chain, now, left) for call in to_ring_back],
        awaited=awaited_listed(acting, waiting, now, left),
        places=[place_to_find(one.chain) for one in to_find],
        papers=[
            PaperLine(paper, left[key].in_words if (key := key_of_sheet(paper.serial)) in left else "")
            for paper in papers
        ],
    )


def ring_back_line(
    call: Handover,
    chain: CareChain,
    now: datetime,
    left: Mapping[str, LeftOpen],
    *,
    on_own_page: bool = False,
) -> RingBackLine:
    """`left` is `left_about` chains."""
    taken_on = left.get(key_of_row(Holds.RING_BACK, chain.pk, call.pk, message="")) if left else None
    return RingBackLine(
        row_id=call.pk,
        chain_id=chain.pk,
        patient=patient_in_list(chain),
        number=call.call_back if on_own_page else number_back(call),
        whom=call_title(call, "" if on_own_page else _whom(call)),
        at=logged_at(call.at, now),
        by=name_in(call.made.signature),
        left=taken_on.in_words if taken_on else "",
    )


def number_back(call: Handover) -> str:
    """The number and the time as they were typed, and where the chain no longer goes on, why; a list has no number of a
    patient with protected personal data.
    """
    details = call.chain.details
    number = SEE_CHAIN if details.protected_identity else call.call_back
    stands = details.status == ChainStatus.OK
    return number if stands else f"{number} ({lower_first(details.get_status_display())})"


def _whom(call: Handover) -> str:
    """Whom a call was with, where a list may not say the place; else ""."""
    return party_in_list(call.chain, call.recipient) if call.chain.details.protected_identity else ""


def register_lines(found: OpenNow, now: datetime) -> list[RegisterLine]:
    return [
        RegisterLine(
            outage_id=each.outage.pk,
            label=register_label(
                each.outage, None if each.outage == found.outages[0] else each.outage.current.started_at, now
            ),
            amount=registering_words(each.done, acknowledge=each.acknowledge),
        )
        for each in found.registering
    ]


def register_label(outage: Outage, began: datetime | None, now: datetime) -> str:
    """`began` names another outage than the one in view; drills are not open beside those in earnest."""
    return f"Att registrera efter {outage.word} {moment(began, now)}" if began else "Att registrera"


def done_title(outages: Sequence[Outage], since: datetime | None, now: datetime) -> str:
    """`since` is when the shift before handed over; None where none did. `outages` are those of which it tells."""
    if since:
        return f"Gjort sedan överlämningen {moment(since, now)}"
    if len(outages) > 1:
        return f"Gjort sedan {moment(min(each.current.started_at for each in outages), now)}"
    return f"Gjort sedan {outages[0].word} började"


def done_shown(lines: Iterable[DoneLine], now: datetime) -> list[Part[DoneShown]]:
    """Each as the part of a page."""
    return [Part(("done", *line.as_shown), now, partial(_done_shown, line, now)) for line in lines]


def _done_shown(line: DoneLine, now: datetime) -> DoneShown:
    row = line.row
    return _call_shown(line, row, now) if isinstance(row, Handover) else _event_shown(line, row, now)


def _event_shown(line: DoneLine, event: CareChainEvent, now: datetime) -> DoneShown:
    return DoneShown(
        row_id=event.pk,
        chain_id=event.chain.pk,
        patient=patient_in_list(event.chain),
        time=logged_at(event.happened_at, now),
        direction="",
        title=event_title(event.chain.outage.routine, event),
        messages="",
        by=event.user.full_name,
        note=_note(line, event),
    )


def _call_shown(line: DoneLine, call: Handover, now: datetime) -> DoneShown:
    title = call_title(call, _whom(call))
    if line.line.tries > 1:
        title = f"{line.line.tries} försök, senast: {title[:1].lower()}{title[1:]}"
    events = [message.event for message in call.messages.all() if message.event]
    return DoneShown(
        row_id=call.pk,
        chain_id=call.chain.pk,
        patient=patient_in_list(call.chain),
        time=logged_at(call.at, now),
        direction="tried" if line.line.tries else call.direction,
        title=title,
        messages=", ".join(told_labels(call, events, call.chain.outage.routine, _told_of(call))),
        by=name_in(call.made.signature),
        note=_note(line, call, moved_here(call, now)),
    )


def _told_of(call: Handover) -> Sequence[CareChainDetails]:
    """What was known of its chain, where a call told who the patient is and a list may say it."""
    told = {message.change_id for message in call.messages.all() if message.notice == Notice.IDENTITY}
    if not told or call.chain.details.protected_identity:
        return ()
    versions = versions_of(call.chain_id)
    # Not of a call that was made before the chain was joined to this one.
    return versions if told <= {row.pk for row in versions} else ()


def _note(line: DoneLine, row: CareChainEvent | Handover, moved: str = "") -> str:
    said = [moved] if moved else []
    if row.withdraws:
        said.append("Återtaget")
    elif row.supersedes_id:
        said.append("Rättat")
    if line.line.replaced:
        said.append("ändrat igen sedan dess" if said else "Ändrat sedan dess")
    return ", ".join(said)


def shift_rows(acting: Acting, handovers: Sequence[ShiftHandover], now: datetime) -> list[ShiftRow]:
    """Of all of the unit's in an outage, the newest first."""
    states = states_of(handed(handovers))
    return [_shift_row(acting, row, state, now) for row, state in zip(handovers, states, strict=True)]


def told_rows(acting: Acting, handovers: Sequence[ShiftHandover], now: datetime) -> list[ShiftRow]:
    """Of all of the unit's, the newest first, those that whoever comes is to hear of now, with their texts."""
    count = count_told(handed(handovers))
    texts = texts_of(acting, handovers[:count])
    return [replace(row, text=texts[row.id]) for row in shift_rows(acting, handovers, now)[:count]]


def _shift_row(acting: Acting, row: ShiftHandover, state: ShiftState, now: datetime) -> ShiftRow:
    taken = ""
    if state is ShiftState.TAKEN_OVER:
        taken = f"{moment(row.takeover.at, now)} av {row.takeover.user.full_name}"
    return ShiftRow(
        id=row.pk,
        at=moment(row.at, now),
        by=row.user.full_name,
        to=row.to.full_name if row.to else "den som kommer",
        state=state,
        taken=taken,
        own=row.user_id == acting.user.pk,
    )


def waiting_line(acting: Acting, outages: Iterable[Outage], now: datetime) -> str:
    """That the unit's newest hand-over waits for somebody to take it over; "" where none does. The same for all."""
    row = newest_handover(acting, outages)
    if row is None or hasattr(row, "takeover"):
        return ""
    return f"Överlämning {moment(row.at, now)} från {row.user.full_name} väntar på att någon tar över"
