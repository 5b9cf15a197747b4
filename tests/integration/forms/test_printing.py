"""Printing as a write: who may, what row and trace it leaves, what the browser gets."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, Principal, Unit
from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from forms.models import Sheet
from forms.rendering import PrintingUnavailable
from forms.services.printing import print_care_chain, print_checklist
from outage.presenters.checklists import checklist_card
from outage.queries.care_chains import get_chain
from tests.paper.making import at, full_chain, log_call, log_event, make_chain, make_place, person
from tests.paper.reading import everything, pages

pytestmark = pytest.mark.django_db
LIST = "inpatient-somatic-discharge"


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def chain(place):
    return make_chain(place)


def _broken(*args, **kwargs):
    raise IntegrityError("the second write fails")


def _unavailable(*args, **kwargs):
    raise PrintingUnavailable("Utskrift är avstängd: servern saknar Pango.")


@pytest.mark.clause("R2.4")
def test_a_print_leaves_a_row_and_a_trace_without_patient_data(place, chain):
    made = print_care_chain(by=place.alva, chain=chain)
    row = Sheet.objects.get()
    assert row == made.sheet
    assert (row.kind, row.chain, row.outage, row.unit) == ("care_chain", chain, place.outage, place.ward)
    assert (row.user, row.routine_version) == (place.alva.user, "2023-04-03")
    assert row.pages == len(pages(made.pdf))
    trace = AuditEntry.objects.get()
    assert (trace.action, trace.chain, trace.target_id) == ("sheet.printed", chain.pk, str(row.pk))
    assert (trace.user, trace.unit) == (place.alva.user, place.ward)
    assert trace.changes == {"kind": "care_chain", "pages": row.pages}


def test_each_print_is_a_row_of_its_own(place, chain):
    for _ in range(2):
        print_care_chain(by=place.alva, chain=chain)
    assert Sheet.objects.count() == AuditEntry.objects.count() == 2


def test_without_its_trace_no_print_is_kept(place, chain, monkeypatch):
    monkeypatch.setattr(audit, "record", _broken)
    with pytest.raises(IntegrityError):
        print_care_chain(by=place.alva, chain=chain)
    assert not Sheet.objects.exists()


def test_an_administrator_may_not_print_a_patient_s_sheet(place, chain):
    with pytest.raises(NotAllowed) as refused:
        print_care_chain(by=person("Adam Adm", place.ward, Role.ADMIN), chain=chain)
    assert "skriva ut blanketter" in refused.value.reason
    assert not Sheet.objects.exists()


def test_more_calls_cost_no_more_queries(place):
    def queries_with(calls: int) -> int:
        chain = make_chain(place)
        for number in range(calls):
            event = log_event(place, chain, "admission", at(11) + timedelta(minutes=number))
            log_call(place, chain, [event], at(11) + timedelta(minutes=number))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk))
        return len(queries)

    assert queries_with(1) == queries_with(12) <= 16


def test_a_person_gets_the_sheet_in_the_browser_and_nothing_is_kept_there(client, place, chain):
    client.force_login(place.alva.user)
    answer = client.get(reverse("chain_sheet", args=[chain.pk]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="blankett-{chain.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert "TolvanTolvansson" in everything(answer.content)


def test_bo_at_another_unit_and_cissi_of_another_principal_get_404_and_print_nothing(client, place, chain):
    elsewhere = Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    town_unit = Unit.objects.create(principal=place.town, name="Biståndet", municipal_kind="social_care")
    for unit in (elsewhere, town_unit):
        client.force_login(person("Bo Berg", unit).user)
        assert client.get(reverse("chain_sheet", args=[chain.pk])).status_code == 404
    assert not Sheet.objects.exists()


def test_the_patient_s_own_halsocentral_may_print_and_stands_as_own_unit(client, place, chain):
    client.force_login(person("Hilda Hed", place.centre).user)
    text = everything(client.get(reverse("chain_sheet", args=[chain.pk])).content)
    assert "Öppenvård(egenenhet)" in text
    assert "Avdelning(egenenhet)" not in text


def test_who_is_not_logged_in_is_sent_to_log_in(client, chain):
    answer = client.get(reverse("chain_sheet", args=[chain.pk]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))


def test_an_unknown_or_malformed_id_is_404_and_a_post_refused(client, place, chain):
    client.force_login(place.alva.user)
    assert client.get("/vardkedja/11111111-1111-4111-8111-111111111111/blankett.pdf").status_code == 404
    assert client.get("/vardkedja/1/blankett.pdf").status_code == 404
    assert client.post(reverse("chain_sheet", args=[chain.pk])).status_code == 405


@pytest.mark.parametrize("which", ["chain_sheet", "checklist_pdf"])
def test_without_pango_the_page_says_what_to_install(client, place, chain, monkeypatch, which):
    monkeypatch.setattr("forms.services.printing.render", _unavailable)
    client.force_login(place.alva.user)
    answer = client.get(reverse(which, args=[chain.pk if which == "chain_sheet" else LIST]))
    assert answer.status_code == 503
    assert "servern saknar Pango" in answer.content.decode()
    assert not Sheet.objects.exists()


def test_a_checklist_is_printed_as_it_is_ticked(client, place):
    from outage.services.checklists import set_tick

    set_tick(by=place.alva, outage=place.outage, checklist_key=LIST, item_key="ready", done=True)
    client.force_login(place.alva.user)
    answer = client.get(reverse("checklist_pdf", args=[LIST]))
    assert answer["Content-Disposition"] == f'inline; filename="checklista-{LIST}.pdf"'
    text = everything(answer.content)
    assert "Slutenvård:vidutskrivning" in text
    assert text.count("Ja") == 1
    assert text.count("AlvaAsk") == 2
    row = Sheet.objects.get()
    assert (row.kind, row.chain, row.outage) == ("checklist", None, place.outage)


def test_a_checklist_is_printed_ahead_of_any_outage(place):
    card = checklist_card(place.alva, None, LIST)
    made = print_checklist(by=place.alva, card=card, outage=None)
    assert "Driftstopp" not in everything(made.pdf)
    assert Sheet.objects.get().outage is None


def test_a_checklist_of_another_party_is_404(client, place):
    client.force_login(place.alva.user)
    assert client.get(reverse("checklist_pdf", args=["municipality-start"])).status_code == 404
    assert client.get(reverse("checklist_pdf", args=["nowhere"])).status_code == 404


def test_a_person_of_a_municipality_prints_its_own_chain(client, place):
    from outage.models import CareChain, CareChainDetails

    unit = Unit.objects.create(principal=place.town, name="Biståndet Umeå", municipal_kind="social_care")
    cissi = person("Cissi Ceder", unit)
    chain = CareChain.objects.create(
        outage=place.outage,
        principal=Principal.objects.get(pk=place.town.pk),
        unit=unit,
        user=cissi.user,
        number=9,
    )
    chain.details = CareChainDetails.objects.create(
        chain=chain,
        identity_kind="personnummer",
        identity_number="191212121212",
        patient_name="Tolvan Tolvansson",
        ward_kind="somatic",
        municipality=place.town,
        before="unknown",
        status="ok",
        search_key="",
        user=cissi.user,
        unit=unit,
    )
    chain.save()
    client.force_login(cissi.user)
    text = everything(client.get(reverse("chain_sheet", args=[chain.pk])).content)
    assert "EgenenhetAvdelningKommunÖppenvårdRegionensväxel" in text
    assert "BiståndetUmeåUmeåkommun" in text


def test_the_blankett_of_a_full_chain_prints_after_the_outage_has_ended(client, place):
    chain = full_chain(place)
    place.outage.ended_at, place.outage.ended_by = at(14), place.alva.user
    place.outage.save()
    client.force_login(place.alva.user)
    text = everything(client.get(reverse("chain_sheet", args=[chain.pk])).content)
    assert "10.40tilltis24nov14.00" in text
