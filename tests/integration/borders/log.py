"""The services of outage and log, with arguments that are valid for Alva's ward and the hälsocentral."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.rules.directory_search import ContactColumn
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.reading import choose_columns, choose_reminders, note_look
from contacts.services.submissions import claim, keep_clash
from contacts.services.tries import note_denied, note_log_in
from outage.models import CareChain, ChainJoin, Handover, HeldForm, Outage, ShiftHandover
from outage.queries.care_chains import get_chain, get_event, get_handover
from outage.queries.checklists import checklists_for
from outage.queries.joining import differing
from outage.queries.outages import outage_for
from outage.rules.informing import CallOutcome
from outage.rules.opening import OpeningReason
from outage.services.care_chains import change_details, open_chain
from outage.services.checklists import set_tick
from outage.services.drills import start_drill
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.held_forms import hold_form, release, throw_away
from outage.services.joining import join_chains, undo_join
from outage.services.moving import move_call
from outage.services.number_flags import flag_called_number, unflag_called_number
from outage.services.openings import open_in_emergency, open_protected
from outage.services.outages import (
    change_outage,
    end_outage,
    record_support_contact,
    reopen_outage,
    report_outage,
)
from outage.services.registrations import acknowledge, mark_task, turn_task
from outage.services.shift import hand_over_shift, take_over_shift
from outage.services.taken_back import undo_withdrawal
from outage.services.undoing import undo_call
from outage.services.ward_patients import open_each
from tests.factories import (
    TOLVAN,
    call_facts,
    chain_facts,
    end_for_all,
    make_chain,
    make_entry,
    make_event,
    make_outage,
    outage_facts,
    person,
    tell,
)
from tests.integration.borders.table import (
    CHAIN,
    ELSEWHERE,
    NONE,
    OWNER,
    UNIT,
    Cast,
    Given,
    Row,
    Table,
    with_other,
)
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.ticking import rows

NUMBER = "0910-00 00 00"
EARLIER = timedelta(minutes=100)


@dataclass
class Log(Cast):
    """Two outages, of which one is over; in each what somebody can write about."""

    over: Outage = field(init=False)
    outage: Outage = field(init=False)
    done: UUID = field(init=False)
    chain: UUID = field(init=False)
    strangers: UUID = field(init=False)
    right_one: UUID = field(init=False)
    twins: tuple[UUID, UUID] = field(init=False)
    join: ChainJoin = field(init=False)
    event: UUID = field(init=False)
    told: UUID = field(init=False)
    untold: UUID = field(init=False)
    call: UUID = field(init=False)
    held: HeldForm = field(init=False)
    hidden: UUID = field(init=False)
    shift: UUID = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        county, alva = self.county, self.county.alva
        self.over = make_outage(alva)
        # Of a patient of its own: what the next outage has of the others makes a task one to decide.
        done = make_chain(county, self.over, identity="19500101-9809")
        make_event(alva, done, ago=EARLIER)
        self.done = done.pk
        end_for_all(county, self.over, timezone.now() - timedelta(minutes=60))
        self.outage = make_outage(alva, started=timedelta(minutes=50))
        make_entry(county.municipality, "Växel", NUMBER, kind=EntryKind.SWITCHBOARD)
        chain, right_one = make_chain(county, self.outage), make_chain(county, self.outage)
        self.chain, self.right_one = chain.pk, right_one.pk
        # Of the same principal, and of a unit that Alva's has nothing to do with.
        theirs = {"ward_unit": county.other_ward, "outpatient_unit": None}
        self.strangers = make_chain(county, self.outage, county.bo, **theirs).pk
        kept, other = two_chains(county, self.outage)
        self.twins = kept.pk, other.pk
        self.join = join(county, *two_chains(county, self.outage))
        event = make_event(alva, chain)
        self.event = event.pk
        told = make_event(alva, right_one, "discharge")
        for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
            tell(alva, right_one, told, to=party)
        self.told, self.untold = told.pk, make_event(alva, chain, "discharge").pk
        self.call = tell(alva, chain, event, outcome=CallOutcome.BUSY, number=NUMBER).pk
        held = hold_form(by=alva.membership, path="/x/", content={"a": ["b"]})
        assert held is not None
        self.held = held
        self.hidden = make_chain(county, self.outage, identity="19910608-9809", protected_identity=True).pk
        # By somebody who is none of those who try to take over.
        leaving = person("leaving", alva.unit)
        self.shift = hand_over_shift(by=leaving, outage=self.outage, client_id=uuid4()).pk

    def seen(self, pk: UUID) -> CareChain:
        return get_chain(self.county.alva, pk)


def call(s: Log, by: Acting) -> Given:
    return {"handover": get_handover(s.county.alva, s.call), "client_id": uuid4()}


def call_back(s: Log, by: Acting) -> Given:
    return {**call(s, by), "reason": "Fel."}


def event(s: Log, by: Acting) -> Given:
    return {"event": get_event(s.county.alva, s.event), "client_id": uuid4(), "reason": "Fel."}


def taken_back(s: Log, by: Acting) -> Given:
    alva = s.county.alva
    row = withdraw_event(by=alva, event=make_event(alva, s.seen(s.chain)), client_id=uuid4(), reason="Fel.")
    return {"event": get_event(alva, row.pk), "client_id": uuid4(), "reason": "Fel."}


def twins(s: Log, by: Acting) -> Given:
    kept, other = map(s.seen, s.twins)
    choices = dict.fromkeys(differing(kept.details, other.details), "kept")
    return {"kept": kept, "other": other, "client_id": uuid4(), "choices": choices, "same": {}}


def details(s: Log, by: Acting) -> Given:
    chain = s.seen(s.chain)
    facts = chain_facts(s.county)
    return {"chain": chain, "client_id": uuid4(), "replaces": chain.details_id, "facts": facts}


def task(s: Log, by: Acting) -> Given:
    chain = s.seen(s.done)
    (row,) = rows(s.county.alva, chain)
    return {"chain": chain, "client_id": uuid4(), "task": row.key, "seen": row.seen, "done": True}


def turn(s: Log, by: Acting) -> Given:
    given = task(s, by)
    del given["done"]
    return {**given, "was": None, "holder": None, "note": "Väntar på svar"}


def tick(s: Log, by: Acting) -> Given:
    own = checklists_for(by.unit)[0]
    item = own.items[0].key
    return {"outage": s.outage, "checklist_key": own.key, "item_key": item, "done": True}


def flagged(s: Log, by: Acting) -> Given:
    given = call(s, by)
    flag_called_number(by=s.county.alva, **given)
    return {**given, "client_id": uuid4()}


def ended(s: Log, by: Acting) -> Given:
    end_outage(by=s.coordinator_at(by.unit), outage=s.outage, ended_at=timezone.now())
    return {"outage": outage_for(by.principal, s.outage.pk)}


def nothing_in_earnest(s: Log, by: Acting) -> Given:
    Outage.objects.update(drill=True, closed_at=timezone.now(), closed_by=s.county.alva.user)
    return {"client_id": uuid4(), "facts": outage_facts()}


def clash(s: Log, by: Acting) -> Given:
    pk = uuid4()
    claim(by=s.county.alva, client_id=pk, kind="x", content={})
    return {"client_id": pk, "content": {"b": 1}}


def of_event(s: Log, by: Acting) -> Given:
    now = timezone.now()
    return {**event(s, by), "happened_at": now, "particulars": {}, "told_rightly": True}


def left_open(s: Log, by: Acting) -> Given:
    given = {"event": get_event(s.county.alva, s.untold), "client_id": uuid4(), "responsible": "Esa"}
    return given | {"recipient": Party.MUNICIPALITY, "reason": "Svarar inte."}


def new_chain(s: Log, by: Acting) -> Given:
    return {"outage": s.outage, "client_id": uuid4(), "facts": chain_facts(s.county)}


CARE = Right.LOG_CARE
TABLE: Table[Log] = {
    open_chain: Row(CARE, NONE, new_chain),
    open_each: Row(
        CARE,
        NONE,
        lambda s, by: {
            "outage": s.outage,
            "list_id": uuid4(),
            "patients": {0: chain_facts(s.county, identity="19900101-9802")},
        },
    ),
    change_details: Row(CARE, CHAIN, details),
    open_protected: Row(
        Right.READ_CARE,
        CHAIN,
        lambda s, by: {"chain": s.seen(s.hidden), "client_id": uuid4(), "reason": OpeningReason.RINGS},
    ),
    open_in_emergency: Row(
        Right.EMERGENCY_OPEN,
        ELSEWHERE,
        lambda s, by: {
            "outage": s.outage,
            "number": TOLVAN,
            "chain_id": s.chain,
            "client_id": uuid4(),
            "reason": OpeningReason.IS_HERE,
        },
    ),
    join_chains: Row(CARE, CHAIN, twins),
    undo_join: Row(
        CARE,
        CHAIN,
        lambda s, by: {
            "join": ChainJoin.objects.get(pk=s.join.pk),
            "client_id": uuid4(),
            "reason": "Två olika.",
        },
    ),
    log_call: Row(
        CARE,
        CHAIN,
        lambda s, by: {
            "chain": s.seen(s.chain),
            "client_id": uuid4(),
            "facts": call_facts(outcome=CallOutcome.BUSY),
            "messages": [],
        },
    ),
    correct_call: Row(
        CARE, CHAIN, lambda s, by: {**call_back(s, by), "facts": call_facts(at=timezone.now())}
    ),
    withdraw_call: Row(CARE, CHAIN, call_back),
    undo_call: Row(CARE, CHAIN, lambda s, by: {"handover": get_handover(s.county.alva, s.call)}),
    move_call: Row(CARE, CHAIN, lambda s, by: {**call_back(s, by), "to": s.seen(s.right_one)}),
    flag_called_number: Row(Right.READ_CARE, CHAIN, call),
    unflag_called_number: Row(Right.READ_CARE, CHAIN, flagged),
    correct_event: Row(CARE, CHAIN, of_event),
    withdraw_event: Row(CARE, CHAIN, event),
    undo_withdrawal: Row(CARE, CHAIN, taken_back),
    complete_discharge: Row(CARE, CHAIN, lambda s, by: {"event": get_event(s.county.alva, s.told)}),
    leave_discharge_open: Row(CARE, CHAIN, left_open),
    mark_task: Row(Right.MARK_REGISTRATION, CHAIN, task),
    turn_task: Row(Right.MARK_REGISTRATION, CHAIN, turn),
    acknowledge: Row(
        Right.MARK_REGISTRATION, NONE, lambda s, by: {"outage": outage_for(by.principal, s.over.pk)}
    ),
    hand_over_shift: Row(CARE, NONE, lambda s, by: {"outage": s.outage, "client_id": uuid4()}),
    take_over_shift: Row(CARE, UNIT, lambda s, by: {"handover": ShiftHandover.objects.get(pk=s.shift)}),
    set_tick: Row(Right.TICK_CHECKLIST, NONE, tick),
    report_outage: Row(
        Right.REPORT_OUTAGE, NONE, lambda s, by: {"client_id": uuid4(), "facts": outage_facts()}
    ),
    start_drill: Row(Right.START_DRILL, NONE, nothing_in_earnest),
    change_outage: Row(
        Right.REPORT_OUTAGE,
        NONE,
        lambda s, by: {"outage": s.outage, "client_id": uuid4(), "facts": outage_facts()},
    ),
    record_support_contact: Row(
        Right.REPORT_OUTAGE,
        NONE,
        lambda s, by: {"outage": s.outage, "client_id": uuid4(), "at": timezone.now()},
    ),
    end_outage: Row(Right.END_OUTAGE, NONE, lambda s, by: {"outage": s.outage, "ended_at": timezone.now()}),
    reopen_outage: Row(Right.END_OUTAGE, NONE, ended),
    throw_away: Row(None, OWNER, lambda s, by: {"held": HeldForm.objects.get(pk=s.held.pk)}),
    release: Row(None, OWNER, lambda s, by: {"held": HeldForm.objects.get(pk=s.held.pk)}),
    note_look: Row(None, NONE, lambda s, by: {"action": "chains.viewed"}),
    note_denied: Row(None, NONE, lambda s, by: {"why": "not_yours", "page": "chain"}),
    note_log_in: Row(None, NONE, lambda s, by: {"action": "login.in"}),
    choose_reminders: Row(None, NONE, lambda s, by: {"outside": True}),
    choose_columns: Row(None, NONE, lambda s, by: {"columns": [next(iter(ContactColumn))]}),
    keep_clash: Row(None, NONE, clash),
}


def strangers(s: Log) -> CareChain:
    return get_chain(s.county.bo, s.strangers)


def strangers_call(s: Log) -> Handover:
    chain = strangers(s)
    return tell(s.county.bo, chain, make_event(s.county.bo, chain))


# Alva does it, to what is hers and to one that is not.
MIXED = [
    (move_call, with_other(TABLE[move_call], to=strangers)),
    (move_call, with_other(TABLE[move_call], handover=strangers_call)),
    (join_chains, with_other(TABLE[join_chains], other=strangers)),
    (join_chains, with_other(TABLE[join_chains], kept=strangers)),
]
