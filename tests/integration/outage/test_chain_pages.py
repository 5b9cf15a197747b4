"""The pages of a care chain and its events: opened, changed, corrected, taken back, completed."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, Unit
from contacts.page_versions import forget_pages
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, DischargeCompletion, OpenItem, Outage
from outage.queries.care_chains import get_chain
from tests.factories import County, make_event, tell
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read


def form_at(client: Client, path: str) -> Fields:
    return fields_of(form_of(read(client.get(path)), method="post"))


def send(client: Client, path: str, fields: Fields, **changed: Any):
    return client.post(path, fields | {name: [str(value)] for name, value in changed.items()})


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    """Alva's browser, logged in."""
    client.force_login(county.alva.user)
    return client


PATIENT = {"identity": "191212121213", "patient_name": "Tolvan <Tolvansson>", "before": "not_admitted"}


def test_a_chain_is_opened_and_its_page_tells_what_to_look_at_twice(
    county: County, outage: Outage, alva: Client
):
    path = reverse("new_chain")
    fields = form_at(alva, path)
    places = {"municipality": county.municipality.pk, "outpatient_unit": county.health_centre.pk}
    answer = send(alva, path, fields, **PATIENT, **places)
    chain = CareChain.objects.get()
    assert answer.headers["Location"] == reverse("chain", args=[chain.pk])
    page = read(alva.get(answer.headers["Location"])).get_text()
    assert "Vårdkedjan är öppnad." in page
    assert "Tolvan <Tolvansson>" in page
    assert "Kontrollsiffran stämmer inte." in page
    assert send(alva, path, fields, **PATIENT, **places).headers["Location"] == answer.headers["Location"]
    assert CareChain.objects.count() == 1


@pytest.mark.parametrize("direction", ["given", "received"])
def test_a_chain_opened_on_the_way_to_a_call_leads_on_to_it(
    county: County, outage: Outage, alva: Client, direction: str
):
    path = f"{reverse('new_chain')}?sedan={direction}"
    places = {"municipality": county.municipality.pk, "outpatient_unit": county.health_centre.pk}
    answer = send(alva, path, form_at(alva, path), **PATIENT, **places)
    expected = reverse("chain_call", args=[CareChain.objects.get().pk])
    assert answer.headers["Location"] == f"{expected}?riktning={direction}"


def test_what_is_missing_is_told_at_its_field_and_everything_typed_stays(
    county: County, outage: Outage, alva: Client
):
    path = reverse("new_chain")
    answer = send(alva, path, form_at(alva, path), **PATIENT, outpatient_unit=county.clinic.pk)
    assert answer.status_code == 422
    page = read(answer)
    assert "Välj en hälsocentral (R3.10)." in errors_of(page)
    shown = fields_of(form_of(page, method="post"))
    assert {name: shown[name] for name in PATIENT} == {name: [value] for name, value in PATIENT.items()}
    assert shown["outpatient_unit"] == [str(county.clinic.pk)]
    answer = send(alva, path, shown, outpatient_unit=county.health_centre.pk, ward_unit="")
    assert "Välj avdelning." in errors_of(read(answer))
    assert not CareChain.objects.exists()


def test_of_two_who_change_the_same_details_the_second_is_told_and_keeps_what_was_typed(
    county: County, chain: CareChain, alva: Client
):
    path = reverse("edit_chain", args=[chain.pk])
    first, second = form_at(alva, path), form_at(alva, path)
    assert send(alva, path, first, patient_name="Rättad Rättadsson").status_code == 302
    answer = send(alva, path, second, patient_name="För Sen")
    assert answer.status_code == 409
    page = read(answer)
    assert "Det har ändrats medan du skrev. Inget av ditt är sparat än" in errors_of(page)
    assert fields_of(form_of(page, method="post"))["patient_name"] == ["För Sen"]
    assert get_chain(county.alva, chain.pk).details.patient_name == "Rättad Rättadsson"
    assert CareChainDetails.objects.count() == 2


