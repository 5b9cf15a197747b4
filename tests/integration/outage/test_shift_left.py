"""A hand-over read again: what became of each line, which is green only where it was done."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Outage, ShiftHandover
from outage.queries.care_chains import get_chain, get_event
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import log_call, withdraw_call
from outage.services.taken_back import undo_withdrawal
from tests.factories import County, call_facts, end_for_all, make_chain, make_event, tell
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.pages import read
from tests.integration.outage.shifting import hand_over
from tests.integration.outage.ticking import change

Lines = dict[str, tuple[str, bool]]


def lines_of(by: Acting, handover: ShiftHandover) -> Lines:
    """What each line says of now, and whether it is green, by what it was."""
    client = Client()
    client.force_login(by.user)
    page = read(client.get(reverse("shift_handover", args=[handover.pk])))
    found = {}
    for row in page.select("table.rows tbody tr"):
        what, now = row.th.get_text(" "), row.find("td", {"data-label": "Nu"})
        found[" ".join(what.split())] = " ".join(now.get_text(" ").split()), now.find("svg") is not None
    return found


KOMMUN, DAUGHTER = (
    "Att ringa: Kallelse till SIP till kommun",
    "Att ringa: Kallelse till SIP till deltagare i SIP",
)
LEFT, DONE, CHANGED = ("Kvar", False), ("Inte kvar", True), ("Ändrat sedan dess", False)


@pytest.fixture
def sip(county: County, outage: Outage) -> CareChainEvent:
    """Disa calls to a SIP: the municipality was busy, and the daughter is not rung."""
    chain = make_chain(county, outage, county.disa)
    return sip_in(county, chain)


def sip_in(county: County, chain: CareChain) -> CareChainEvent:
    said = {"sip_date": "2026-12-01", "participants": ["Dotter"]}
    return make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, **said)


def test_a_call_of_a_message_that_was_corrected_is_still_to_make(county: County, sip: CareChainEvent):
    handover = hand_over(county.disa)
    assert lines_of(county.disa, handover) == {KOMMUN: LEFT, DAUGHTER: LEFT}
    new = correct_event(
        by=county.disa,
        event=sip,
        client_id=uuid4(),
        happened_at=sip.happened_at,
        particulars={"sip_date": "2026-12-02", "participants": ["Dotter"]},
        reason="Fel dag",
        told_rightly=False,
        kind="sip_invitation",
    )
    assert lines_of(county.disa, handover) == {KOMMUN: LEFT, DAUGHTER: LEFT}
    tell(county.disa, sip.chain, new)
    assert lines_of(county.disa, handover) == {KOMMUN: DONE, DAUGHTER: LEFT}
    tell(county.disa, sip.chain, new, to="participant:Dotter")
    assert lines_of(county.disa, handover) == {KOMMUN: DONE, DAUGHTER: DONE}


def test_what_was_taken_back_untold_is_not_green(county: County, sip: CareChainEvent):
    handover = hand_over(county.disa)
    withdraw_event(by=county.disa, event=sip, client_id=uuid4(), reason="Fel")
    assert lines_of(county.disa, handover) == {KOMMUN: CHANGED, DAUGHTER: CHANGED}


def test_who_was_to_be_told_of_one_who_died_was_not_told(county: County, sip: CareChainEvent):
    handover = hand_over(county.disa)
    change(county.disa, sip.chain, county, status=ChainStatus.DECEASED, status_reason="Avled 9.50")
    assert lines_of(county.disa, handover) == {KOMMUN: CHANGED, DAUGHTER: CHANGED}


def test_the_call_is_to_where_the_party_is_now(county: County, sip: CareChainEvent):
    handover = hand_over(county.disa)
    change(county.disa, sip.chain, county, municipality=None)
    assert lines_of(county.disa, handover)[KOMMUN] == LEFT


def test_a_chain_that_was_joined_to_another_is_read_in_that_one(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    event = make_event(county.alva, other, "discharge", to=Party.MUNICIPALITY)
    handover = hand_over(county.alva)
    before = lines_of(county.alva, handover)
    assert set(before.values()) == {LEFT}
    join(county, kept, other)
    assert lines_of(county.alva, handover) == before
    tell(county.alva, get_chain(county.alva, kept.pk), event)
    after = lines_of(county.alva, handover)
    assert sorted(after.values()) == sorted([DONE, LEFT])


def test_a_call_that_another_unit_is_to_make_is_said_to_be_that_ones(
    county: County, outage: Outage, chain: CareChain
):
    event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    handover = hand_over(county.alva)
    line = "Att ringa: Utskrivningsmeddelande till hälsocentral"
    assert lines_of(county.alva, handover) == {line: LEFT}
    change(county.alva, chain, county, ward_unit=county.other_ward)
    now = f"Ringer nu: {county.other_ward.name}"
    assert lines_of(county.alva, handover) == {line: (now, False)}
    tell(county.bo, get_chain(county.bo, chain.pk), event, to=Party.OUTPATIENT)
    assert lines_of(county.alva, handover) == {line: DONE}


def test_of_a_protected_patient_it_is_not_said_which_unit(county: County, outage: Outage):
    chain = make_chain(county, outage, county.bo, protected_identity=True, ward_unit=county.ward)
    make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    handover = hand_over(county.alva)
    change(county.bo, chain, county, ward_unit=county.other_ward, protected_identity=True)
    ((now, green),) = lines_of(county.alva, handover).values()
    assert not green
    assert county.other_ward.name not in now


def test_an_answer_that_was_logged_and_told_to_one_of_two_is_left_for_the_other(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED, to=Party.OUTPATIENT)
    handover = hand_over(county.disa)
    first = lines_of(county.disa, handover)
    replies = [of for of in first if "Att ringa" in of]
    assert [first[of] for of in replies] == [LEFT] * 2
    make_event(
        county.disa,
        chain,
        "admission_reply",
        sender=Party.OUTPATIENT,
        to=Party.INPATIENT,
        outcome=CallOutcome.REACHED,
    )
    now = lines_of(county.disa, handover)
    assert sorted(now[of] for of in replies) == sorted([DONE, LEFT])


def test_a_call_to_ring_back_is_green_where_it_was_answered_and_not_where_it_was_taken_back(
    county: County, outage: Outage, chain: CareChain
):
    facts = call_facts(Party.MUNICIPALITY, direction=Direction.RECEIVED, call_back="0910-1234", number="")
    told = Message(kind="municipality_ready", sender=Party.MUNICIPALITY, happened_at=timezone.now())
    asked = {"by": county.disa, "chain": chain, "facts": facts, "messages": [told]}
    log_call(client_id=uuid4(), **asked)
    handover = hand_over(county.disa)
    of = "Ring tillbaka: 0910-1234"
    assert lines_of(county.disa, handover)[of] == LEFT
    answer = call_facts(Party.MUNICIPALITY, comment="Svarade")
    log_call(by=county.disa, chain=chain, client_id=uuid4(), facts=answer, messages=[])
    assert lines_of(county.disa, handover)[of] == DONE
    again = log_call(client_id=uuid4(), **asked)
    handover = hand_over(county.disa)
    withdraw_call(
        by=county.disa, handover=again, client_id=uuid4(), reason="Fel", answers={"events-too": "nej"}
    )
    assert lines_of(county.disa, handover)[of] == CHANGED


def test_a_place_to_find_stays_so_when_somebody_is_to_be_rung_there(county: County, outage: Outage):
    chain = make_chain(county, outage, outpatient_unit=None)
    handover = hand_over(county.alva)
    of = "Ta reda på: Vart patienten hör"
    make_event(county.alva, chain)
    assert lines_of(county.alva, handover)[of] == LEFT
    change(county.alva, chain, county)
    assert lines_of(county.alva, handover)[of] == DONE


def test_after_the_end_a_discharge_is_left_and_what_is_told_there_is_not_green(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "discharge")
    handover = hand_over(county.alva)
    end_for_all(county, outage, timezone.now())
    assert set(lines_of(county.alva, handover).values()) == {LEFT}


def test_a_withdrawal_that_was_undone_was_told_to_nobody(county: County, chain: CareChain):
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    row = withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel rad.")
    first = hand_over(county.alva)
    back = "Att ringa: Återtag: inskrivning till kommun"
    assert lines_of(county.esa, first)[back] == LEFT
    undo_withdrawal(
        by=county.esa, event=get_event(county.esa, row.pk), client_id=uuid4(), reason="Fel knapp."
    )
    assert lines_of(county.esa, first)[back] == CHANGED


def test_a_withdrawal_that_was_told_is_done(county: County, chain: CareChain):
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    row = withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel rad.")
    handover = hand_over(county.alva)
    tell(county.alva, chain, row)
    assert lines_of(county.esa, handover)["Att ringa: Återtag: inskrivning till kommun"] == DONE
