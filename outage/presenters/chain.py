"""Vårdkedja: one patient's time line, what is owed, and what will have to be entered afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover, OpenItem
from outage.presenters.call_codes import CodeLine, CodeLines
from outage.presenters.clock import logged_at
from outage.presenters.outside import outside_outage
from outage.queries.chain_log import ChainLog, in_time_order
from outage.queries.heard import named_as
from outage.queries.moved import MovedTo, moved_from
from outage.queries.naming import patient_in_short
from outage.queries.owed import event_standings
from outage.queries.standing import completion_of, is_discharge, open_item_of, row_of, standing_of, tells
from outage.queries.targets import target_name
from outage.queries.withdrawn import may_stand_again
from outage.queries.wordings import leaves_out
from outage.rules.clock import before_or_after_break_point
from outage.rules.groups import in_groups
from outage.rules.handover import Checked, Direction, ReadBack, name_in
from outage.rules.informing import FAILED, CallOutcome, DischargeState, InformState
from outage.rules.reminders import ring_back_at
from outage.rules.routine import Routine
from outage.rules.said import labelled
from outage.rules.told import Closed, Notice, Standing, folded
from outage.rules.wording import day_and_time, lower_first, moment

LogRow = CareChainEvent | Handover
# Of an event that was logged in each of two chains that were joined.
COUNTS_AS_ANOTHER = "Räknas som samma händelse i den sammanförda vårdkedjan"


@dataclass(frozen=True, slots=True)
class StandingLine:
    """How far one recipient has been told of one event. `text` says it in words."""

    recipient_key: str
    place: str
    state: str
    text: str
    open_item: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A row of the time line: an event or a call. Superseded rows stay, struck through, with what replaced them.

    `direction` is given, received or empty (an event); `details` are (label, value) pairs. On a failed try of one's
    own `may_flag` says that its number can be reported as not working, `flagged` that somebody has reported it.
    `from_paper` says, of what was entered from a sheet, which one, who wrote it there and when, and who entered it.
    `outside` says that an event happened before the outage, or when the principal was back.
    """

    row_id: UUID
    is_call: bool
    at: datetime
    time: str
    title: str
    by_whom: str
    details: tuple[tuple[str, str], ...]
    struck: bool
    struck_by: str
    note: str
    may_change: bool
    # The row that took the event back, where that can be undone.
    withdrawal: UUID | None = None
    direction: str = ""
    failed: bool = False
    standings: tuple[StandingLine, ...] = ()
    break_point_side: str = ""
    outside: str = ""
    discharge_state: DischargeState | None = None
    completed: str = ""
    # Whether the discharge is the acting unit's own to close, or to leave open.
    may_complete: bool = False
    tried_number: str = ""
    may_flag: bool = False
    flagged: bool = False
    may_unflag: bool = False
    from_paper: str = ""
    code: CodeLine | None = None


def timeline(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    now: datetime,
    flags: Mapping[str, bool] = MappingProxyType({}),
    own_flags: Collection[str] = (),
    codes: CodeLines = MappingProxyType({}),
) -> list[TimelineEntry]:
    """The rows of the chain in time order, newest last.

    What took a row back is said on that row, and is a row of its own only where somebody must hear of it. `flags`
    has, of the `tried_numbers`, those that are in the directory, and whether they are flagged there; `own_flags`
    those that the acting person reported as not working; `codes` what is said of the calls' codes. How far each
    party has been told is shown on the events that are the acting unit's to tell, and on those that somebody in the
    chain has told of; not on what others tell and we have received. Of what is purged nothing is left to do.
    """
    rows: list[LogRow] = in_time_order([*log.events, *log.handovers])
    standing, moved = standing_of(chain, log), moved_from(log.handovers, log.events)
    taken_back = any(event.withdraws for event in log.events)
    to_retract = {owed.id for owed in standing.owed if owed.retracts} if taken_back else set()
    return [
        _call_entry(acting, chain, log, row, now, flags, own_flags, codes, moved)
        if isinstance(row, Handover)
        else _event_entry(acting, chain, log, row, now, moved)
        for row in rows
        if not row.withdraws
        or (not isinstance(row, Handover) and (str(row.pk) in to_retract or standing.who_know(row_of(row))))
    ]


def tried_numbers(acting: Acting, log: ChainLog) -> set[str]:
    """The numbers of the acting unit's failed tries, in the calls that stand."""
    return {call.number for call in log.live_handovers if call.is_try and call.unit_id == acting.unit.pk}


