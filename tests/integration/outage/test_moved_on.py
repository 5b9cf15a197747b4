"""A patient who moves on: the öppenvård follows the ward, nobody goes home unnoticed, and what was typed is kept."""

from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, HeldForm, Outage
from outage.presenters.owed import calls_kept, calls_owed
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.owed import chains_with_calls_owed
from outage.queries.states import states_for
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.rules.told import NOT_ADMITTED
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from outage.services.outages import end_outage
from tests.factories import County, chain_facts, end_for_all, make_chain, make_event, tell
from tests.integration.outage.joining import join
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.ticking import change, mark, rows

EVENTS = {"since": ["admission"], "again": ["discharge", "admission"], "discharged": ["discharge"]}


def edited(client: Client, chain: CareChain, **changed: str) -> HttpResponse:
    """As a person does who changes these fields alone."""
    path = reverse("edit_chain", args=[chain.pk])
    fields = fields_of(form_of(read(client.get(path)), action=path))
    return client.post(path, fields | {name: [value] for name, value in changed.items()})


@pytest.mark.clause("R3.10")
def test_the_kind_of_ward_is_that_of_the_ward_that_is_chosen_now(
    county: County, chain: CareChain, client: Client
):
    client.force_login(county.alva.user)
    ward, clinic = str(county.psychiatric_ward.pk), str(county.clinic.pk)
    assert (
        "Patienten ligger på psykiatrisk avdelning." in read(edited(client, chain, ward_unit=ward)).get_text()
    )
    assert edited(client, chain, ward_unit=ward, outpatient_unit=clinic).status_code == 302
    chain.refresh_from_db()
    assert chain.details.ward_kind == "psychiatric"


def test_a_kind_that_somebody_chose_against_the_ward_stays(county: County, chain: CareChain, client: Client):
    client.force_login(county.alva.user)
    clinic = str(county.clinic.pk)
    asked = edited(client, chain, ward_kind="psychiatric", outpatient_unit=clinic)
    assert "Medicin 2 är en somatisk avdelning" in read(asked).get_text()
    path = reverse("edit_chain", args=[chain.pk])
    again = fields_of(form_of(read(asked), action=path)) | {"answer-ward-kind": ["ja"]}
    assert client.post(path, again).status_code == 302
    assert edited(client, chain, patient_name="Tolvan Nyttnamn").status_code == 302
    chain.refresh_from_db()
    assert chain.details.ward_kind == "psychiatric"


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("admitted", ["before", "since", "again", "discharged", "never"])
def test_nobody_who_is_in_lies_nowhere_without_a_discharge(
    county: County, outage: Outage, client: Client, admitted: str
):
    before = Before.ADMITTED if admitted in ("before", "discharged") else Before.NOT_ADMITTED
    chain = make_chain(county, outage, before=before)
    for kind in EVENTS.get(admitted, []):
        make_event(county.alva, chain, kind)
    client.force_login(county.alva.user)
    said = read(edited(client, chain, ward_unit=NOT_ADMITTED)).get_text()
    assert ("Ingen utskrivning är loggad." in said) is (admitted in ("before", "since", "again"))
    dead = edited(client, chain, ward_unit=NOT_ADMITTED, status="deceased", status_reason="I natt")
    assert "Ingen utskrivning är loggad." not in read(dead).get_text()


@pytest.fixture
def elsewhere(county: County, outage: Outage) -> CareChain:
    """One that the other ward opened: Alva sees it while the patient is with her."""
    return make_chain(county, outage, by=county.bo, ward_unit=county.ward)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("chain_call", "spoken_to"),
        ("quick_try", "spoken_to"),
        ("edit_chain", "patient_name"),
        ("undo_join", "reason"),
        ("task", "note"),
    ],
)
def test_what_was_typed_while_the_patient_moved_on_is_kept(
    county: County, elsewhere: CareChain, client: Client, name: str, typed: str
):
    client.force_login(county.alva.user)
    form = reverse("edit_chain" if name == "edit_chain" else "chain_call", args=[elsewhere.pk])
    fields = fields_of(form_of(read(client.get(form)), action=form)) | {typed: ["Anita Björkvad"]}
    change_details(
        by=county.bo,
        chain=elsewhere,
        client_id=uuid4(),
        replaces=elsewhere.details_id,
        facts=chain_facts(county, ward_unit=county.other_ward),
    )
    assert client.get(form).status_code == 404
    answer = client.post(reverse(name, args=[elsewhere.pk]), fields, follow=True)
    assert "Patienten hör inte längre till er enhet" in read(answer).get_text()
    assert "Det du skrev ligger undanlagt här." in read(answer).get_text()
    assert "Anita Björkvad" in HeldForm.objects.get().content
    assert not Handover.objects.exists()


