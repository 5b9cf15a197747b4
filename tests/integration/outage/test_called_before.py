"""A call that is logged long after it was made is with the place that the chain named then (R2.1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Principal, Unit
from contacts.rules.errors import Question
from contacts.rules.parties import OutpatientKind, Party
from outage.models import CareChain, Handover, OtherPlace, Outage
from outage.rules.handover import Direction, Message
from outage.rules.paper import PaperMark
from outage.services.events import leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, log_call
from tests.clock import TUESDAY, Clock
from tests.factories import SKELLEFTEA, County, as_typed, call_facts, make_chain, make_event, person, tell
from tests.integration.forms.entering import ROW, address, as_lists, make_sheet, row_of
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_moves import calls, change, owed
from tests.integration.outage.ticking import event_of

pytestmark = pytest.mark.clause("R2.1")

MALA = "Malå kommun"
CALLED = TUESDAY + timedelta(minutes=5)
CHANGED = TUESDAY + timedelta(minutes=20)
ENTERED = TUESDAY + timedelta(minutes=40)
# As it is typed from the sheet.
AT = dict(zip(["at_kl", "at_dag"], as_typed(CALLED), strict=True)) | dict(
    zip(["written_at_kl", "written_at_dag"], as_typed(CALLED), strict=True)
)


@pytest.fixture
def mala(county: County) -> Principal:
    return Principal.objects.create(name=MALA, short_name="Malå", kind="municipality")


@pytest.fixture
def moved(county: County, chain: CareChain, clock: Clock, mala: Principal) -> CareChain:
    """The patient's municipality is another since 11.12, and nobody of the former one was reached in the log."""
    make_event(county.alva, chain, to="outpatient")
    clock.move_to(CHANGED)
    chain = change(county, chain, municipality=mala)
    clock.move_to(ENTERED)
    return chain


def enter(county: County, chain: CareChain, to: str, **more: Any) -> Handover:
    return log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        **{
            "facts": call_facts(to, at=CALLED),
            "messages": [Message(event_id=event_of(chain).pk)],
            "paper": PaperMark("7K3QX9M2C", CALLED, "N.N."),
            "answers": {},
        }
        | more,
    )


def test_a_late_sheet_is_with_the_place_that_was_named_when_it_was_rung(county: County, moved: CareChain):
    assert enter(county, moved, "municipality").place_name == SKELLEFTEA
    left = owed(county, moved)
    assert left[SKELLEFTEA] == ["Hör inte längre till er"]
    assert left[MALA] == ["Inskrivning"]


def test_a_call_from_after_the_change_is_with_the_new_place(county: County, moved: CareChain):
    facts = call_facts("municipality", at=CHANGED + timedelta(minutes=1))
    row = enter(county, moved, "municipality", facts=facts, paper=None)
    assert row.place_name == MALA
    assert SKELLEFTEA not in owed(county, moved)


def test_a_place_named_for_the_first_time_after_the_call_is_the_one_that_was_rung(
    county: County, outage: Outage, clock: Clock
):
    chain = make_chain(county, outage, municipality=None)
    make_event(county.alva, chain, to="outpatient")
    clock.move_to(CHANGED)
    chain = change(county, chain, municipality=county.municipality)
    clock.move_to(ENTERED)
    assert enter(county, chain, "municipality").place_name == SKELLEFTEA


def test_the_recipient_of_an_old_call_is_corrected_to_the_place_of_its_time(
    county: County, chain: CareChain, mala: Principal, clock: Clock
):
    call = tell(county.alva, chain, make_event(county.alva, chain, to="participant:Dotter"), to="outpatient")
    clock.move_to(CHANGED)
    call.chain = change(county, chain, municipality=mala)
    new = correct_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        facts=replace(call.facts, recipient="municipality"),
        reason="Det var kommunen.",
        answers={},
    )
    assert new.place_name == SKELLEFTEA
    assert owed(county, chain)[SKELLEFTEA] == ["Hör inte längre till er"]


@pytest.mark.parametrize("said", ["then", "now"])
def test_a_place_that_was_not_named_yet_is_asked_about_in_the_form(
    county: County, moved: CareChain, client: Client, said: str
):
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[moved.pk])
    page = read(client.get(path))
    at = dict(zip(["at_kl", "at_dag"], ([text] for text in as_typed(CALLED)), strict=True))
    sent = fields_of(form_of(page, method="post")) | as_lists(
        {name: ROW[name] for name in ("outcome", "number", "spoken_to", "spoken_to_unit", "read_back")}
    )
    message = {"messages": [f"event:{event_of(moved).pk}"], "recipient": ["municipality"]}
    answer = client.post(path, sent | at | message)
    assert f"då var {SKELLEFTEA} angiven" in errors_of(read(answer))
    again = fields_of(form_of(read(answer), method="post"))
    assert client.post(path, again | {"answer-place-then-municipality": [said]}).status_code == 302
    assert Handover.objects.latest("order").place_name == {"then": SKELLEFTEA, "now": MALA}[said]


