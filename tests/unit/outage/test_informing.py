"""R3 over every kind, party and ward, and what stops a discharge from being completed (R1.6)."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.rules.parties import Party, WardKind
from outage.routine import current_routine
from outage.rules.informing import (
    DischargeNotComplete,
    MayNotSend,
    check_all_told,
    check_open_item,
    owed_answers,
    recipients,
    sending_of,
)
from tests.routine_table import KINDS, row_of

ROUTINE = current_routine()
NOON = datetime(2026, 1, 20, 11, tzinfo=UTC)


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
        with pytest.raises(MayNotSend):
            recipients(routine=ROUTINE, kind=kind, sender=sender, ward_kind=ward)
        return
    swap = {Party.OUTPATIENT: "psychiatric_outpatient" if ward == "psychiatric" else "health_centre"}
    found = recipients(routine=ROUTINE, kind=kind, sender=sender, ward_kind=ward)
    assert [recipient.wire for recipient in found] == [swap.get(party, party) for party in row.tells]
    assert sending_of(ROUTINE, kind, sender).party is sender


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
    assert [recipient.wire for recipient in found] == [
        "municipality",
        "participant:Tolvan Tolvansson",
        "participant:Elva Elvasson",
    ]


def test_participants_count_only_for_a_sip() -> None:
    found = recipients(
        routine=ROUTINE,
        kind="admission",
        sender=Party.INPATIENT,
        ward_kind=WardKind.SOMATIC,
        participants=["Tolvan Tolvansson"],
    )
    assert [recipient.party for recipient in found] == ["municipality", "outpatient"]


def test_a_refused_sender_reads_who_sends_it_instead() -> None:
    with pytest.raises(MayNotSend) as refusal:
        sending_of(ROUTINE, "admission_reply", Party.INPATIENT)
    assert refusal.value.reason == "Svar på inskrivning lämnas av kommun och öppenvård, inte av slutenvård."
    assert refusal.value.field == "kind"


def test_an_unknown_kind_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="no message type 'fax'"):
        sending_of(ROUTINE, "fax", Party.INPATIENT)


@pytest.mark.clause("R1.6")
def test_the_reason_names_those_who_do_not_know() -> None:
    with pytest.raises(DischargeNotComplete) as refusal:
        check_all_told(["Kommun", "Hälsocentral"], ["Hälsocentral"])
    assert refusal.value.reason == (
        "Utskrivningen är inte klar. Inte underrättad: Kommun och Hälsocentral."
        " Ring, eller lämna en öppen punkt med namn och skäl för: Hälsocentral."
    )


@pytest.mark.clause("R1.6")
def test_an_open_item_changes_the_words_but_does_not_complete_a_discharge() -> None:
    with pytest.raises(DischargeNotComplete) as refusal:
        check_all_told(["Kommun"], [])
    assert refusal.value.reason.endswith("Öppen punkt är lämnad. Ring så snart det går.")
    check_all_told([], [])


def test_an_open_item_needs_a_name_and_a_reason() -> None:
    assert set(check_open_item(responsible=" ", reason="")) == {"responsible", "reason"}
    assert set(check_open_item(responsible="Alva Ek", reason=" ")) == {"reason"}
    assert check_open_item(responsible="Alva Ek", reason="Växeln är stängd.") == {}


def owed(party: Party, *events: tuple[str, Party, int]) -> list[tuple[str, datetime]]:
    rows = [
        (kind, sender, (NOON + timedelta(minutes=minute), order))
        for order, (kind, sender, minute) in enumerate(events)
    ]
    return [(kind, at) for kind, (at, _) in owed_answers(ROUTINE, party, rows)]


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
