"""What is typed as a telephone number is one: beside the field what is wrong, and all that was typed kept."""

from itertools import product
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, OtherPlace, Outage
from outage.queries.care_chains import get_chain
from outage.rules.handover import Message
from outage.services.handovers import log_call
from tests.factories import County, call_facts, make_chain
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_call_pages import REACHED, opened, send
from tests.integration.outage.test_places import ELSEWHERE, form_at
from tests.long import runs

BAD = ["x", "inget", "<script>", "0910-73 50 00 / 0910-73 50 01", "12345678901234567890"]


@pytest.mark.parametrize("typed", BAD)
def test_the_number_that_was_rung(county: County, chain: CareChain, client: Client, typed: str):
    answer = send(client, chain, opened(client, county, chain), **REACHED | {"number": typed})
    assert answer.status_code == 422
    page = read(answer)
    assert "går inte att läsa som telefonnummer" in page.find(id="error_1_id_number").text
    kept = fields_of(form_of(page, method="post"))
    assert (kept["number"], kept["spoken_to"]) == ([typed], ["Karin Påhittad"])
    assert not Handover.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("０９１０ ７３５０００", "0910-73 50 00"), ("59090", "59090"), ("0910735000", "0910-73 50 00")],
)
def test_a_number_that_can_be_rung_is_written_as_numbers_are(
    county: County, chain: CareChain, client: Client, typed: str, stored: str
):
    assert (
        send(client, chain, opened(client, county, chain), **REACHED | {"number": typed}).status_code == 302
    )
    assert Handover.objects.get().number == stored


def test_a_number_that_stands_in_the_call_already_is_no_hindrance(
    county: County, chain: CareChain, client: Client
):
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(number="växeln"),
        messages=[Message(kind="admission", sender=Party.INPATIENT)],
    )
    client.force_login(county.alva.user)
    path = reverse("correct_call", args=[call.pk])
    sent = fields_of(form_of(read(client.get(path)), method="post"))
    assert client.post(path, sent | {"reason": ["Fel namn."], "spoken_to": ["Karin"]}).status_code == 302


@pytest.mark.long
@pytest.mark.parametrize(
    ("party", "typed"),
    # In `make test` each number at one party, and each party with one or two of them.
    list(product(["inpatient", "municipality", "outpatient"], BAD))[:: runs(3, full=1)],
)
def test_the_number_of_a_place_in_no_list(
    county: County, outage: Outage, client: Client, typed: str, party: str
):
    client.force_login(county.alva.user)
    path = reverse("new_chain")
    fields = form_at(client, path) | {name: [value] for name, value in ELSEWHERE.items()}
    answer = client.post(path, fields | {"patient_name": ["Tolvan"], f"other_{party}_number": [typed]})
    assert answer.status_code == 422
    error = read(answer).find(id=f"error_1_id_other_{party}_number")
    assert "går inte att läsa som telefonnummer" in error.text
    assert not CareChain.objects.exists()


def test_a_number_of_a_place_that_stands_already_is_no_hindrance(
    county: County, outage: Outage, client: Client
):
    others = {Party.MUNICIPALITY: OtherPlace("Sundsvalls kommun", "", "ring växeln")}
    chain = make_chain(county, outage, municipality=None, others=others)
    client.force_login(county.alva.user)
    path = reverse("edit_chain", args=[chain.pk])
    assert client.post(path, form_at(client, path) | {"patient_name": ["Nils Ek"]}).status_code == 302
    details = get_chain(county.alva, chain.pk).details
    assert details is not None
    assert (details.patient_name, details.others["municipality"]["number"]) == ("Nils Ek", "ring växeln")


def test_the_number_of_the_support(county: County):
    county.region.support_number = "ring Kalle"
    with pytest.raises(ValidationError, match="går inte att läsa"):
        county.region.full_clean()
    county.region.support_number = "５９０９０"
    county.region.full_clean()
    assert county.region.support_number == "59090"


@pytest.mark.parametrize("change", [True, False])
def test_a_telephone_number_is_refused_beside_the_patients_number(
    county: County, outage: Outage, client: Client, change: bool
):
    client.force_login(county.alva.user)
    path = (
        reverse("edit_chain", args=[make_chain(county, outage, identity="").pk])
        if change
        else reverse("new_chain")
    )
    fields = form_at(client, path) | {"patient_name": "Åsa Öberg", "before": "admitted"}
    answer = client.post(path, fields | {"identity": "0910735000"})
    assert answer.status_code == 422
    assert "Det kan vara ett telefonnummer." in read(answer).find(id="error_1_id_identity").text
    assert client.post(path, fields | {"identity": "091073-5000"}).status_code == 302