def test_what_was_typed_of_a_chain_that_is_read_in_another_unit_s_is_kept(
    county: County, outage: Outage, elsewhere: CareChain, client: Client
):
    client.force_login(county.alva.user)
    form = reverse("edit_chain", args=[elsewhere.pk])
    fields = fields_of(form_of(read(client.get(form)), action=form)) | {"patient_name": ["Anita Björkvad"]}
    kept = make_chain(county, outage, by=county.bo)
    join(county, kept, elsewhere, by=county.bo)
    change(county.bo, kept, county, ward_unit=county.other_ward)
    answer = client.post(form, fields, follow=True)
    assert "Vårdkedjan är sammanförd med en annan, och den hör inte till er enhet." in read(answer).get_text()
    assert "Anita Björkvad" in HeldForm.objects.get().content


def test_of_whom_one_never_saw_nothing_is_said(county: County, outage: Outage, client: Client):
    there = {"ward_unit": county.other_ward, "outpatient_unit": county.clinic}
    chain = make_chain(county, outage, by=county.bo, **there)
    client.force_login(county.alva.user)
    assert client.post(reverse("chain_call", args=[chain.pk]), {"spoken_to": "Anita"}).status_code == 404
    assert not HeldForm.objects.exists()


@pytest.mark.clause("R1.6")
def test_after_the_end_too_the_page_says_who_is_to_ring_about_a_discharge(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    event = make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    path = reverse("chain", args=[chain.pk])
    client.force_login(county.disa.user)
    end_for_all(county, outage, timezone.now())
    page = read(client.get(path)).main
    assert "Inget att ringa för er enhet. Ska ringa: Medicin 2." in page.get_text()
    assert not page.select(".empty-good")
    tell(county.alva, chain, event)
    assert "Ska ringa" not in read(client.get(path)).main.get_text()


def test_where_others_are_to_ring_the_page_says_who(county: County, chain: CareChain, client: Client):
    event = make_event(county.alva, chain, "discharge", to=Party.MUNICIPALITY, outcome=CallOutcome.REACHED)
    client.force_login(county.disa.user)
    path = reverse("chain", args=[chain.pk])
    assert "Inget att ringa för er enhet. Ska ringa: Medicin 2." in read(client.get(path)).main.get_text()
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert "Ska ringa" not in read(client.get(path)).main.get_text()
    # What others are to answer is waited for, and stands beside it.
    admission = make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    tell(county.alva, chain, admission, to=Party.OUTPATIENT)
    client.force_login(county.alva.user)
    page = read(client.get(path)).main
    assert "Alla som ni ska underrätta är underrättade." in page.get_text()
    assert page.select(".empty-good")


def test_what_nobody_is_logged_in_for_is_held_and_named_by_nobody(county: County, chain: CareChain):
    client = Client(enforce_csrf_checks=True)
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[chain.pk])
    fields = fields_of(form_of(read(client.get(path)), action=path))
    client.logout()
    answer = client.post(path, fields | {"spoken_to": ["Anita Björkvad"], "csrfmiddlewaretoken": ["old"]})
    assert answer.status_code == 409
    assert "Inget är sparat" in read(answer).get_text()
    assert chain.details.patient_name not in answer.content.decode()
    assert "Anita Björkvad" in HeldForm.objects.get().content


@pytest.mark.clause("R4.4")
def test_who_has_gone_home_was_discharged_from_a_ward(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    client.force_login(county.alva.user)
    assert edited(client, chain, ward_unit=NOT_ADMITTED).status_code == 302
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = " ".join(read(client.get(reverse("back_registration"))).main.get_text(" ").split())
    assert "Skriv ut patienten" in page
    assert "Avdelning Medicin 2" in page
    assert "Inte inlagd" not in page


def test_a_former_ward_does_not_read_of_the_patient_and_is_rung_though_the_correction_is_entered(
    county: County, chain: CareChain
):
    sip = make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, sip_date="2026-12-01")
    tell(county.disa, chain, sip, to=Party.INPATIENT)
    change(county.alva, chain, county, ward_unit=county.other_ward)
    correct_event(
        by=county.disa,
        event=sip,
        client_id=uuid4(),
        happened_at=sip.happened_at,
        particulars={"sip_date": "2026-12-02"},
        reason="Fel dag.",
        told_rightly=False,
    )
    end_for_all(county, chain.outage, timezone.now())
    ended = get_chain(county.disa, chain.pk)
    task = next(row for row in rows(county.disa, ended) if row.key.startswith("sip:"))
    mark(county.disa, ended, task)
    now, log = timezone.now(), logs_of([chain.pk])[chain.pk]
    on_page = calls_owed(acting=county.disa, chain=ended, log=log, now=now)
    assert [(call.place, [m.kind for m in call.messages]) for call in on_page] == [
        ("Medicin 2", ["sip_invitation"])
    ]
    assert calls_kept(ended, states_for(county.disa.unit.pk, [ended])[ended.pk], now) == on_page
    assert ended in chains_with_calls_owed(county.disa, ended.outage)
