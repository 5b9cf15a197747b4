"""Paper of a drill: on Blad it says what it is, and once an outage is reported it holds nobody up."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forms.models import LateEntry, ScanUpload, Sheet, SheetKind
from forms.queries.late import late_waiting
from forms.queries.left import paper_left
from forms.queries.scan_keys import scan_keys_of
from forms.queries.sheets import count_out, papers_held, papers_out
from forms.rules.sheet_fate import Fate
from outage.models import Outage
from outage.queries.drills import past_drills
from outage.queries.outages import outage_for
from outage.services.drills import start_drill
from outage.services.outages import end_outage
from tests.factories import County, make_outage, outage_facts
from tests.integration.forms.sheets_made import bring_to, make_sheet
from tests.integration.outage.pages import read


@pytest.fixture
def drill(county: County) -> Outage:
    return start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))


@pytest.fixture
def sheet(county: County, drill: Outage) -> Sheet:
    """A filled-in sheet that was printed in the drill."""
    made = make_sheet(county.alva, SheetKind.LOG_SHEET, outage=drill)
    return bring_to(county.alva, made, Fate.FILLED)


def test_it_counts_until_an_outage_is_reported_and_then_for_nothing(
    county: County, drill: Outage, sheet: Sheet
):
    ward = county.ward
    assert [paper.serial for paper in papers_out(ward)] == [sheet.serial]
    assert (paper_left([ward.pk]).filled, count_out([ward.pk])) == (1, {ward.pk: 1})
    assert list(past_drills()) == []
    found = make_outage(county.alva, timedelta(minutes=5))
    assert list(past_drills()) == [drill.pk]
    assert papers_out(ward) == []
    assert (paper_left([ward.pk]).filled, count_out([ward.pk]).get(ward.pk, 0)) == (0, 0)
    assert papers_held(county.region, found, timezone.now()) == []
    over = outage_for(county.region, drill.pk)
    assert [held.serial for held in papers_held(county.region, over, timezone.now())] == [sheet.serial]


def test_a_late_entry_of_it_waits_for_nobody_once_an_outage_is_reported(county: County, drill: Outage):
    by = county.alva
    LateEntry(outage=drill, said=[["Vad gäller det?", "Ett samtal"]], user=by.user, unit=by.unit).save()
    assert late_waiting(county.esa) == 1
    found = make_outage(county.alva, timedelta(minutes=5))
    assert late_waiting(county.esa) == 0
    LateEntry(outage=found, said=[["Vad gäller det?", "Ett samtal"]], user=by.user, unit=by.unit).save()
    assert late_waiting(county.esa) == 1


def test_a_sheet_of_the_outage_counts_beside_it(county: County, sheet: Sheet):
    found = make_outage(county.alva, timedelta(minutes=5))
    real = bring_to(county.alva, make_sheet(county.alva, SheetKind.LOG_SHEET, outage=found), Fate.FILLED)
    blank = bring_to(county.alva, make_sheet(county.alva, SheetKind.LOG_SHEET), Fate.FILLED)
    assert {paper.serial for paper in papers_out(county.ward)} == {real.serial, blank.serial}
    assert paper_left([county.ward.pk]).filled == 2


def test_on_blad_and_on_its_own_page_it_says_what_it_is(county: County, sheet: Sheet, client: Client):
    make_outage(county.alva, timedelta(minutes=5))
    client.force_login(county.alva.user)
    row = read(client.get(reverse("sheets"))).find("td", {"data-label": "Blankett"})
    assert row.get_text().startswith("Övning · Loggblad")
    mark = read(client.get(reverse("sheet", args=[sheet.serial]))).find(class_="drill-mark")
    assert mark.get_text(" ").strip().startswith("ÖVNING.")


@pytest.mark.parametrize("fate", [Fate.PRINTED, Fate.FILLED])
def test_its_own_page_offers_to_void_it_and_not_to_scan_it(
    county: County, drill: Outage, client: Client, fate: Fate
):
    made = bring_to(county.alva, make_sheet(county.alva, SheetKind.LOG_SHEET, outage=drill), fate)
    client.force_login(county.alva.user)
    path = reverse("sheet", args=[made.serial])
    assert "Skanna bladet" in read(client.get(path)).main.get_text()
    make_outage(county.alva, timedelta(minutes=5))
    page = read(client.get(path)).main
    assert "Skanna bladet" not in page.get_text()
    assert "ska skannas" not in page.get_text()
    [void] = [each for each in page.find_all("details") if each.summary.get_text() == "Makulera"]
    assert void.has_attr("open")


def test_a_scan_that_nobody_knows_goes_with_an_outage_in_earnest_and_never_with_a_drill(
    county: County, clock
):
    outage = make_outage(county.alva)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(days=20))
    drill = start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
    unit, user = county.ward, county.alva.user
    ScanUpload.objects.create(unit=unit, user=user, pages=1, sha256="0" * 64)
    assert scan_keys_of(county.region, drill).alone == ()
    assert len(scan_keys_of(county.region, outage).alone) == 1