def _event_entry(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    event: CareChainEvent,
    now: datetime,
    moved: Mapping[UUID, MovedTo],
) -> TimelineEntry:
    newer = next((e for e in log.events if e.supersedes_id == event.pk), None)
    double = event.pk in log.doubles
    gone = _struck_by(newer, now, moved=moved.get(newer.pk)) if newer else ""
    struck = newer is not None or double
    routine, standing, row = chain.outage.routine, standing_of(chain, log), row_of(event)
    # What others tell has no state of done in our log.
    ours = standing.is_ours(row) and not struck
    found = event_standings(chain, log, event) if ours else ()
    items = [] if struck else log.items_of(event)
    state = None
    if is_discharge(routine, event) and ours:
        state = standing.discharge_state(row, {standing.same(item.whom) for item in items})
    if purged := chain.outage.purged_at is not None:
        found = tuple(each for each in found if each.closed or each.state is not InformState.STILL_TO_RING)
        state = None if state is DischargeState.INCOMPLETE else state
    completion = completion_of(chain, log, event) if state else None
    return TimelineEntry(
        row_id=event.pk,
        is_call=False,
        at=event.happened_at,
        time=logged_at(event.happened_at, now),
        title=event_title(routine, event),
        by_whom=f"{Party(event.sender).label}. Loggat {logged_at(event.recorded_at, now)} "
        f"av {event.user.full_name}, {event.unit.name}",
        details=tuple(labelled(event.particulars, now)) if not event.withdraws else (),
        struck=struck,
        struck_by=COUNTS_AS_ANOTHER if double else gone,
        note=event.reason,
        may_change=not (struck or event.withdraws or purged) and chain.emergency is None,
        withdrawal=newer.pk
        if newer and not (double or purged or chain.emergency) and may_stand_again(chain, log, newer, moved)
        else None,
        standings=tuple(_standing_line(chain, log, s, items, now) for s in found),
        break_point_side=_side(event.happened_at, routine),
        outside="" if struck else outside_outage(chain, log, event, now),
        discharge_state=state,
        completed=moment(completion.recorded_at, now) if completion else "",
        may_complete=state is not None and not purged and tells(acting, chain, log, event),
        from_paper=from_paper(event, now),
    )


def _call_entry(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    handover: Handover,
    now: datetime,
    flags: Mapping[str, bool],
    own_flags: Collection[str],
    codes: CodeLines,
    moved: Mapping[UUID, MovedTo],
) -> TimelineEntry:
    newer = next((h for h in log.handovers if h.supersedes_id == handover.pk), None)
    outcome = CallOutcome(handover.outcome)
    direction = Direction(handover.direction)
    told = ", ".join(told_labels(handover, log.events, chain.outage.routine, log.versions))
    stands = newer is None and not handover.withdraws
    flag = (
        flags.get(handover.number)
        if stands and handover.is_try and handover.unit_id == acting.unit.pk
        else None
    )
    return TimelineEntry(
        row_id=handover.pk,
        is_call=True,
        at=handover.at,
        time=logged_at(handover.at, now),
        title=call_title(handover),
        direction=direction.value,
        by_whom=signed_by(handover, now),
        details=tuple(_call_details(handover, log, told, _reminds(handover, chain, now) if stands else "")),
        struck=newer is not None,
        struck_by=_struck_by(newer, now, handover, moved.get(newer.pk) if newer else None),
        note=handover.reason,
        failed=outcome in FAILED,
        # In an emergency one's own calls alone.
        may_change=stands
        and chain.outage.purged_at is None
        and (
            chain.emergency is None
            or (handover.user_id, handover.unit_id) == (acting.user.pk, acting.unit.pk)
        ),
        tried_number=handover.number,
        may_flag=flag is False,
        flagged=flag is True,
        may_unflag=flag is True and handover.number in own_flags,
        from_paper=from_paper(handover, now),
        code=codes.get(handover.pk) if stands else None,
    )


def other_end(call: Handover) -> str:
    """Where a call was to or from, as the chain named it then, and after that what the one who logged it wrote, where
    it differs.
    """
    place, wrote = call.place_name, call.spoken_to_unit
    if place and wrote and folded(place) != folded(wrote):
        return f"{place} ({wrote})"
    if place or wrote:
        return place or wrote
    return dict(Party.choices()).get(call.recipient, "okänd plats")


def call_title(call: Handover, whom: str = "") -> str:
    """Such as Lämnat till Skellefteå kommun; `whom` instead of the place where that is not to be said."""
    outcome, direction = CallOutcome(call.outcome), Direction(call.direction)
    verb = direction.label if outcome is CallOutcome.REACHED else outcome.label
    return f"{verb} {'till' if direction is Direction.GIVEN else 'från'} {whom or other_end(call)}"


def signed_by(call: Handover, now: datetime) -> str:
    """The signature of who logged the call, and who moved it here."""
    return ". ".join(filter(None, (call.made.signature, moved_here(call, now))))


def moved_here(call: Handover, now: datetime) -> str:
    """Who moved a call here, and when; "" for one that was logged here."""
    return f"Flyttat hit {moment(call.recorded_at, now)} av {name_in(call.signature)}" if call.first else ""


