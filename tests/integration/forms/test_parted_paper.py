"""Two chains that were joined are parted: what was read on a sheet of one of the patients goes with that patient."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from forms.models import Sheet, SheetKind
from forms.queries.entering import entries_from
from forms.services.entering import enter_call
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import log_of
from outage.queries.owed import owed_by_unit
from outage.queries.standing import completion_of
from outage.rules.handover import CallFacts, Direction, Message
from outage.rules.informing import CallOutcome
from outage.rules.paper import PaperMark
from outage.services.events import complete_discharge, correct_event
from outage.services.states import rebuilt
from tests.factories import County, call_facts, make_chain, make_event, make_outage, tell
from tests.integration.forms.entering import make_sheet
from tests.integration.outage.joining import join, to_ring, undo
from tests.integration.outage.pages import read

ONE, TWO = ("Berta Ettan", "19480101-9847"), ("Berta Tvåan", "19480110-9804")


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture(params=["two numbers", "one number"])
def pair(county: County, outage: Outage, request: pytest.FixtureRequest) -> tuple[CareChain, CareChain]:
    numbers = (ONE, TWO) if request.param == "two numbers" else (ONE, ONE)
    kept, other = (make_chain(county, outage, patient_name=name, identity=no) for name, no in numbers)
    return kept, other


def put_together(county: County, kept: CareChain, other: CareChain) -> CareChain:
    told = {"answers": {"identity": "written_wrong"}}
    join(county, kept, other, same=False, **told)
    return get_chain(county.alva, kept.pk)


def enter(county: County, sheet: Sheet, chain: CareChain, *messages: Message, **facts: Any) -> Handover:
    at = facts.pop("at", timezone.now())
    return enter_call(
        by=county.alva,
        sheet=sheet,
        chain=chain,
        client_id=uuid4(),
        facts=replace(call_facts(at=at), **facts),
        messages=list(messages),
        paper=PaperMark(sheet.serial, at, "N.N."),
    )


def of_discharge() -> Message:
    return Message(kind="discharge", sender=Party.INPATIENT)


def as_kept(*chains: CareChain) -> list[object]:
    return list(rebuilt(CareChain.objects.filter(pk__in=[chain.pk for chain in chains]), write=False))


def stands(chain: CareChain) -> tuple[list[str], list[str]]:
    """The events and the calls that stand in a chain."""
    log = log_of(chain.pk)
    return [event.kind for event in log.live_events], [call.outcome for call in log.live_handovers]


@pytest.mark.parametrize("when", ["before the join", "after the join"])
def test_what_it_told_is_told_of_that_patient(
    county: County, pair: tuple[CareChain, CareChain], clock, when: str
):
    kept, other = pair
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, other)
    clock.shift(timedelta(minutes=5))
    at = timezone.now()
    clock.shift(timedelta(minutes=5))
    one = put_together(county, kept, other)
    clock.shift(timedelta(minutes=5))
    call = enter(county, sheet, one, of_discharge(), at=at if when == "before the join" else timezone.now())
    assert stands(one) == (["discharge"], ["reached"])
    undo(county, kept)
    assert (stands(kept), stands(other)) == (([], []), (["discharge"], ["reached"]))
    # The municipality has heard it of the other, and the hälsocentral has still to hear it; of the kept one nobody.
    assert to_ring(county, kept) == set()
    assert to_ring(county, other) == {("discharge", "outpatient")}
    assert as_kept(kept, other) == []
    (entered,) = entries_from(sheet)
    assert (entered.entry.handover, entered.call.chain, entered.withdrawal) == (call, other, None)


def test_so_it_is_of_a_sheet_of_the_kept_one_from_before(
    county: County, pair: tuple[CareChain, CareChain], clock
):
    kept, other = pair
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, kept)
    clock.shift(timedelta(minutes=5))
    join(county, kept, other, same=False, choices=dict.fromkeys(["identity", "patient_name"], "other"))
    clock.shift(timedelta(minutes=5))
    enter(county, sheet, get_chain(county.alva, kept.pk), of_discharge())
    undo(county, kept)
    assert (stands(kept), stands(other)) == ((["discharge"], ["reached"]), ([], []))
    assert to_ring(county, kept) == {("discharge", "outpatient")}
    assert to_ring(county, other) == set()
    assert as_kept(kept, other) == []


def test_a_row_that_reached_nobody_and_one_that_was_received_go_too(
    county: County, pair: tuple[CareChain, CareChain], clock
):
    kept, other = pair
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, other)
    one = put_together(county, kept, other)
    clock.shift(timedelta(minutes=5))
    enter(county, sheet, one, outcome=CallOutcome.NO_ANSWER, spoken_to="", spoken_to_unit="")
    received = Message(kind="municipality_ready", sender=Party.MUNICIPALITY)
    enter(county, sheet, one, received, direction=Direction.RECEIVED, number="")
    undo(county, kept)
    assert stands(kept) == ([], [])
    assert stands(other) == (["municipality_ready"], ["no_answer", "reached"])
    assert as_kept(kept, other) == []


def test_it_goes_with_all_that_became_of_it(county: County, pair: tuple[CareChain, CareChain], clock):
    kept, other = pair
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, other)
    one = put_together(county, kept, other)
    clock.shift(timedelta(minutes=5))
    enter(county, sheet, one, of_discharge())
    (event,) = log_of(kept.pk).live_events
    event = correct_event(
        by=county.alva,
        event=get_event(county.alva, event.pk),
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=1),
        particulars={},
        reason="Fel tid",
        told_rightly=True,
    )
    clock.shift(timedelta(minutes=5))
    facts: CallFacts = call_facts(Party.OUTPATIENT, at=timezone.now())
    enter_call(
        by=county.alva,
        sheet=sheet,
        chain=one,
        client_id=uuid4(),
        facts=facts,
        messages=[Message(event_id=event.pk)],
        paper=PaperMark(sheet.serial, timezone.now(), "N.N."),
    )
    complete_discharge(by=county.alva, event=get_event(county.alva, event.pk))
    undo(county, kept)
    log, chain = log_of(other.pk), get_chain(county.alva, other.pk)
    (moved,) = log.live_events
    assert (moved.happened_at, moved.reason) == (event.happened_at, "Fel tid")
    assert completion_of(chain, log, moved) is not None
    assert to_ring(county, other) == to_ring(county, kept) == set()
    assert as_kept(kept, other) == []


def test_who_heard_it_by_the_kept_ones_number_is_owed_that_it_was_another(
    county: County, outage: Outage, clock
):
    kept, other = (make_chain(county, outage, patient_name=name, identity=no) for name, no in (ONE, TWO))
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, other)
    one = put_together(county, kept, other)
    clock.shift(timedelta(minutes=5))
    enter(county, sheet, one, of_discharge())
    (event,) = log_of(kept.pk).live_events
    clock.shift(timedelta(minutes=5))
    # Rung by the page, which has the kept one's number.
    tell(county.alva, one, event, to=Party.OUTPATIENT)
    undo(county, kept)
    found = owed_by_unit(get_chain(county.alva, kept.pk), log_of(kept.pk), county.ward.pk)
    assert {(o.kind, o.target.key, o.retracts) for o in found if o.closed is None} == {
        ("discharge", "outpatient", True)
    }
    assert to_ring(county, other) == {("discharge", "outpatient")}
    assert as_kept(kept, other) == []


def test_the_page_says_what_goes_and_what_stays(county: County, outage: Outage, client: Client, clock):
    kept, other = (make_chain(county, outage, patient_name=name, identity=no) for name, no in (ONE, TWO))
    make_event(county.alva, kept, "admission")
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, other)
    one = put_together(county, kept, other)
    clock.shift(timedelta(minutes=5))
    enter(county, sheet, one, of_discharge())
    make_event(county.alva, one, "discharge_report", ago=timedelta(0))
    client.force_login(county.alva.user)
    page = read(client.get(reverse("undo_join", args=[kept.pk]))).main
    goes, stays = (" ".join(each.get_text(" ").split()) for each in page.find_all("ul"))
    place = "Skellefteå kommun (Biståndsenheten)"
    assert goes == f"10.57 Utskrivningsmeddelande 10.57 Lämnat till {place}: utskrivningsmeddelande"
    assert (
        stays
        == "10.57 Utskrivningsrapport 10.57 Upptaget till Skellefteå kommun (Biståndsenheten): utskrivningsrapport"
    )
    undo(county, kept)
    assert stands(kept)[0] == ["admission", "discharge_report"]
