"""A blankett of one patient whose rows are about another chain: the patient was another, or it was down again."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from contacts.rules.errors import RuleError
from forms.models import SheetKind
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import ChainStatus
from outage.services.care_chains import change_details
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_outage
from tests.integration.forms.entering import ROW, address, enter, make_sheet, page_of, send
from tests.integration.forms.test_moving_entries import move
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.pages import errors_of, read

__all__ = ["chain", "county", "outage"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.4")]


@pytest.fixture
def alva(client: Client, county: County) -> Client:
    client.force_login(county.alva.user)
    return client


def turns_out_to_be_another(county: County, chain: CareChain) -> CareChain:
    """Change the patient of a chain to another person after somebody was told; return the chain of that person."""
    details = get_chain(county.alva, chain.pk).details
    changed = change_details(
        by=county.alva,
        chain=get_chain(county.alva, chain.pk),
        client_id=uuid4(),
        replaces=details.pk,
        facts=replace(details.facts, identity="19380214-9801", patient_name="Bertil Bertilsson"),
        answers={"identity": "other_person"},
    )
    return changed.chain


def choices(client: Client, where: str) -> tuple[set[str], str]:
    """Return the chains that the page offers, and the one that is chosen."""
    select = page_of(client, where).main.find("select", {"name": "vardkedja"})
    chosen = select.find("option", selected=True)
    return {option["value"] for option in select.find_all("option")} - {""}, chosen["value"] if chosen else ""


def test_a_blankett_of_who_was_another_person_is_entered_on_whom_the_row_is_about(
    alva: Client, county: County, chain: CareChain
):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain)
    enter(county, sheet, chain)
    right = turns_out_to_be_another(county, chain)
    offered = {str(chain.pk), str(right.pk)}
    assert choices(alva, address(sheet)) == (offered, "")
    assert "loggad på fel patient" in page_of(alva, address(sheet)).main.find("select").get_text()
    row = page_of(alva, address(sheet, right)).main
    assert "Bertil Bertilsson" in row.find(class_="entry-who").get_text()
    assert row.find("a", string="Byt vårdkedja")["href"].endswith("?vardkedja=")
    answer = send(alva, address(sheet, right), **ROW | {"at_kl": "10.20", "written_at_kl": "10.22"})
    assert answer.status_code == 302
    assert Handover.objects.get(chain=right).paper_serial == sheet.serial
    # The next row is about whom the one before was about.
    assert choices(alva, address(sheet)) == (offered, str(right.pk))


def test_a_blankett_is_entered_in_the_patients_chain_of_another_outage(
    alva: Client, county: County, outage: Outage, chain: CareChain, clock: Clock
):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain)
    end_for_all(county, outage, timezone.now() - timedelta(minutes=5))
    clock.shift(timedelta(minutes=25))
    again = make_outage(county.alva, started=timedelta(minutes=10))
    anybody = make_chain(county, again, identity="19380214-9801", patient_name="Bertil Bertilsson")
    assert page_of(alva, address(sheet)).main.find("select") is None
    there = make_chain(county, again)
    assert choices(alva, address(sheet)) == ({str(chain.pk), str(there.pk)}, str(chain.pk))
    with pytest.raises(RuleError, match="en annan patient"):
        enter(county, sheet, anybody)
    typed = ROW | {"at_kl": "11.10", "written_at_kl": "11.12"}
    refused = send(alva, address(sheet, chain), **typed)
    assert "Öppna patientens vårdkedja i det driftstoppet" in errors_of(read(refused))
    assert send(alva, address(sheet, there), **typed).status_code == 302
    call = Handover.objects.get()
    assert (call.chain_id, call.paper_serial) == (there.pk, sheet.serial)
    assert choices(alva, address(sheet))[1] == str(there.pk)
    # A row entered from another sheet is moved to it by the same rule.
    moved = move(county, call.paper_entry, make_sheet(county.alva, SheetKind.CARE_CHAIN, there))
    assert move(county, moved, sheet).sheet == sheet


def test_the_patients_chain_elsewhere_that_was_of_the_wrong_patient_is_not_offered(
    alva: Client, county: County, outage: Outage, chain: CareChain, clock: Clock
):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain)
    end_for_all(county, outage, timezone.now() - timedelta(minutes=5))
    clock.shift(timedelta(minutes=25))
    again = make_outage(county.alva, started=timedelta(minutes=10))
    make_chain(county, again, status=ChainStatus.WRONG_PATIENT, status_reason="Fel armband")
    assert page_of(alva, address(sheet)).main.find("select") is None