def told_labels(
    call: Handover,
    events: Iterable[CareChainEvent],
    routine: Routine,
    versions: Sequence[CareChainDetails] = (),
) -> list[str]:
    """Each message of the call once; of one that brought none of them where to read what it did. By the `versions` of
    its chain, who the patient was told to be.
    """
    kinds = {event.pk: event for event in events}
    labels = []
    for message in call.messages.all():
        if message.notice == Notice.IDENTITY and (named := named_as(call, versions)) and not named.is_purged:
            labels.append(f"{Notice.IDENTITY.label}: {patient_in_short(named)}")
        elif message.notice:
            labels.append(Notice(message.notice).label)
        elif message.event_id in kinds:
            event = kinds[message.event_id]
            left_out = leaves_out(call, event, kinds)
            labels.append(left_out_label(routine, event.kind) if left_out else event_title(routine, event))
    if not call.messages.all() and call.direction == Direction.RECEIVED:
        labels = ["Annat, se kommentaren"]
    return list(dict.fromkeys(labels))


def left_out_label(routine: Routine, kind: str) -> str:
    return f"{routine.label(kind)}: ska inte längre delta"


def event_title(routine: Routine, event: CareChainEvent) -> str:
    label = routine.label(event.kind)
    return f"Återtag: {lower_first(label)}" if event.withdraws else label


def from_paper(row: LogRow, now: datetime) -> str:
    """Where a row was read, who wrote it there and when, and who entered it; "" for one not from paper."""
    if not row.paper_serial or row.written_at is None:
        return ""
    return (
        f"Från papper, blad {in_groups(row.paper_serial)}, skrivet av {row.paper_signature} "
        f"{day_and_time(row.written_at, now)}, "
        f"{'rättat' if row.supersedes_id else 'infört'} av {row.user.full_name}"
    )


def changed_by(row: LogRow, now: datetime, moved: MovedTo | None = None) -> str:
    return f"{_struck_by(row, now, row.supersedes, moved).removesuffix('.')}."


def _struck_by(
    newer: LogRow | None, now: datetime, row: LogRow | None = None, moved: MovedTo | None = None
) -> str:
    if newer is None:
        return ""
    if row is not None and row.recorded_at == newer.recorded_at:
        # As it was, by whom it was: only where it stands is another.
        return f"Skrivet på nytt: {newer.reason}"
    verb = "Flyttat" if moved else "Återtaget" if newer.withdraws else "Rättat"
    to = f" till vårdkedja {moved.number}" if moved else ""
    return f"{verb} {moment(newer.recorded_at, now)} av {newer.user.full_name}{to}: {newer.reason}"


def _reminds(call: Handover, chain: CareChain, now: datetime) -> str:
    """What was read of what somebody typed of when to ring back."""
    at = ring_back_at(call.call_back, call.at, chain.outage.routine.limits.time_zone)
    return f"påminner {moment(at, now)}" if at else "ingen tid att påminna om" if call.call_back else ""


def named_in_call(call: Handover, log: ChainLog) -> str:
    """Who the patient was said to be, where the form showed another than the chain then had."""
    return next((patient_in_short(row) for row in log.versions if row.pk == call.shown_as_id), "")


def _call_details(handover: Handover, log: ChainLog, told: str, reminds: str) -> Iterable[tuple[str, str]]:
    pairs = (
        ("Meddelande", told),
        ("Patienten nämndes som", named_in_call(handover, log)),
        ("Talade med", handover.spoken_to),
        ("Nummer", handover.number),
        ("Återläsning", ReadBack(handover.read_back).label if handover.read_back else ""),
        ("Varför inte återläst", handover.read_back_reason),
        ("Kontroll av motparten", Checked(handover.checked).label if handover.checked else ""),
        ("Varför inte motringd", handover.checked_reason),
        ("Kommentar", handover.comment),
        ("Nästa steg", handover.next_step),
        ("Ring tillbaka", f"{handover.call_back} ({reminds})" if reminds else handover.call_back),
    )
    return ((label, value) for label, value in pairs if value)


def _standing_line(
    chain: CareChain, log: ChainLog, s: Standing, items: Sequence[OpenItem], now: datetime
) -> StandingLine:
    text = closed_label(chain, s.closed) if s.closed else s.state.label
    got_at = None if s.closed else s.got_at
    if got_at:
        # Förmedlat 10.52, inte underrättad
        state, *rest = text.split(", ")
        text = ", ".join([f"{state} {logged_at(got_at, now)}", *rest])
    if s.received:
        text += ", mottaget där"
    if s.tries:
        text += f", {s.tries} försök"
    if s.last_at and s.last_at != got_at:
        text += f", senast {logged_at(s.last_at, now)}"
    item = open_item_of(chain, log, items, s.target.whom)
    return StandingLine(
        recipient_key=s.target.key,
        place=target_name(chain, log, s.target),
        state="closed" if s.closed else s.state.value,
        text=text,
        open_item=f"{item.responsible}: {item.reason}" if item else "",
    )


def closed_label(chain: CareChain, why: Closed) -> str:
    return why.label.format(system=chain.outage.system)


def _side(at: datetime, routine: Routine) -> str:
    side = before_or_after_break_point(at, routine.limits)
    return f"{'Före' if side == 'before' else 'Efter'} {routine.limits.break_point:%H.%M}"