def test_a_corrected_time_shortly_before_the_outage_is_asked_about_and_saved_with_its_answer(
    county: County, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain, "admission")
    path = reverse("correct_event", args=[event.pk])
    early = {"happened_at_kl": "08.40", "reason": "Fel tid.", "told_rightly": "nej"}
    answer = send(alva, path, form_at(alva, path), **early)
    assert answer.status_code == 422
    asked = read(answer)
    assert "Det hände 08.40, före driftstoppet som började 08.52. Stod det i PRATOR redan då?" in errors_of(
        asked
    )
    box = asked.find("input", {"type": "radio", "value": "ja", "name": re.compile("answer-stands-in-system")})
    answer = send(alva, path, fields_of(form_of(asked, method="post")), **{box["name"]: "ja"})
    assert answer.status_code == 302
    new = CareChainEvent.objects.get(supersedes=event)
    assert (f"{timezone.localtime(new.happened_at):%H.%M}", new.in_system) == ("08.40", True)


def test_an_event_is_corrected_on_its_page_and_both_rows_stand_in_the_time_line(
    county: County, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-11-26")
    path = reverse("correct_event", args=[event.pk])
    fields = form_at(alva, path)
    assert fields["p-preliminary_date"] == ["2026-11-26"]
    assert (fields["happened_at_kl"], fields["happened_at_dag"]) == (["10.22"], ["2026-11-24"])
    refused = send(alva, path, fields, **{"p-preliminary_date": "2026-11-27"})
    assert refused.status_code == 422
    assert "Välj ja eller nej." in errors_of(read(refused))
    changed = {"p-preliminary_date": "2026-11-27", "reason": "Fel dag.", "told_rightly": "nej"}
    answer = send(alva, path, fields, **changed)
    assert answer.status_code == 302
    text = " ".join(read(alva.get(answer.headers["Location"])).get_text().split())
    assert "Rättat 10.52 av Alva Påhittad: Fel dag." in text
    assert "fre 27 nov" in text


def test_what_is_corrected_or_taken_back_starts_at_its_first_question(
    county: County, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain)
    call = chain.handovers.get()
    for name, row, first in (
        ("correct_event", event, "kind"),
        ("withdraw_event", event, "reason"),
        ("withdraw_call", call, "why"),
    ):
        form = read(alva.get(reverse(name, args=[row.pk]))).main.find("form")
        assert form["data-first"] == first
        seen = [f["name"] for f in form.select("input, select") if f.get("type") not in ("hidden", "submit")]
        assert seen[0] == first


def test_a_page_about_one_row_names_whose_it_is_and_to_whom(county: County, chain: CareChain, alva: Client):
    event = make_event(county.alva, chain, "discharge")
    call = chain.handovers.get()
    pages = {
        name: read(alva.get(reverse(name, args=[row.pk]), {"till": "outpatient"})).main.get_text(" ")
        for name, row in (
            *((name, event) for name in ("correct_event", "withdraw_event", "leave_open")),
            *((name, call) for name in ("correct_call", "withdraw_call", "move_call")),
        )
    }
    assert [name for name, text in pages.items() if chain.details.patient_name not in text] == []
    assert [name for name, text in pages.items() if "19121212-1212" not in text] == []
    assert f"Utskrivningsmeddelande till {county.health_centre.name}" in pages["leave_open"]


def test_an_event_is_taken_back_on_its_page(county: County, chain: CareChain, alva: Client):
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event)
    path = reverse("withdraw_event", args=[event.pk])
    fields = form_at(alva, path)
    assert send(alva, path, fields).status_code == 422
    answer = send(alva, path, fields, reason="Fel patient.")
    assert answer.status_code == 302
    page = read(alva.get(answer.headers["Location"])).get_text()
    assert "Återtag: inskrivning" in page
    row = CareChainEvent.objects.get(supersedes=event)
    assert alva.get(reverse("correct_event", args=[row.pk])).status_code == 404


