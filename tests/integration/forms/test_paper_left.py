"""What paper is not read yet is told alike wherever it is told what is left of an outage."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.page_versions import forget_pages
from forms.models import ScannedPage, ScanUpload, SheetKind
from forms.queries.purge import preview_of
from forms.rules.scan_finding import AsideReason, Finding
from forms.rules.sheet_fate import Fate, VoidReason
from forms.rules.work_list_spec import WorkList
from forms.services.fates import void_sheet
from forms.services.scans import lay_aside, match_page, undo_told
from forms.services.steps import write_step
from forms.services.work_list_prints import _LINES
from outage.models import CareChain, Outage
from outage.queries.papers import paper_left
from outage.rules.closing import Holds
from outage.rules.outage_files import OutageFile
from outage.rules.paper import PaperLeft
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, tell
from tests.integration.forms.sheets_made import SUM, bring_to, make_batch, make_sheet, path_of, with_picture
from tests.integration.outage.closing import as_seen, close, is_closed, kinds, leave, leave_all
from tests.integration.outage.pages import read
from tests.integration.outage.shifting import hand_over
from tests.integration.outage.taken_out import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva, timedelta(hours=1))


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def make_waiting(by: Acting, count: int = 1, **fields: object) -> list[ScannedPage]:
    """Pages of one scan on which no code could be read."""
    upload = ScanUpload.objects.create(unit=by.unit, user=by.user, sha256="0" * 64, pages=count)
    facts = {"finding": Finding.UNREADABLE, "width": 1654, "height": 2339, "sha256": SUM} | fields
    return [
        with_picture(ScannedPage.objects.create(upload=upload, number=number, **facts))
        for number in range(1, count + 1)
    ]


def text_at(client: Client, by: Acting, name: str, *args: object) -> str:
    forget_pages()
    client.force_login(by.user)
    found = read(client.get(reverse(name, args=args))).main.get_text(" ")
    return " ".join(found.split())


def printed_list(by: Acting, outage: Outage, which: WorkList) -> str:
    return " ".join(str(row) for row in _LINES[which](by, as_seen(by, outage), timezone.now()))


@pytest.mark.parametrize("back", [False, True])
def test_one_page_of_two_that_is_scanned_makes_a_printed_sheet_one_to_enter(
    county: County, outage: Outage, back: bool
):
    sheet = make_sheet(county.alva, pages=2, outage=outage)
    (page,) = make_waiting(county.alva)
    assert paper_left(county.alva, outage) == PaperLeft(0, 1, 1)
    match_page(by=county.alva, page=page, serial_text=sheet.serial, sheet_page=1, back=back)
    assert path_of(sheet) == [Fate.PRINTED, Fate.FILLED]
    assert paper_left(county.alva, outage) == PaperLeft(1, 0, 0)


def test_the_patients_copy_is_no_sheet_to_enter(county: County, outage: Outage):
    sheet = make_sheet(county.alva, SheetKind.SIP_PATIENT, pages=2, outage=outage)
    (page,) = make_waiting(county.alva)
    match_page(by=county.alva, page=page, serial_text=sheet.serial, sheet_page=1)
    assert path_of(sheet) == [Fate.PRINTED]
    assert not paper_left(county.alva, outage)


def test_what_is_told_on_every_page_of_what_is_left(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    """Elin's paper: one sheet written on, two only printed, three pages that nobody has said what they are."""
    tell(county.alva, chain, make_event(county.alva, chain, "admission"))
    bring_to(county.alva, make_sheet(county.alva, outage=outage), Fate.FILLED)
    make_sheet(county.alva, outage=outage)
    make_sheet(county.alva, SheetKind.LOG_SHEET, outage=outage)
    make_waiting(county.alva, 3)
    said = [
        "1 ifyllt blad är inte helt infört i loggen.",
        "3 skannade sidor väntar på att någon säger vilket blad de hör till.",
        "2 utskrivna blad är ute. Se efter om något står på dem.",
    ]
    counts = ["helt införda: 1", "sidor som väntar: 3", "blad som är ute: 2"]
    ends = text_at(client, county.esa, "end_outage")
    assert all(sentence in ends for sentence in said)
    shift = text_at(client, county.alva, "shift")
    assert "Ifyllda blad som inte är helt införda 1" in shift
    assert "Skannade sidor som väntar 3" in shift
    assert "Blad ute 3" in shift
    row = hand_over(county.alva)
    assert "Skannade sidor som väntar 3" in text_at(client, county.alva, "shift_handover", row.pk)
    end_for_all(county, outage, timezone.now() + timedelta(minutes=1))
    after = text_at(client, county.alva, "back_registration")
    assert "Allt är inte känt än." in after
    assert all(sentence in after for sentence in said)
    on_paper = printed_list(county.alva, outage, WorkList.TASKS)
    assert all(count in on_paper for count in counts)
    assert "sidor som väntar" in printed_list(county.alva, outage, WorkList.SHIFT)
    first = table(county.alva, as_seen(county.alva, outage), OutageFile.TASKS)[0]
    assert first["Att göra"] == "Allt är inte känt än"
    assert all(count in first["Gör så här"] for count in counts)
    found = kinds(county.esa, outage)
    assert found[county.ward.pk, Holds.SHEET] == 3
    assert found[county.ward.pk, Holds.PAGE] == 3


