"""What is pasted with characters that nobody can see is saved without them, and said where somebody compares it."""

import pytest
from django.test import Client
from django.urls import reverse

from outage.models import CareChain, Handover, Outage
from tests.factories import County, make_chain
from tests.integration.outage.pages import fields_of, form_of, read

INVISIBLE = ["\u00ad", "\u200b", "\u200d", "\u200e", "\u202a", "\ufeff", "\x00"]
SAID = "Osynliga tecken togs bort ur {}. Läs det en gång till."


def open_chain(client: Client, county: County, **typed: str):
    client.force_login(county.alva.user)
    page = read(client.get(reverse("new_chain")))
    fields = fields_of(form_of(page, method="post")) | {
        "before": "not_admitted",
        "ward_unit": county.ward.pk,
        "municipality": county.municipality.pk,
        "outpatient_unit": county.health_centre.pk,
    }
    return client.post(reverse("new_chain"), fields | typed, follow=True)


@pytest.mark.parametrize("char", INVISIBLE)
def test_a_pasted_patient_is_saved_without_what_nobody_sees(
    county: County, outage: Outage, client: Client, char: str
):
    name, number = f"{char}Å{char}sa Tolvans{char}son", f"19121212{char}-{char}1212{char}"
    page = read(open_chain(client, county, identity=number, patient_name=name)).get_text(" ")
    details = CareChain.objects.get().details
    assert (details.patient_name, details.identity_number) == ("Åsa Tolvansson", "191212121212")
    assert SAID.format("patientens nummer") in page
    assert SAID.format("patientens namn") in page


def test_it_is_said_of_a_list_of_its_rows_and_of_a_place_in_no_list(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.alva.user)
    path = reverse("paste_patients")
    sent = fields_of(form_of(read(client.get(path)), method="post"))
    looked = read(client.post(path, sent | {"text": ["1912\u00ad1212-1212 Åsa Ek"], "do": ["look"]}))
    assert SAID.format("listan") in looked.get_text(" ")
    rows = fields_of(form_of(looked, method="post"))
    opened = client.post(path, rows | {"0-identity": ["191212\u200b12-1212"], "do": ["mark_all"]})
    assert SAID.format("patientens nummer") in read(opened).get_text(" ")
    other = {"ward_unit": "other", "other_inpatient": "Avd 5", "other_inpatient_number": "08-123\u00ad456 00"}
    assert SAID.format("telefonnumret") in read(open_chain(client, county, **other)).get_text(" ")


def test_nothing_is_said_of_what_was_typed_plainly(county: County, outage: Outage, client: Client):
    page = read(open_chain(client, county, identity="19121212-1212", patient_name="Åsa\u00a0Ek")).get_text(
        " "
    )
    assert CareChain.objects.get().details.patient_name == "Åsa Ek"
    assert "Osynliga" not in page


def test_a_letter_typed_apart_from_its_ring_is_found(county: County, outage: Outage, client: Client):
    make_chain(county, outage, patient_name="Åsa Påhittad")
    client.force_login(county.alva.user)
    for typed in ("A\u030asa", "Å\u00adsa", "\u200bpåhittad", "19121212\u200e1212"):
        page = read(client.post(reverse("chains"), {"sok": typed}))
        assert "Åsa Påhittad" in page.get_text(" "), typed


@pytest.mark.parametrize("name", ["chains", "log_call", "contacts"])
def test_nul_is_never_a_fault(county: County, outage: Outage, client: Client, name: str):
    client.force_login(county.alva.user)
    for query in ("?q=%00", "?sida=%00", "?riktning=%00&driftstopp=%00", "?visa=%00"):
        assert client.get(reverse(name) + query).status_code < 500
    assert client.post(reverse(name), {"sok": "a\0", "q": "\0"}).status_code < 500


def test_an_address_with_nul_is_not_found(county: County, client: Client):
    client.force_login(county.alva.user)
    assert client.get("/blad/%00/").status_code == 404
    assert client.get("/checklistor/%00/").status_code == 404


def test_a_call_is_saved_without_what_nobody_sees(county: County, chain: CareChain, client: Client):
    client.force_login(county.alva.user)
    address = reverse("chain_call", args=[chain.pk])
    fields = fields_of(form_of(read(client.get(address)), method="post")) | {
        "recipient": "municipality",
        "outcome": "reached",
        "number": "0910\u200e-00\u00ad 00 00",
        "spoken_to": "Kar\u200bin Pa\u030ahittad",
        "spoken_to_unit": "Bistånds\u00adenheten",
        "messages": ["new:admission:inpatient"],
        "comment": "Rad ett\r\nrad\u200b två 👩\u200d⚕\ufe0f",
    }
    page = read(client.post(address, fields, follow=True)).get_text(" ")
    call = Handover.objects.get()
    assert (call.number, call.spoken_to, call.spoken_to_unit) == (
        "0910-00 00 00",
        "Karin Påhittad",
        "Biståndsenheten",
    )
    assert call.comment == "Rad ett\r\nrad två 👩\u200d⚕\ufe0f"
    assert SAID.format("telefonnumret") in page


@pytest.mark.parametrize(
    ("typed", "born"), [("121212-1212", 2012), ("121212+1212", None), ("19121212-1212", None)]
)
def test_ten_digits_say_which_century_they_were_read_as(
    county: County, outage: Outage, client: Client, typed: str, born: int | None
):
    """The sentence after saving is for ten digits; the page of the chain says the year whatever was typed."""
    page = read(open_chain(client, county, identity=typed, patient_name="Tolvan")).get_text(" ")
    assert ("läst som född" in page) == (born is not None)
    assert f"född {born or 1912}" in page
