"""R3 over every kind, party and ward, and what counts as told (R1.6)."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from contacts.rules.parties import Party, WardKind
from outage.routine import current_routine
from outage.rules.informing import (
    FAILED,
    Call,
    CallOutcome,
    DischargeNotComplete,
    DischargeState,
    InformState,
    MayNotSend,
    Recipient,
    Standing,
    call_priority,
    can_complete_discharge,
    check_discharge_complete,
    check_may_send,
    check_open_item,
    discharge_state,
    inform_state,
    may_send,
    not_informed,
    owed_answers,
    recipients,
    standings,
)
from outage.rules.routine import Effect
from tests.routine_table import KINDS, row_of

ROUTINE = current_routine()
NOON = datetime(2026, 1, 20, 11, tzinfo=UTC)

MUNICIPALITY, OUTPATIENT = Recipient(Party.MUNICIPALITY), Recipient(Party.OUTPATIENT)


def call(to: str, outcome: CallOutcome, minute: int = 0) -> Call:
    return Call(to, outcome, NOON + timedelta(minutes=minute))


@pytest.mark.clause("R2.1")
@pytest.mark.clause("R3.1")
@pytest.mark.clause("R3.2")
@pytest.mark.clause("R3.3")
@pytest.mark.clause("R3.4")
@pytest.mark.clause("R3.5")
@pytest.mark.clause("R3.6")
@pytest.mark.clause("R3.7")
@pytest.mark.clause("R3.8")
@pytest.mark.clause("R3.9")
@pytest.mark.clause("R3.10")
@pytest.mark.parametrize("ward", WardKind)
@pytest.mark.parametrize("sender", Party)
@pytest.mark.parametrize("kind", KINDS)
def test_who_tells_whom(kind: str, sender: Party, ward: WardKind) -> None:
    row = row_of(kind, sender)
    if row is None:
        assert not may_send(ROUTINE, kind, sender)
        with pytest.raises(MayNotSend):
            recipients(routine=ROUTINE, kind=kind, sender=sender, ward_kind=ward)
        return
    swap = {Party.OUTPATIENT: "psychiatric_outpatient" if ward == "psychiatric" else "health_centre"}
    found = recipients(routine=ROUTINE, kind=kind, sender=sender, ward_kind=ward)
    assert [recipient.wire for recipient in found] == [swap.get(party, party) for party in row.tells]
    assert may_send(ROUTINE, kind, sender)
    check_may_send(ROUTINE, kind, sender)


@pytest.mark.clause("R3.9")
@pytest.mark.parametrize("kind", ["sip_initiative", "sip_invitation"])
def test_everyone_who_is_to_take_part_in_a_sip_is_told_too(kind: str) -> None:
    found = recipients(
        routine=ROUTINE,
        kind=kind,
        sender=Party.OUTPATIENT,
        ward_kind=WardKind.SOMATIC,
        participants=["Tolvan Tolvansson", " ", "Elva Elvasson ", "Elva Elvasson"],
    )
    assert [recipient.key for recipient in found] == [
        "municipality",
        "participant:Tolvan Tolvansson",
        "participant:Elva Elvasson",
    ]
    assert [recipient.label for recipient in found] == ["Kommun", "Tolvan Tolvansson", "Elva Elvasson"]


def test_participants_count_only_for_a_sip() -> None:
    found = recipients(
        routine=ROUTINE,
        kind="admission",
        sender=Party.INPATIENT,
        ward_kind=WardKind.SOMATIC,
        participants=["Tolvan Tolvansson"],
    )
    assert [recipient.key for recipient in found] == ["municipality", "outpatient"]


@pytest.mark.clause("R3.10")
def test_a_recipient_keeps_its_key_when_the_ward_changes() -> None:
    def outpatient(ward: WardKind) -> Recipient:
        return recipients(routine=ROUTINE, kind="admission", sender=Party.INPATIENT, ward_kind=ward)[1]

    somatic, psychiatric = outpatient(WardKind.SOMATIC), outpatient(WardKind.PSYCHIATRIC)
    assert somatic.key == psychiatric.key == "outpatient"
    assert (somatic.label, psychiatric.label) == ("Hälsocentral", "Psykiatrisk öppenvård")


def test_a_refused_sender_reads_who_sends_it_instead() -> None:
    with pytest.raises(MayNotSend) as refusal:
        check_may_send(ROUTINE, "admission_reply", Party.INPATIENT)
    assert refusal.value.reason == "Svar på inskrivning lämnas av kommun och öppenvård, inte av slutenvård."
    assert refusal.value.field == "kind"


def test_an_unknown_kind_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="no message type 'fax'"):
        may_send(ROUTINE, "fax", Party.INPATIENT)


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("length", range(4))
def test_every_order_of_calls(length: int) -> None:
    # Second formulation: the state is the best rung any call has reached on a ladder.
    ladder = dict.fromkeys(CallOutcome, 1) | {CallOutcome.RELAYED: 2, CallOutcome.REACHED: 3}
    states = [InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED]
    for outcomes in product(CallOutcome, repeat=length):
        calls = [call("municipality", outcome, minute) for minute, outcome in enumerate(outcomes)]
        rung = max((ladder[outcome] for outcome in outcomes), default=0)
        assert inform_state("municipality", calls) is states[rung]
        (row,) = standings([MUNICIPALITY], calls)
        assert row.state is states[rung]
        assert row.tries == sum(ladder[outcome] == 1 for outcome in outcomes)
        assert row.last_at == (NOON + timedelta(minutes=length - 1) if length else None)


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("outcome", sorted(FAILED | {CallOutcome.RELAYED}))
def test_relayed_or_tried_is_not_informed(outcome: CallOutcome) -> None:
    rows = standings([MUNICIPALITY], [call("municipality", outcome)])
    assert not_informed(rows) == (MUNICIPALITY,)
    assert not can_complete_discharge(rows)


def test_a_call_to_one_party_says_nothing_of_another() -> None:
    rows = standings([MUNICIPALITY, OUTPATIENT], [call("outpatient", CallOutcome.REACHED)])
    assert [row.state for row in rows] == [InformState.STILL_TO_RING, InformState.INFORMED]


def test_the_latest_call_is_found_whatever_the_order_of_rows() -> None:
    calls = [call("municipality", CallOutcome.BUSY, minute) for minute in (5, 9, 1)]
    assert standings([MUNICIPALITY], calls)[0].last_at == NOON + timedelta(minutes=9)


@pytest.mark.clause("R1.6")
def test_a_discharge_over_every_standing_and_every_open_item() -> None:
    parties = (MUNICIPALITY, OUTPATIENT)
    for states in product(InformState, repeat=2):
        rows = [Standing(who, state, 0, None) for who, state in zip(parties, states, strict=True)]
        missing = {who.key for who, state in zip(parties, states, strict=True) if state != "informed"}
        for open_items in ((), ("municipality",), ("outpatient",), ("municipality", "outpatient")):
            if not missing:
                wanted = DischargeState.COMPLETE
            elif missing <= set(open_items):
                wanted = DischargeState.LEFT_OPEN
            else:
                wanted = DischargeState.INCOMPLETE
            assert discharge_state(rows, open_items) is wanted
            assert can_complete_discharge(rows, open_items) is (not missing)


@pytest.mark.clause("R1.6")
def test_the_reason_names_those_who_do_not_know() -> None:
    rows = standings([MUNICIPALITY, OUTPATIENT], [call("municipality", CallOutcome.RELAYED)])
    with pytest.raises(DischargeNotComplete) as refusal:
        check_discharge_complete(rows)
    assert refusal.value.reason == (
        "Utskrivningen är inte klar. Inte underrättad: Kommun och Öppenvård."
        " Ring, eller lämna en öppen punkt med namn och skäl för: Kommun och Öppenvård."
    )
    assert refusal.value.missing == (MUNICIPALITY, OUTPATIENT)


@pytest.mark.clause("R1.6")
def test_an_open_item_changes_the_words_but_does_not_complete_a_discharge() -> None:
    rows = standings([MUNICIPALITY], [call("municipality", CallOutcome.CLOSED)])
    with pytest.raises(DischargeNotComplete) as refusal:
        check_discharge_complete(rows, ["municipality"])
    assert refusal.value.reason.endswith("Öppen punkt är lämnad. Ring så snart det går.")


@pytest.mark.clause("R1.6")
def test_a_discharge_that_all_know_of_is_complete() -> None:
    rows = standings(
        [MUNICIPALITY, OUTPATIENT],
        [call("municipality", CallOutcome.REACHED), call("outpatient", CallOutcome.REACHED)],
    )
    check_discharge_complete(rows)
    assert discharge_state(rows) is DischargeState.COMPLETE


def test_an_open_item_needs_a_name_and_a_reason() -> None:
    assert set(check_open_item(responsible=" ", reason="")) == {"responsible", "reason"}
    assert set(check_open_item(responsible="Alva Ek", reason=" ")) == {"reason"}
    assert check_open_item(responsible="Alva Ek", reason="Växeln är stängd.") == {}


@pytest.mark.clause("R1.6")
def test_discharges_are_rung_first_then_the_oldest() -> None:
    early, late = NOON, NOON + timedelta(minutes=1)
    owed = [
        (Effect.INFORMATION, early),
        (Effect.DISCHARGE, late),
        (Effect.SIP, late),
        (Effect.DISCHARGE, early),
    ]
    assert sorted(owed, key=lambda call: call_priority(*call)) == [
        (Effect.DISCHARGE, early),
        (Effect.DISCHARGE, late),
        (Effect.INFORMATION, early),
        (Effect.SIP, late),
    ]


def owed(party: Party, *events: tuple[str, Party, int]) -> list[tuple[str, datetime]]:
    rows = [(kind, sender, NOON + timedelta(minutes=minute)) for kind, sender, minute in events]
    return owed_answers(ROUTINE, party, rows)


ADMITTED = ("admission", Party.INPATIENT, 0)


@pytest.mark.clause("R3.6")
@pytest.mark.clause("R3.8")
def test_an_admission_is_to_be_answered_by_kommun_and_oppenvard() -> None:
    for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
        assert owed(party) == []
        assert owed(party, ADMITTED) == [("admission_reply", NOON)]
        assert owed(party, ADMITTED, ("admission_reply", party, 5)) == []
        assert owed(party, ADMITTED, ("admission_reply", party, 0)) == []
    assert owed(Party.INPATIENT, ADMITTED) == []


@pytest.mark.clause("R3.6")
def test_an_answer_of_another_party_or_before_the_admission_does_not_count() -> None:
    assert owed(Party.MUNICIPALITY, ADMITTED, ("admission_reply", Party.OUTPATIENT, 5)) == [
        ("admission_reply", NOON)
    ]
    late = ("admission", Party.INPATIENT, 9)
    assert owed(Party.MUNICIPALITY, ("admission_reply", Party.MUNICIPALITY, 5), late) == [
        ("admission_reply", NOON + timedelta(minutes=9))
    ]


@pytest.mark.clause("R3.6")
def test_after_a_discharge_no_answer_is_owed_until_the_next_admission() -> None:
    gone = ("discharge", Party.INPATIENT, 5)
    assert owed(Party.MUNICIPALITY, ADMITTED, gone) == []
    assert owed(Party.MUNICIPALITY, ADMITTED, gone, ("admission", Party.INPATIENT, 8)) == [
        ("admission_reply", NOON + timedelta(minutes=8))
    ]
