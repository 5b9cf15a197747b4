"""What is still on its way from a drill when an outage in earnest is reported."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.models import (
    Acknowledgement,
    CareChain,
    Confirmation,
    HeldForm,
    Outage,
    ShiftHandover,
    ShiftTakeover,
)
from outage.rules.drills import FIELD, OVER
from outage.services.drills import start_drill
from outage.services.outages import end_outage
from outage.services.shift import hand_over_shift, take_over_shift
from tests.clock import Clock
from tests.factories import TOLVAN, County, make_chain, make_outage, outage_facts, person
from tests.integration.outage.calling import WAITS, code_of, ring, row_of, take
from tests.integration.outage.holding import held_page
from tests.integration.outage.pages import Fields, fields_of, form_of, read
from tests.integration.outage.shifting import hand_over
from tests.integration.outage.test_outage_pages import form_at, send, text_of

SAID = "Övningen är avslutad, och det här är inte sparat."
TYPED = {
    "new_chain": {
        "identity": TOLVAN,
        "patient_name": "Spelad Tolvansson",
        "ward_kind": "somatic",
        "before": "not_admitted",
    },
    "hand_over_shift": {"text": "Spelad överlämning"},
    "paste_patients": {"text": "19900101-9802 Spelad Tolvansson", "do": "open"},
}


@pytest.fixture
def drill(county: County) -> Outage:
    return start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))


@pytest.fixture
def played(county: County, drill: Outage) -> CareChain:
    return make_chain(county, drill)


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def the_form(page: BeautifulSoup) -> Fields:
    """The one with what was held, beside that which throws it away."""
    (form,) = [form for form in page.main.find_all("form") if form.find("input", {"name": "taken_up"})]
    return fields_of(form)


@pytest.mark.parametrize("name", TYPED)
def test_what_was_held_in_it_says_so_and_is_not_saved_before_its_sender_has_read_why(
    county: County, drill: Outage, alva: Client, name: str
):
    path = reverse(name)
    fields = form_at(alva, path)
    alva.logout()
    held = held_page(send(alva, path, fields, **TYPED[name]))
    found = make_outage(county.bo, timedelta(minutes=1))
    alva.force_login(county.alva.user)
    card = read(alva.get("/")).find(class_="held-list").get_text(" ")
    assert "Övning: " in card
    page = read(alva.get(held))
    assert SAID in page.get_text()
    assert "Spelad" in str(page), "what was typed is there"
    assert not page.find("input", {"name": FIELD}), "and is of the outage by now"
    assert not found.chains.exists()
    assert not ShiftHandover.objects.exists()
    again = send(alva, path, the_form(page), **({"do": "open"} if name == "paste_patients" else {}))
    assert SAID not in read(again).get_text()
    assert HeldForm.objects.count() == (name == "paste_patients")


def test_while_it_goes_on_what_was_held_in_it_is_saved_there(county: County, drill: Outage, alva: Client):
    path = reverse("new_chain")
    fields = form_at(alva, path)
    alva.logout()
    held = held_page(send(alva, path, fields, **TYPED["new_chain"]))
    alva.force_login(county.alva.user)
    page = read(alva.get(held))
    assert SAID not in page.get_text()
    assert send(alva, path, the_form(page)).status_code == 302
    assert drill.chains.count() == 1


def test_a_call_of_it_confirms_none_in_earnest(county: County, played: CareChain, clock: Clock):
    given = ring(county.alva, played)
    clock.shift(timedelta(minutes=5))
    found = make_outage(county.bo, timedelta(minutes=1))
    theirs = make_chain(county, found, county.cissi, outpatient_unit=None)
    received = take(county.cissi, theirs, code_of(given))
    assert WAITS in row_of(county.cissi, received)
    assert "Bekräftad" not in row_of(county.alva, given)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize("direction", ["given", "received"])
def test_the_form_of_a_call_says_that_the_patient_is_played(
    county: County, played: CareChain, alva: Client, direction: str
):
    make_outage(county.bo, timedelta(minutes=1))
    path = f"{reverse('chain_call', args=[played.pk])}?riktning={direction}"
    for _ in range(2):
        page = read(alva.get(path))
        assert page.find(class_="drill-mark") is not None
        assert f"driftstopp={played.outage_id}" in page.find(id="stuck")["data-head"]


def test_nobody_takes_over_a_shift_of_it(county: County, drill: Outage, client: Client):
    handed = hand_over(county.alva)
    bea = person("bea", county.ward)
    client.force_login(bea.user)
    path = reverse("take_over_shift", args=[handed.pk])
    fields = fields_of(form_of(read(client.get(reverse("shift"))), action=path))
    make_outage(county.bo, timedelta(minutes=1))
    client.post(path, fields)
    assert OVER in text_of(client, reverse("shift"))
    for act in (
        lambda: take_over_shift(by=bea, handover=handed),
        lambda: hand_over_shift(by=county.alva, outage=drill, client_id=uuid4()),
    ):
        with pytest.raises(RuleError, match=OVER):
            act()
    assert not ShiftTakeover.objects.exists()
    assert ShiftHandover.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "args"), [("acknowledge", []), ("work_list_pdf", ["att-ringa"]), ("reopen_outage", [])]
)
def test_a_press_on_a_page_of_it_is_told_that_it_is_over(
    county: County, drill: Outage, client: Client, name: str, args: list[str]
):
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    client.force_login(county.esa.user)
    fields = form_at(client, reverse("new_chain"))
    make_outage(county.bo, timedelta(minutes=1))
    answer = send(client, reverse(name, args=args), fields, driftstopp=drill.pk)
    assert OVER in read(answer).get_text()
    assert not Acknowledgement.objects.exists()
    # Of what nobody has seen nothing is said.
    other = send(client, reverse(name, args=args), fields, driftstopp=uuid4())
    assert OVER not in read(other).get_text()


def test_within_it_a_call_confirms_another_as_in_earnest(county: County, played: CareChain):
    given = ring(county.alva, played)
    theirs = make_chain(county, played.outage, county.cissi, outpatient_unit=None)
    take(county.cissi, theirs, code_of(given), sender=Party.INPATIENT)
    assert Confirmation.objects.count() == 1
