"""The samtalsstöd: a page to hold while one rings (R2.1, R2.5)."""

import pytest
from django.urls import reverse

from contacts.models import Unit
from contacts.rules.permissions import Role
from forms.models import Sheet
from forms.presenters.call_support import call_support_part
from forms.presenters.checklist import checklist_part
from forms.presenters.contact_list import contact_list_part
from forms.rules.serial import make_serial
from forms.services.printing import print_call_support, typeset
from outage.queries.checklists import checklists_for
from tests.paper.making import at, make_place, person
from tests.paper.reading import everything, pages, squashed

pytestmark = pytest.mark.django_db
NOW = at(14, 5)


@pytest.fixture
def place():
    return make_place()


@pytest.mark.clause("R2.1")
@pytest.mark.clause("R2.5")
def test_it_is_one_page_with_what_to_say_repeat_and_ring_back(place):
    made = print_call_support(by=place.alva)
    text = everything(made.pdf)
    assert len(pages(made.pdf)) == 1
    for expected in (
        "Samtalsstöd",
        "Slutenvård: lämna till kommun och öppenvård",
        "Kan du upprepa vad jag har sagt, så att det blir rätt?",
        "Vem talar jag med, och på vilken enhet?",
        "Telefonsvarare: säg inga patientuppgifter.",
        "ring själv tillbaka",
        "PRATOR är ur drift",
        "Förslag till samtalsstöd",
    ):
        assert squashed(expected) in text, expected
    assert squashed("Kommunklar") not in text
    row = Sheet.objects.get()
    assert (row.kind, row.chain, made.filename) == ("call_support", None, "samtalsstod.pdf")


def test_a_sjukstuga_gets_both_its_parties_and_a_municipality_its_own(place):
    both = Unit(
        principal=place.region, name="Sjukstugan", ward_kind="somatic", outpatient_kind="health_centre"
    )
    town = Unit(principal=place.town, name="Biståndet", municipal_kind="social_care")
    parties = {
        unit.name: {
            guide.party
            for guide in call_support_part(serial=make_serial(1), unit=unit, by=None, now=NOW).view.guides
            if guide.party
        }
        for unit in (both, town)
    }
    assert parties == {"Sjukstugan": {"inpatient", "outpatient"}, "Biståndet": {"municipality"}}


def test_everyone_may_print_it_by_its_address(client, place):
    client.force_login(person("Adam Adm", place.ward, Role.ADMIN).user)
    answer = client.get(reverse("call_support"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert client.post(reverse("call_support")).status_code == 405


@pytest.mark.clause("R2.7")
def test_the_binder_s_checklists_are_all_of_the_unit_s_and_share_pages_undivided(place):
    part = checklist_part(serial=make_serial(2), unit=place.ward, by=None, now=NOW)
    wanted = [checklist.title for checklist in checklists_for(place.ward)]
    assert [card.title for card in part.view.cards] == wanted
    assert not any(item.done for card in part.view.cards for item in card.items)
    found = pages(typeset([part], title="x").pdf)
    assert len(found) < len(wanted)
    for card in part.view.cards:
        (page,) = (squashed(page) for page in found if squashed(card.title) in squashed(page))
        assert all(squashed(item.text) in page for item in card.items)


def test_the_binder_s_contact_list_is_printed_for_the_unit_without_anybody_logged_in(place):
    part = contact_list_part(serial=make_serial(3), unit=place.ward, by=None, now=NOW)
    assert "för Medicin 1, Lycksele lasarett" in part.print_line
    assert [block.own.name for block in part.view.principals] == ["Region Västerbotten", "Umeå kommun"]
