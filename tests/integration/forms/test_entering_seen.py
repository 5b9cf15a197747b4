"""För in från blad: who sees what of a sheet, its patients and what is entered from it."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import AuditEntry
from contacts.page_versions import forget_pages
from forms.models import Sheet, SheetKind
from forms.queries.entering import entries_from, standing_call
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_handover
from outage.rules.handover import CallFacts, Message
from outage.services.care_chains import change_details
from outage.services.handovers import correct_call, withdraw_call
from outage.services.moving import move_call
from tests.factories import County, call_facts, make_chain, make_event
from tests.integration.forms.entering import (
    AT,
    ROW,
    address,
    as_lists,
    enter,
    make_sheet,
    page_of,
    scan,
    send,
)
from tests.integration.outage.conftest import chain, county, outage
from tests.integration.outage.joining import join, undo
from tests.integration.outage.pages import form_of

__all__ = ["chain", "county", "outage"]


@pytest.fixture
def sheet(county: County) -> Sheet:
    """A blank loggblad of Alva's ward, printed before any outage."""
    return make_sheet(county.alva)


@pytest.fixture
def alva(client: Client, county: County) -> Client:
    client.force_login(county.alva.user)
    return client


def test_without_a_scan_it_says_so_and_with_one_its_pages_stand_beside(
    alva: Client, county: County, chain: CareChain
):
    sheet = make_sheet(county.alva, SheetKind.CARE_CHAIN, chain, pages=2)
    page = page_of(alva, address(sheet))
    assert "Bladet är inte skannat än." in page.main.get_text()
    assert page.main.find("img") is None
    pages = scan(county.alva, sheet)
    page = page_of(alva, address(sheet))
    addresses = [reverse("page_picture", args=[scanned.pk]) for scanned in pages]
    pictures = page.main.find_all("img")
    assert [picture["src"] for picture in pictures] == addresses
    assert [picture["alt"] for picture in pictures] == [
        f"Sida {number} av blad {sheet.shown_serial}" for number in (1, 2)
    ]
    assert {link["href"] for link in page.main.select(".paper-pictures a")} == set(addresses)
    assert "inte skannat" not in page.main.get_text()


@pytest.mark.parametrize("who", ["bo", "cissi", "disa"])
def test_a_sheet_of_another_unit_is_not_there(
    client: Client, county: County, sheet: Sheet, chain: CareChain, who: str
):
    client.force_login(county.somebody(who).user)
    assert client.get(address(sheet, chain)).status_code == 404
    assert client.post(address(sheet, chain), as_lists(ROW)).status_code == 404
    assert not Handover.objects.exists()


def test_the_chain_of_another_unit_is_not_there_on_ones_own_sheet(
    client: Client, county: County, chain: CareChain
):
    sheet = make_sheet(county.bo)
    client.force_login(county.bo.user)
    assert client.get(address(sheet, chain)).status_code == 404
    page = page_of(client, address(sheet))
    assert page.main.find("select") is None
    assert "Lägg till vårdkedja" in page.main.get_text()


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_administrator_is_told_that_the_role_gives_no_right(
    client: Client, county: County, sheet: Sheet, method: str
):
    client.force_login(county.adam.user)
    assert getattr(client, method)(address(sheet)).status_code == 403


@pytest.mark.parametrize("serial", ["7K3QX9M2C", "x", "7K3-QX9-M2C"])
def test_a_serial_of_no_sheet_is_not_there(alva: Client, county: County, serial: str):
    assert alva.get(reverse("enter_sheet", args=[serial])).status_code == 404


@pytest.mark.parametrize(
    "kind", sorted(set(SheetKind) - {"care_chain", "log_sheet", "sip", "sip_invitation", "work_list"})
)
def test_what_has_no_rows_is_not_entered_from(alva: Client, county: County, kind: str):
    assert alva.get(address(make_sheet(county.alva, kind))).status_code == 404


@pytest.mark.parametrize("chosen", ["x", "00000000-0000-4000-8000-000000000001", "1 OR 1"])
def test_a_patient_that_is_none_is_not_there(alva: Client, sheet: Sheet, outage: Outage, chosen: str):
    assert alva.get(reverse("enter_sheet", args=[sheet.serial]), {"vardkedja": chosen}).status_code == 404


def test_a_protected_patient_is_chosen_by_number_only(
    alva: Client, county: County, outage: Outage, sheet: Sheet
):
    hidden = make_chain(county, outage, patient_name="Hemlig Person", protected_identity=True)
    page = page_of(alva, address(sheet))
    assert [option.text for option in page.main.find_all("option")] == [
        "Välj patient",
        f"Skyddad patient, vårdkedja {hidden.number}",
    ]
    send(alva, address(sheet, hidden), **ROW)
    table = page_of(alva, address(sheet)).main.find("table").get_text()
    assert "Hemlig" not in table
    assert f"Skyddad patient, vårdkedja {hidden.number}" in table


def test_a_look_at_the_patient_leaves_its_row(alva: Client, sheet: Sheet, chain: CareChain):
    page_of(alva, address(sheet))
    assert not AuditEntry.objects.filter(action="chain.read").exists()
    page_of(alva, address(sheet, chain))
    assert AuditEntry.objects.get(action="chain.read").chain == chain.pk


