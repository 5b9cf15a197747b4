"""Blad utan öde as people meet it: what is listed, counted, found by its serial, and by whom (R2.6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from forms.models import ACCOUNTABLE, SheetKind
from forms.queries.sheets import Where, figures, unaccounted_by_unit
from forms.rules.serial import make_serial, page_code, shown_serial
from forms.rules.sheet_fate import Fate, VoidReason
from forms.services.fates import keep_paper, mark_filled, void_sheet
from tests.factories import make_chain, make_outage
from tests.integration.outage.pages import read

from .sheet_pages import opened, text_of
from .sheets_made import bring_to, make_batch, make_sheet

pytestmark = pytest.mark.django_db
MISSING = make_serial(980)
ENDED = {"void_reason": VoidReason.UNUSED}


def listed(client: Client, by: Acting, **query: str) -> BeautifulSoup:
    answer = opened(client, by, "sheets", **query)
    assert answer.status_code == 200
    return read(answer).main


def serials_in(page: BeautifulSoup) -> list[str]:
    return [link.text for link in page.select("tbody a.serial")]


def figures_in(page: BeautifulSoup) -> dict[str, int]:
    links = page.select(".kept-filters a")
    return {link.contents[0].strip(): int(link.strong.text) for link in links}


class TestList:
    @pytest.mark.clause("R2.6")
    def test_only_what_has_no_end_is_listed_oldest_first(self, client, alva):
        now = timezone.now()
        old, middle, new = (
            make_sheet(alva, printed_at=now - timedelta(hours=hours)) for hours in (30, 20, 10)
        )
        bring_to(alva, middle, Fate.SCANNED)
        gone = make_sheet(alva)
        void_sheet(by=alva, sheet=gone, client_id=uuid4(), **ENDED)
        kept = bring_to(alva, make_sheet(alva), Fate.CHECKED)
        keep_paper(by=alva, sheet=kept, client_id=uuid4())
        page = listed(client, alva)
        assert serials_in(page) == [shown_serial(each.serial) for each in (old, middle, new)]
        assert page.h1.text == "Blad utan öde (3)"
        assert figures(alva.unit)[Where.ALL] == 3

    def test_each_place_has_its_figure_and_its_list(self, client, alva):
        by_step = {
            step: bring_to(alva, make_sheet(alva), step)
            for step in (Fate.PRINTED, Fate.FILLED, Fate.SCANNED, Fate.CHECKED)
        }
        again = bring_to(alva, make_sheet(alva), Fate.SCANNED)
        mark_filled(by=alva, sheet=again, client_id=uuid4(), reason="Suddig")
        make_batch(alva, 3)
        page = listed(client, alva)
        assert figures_in(page) == {
            "Alla": 8,
            "Utskrivna": 1,
            "Ifyllda": 2,
            "Skannade": 1,
            "Granskade": 1,
            "Tomma i parti": 3,
            "Inte helt införda": 4,
        }
        for visa, sheets in (
            ("utskrivna", [by_step[Fate.PRINTED]]),
            ("ifyllda", [by_step[Fate.FILLED], again]),
            ("skannade", [by_step[Fate.SCANNED]]),
            ("granskade", [by_step[Fate.CHECKED]]),
            ("tomma", []),
        ):
            shown = serials_in(listed(client, alva, visa=visa))
            assert shown == [shown_serial(each.serial) for each in sheets], visa

    def test_blank_ones_of_a_batch_are_one_line_and_a_taken_one_stands_by_itself(self, client, alva):
        batch = make_batch(alva, 25)
        for each in batch[:6]:
            mark_filled(by=alva, sheet=each)
        void_sheet(by=alva, sheet=batch[6], client_id=uuid4(), **ENDED)
        page = listed(client, alva)
        assert "18 av 25 kvar" in text_of(page)
        assert serials_in(page) == [shown_serial(each.serial) for each in batch[:6]]
        assert page.h1.text == "Blad utan öde (24)"
        assert "blad 1 av 25" in text_of(page)

    @pytest.mark.clause("R2.4")
    def test_what_is_not_in_the_log_stands_by_itself_wherever_it_is(self, client, county, alva):
        steps = [Fate.FILLED, Fate.SCANNED, Fate.CHECKED, Fate.KEPT, Fate.SCANNED, Fate.FILLED, Fate.PRINTED]
        made = make_batch(alva, 7)
        for sheet, step in zip(made, steps, strict=True):
            bring_to(alva, sheet, step)
        for sheet in made[4:6]:
            why = {"void_reason": VoidReason.LOST, "reason": "Borta"}
            void_sheet(by=alva, sheet=sheet, client_id=uuid4(), **why)
        sip = bring_to(alva, make_sheet(alva, SheetKind.SIP), Fate.FILLED)
        page = listed(client, alva, visa="inte-inforda", blankett="log_sheet")
        assert serials_in(page) == [shown_serial(each.serial) for each in made[:5]]
        assert figures_in(page)["Inte helt införda"] == 5
        page = listed(client, county.esa, visa="inte-inforda", blankett="sip")
        assert serials_in(page) == [shown_serial(sip.serial)]
        assert serials_in(listed(client, county.disa, visa="inte-inforda")) == []

    def test_a_kind_is_chosen(self, client, alva, sheet):
        sip = make_sheet(alva, SheetKind.SIP)
        assert serials_in(listed(client, alva, blankett="sip")) == [shown_serial(sip.serial)]
        assert listed(client, alva, blankett="sip").h1.text == "Blad utan öde (1)"
        assert len(serials_in(listed(client, alva, blankett="<script>"))) == 2

    def test_what_tells_of_no_patient_is_not_followed(self, client, alva):
        for kind in set(SheetKind) - set(ACCOUNTABLE):
            make_sheet(alva, kind)
        assert "Alla blad har ett öde." in text_of(listed(client, alva))

    def test_the_chain_by_its_number_only_and_a_link_for_those_who_may_see_it(self, client, county, alva):
        chain = make_chain(county, make_outage(alva), patient_name="Tolvan Ensam")
        make_sheet(alva, chain=chain)
        make_sheet(county.bo, chain=chain)
        page = listed(client, alva)
        assert page.select_one(f'a[href="{reverse("chain", args=[chain.pk])}"]').text == "Vårdkedja 1"
        assert "Tolvan" not in text_of(page)
        page = listed(client, county.bo)
        assert "Vårdkedja 1" in text_of(page)
        assert not page.select(f'a[href="{reverse("chain", args=[chain.pk])}"]')

    @pytest.mark.parametrize("who", ["bo", "cissi", "disa"])
    def test_another_unit_sees_none_of_it(self, client, county, sheet, who):
        assert serials_in(listed(client, county.somebody(who))) == []

    def test_pages_follow_each_other(self, client, alva):
        sheets = [make_sheet(alva) for _ in range(30)]
        shown = [serials_in(listed(client, alva, sida=page)) for page in ("1", "2")]
        assert [len(page) for page in shown] == [25, 5]
        assert shown[0] + shown[1] == [shown_serial(each.serial) for each in sheets]
        assert serials_in(listed(client, alva, sida="många")) == shown[0]

    @pytest.mark.parametrize("visa", ["", "alla", "' OR 1=1", "\x00"])
    def test_an_unknown_place_is_all_of_them(self, client, alva, sheet, visa):
        assert len(serials_in(listed(client, alva, visa=visa))) == 1


class TestPerUnit:
    def test_a_coordinator_sees_every_unit_of_the_principal(self, client, county, alva, sheet):
        make_batch(county.disa, 3)
        make_sheet(county.cissi)
        page = listed(client, county.esa)
        rows = page.select(".sheet-units tbody tr")
        told = [[cell.text.strip() for cell in row.select("th, td")][:3] for row in rows]
        assert told == [["Heimdalls hälsocentral", "3", "3"], ["Medicin 2", "1", "0"]]

    def test_an_administrator_sees_figures_and_no_sheet(self, client, county, sheet):
        page = listed(client, county.adam)
        assert "Medicin 2" in text_of(page)
        assert serials_in(page) == []
        assert sheet.shown_serial not in text_of(page)

    def test_staff_sees_the_own_unit_only(self, client, alva, sheet):
        assert not listed(client, alva).select(".sheet-units")

    def test_a_unit_with_all_accounted_for_is_not_named(self, county, sheet):
        void_sheet(by=county.alva, sheet=sheet, client_id=uuid4(), **ENDED)
        assert unaccounted_by_unit(county.region.units.all()) == []


def looked_for(client: Client, by: Acting, typed: str) -> HttpResponse:
    """The answer to a serial typed in the box, which never comes into an address."""
    client.force_login(by.user)
    return client.post(reverse("sheets"), {"lopnummer": typed})


class TestSearch:
    def test_a_serial_leads_to_its_sheet_as_people_type_it(self, client, alva, sheet):
        for typed in (sheet.serial, sheet.shown_serial.lower(), f" {sheet.shown_serial} "):
            answer = looked_for(client, alva, typed)
            assert answer.headers["Location"] == reverse("sheet", args=[sheet.serial])

    def test_a_code_read_into_the_box_leads_there_too(self, client, alva, sheet):
        answer = looked_for(client, alva, page_code(sheet.serial, 1, "1"))
        assert answer.headers["Location"] == reverse("sheet", args=[sheet.serial])

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("7K3", "Ett löpnummer har nio tecken"),
            ("000-000-001", "något tecken är fel"),
            (shown_serial(MISSING), "Bladet finns inte bland enhetens blad"),
            ("", "Skriv bladets löpnummer."),
            ("<b>", "nio tecken"),
        ],
    )
    def test_what_leads_nowhere_is_told_beside_the_field_and_stands(self, client, alva, sheet, typed, told):
        page = read(looked_for(client, alva, typed)).main
        box = page.select_one("#id_lopnummer")
        assert told in text_of(page.find(id=box["aria-describedby"]))
        assert box["value"] == typed
        assert len(serials_in(page)) == 1

    def test_the_sheet_of_another_unit_is_not_told_of(self, client, county, sheet):
        page = read(looked_for(client, county.bo, sheet.serial)).main
        assert "Bladet finns inte bland enhetens blad" in text_of(page)