def test_nothing_is_told_once_all_of_it_is_accounted_for(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_batch(county.alva, 2)
    sheet = make_sheet(county.alva, outage=outage)
    (page,) = make_waiting(county.alva)
    void_sheet(by=county.alva, sheet=sheet, client_id=uuid4(), void_reason=VoidReason.UNUSED)
    lay_aside(by=county.alva, page=page, reason=AsideReason.NOT_OURS)
    end_for_all(county, outage, timezone.now())
    assert not paper_left(county.alva, as_seen(county.alva, outage))
    after = text_at(client, county.alva, "back_registration")
    assert "blad är" not in after
    assert "sida väntar" not in after
    assert "Samla också in papper som ännu inte är införda här." in after


def test_what_is_printed_once_it_is_over_holds_nothing_that_the_log_lacks(county: County, outage: Outage):
    end_for_all(county, outage, timezone.now() - timedelta(minutes=1))
    sheet = make_sheet(county.alva, SheetKind.WORK_LIST, outage=outage)
    assert not paper_left(county.alva, as_seen(county.alva, outage))
    bring_to(county.alva, sheet, Fate.FILLED)
    assert paper_left(county.alva, as_seen(county.alva, outage)) == PaperLeft(filled=1)


class TestOfWhichOutage:
    def test_a_page_that_waits_is_of_the_outage_of_the_others_in_its_scan_else_of_the_last(
        self, county: County, outage: Outage
    ):
        end_for_all(county, outage, timezone.now())
        sheet = make_sheet(county.alva, pages=2, outage=outage)
        later = make_outage(county.alva, timedelta(minutes=0))
        with_it, _ = make_waiting(county.alva, 2)
        alone = make_waiting(county.alva)
        match_page(by=county.alva, page=with_it, serial_text=sheet.serial, sheet_page=1)
        assert paper_left(county.alva, as_seen(county.alva, outage)).waiting == 1
        assert paper_left(county.alva, as_seen(county.alva, later)).waiting == len(alone)
        assert paper_left(county.alva).waiting == 2

    def test_another_units_is_not_told(self, county: County, outage: Outage):
        make_waiting(county.disa)
        make_sheet(county.disa, outage=outage)
        assert not paper_left(county.alva, outage)
        assert paper_left(county.disa, outage) == PaperLeft(0, 1, 1)


class TestClosing:
    @pytest.fixture
    def over(self, county: County, outage: Outage, chain: CareChain) -> Outage:
        make_event(county.alva, chain, "admission")
        end_for_all(county, outage, timezone.now())
        leave_all(county.esa, outage)
        return as_seen(county.esa, outage)

    def test_a_page_that_waits_holds_it_up_until_somebody_says_what_it_is_or_leaves_it_open(
        self, county: County, over: Outage, client: Client
    ):
        one, two = make_waiting(county.alva, 2)
        assert kinds(county.esa, over) == {(county.ward.pk, Holds.PAGE): 2}
        assert "2 saker är inte klara på 1 enhet." in text_at(client, county.esa, "closing", over.pk)
        assert preview_of(county.region, over).facts.waiting == ((county.ward.name, 2),)
        lay_aside(by=county.alva, page=one, reason=AsideReason.NOT_OURS)
        # An open page is told of it: it is another version.
        assert "1 sak är inte klar på 1 enhet." in text_at(client, county.esa, "closing", over.pk)
        row = leave(county.esa, over, county.ward, Holds.PAGE)
        assert row.keys == [f"page:{two.pk}"]
        close(county.esa, over)
        assert is_closed(county.esa, over)

    def test_what_was_said_of_a_page_and_is_undone_opens_it_again_until_it_is_said_anew(
        self, county: County, over: Outage, client: Client
    ):
        (page,) = make_waiting(county.alva)
        lay_aside(by=county.alva, page=page, reason=AsideReason.NOT_OURS)
        close(county.esa, over)
        # What is scanned later is of a paper that nobody has said is of it.
        make_waiting(county.alva)
        assert is_closed(county.esa, over)
        undo_told(by=county.alva, page=page, told="ScanAside-1", reason="Det står en rad på den.")
        assert not is_closed(county.esa, over)
        assert f"En sida som väntar skannades 10.52 på {county.ward.name}" in text_at(
            client, county.esa, "closing", over.pk
        )
        lay_aside(by=county.alva, page=page, reason=AsideReason.EMPTY)
        assert is_closed(county.esa, over)


PAGES: tuple[Callable[[County], tuple[Acting, str]], ...] = (
    lambda county: (county.alva, "back_registration"),
    lambda county: (county.alva, "shift"),
    lambda county: (county.esa, "closing"),
    lambda county: (county.esa, "end_outage"),
)


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_hangs_on_no_paper(
    county: County, outage: Outage, client: Client, page: Callable[[County], tuple[Acting, str]]
):
    by, name = page(county)

    def more() -> None:
        make_waiting(county.alva, 2)
        make_waiting(county.disa)
        make_sheet(county.alva, outage=outage)
        bring_to(county.alva, make_sheet(county.alva, outage=outage), Fate.FILLED)

    def queries() -> int:
        text_at(client, by, name, *args)
        forget_pages()
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(found)

    args = [outage.pk] if name == "closing" else []
    if name != "end_outage":
        end_for_all(county, outage, timezone.now() + timedelta(minutes=1))
    more()
    few = queries()
    for _ in range(3):
        more()
    assert queries() <= few


def test_an_open_list_is_told_of_a_page_that_comes_and_of_a_sheet_that_is_written_on(
    county: County, outage: Outage, client: Client
):
    sheet = make_sheet(county.alva, pages=2, outage=outage)
    end_for_all(county, outage, timezone.now() + timedelta(minutes=1))
    client.force_login(county.alva.user)
    (page,) = make_waiting(county.alva)

    def asks(shown: str) -> tuple[int, str]:
        answer = client.get(reverse("back_now"), headers={"X-Shown": shown})
        found = read(answer).find(id="status") if answer.status_code == 200 else None
        return answer.status_code, found["data-version"] if found else ""

    _, version = asks("")
    assert asks(version)[0] == 204
    match_page(by=county.alva, page=page, serial_text=sheet.serial, sheet_page=1)
    status, version = asks(version)
    assert (status, asks(version)[0]) == (200, 204)
    write_step(by=county.alva, unit=county.ward, sheet=sheet, step=Fate.VOIDED, reason="-")
    assert asks(version)[0] == 200


def test_lagesbild_counts_the_pages_that_wait_of_all_units(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, "admission")
    assert "skannad" not in text_at(client, county.esa, "overview")
    make_waiting(county.alva, 2)
    make_waiting(county.disa)
    page = text_at(client, county.esa, "overview")
    assert "3 skannade sidor väntar på att någon säger vilket blad de hör till" in page
    assert re.search(r"Medicin 2 1 vårdkedja .* 0 2 sidor väntar", page)
    assert "Medicin 2" in (on_paper := printed_list(county.esa, outage, WorkList.OVERVIEW))
    assert "3 skannade sidor väntar" in on_paper
    assert "2 sidor väntar" in on_paper
    # Whoever sees the own unit alone is told of its own.
    assert "2 skannade sidor väntar" in text_at(client, county.alva, "overview")


def test_what_is_scanned_after_the_closing_is_told_and_opens_nothing(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    leave_all(county.esa, outage)
    close(county.esa, outage)
    said = "Papper har kommit efter stängningen"
    assert said not in text_at(client, county.esa, "closing", outage.pk)
    clock.shift(timedelta(hours=2))
    (page,) = make_waiting(county.alva)
    told = text_at(client, county.esa, "closing", outage.pk)
    assert said in told
    assert "Driftstoppet är stängt sedan" in told
    assert re.search(r"Det som inte är klart .* Medicin 2 .* 1 Lämna öppet", told)
    assert is_closed(county.esa, outage)
    assert "1 skannad sida väntar" in text_at(client, county.alva, "back_registration")
    lay_aside(by=county.alva, page=page, reason=AsideReason.NOT_OURS)
    assert said not in text_at(client, county.esa, "closing", outage.pk)