def test_the_list_tells_what_became_of_each_row(alva: Client, county: County, sheet: Sheet, chain: CareChain):
    first, second = enter(county, sheet, chain), enter(county, sheet, chain)
    kept = get_handover(county.alva, first.pk)
    facts: CallFacts = call_facts("outpatient", at=AT, spoken_to_unit="Heimdalls hälsocentral")
    new = correct_call(by=county.esa, handover=kept, client_id=uuid4(), facts=facts, reason="Läste fel.")
    taken = get_handover(county.alva, second.pk)
    withdraw_call(by=county.esa, handover=taken, client_id=uuid4(), reason="Fel patient.")
    rows = page_of(alva, address(sheet, chain)).main.find("tbody").find_all("tr")
    words = [" ".join(row.get_text(" ").split()) for row in rows]
    assert len(rows) == 2
    assert "Lämnat till Heimdalls hälsocentral" in words[0]
    assert "Rättat 10.52 av Esa Påhittad" in words[0]
    assert rows[0].find("a")["href"].endswith(f"#rad-{new.pk}")
    assert "Återtaget 10.52 av Esa Påhittad" in words[1]
    assert rows[1].find("s")


def test_a_row_of_a_chain_the_unit_has_left_names_nobody(
    alva: Client, county: County, outage: Outage, sheet: Sheet
):
    moved = make_chain(county, outage, county.disa)
    enter(county, sheet, get_chain(county.alva, moved.pk))
    assert moved.details is not None
    change_details(
        by=county.disa,
        chain=moved,
        client_id=uuid4(),
        replaces=moved.details.pk,
        facts=replace(moved.details.facts, ward_unit=county.other_ward, patient_name="Elva Elvasson"),
        answers={"identity": "written_wrong"},
    )
    text = page_of(alva, address(sheet)).main.get_text()
    assert "en vårdkedja som din enhet inte längre är med i" in text
    assert "Elvasson" not in text
    assert moved.details.patient_name not in text


def test_the_page_asks_the_same_number_of_questions_however_much_is_entered(
    alva: Client, county: County, outage: Outage, sheet: Sheet, chain: CareChain
):
    def questions() -> int:
        forget_pages()
        with CaptureQueriesContext(connection) as asked:
            page_of(alva, address(sheet, chain))
        return len(asked)

    enter(county, sheet, chain)
    enter(county, sheet, make_chain(county, outage))
    # The first look in a log-in also writes down that the log-in is in use, and the first at these patients that they
    # were seen together.
    questions()
    few = questions()
    for _ in range(6):
        enter(county, sheet, make_chain(county, outage))
        make_event(county.alva, chain, "preliminary_ready")
    questions()
    assert questions() == few


def test_the_keyboard_begins_at_the_first_choice_of_the_row(alva: Client, sheet: Sheet, chain: CareChain):
    page = page_of(alva, address(sheet))
    assert page.main.find("select").has_attr("data-start")
    form = form_of(page_of(alva, address(sheet, chain)), **{"data-guard": True})
    assert form["data-first"] == "recipient"
    order = [field["name"] for field in form.select("fieldset input[name]:not([type=hidden])")]
    wanted = [
        "recipient",
        "at_kl",
        "number",
        "outcome",
        "messages",
        "spoken_to",
        "read_back",
        "signed_by",
        "written_at_kl",
    ]
    assert sorted(wanted, key=order.index) == wanted


def shown(alva: Client, sheet: Sheet, chain: CareChain) -> list[str]:
    rows = page_of(alva, address(sheet, chain)).main.find("tbody").find_all("tr")
    return [" ".join(row.get_text(" ").split()) for row in rows]


def test_a_row_about_a_chain_that_stands_for_itself_again_stands_there(
    alva: Client, county: County, outage: Outage, sheet: Sheet
):
    kept, other = (make_chain(county, outage, patient_name="Tolvan Tolvansson") for _ in "12")
    event = make_event(county.alva, other)
    join(county, kept, other)
    enter(county, sheet, get_chain(county.alva, kept.pk), messages=[Message(event_id=event.pk)])
    undo(county, kept)
    (words,) = shown(alva, sheet, other)
    assert "Återtaget" not in words
    assert f"Står nu i vårdkedja {other.number}, flyttat 10.52 av Alva Påhittad" in words
    (entered,) = entries_from(sheet)
    assert (entered.call.chain_id, entered.withdrawal) == (other.pk, None)
    withdraw_call(
        by=county.esa,
        handover=get_handover(county.esa, entered.call.pk),
        client_id=uuid4(),
        reason="Blev aldrig av.",
        answers={},
    )
    (words,) = shown(alva, sheet, other)
    assert "Återtaget 10.52 av Esa Påhittad" in words


def test_a_row_that_was_moved_to_the_right_patient_stands_there(
    alva: Client, county: County, outage: Outage, sheet: Sheet
):
    wrong, right = make_chain(county, outage), make_chain(county, outage)
    call = enter(county, sheet, wrong)
    new = move_call(
        by=county.esa,
        handover=get_handover(county.esa, call.pk),
        to=right,
        client_id=uuid4(),
        reason="Fel patient.",
    )
    (words,) = shown(alva, sheet, right)
    assert f"Står nu i vårdkedja {right.number}, flyttat 10.52 av Esa Påhittad" in words
    assert standing_call(entries_from(sheet)[0].entry) == new
