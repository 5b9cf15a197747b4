"""A sheet printed from a closed outage opens it again until its fate is entered, and the page says so before."""

from uuid import uuid4

import pytest
from bs4 import Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from contacts.page_versions import forget_pages
from forms.models import ACCOUNTABLE, Sheet, SheetKind
from forms.queries.purge import preview_of
from forms.rules.purge import stops
from forms.rules.sheet_fate import Fate, VoidReason
from forms.rules.work_list_spec import WorkList
from forms.services.fates import mark_filled, void_sheet
from forms.services.work_list_prints import print_work_list
from outage.models import CareChain, Outage
from outage.queries.closing import closing_of
from tests.factories import County, end_for_all, make_chain, make_event, make_outage
from tests.integration.forms.sheets_made import bring_to, make_sheet
from tests.integration.outage.closing import as_seen, close, is_closed, leave_all
from tests.integration.outage.pages import fields_of, form_of, read

pytestmark = pytest.mark.django_db
SAID = "Driftstoppet är stängt. Skriver du ut på papper öppnas det igen, tills du har angett var bladet tog vägen."
NOT_CLOSED = "Driftstoppet är inte stängt för er."
ABOUT_PATIENTS = {
    SheetKind.CARE_CHAIN,
    SheetKind.LOG_SHEET,
    SheetKind.SIP,
    SheetKind.SIP_PATIENT,
    SheetKind.SIP_INVITATION,
    SheetKind.WORK_LIST,
}


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


@pytest.fixture
def closed(county: County, outage: Outage, chain: CareChain) -> Outage:
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    leave_all(county.esa, outage)
    close(county.esa, outage)
    return as_seen(county.esa, outage)


def void(county: County, sheet: Sheet) -> None:
    void_sheet(by=county.alva, sheet=sheet, client_id=uuid4(), void_reason=VoidReason.UNUSED)


def text_at(client: Client, name: str, *args: object) -> str:
    found: str = read(client.get(reverse(name, args=args))).main.get_text(" ")
    return " ".join(found.split())


def closing_page(county: County, client: Client, outage: Outage) -> str:
    client.force_login(county.esa.user)
    return text_at(client, "closing", outage.pk)


@pytest.mark.parametrize("kind", SheetKind)
def test_only_a_sheet_about_patients_opens_it_until_its_fate_is_entered(
    county: County, closed: Outage, client: Client, kind: SheetKind
):
    assert set(ACCOUNTABLE) == ABOUT_PATIENTS
    since = closing_of(closed, county.region).row.at
    sheet = make_sheet(county.alva, kind, outage=closed)
    assert is_closed(county.esa, closed) is (kind not in ABOUT_PATIENTS)
    if kind not in ABOUT_PATIENTS:
        return
    assert NOT_CLOSED in stops(preview_of(county.region, closed).facts)
    page = closing_page(county, client, closed)
    assert f"Ett blad skrevs ut 10.52 på {county.ward.name} ( löpnummer {sheet.shown_serial} )" in page
    void(county, sheet)
    assert is_closed(county.esa, closed)
    assert closing_of(closed, county.region).row.at == since
    page = closing_page(county, client, closed)
    assert "Driftstoppet är stängt sedan 10.52" in page
    assert "öppet igen." not in page
    facts = preview_of(county.region, closed).facts
    assert NOT_CLOSED not in stops(facts)
    assert (facts.without_fate, facts.not_entered) == ((), ())


@pytest.mark.parametrize("which", WorkList)
def test_of_the_lists_lagesbild_alone_is_no_sheet_to_account_for(
    county: County, closed: Outage, chain: CareChain, which: WorkList
):
    sheet = print_work_list(by=county.alva, which=which, outage=closed, client_id=uuid4()).sheet
    assert sheet.accountable is (which is not WorkList.OVERVIEW)
    assert is_closed(county.esa, closed) is (which is WorkList.OVERVIEW)


@pytest.mark.parametrize("step", [Fate.FILLED, Fate.SCANNED, Fate.CHECKED])
def test_what_became_of_the_sheet_is_told(county: County, closed: Outage, client: Client, step: Fate):
    bring_to(county.alva, make_sheet(county.alva, outage=closed), step)
    words = {Fate.FILLED: "fylldes i", Fate.SCANNED: "skannades", Fate.CHECKED: "granskades"}
    assert f"Ett blad {words[step]} 10.52" in closing_page(county, client, closed)


def test_the_way_to_the_sheet_is_for_its_own_unit(county: County, closed: Outage, client: Client):
    own = make_sheet(county.alva, outage=closed)
    other = make_sheet(county.disa, outage=closed)
    client.force_login(county.alva.user)
    page = read(client.get(reverse("back_registration"))).main
    # Of another unit who is no coordinator is told that there is one, and no more.
    text = " ".join(page.get_text(" ").split())
    assert text.count("Ett blad skrevs ut 10.52") == 2
    assert f"10.52 på {county.ward.name}" in text
    assert f"10.52 på {county.health_centre.name}" not in text
    assert other.shown_serial not in text
    link = reverse("sheet", args=[own.serial])
    assert page.find("a", href=link)
    assert client.get(link).status_code == 200
    client.force_login(county.esa.user)
    page = read(client.get(reverse("closing", args=[closed.pk]))).main
    assert other.shown_serial in page.get_text()
    assert page.find("a", href=reverse("sheet", args=[other.serial])) is None