@pytest.mark.clause("R1.6")
def test_a_discharge_is_completed_on_its_page_or_told_who_does_not_know(
    county: County, chain: CareChain, alva: Client
):
    event = make_event(county.alva, chain, "discharge")
    path = reverse("complete_discharge", args=[event.pk])
    page = read(alva.post(path, follow=True)).get_text()
    assert "Utskrivningen är inte klar. Inte underrättad: Kommun och Hälsocentral." in page
    for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, chain, event, to=party)
    page = read(alva.post(path, follow=True)).get_text()
    assert "Utskrivningen är avslutad. Alla är underrättade." in page
    assert DischargeCompletion.objects.get().event == event


@pytest.mark.clause("R1.6")
def test_a_discharge_is_left_open_with_who_answers_for_it(county: County, chain: CareChain, alva: Client):
    event = make_event(county.alva, chain, "discharge")
    path = reverse("leave_open", args=[event.pk]) + "?till=outpatient"
    fields = form_at(alva, path)
    assert send(alva, path, fields, responsible="Esa").status_code == 422
    answer = send(alva, path, fields, responsible="Esa Påhittad", reason="Stängt till måndag.")
    assert answer.status_code == 302
    assert OpenItem.objects.get().recipient == "outpatient"
    assert "Esa Påhittad: Stängt till måndag." in read(alva.get(reverse("status"))).get_text()


@pytest.mark.parametrize("till", ["", "?till=", "?till=nobody"])
def test_a_discharge_is_left_open_from_an_address_that_says_not_for_whom(
    county: County, chain: CareChain, alva: Client, till: str
):
    event = make_event(county.alva, chain, "discharge")
    path = reverse("leave_open", args=[event.pk]) + till
    offered = read(alva.get(path)).find("select", attrs={"name": "recipient"})
    assert [option.get_text() for option in offered.find_all("option")] == [
        "Välj",
        county.municipality.name,
        county.health_centre.name,
    ]
    typed = {"responsible": "Esa Påhittad", "reason": "Stängt till måndag."}
    refused = send(alva, path, form_at(alva, path), **typed)
    assert refused.status_code == 422
    assert read(refused).find("a", href="#id_recipient") is not None
    assert send(alva, path, form_at(alva, path), **typed, recipient="outpatient").status_code == 302
    assert OpenItem.objects.get().recipient == "outpatient"


def test_each_look_at_a_chain_leaves_a_row_of_the_trace(county: County, chain: CareChain, client: Client):
    client.force_login(county.disa.user)
    for _ in "12":
        client.get(reverse("chain", args=[chain.pk]))
    rows = AuditEntry.objects.filter(action="chain.read")
    assert [(row.user, row.unit, row.chain) for row in rows] == [
        (county.disa.user, county.health_centre, chain.pk)
    ] * 2


@pytest.mark.parametrize("name", ["chain", "correct_event"])
def test_a_look_that_is_refused_is_no_look(county: County, chain: CareChain, client: Client, name: str):
    event = make_event(county.alva, chain)
    client.force_login(county.bo.user)
    client.get(reverse(name, args=[chain.pk if name == "chain" else event.pk]))
    assert [row.action for row in AuditEntry.objects.filter(user=county.bo.user)] == ["access.denied"]


def test_a_page_beyond_the_last_is_the_last(county: County, chain: CareChain, alva: Client):
    for name, key in (("status", "kedjor"), ("status", "ringa"), ("chains", "sida")):
        assert alva.get(reverse(name), {key: "99"}).status_code == 200
        assert alva.get(reverse(name), {key: str(uuid4())}).status_code == 200


def test_a_place_of_the_chain_that_is_out_of_use_says_so_beside_its_name(
    county: County, chain: CareChain, client: Client
):
    client.force_login(county.alva.user)
    page = reverse("chain", args=[chain.pk])
    assert "Enheten är ur bruk" not in read(client.get(page)).main.get_text()
    Unit.objects.filter(pk=county.health_centre.pk).update(active=False)
    forget_pages()
    said = " ".join(read(client.get(page)).main.get_text(" ").split())
    assert f"{county.health_centre.name} Enheten är ur bruk" in said
