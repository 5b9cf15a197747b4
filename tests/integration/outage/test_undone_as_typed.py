"""What is to be undone in the system stands there as it was typed, whatever the chain says now (R4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.presenters.back import TaskRow, task_rows
from outage.presenters.back_groups import grouped
from outage.presenters.outage_files import task_cells
from outage.queries.care_chains import get_chain
from outage.queries.task_logs import task_logs_of
from outage.rules.back_registration import Before
from outage.services.events import withdraw_event
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.integration.outage.joining import join
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import change, event_of, mark, rows

RIGHT, WRONG = "19450809-9837", "19450809-9829"


def admitted(county: County, outage: Outage, **who) -> CareChain:
    chain = make_chain(county, outage, **who)
    make_event(county.alva, chain, "admission")
    return chain


def tick(by: Acting, chain: CareChain) -> None:
    mark(by, get_chain(by, chain.pk), *rows(by, chain))


def withdraw(county: County, chain: CareChain) -> None:
    event = event_of(chain)
    event.chain = get_chain(county.alva, chain.pk)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Hände inte.")


def on_own_page(county: County, chain: CareChain) -> list[TaskRow]:
    chain = get_chain(county.alva, chain.pk)
    log = task_logs_of([chain])[chain.pk]
    return task_rows(county.alva, chain, log, timezone.now(), on_own_page=True)


@pytest.fixture
def renamed(county: County, outage: Outage) -> CareChain:
    """Registered under one number and name, then known by another, and the admission taken back."""
    chain = admitted(county, outage, patient_name="Nils Provsson", identity=WRONG)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    tick(county.alva, chain)
    change(county.alva, chain, county, patient_name="Nils Provlund", identity=RIGHT)
    withdraw(county, chain)
    return get_chain(county.alva, chain.pk)


def test_what_is_undone_has_the_number_and_the_name_that_were_typed(county: County, renamed: CareChain):
    for by in (county.alva, county.disa):
        (undo,) = (row for row in rows(by, renamed) if row.undo)
        assert (undo.patient.name, undo.patient.identity) == ("Nils Provsson", WRONG)
        assert undo.facts == (
            "Gjort: Skriv in patienten i PRATOR.",
            f"I vårdkedjan står nu: Nils Provlund {RIGHT}",
        )
        labels = [label for label, _ in undo.typed]
        assert labels == ["Avdelning", "Kommun", "Öppenvård", "Inskrivning", "Inskrivning, klockslag"]


def test_the_page_copies_the_number_that_was_typed_and_the_chains_own_names_it(
    county: County, renamed: CareChain, client: Client
):
    client.force_login(county.alva.user)
    row = read(client.get(reverse("back_registration"))).find(id="undo-group").li
    copied = [each.get_text() for each in row.find_all("button", class_="piece")]
    assert f"{WRONG}, kopiera personnummer" in copied
    assert not any(RIGHT in each for each in copied)
    page = read(client.get(reverse("chain", args=[renamed.pk])))
    own = " ".join(page.find("section", attrs={"aria-labelledby": "tasks-title"}).get_text(" ").split())
    assert f"Namn Nils Provsson Nummer {WRONG}" in own


def test_the_file_says_it_too(county: County, renamed: CareChain):
    (cells,) = task_cells(grouped(rows(county.alva, renamed)[:1]), {renamed.pk: renamed.number})
    assert (cells.patient, cells.identity, cells.where) == ("Nils Provsson", WRONG, "")
    assert "Inskrivning, klockslag: 10.22" in cells.typed
    assert RIGHT in cells.facts


def test_of_two_joined_what_is_undone_is_headed_by_the_others_number(county: County, outage: Outage):
    known = admitted(county, outage, patient_name="Frida Provberg", identity="19570923-9841")
    unknown = admitted(county, outage, patient_name="Frida Okänd", identity="okänt")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    for chain in (known, unknown):
        tick(county.alva, chain)
    join(county, known, unknown)
    undo, stands = sorted(rows(county.alva, known), key=lambda row: not row.undo)
    assert (undo.patient.name, undo.patient.identity) == ("Frida Okänd", "okänt")
    assert (stands.patient.identity, stands.done) == ("19570923-9841", True)


def test_a_stay_that_is_not_to_be_there_after_all_has_what_was_typed(county: County, outage: Outage):
    chain = admitted(county, outage, patient_name="Nils Provsson", identity=WRONG)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    tick(county.alva, chain)
    change(county.alva, chain, county, patient_name="Nils Provlund", identity=RIGHT)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=5))
    (undo,) = rows(county.alva, chain)
    assert (undo.undo, undo.patient.identity) == (True, WRONG)
    assert ("Inskrivning, klockslag", "10.22") in undo.typed
    assert "Gjort: Skriv in patienten i PRATOR." in undo.facts
    # The time is missing nowhere: of what is not registered none is typed.
    assert [label for label, *_ in undo.changes if "klockslag" in label] == []


def test_a_sip_that_is_undone_has_the_name_of_when_it_was_sent(county: County, chain: CareChain):
    change(county.alva, chain, county, before=Before.ADMITTED, identity=WRONG, patient_name="Nils Provsson")
    event = make_event(county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, sip_date="2026-12-01")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    tick(county.disa, chain)
    change(county.alva, chain, county, before=Before.ADMITTED, identity=RIGHT, patient_name="Nils Provlund")
    event.chain = get_chain(county.disa, chain.pk)
    withdraw_event(by=county.disa, event=event, client_id=uuid4(), reason="Hände inte.")
    (undo,) = (row for row in rows(county.disa, chain) if row.undo)
    assert (undo.patient.name, undo.patient.identity) == ("Nils Provsson", WRONG)


def test_of_a_protected_patient_only_the_chains_own_page_has_it(county: County, renamed: CareChain):
    change(county.alva, renamed, county, protected_identity=True, identity=RIGHT)
    (undo,) = (row for row in rows(county.alva, renamed) if row.undo)
    assert (undo.patient.name, undo.patient.identity) == (f"Skyddad patient, vårdkedja {renamed.number}", "")
    said = str(undo)
    assert not any(each in said for each in (WRONG, RIGHT, "Provsson", "Provlund", "Medicin 2"))
    assert ("Inskrivning, klockslag", "10.22") in undo.typed
    (own,) = (row for row in on_own_page(county, renamed) if row.undo)
    assert {("Nummer", WRONG), ("Namn", "Nils Provsson"), ("Avdelning", "Medicin 2")} <= set(own.typed)