@pytest.mark.clause("R2.4")
def test_a_sheet_offers_the_places_that_were_named_before(county: County, moved: CareChain, client: Client):
    client.force_login(county.alva.user)
    where = address(make_sheet(county.alva), moved)
    page = read(client.get(where))
    (box,) = (b for b in page.main.find_all("input", {"name": "recipient"}) if SKELLEFTEA in b.parent.text)
    assert "Kommun (tidigare)" in box.parent.text
    action, fields = row_of(client, where)
    row = ROW | AT | {"recipient": box["value"], "messages": [f"event:{event_of(moved).pk}"]}
    assert client.post(action, fields | as_lists(row)).status_code == 302
    assert Handover.objects.latest("order").place_name == SKELLEFTEA


@pytest.mark.clause("R2.4")
def test_a_sheet_offers_what_was_said_before_it_was_taken_back(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    event = make_event(county.alva, chain, "discharge", to="outpatient")
    clock.move_to(CHANGED)
    withdraw_event(by=county.esa, event=event, client_id=uuid4(), reason="Fel patient.")
    clock.move_to(ENTERED)
    client.force_login(county.alva.user)
    where = address(make_sheet(county.alva), chain)
    shown = read(client.get(where)).main.find("input", {"name": "messages", "value": f"was:{event.pk}"})
    assert "Det som gällde till 11.12: utskrivningsmeddelande" in " ".join(shown.parent.get_text(" ").split())
    action, fields = row_of(client, where)
    row = ROW | AT | {"recipient": "municipality", "messages": [shown["value"]]}
    assert client.post(action, fields | as_lists(row)).status_code == 302
    assert owed(county, chain)[SKELLEFTEA] == ["Återtag: utskrivningsmeddelande"]


def test_the_form_of_a_call_now_offers_no_place_that_nobody_was_reached_at(
    county: County, moved: CareChain, client: Client
):
    client.force_login(county.alva.user)
    page = read(client.get(reverse("chain_call", args=[moved.pk])))
    assert not [b for b in page.main.find_all("input", {"name": "recipient"}) if SKELLEFTEA in b.parent.text]


@pytest.mark.clause("R3.6")
@pytest.mark.parametrize("late", [True, False])
def test_a_reply_of_the_former_oppenvard_that_is_entered_late_is_none_of_the_new_one(
    county: County, chain: CareChain, clock: Clock, late: bool
):
    make_event(county.alva, chain, to="outpatient")
    other = Unit.objects.create(
        principal=county.region, name="Anderstorps hälsocentral", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    siv = person("siv", other)
    clock.move_to(CHANGED)
    chain = change(county, chain, outpatient_unit=other)
    clock.move_to(ENTERED)
    at = CALLED if late else CHANGED + timedelta(minutes=1)
    reply = Message(kind="admission_reply", sender=Party.OUTPATIENT, happened_at=at)
    facts = call_facts("outpatient", direction=Direction.RECEIVED, number="", at=at)
    before = owed(county, chain, siv)
    enter(county, chain, "", facts=facts, messages=[reply], paper=None)
    assert before["Medicin 2"] == ["Svar på inskrivning"]
    assert ("Medicin 2" in owed(county, chain, siv)) is late


def test_who_turns_out_to_have_heard_the_wrong_number_hears_the_right_one(
    county: County, chain: CareChain, clock: Clock
):
    make_event(county.alva, chain, to="participant:Dotter")
    clock.move_to(CHANGED)
    chain = change(county, chain, identity="19800101-9808")
    clock.move_to(ENTERED)
    assert "Rätt identitet på patienten" not in str(owed(county, chain))
    enter(county, chain, "municipality")
    (owed_there,) = owed(county, chain)[SKELLEFTEA]
    assert owed_there.startswith("Rätt identitet på patienten (tidigare sagt: ")
    facts = call_facts("outpatient", at=CHANGED + timedelta(minutes=1))
    enter(county, chain, "outpatient", facts=facts, paper=None)
    assert "Rätt identitet på patienten" not in str(owed(county, chain).get("Heimdalls hälsocentral"))


# A spelling mended is no move.


def test_another_place_may_be_the_one_in_the_list_and_no_call_is_lost(
    county: County, outage: Outage, mala: Principal
):
    chain = make_chain(county, outage, municipality=None, others={Party.MUNICIPALITY: OtherPlace(MALA)})
    make_event(county.alva, chain, outcome="reached")
    with pytest.raises(Question) as asked:
        change(county, chain, {}, others={}, municipality=mala)
    assert "same" in dict(asked.value.choices)
    chain = change(county, chain, {"place-municipality": "same"}, others={}, municipality=mala)
    assert MALA not in owed(county, chain)


def test_another_spelling_is_asked_about_though_nobody_was_reached(county: County, outage: Outage):
    other = {Party.MUNICIPALITY: OtherPlace("Solna komun")}
    chain = make_chain(county, outage, municipality=None, others=other)
    mended = {Party.MUNICIPALITY: OtherPlace("Solna kommun")}
    with pytest.raises(Question):
        change(county, chain, {}, others=mended)
    event = make_event(county.alva, chain, "discharge", outcome="relayed")
    leave_discharge_open(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        recipient="municipality",
        responsible="Karin",
        reason="Stängt",
    )
    solna = Principal.objects.create(name="Solna stad", short_name="Solna", kind="municipality")
    for known in ({"others": mended}, {"others": {}, "municipality": solna}):
        chain = change(county, chain, {"place-municipality": "same"}, **known)
        (call,) = (call for call in calls(county, chain) if call.place.startswith("Solna"))
        assert (call.state, call.open_item) == ("relayed", "Karin: Stängt")