def test_of_many_the_newest_are_told(county: County, closed: Outage, client: Client):
    for _ in range(10):
        make_sheet(county.alva, outage=closed)
    page = closing_page(county, client, closed)
    assert page.count("Ett blad skrevs ut") == 8
    assert "och 2 till" in page
    assert "stängt igen av sig självt" in page


PRINTS = (
    "chain_sheet",
    "chain_sip",
    "chain_sip_patient",
    "chain_sip_invitation",
    "log_sheet_pdf",
    "work_list_pdf",
)


def is_of_a_sheet(button: Tag) -> bool:
    form = button.find_parent("form")
    return bool(form) and resolve(button.get("formaction") or form["action"]).url_name in PRINTS


PAGES = ("status", "chains", "back_registration", "shift", "chain")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_so_before_the_button_is_pressed(
    county: County, outage: Outage, chain: CareChain, client: Client, name: str
):
    def page() -> str:
        forget_pages()
        found = read(client.get(reverse(name, args=[chain.pk] if name == "chain" else []))).main
        buttons = [one for one in found.find_all("button") if is_of_a_sheet(one)]
        assert buttons
        # Whoever hears the page is told at the button.
        told = bool(found.find(id="sheet-note"))
        assert {one.get("aria-describedby") for one in buttons} == {"sheet-note" if told else None}
        return " ".join(found.get_text(" ").split())

    make_event(county.alva, chain, "admission")
    client.force_login(county.alva.user)
    assert SAID not in page()
    end_for_all(county, outage, timezone.now())
    assert SAID not in page()
    leave_all(county.esa, outage)
    close(county.esa, outage)
    assert page().count(SAID) == 1
    sheet = make_sheet(county.alva, outage=as_seen(county.alva, outage))
    assert SAID not in page()
    void(county, sheet)
    assert SAID in page()


def test_lagesbild_says_nothing(county: County, closed: Outage, client: Client):
    client.force_login(county.esa.user)
    assert SAID not in text_at(client, "overview")


@pytest.mark.parametrize("name", PAGES)
def test_a_running_outage_pays_nothing_and_the_number_of_queries_is_constant(
    county: County, outage: Outage, chain: CareChain, client: Client, name: str
):
    def queries() -> list[str]:
        forget_pages()
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(name, args=[chain.pk] if name == "chain" else []))
        return [one["sql"] for one in found]

    def asks() -> bool:
        return any("outage_outageclosing" in sql for sql in queries())

    make_event(county.alva, chain, "admission")
    client.force_login(county.alva.user)
    queries()
    assert not asks()
    end_for_all(county, outage, timezone.now())
    assert asks()
    leave_all(county.esa, outage)
    close(county.esa, outage)
    make_sheet(county.alva, outage=as_seen(county.alva, outage))
    queries()
    few = len(queries())
    for _ in range(5):
        make_sheet(county.alva, outage=as_seen(county.alva, outage))
    assert len(queries()) <= few


class TestReopening:
    def test_a_page_says_what_it_does_and_its_form_does_it(
        self, county: County, closed: Outage, client: Client
    ):
        client.force_login(county.esa.user)
        page = read(client.get(reverse("back_registration"))).main
        way = page.find("a", string="Driftstoppet pågår ändå")["href"]
        assert page.find("form", action=reverse("reopen_outage")) is None
        asked = read(client.get(way))
        text = " ".join(asked.main.get_text(" ").split())
        assert "stängdes 10.52 av" in text
        assert "avslutas och stängas en gång till" in text
        assert is_closed(county.esa, closed)
        client.post(reverse("reopen_outage"), fields_of(form_of(asked)))
        assert as_seen(county.esa, closed).is_open

    def test_the_button_of_a_page_from_before_it_was_closed_asks_too(
        self, county: County, closed: Outage, client: Client
    ):
        client.force_login(county.esa.user)
        before = {"driftstopp": str(closed.pk), "client_id": str(uuid4())}
        asked = read(client.post(reverse("reopen_outage"), before))
        assert is_closed(county.esa, closed)
        client.post(reverse("reopen_outage"), fields_of(form_of(asked)))
        assert as_seen(county.esa, closed).is_open

    def test_it_asks_also_where_something_has_opened_it_meanwhile(
        self, county: County, closed: Outage, client: Client
    ):
        mark_filled(by=county.alva, sheet=make_sheet(county.alva, outage=closed))
        client.force_login(county.esa.user)
        client.post(reverse("reopen_outage"), {"driftstopp": str(closed.pk), "client_id": str(uuid4())})
        assert not as_seen(county.esa, closed).is_open

    def test_one_that_never_was_closed_is_opened_by_one_press(
        self, county: County, outage: Outage, client: Client
    ):
        end_for_all(county, outage, timezone.now())
        client.force_login(county.esa.user)
        way = client.get(reverse("reopen_outage"), {"driftstopp": str(outage.pk)})
        assert (way.status_code, way["Location"].split("?")[0]) == (302, reverse("back_registration"))
        client.post(reverse("reopen_outage"), {"driftstopp": str(outage.pk), "client_id": str(uuid4())})
        assert as_seen(county.esa, outage).is_open

    def test_who_may_not_end_it_gets_no_page(self, county: County, closed: Outage, client: Client):
        client.force_login(county.alva.user)
        assert client.get(reverse("reopen_outage")).status_code == 403
