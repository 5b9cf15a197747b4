"""Blank sheets and a drill: those issued in it are its own, and what was written in it is not taken for real."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import Question, RuleError
from forms.models import COPIES, PaperEntry, Sheet, SheetBatch, SheetKind
from forms.queries.entering import chains_to_choose
from forms.queries.left import paper_left
from forms.queries.sheets import papers_held, papers_out
from forms.rules.sheet_fate import Fate
from forms.services.batches import issue_batch, print_part
from forms.services.binder import print_binder
from forms.services.entering import move_entry
from outage.models import Handover, Outage
from outage.queries.outages import outage_for
from outage.rules.drills import MARK, NOT_WRITTEN_FOR_IT, WRITTEN_FOR_IT
from outage.rules.paper import PaperMark
from outage.services.drills import start_drill
from outage.services.outages import end_outage
from tests.factories import County, call_facts, make_chain, make_outage, outage_facts
from tests.integration.forms.entering import address, enter, page_of
from tests.integration.forms.sheets_made import bring_to, make_batch, make_sheet
from tests.integration.outage.pages import read
from tests.paper.reading import pages


@pytest.fixture
def drill(county: County) -> Outage:
    return start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))


def issue(county: County, kind: SheetKind = SheetKind.LOG_SHEET, count: int = 2, **more: bool) -> list[Sheet]:
    batch = issue_batch(by=county.alva, client_id=uuid4(), kind=kind, count=count, **more)
    return list(Sheet.objects.filter(batch=batch).order_by("place"))


def test_a_blank_issued_in_a_drill_is_of_it_and_says_so_on_paper_and_in_the_name(
    county: County, drill: Outage
):
    sheets = issue(county, SheetKind.SIP, copies=True)
    copies = Sheet.objects.filter(kind=COPIES[SheetKind.SIP])
    assert {sheet.outage for sheet in [*sheets, *copies]} == {drill}
    made = print_part(by=county.alva, batch=sheets[0].batch, part=1)
    assert made.filename == "ovning-sip-blankett-1-2.pdf"
    assert [text for text in pages(made.pdf) if MARK not in text] == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_blank_issued_at_another_time_is_of_no_outage(county: County, clock, when: str):
    if when == "before":
        (sheet,) = issue(county, count=1)
        start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
    else:
        found = start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
        end_outage(by=county.esa, outage=found, ended_at=timezone.now())
        clock.shift(timedelta(minutes=10))
        (sheet,) = issue(county, count=1)
    made = print_part(by=county.alva, batch=sheet.batch, part=1)
    assert sheet.outage is None
    assert made.filename == "loggblad-1-1.pdf"
    assert MARK not in " ".join(pages(made.pdf))


def test_the_binder_is_for_what_comes_in_earnest(county: County, drill: Outage):
    made = print_binder(by=county.alva, unit=county.ward, client_id=uuid4())
    assert not Sheet.objects.exclude(outage=None).exists()
    assert MARK not in " ".join(pages(made.pdf))


def test_it_counts_for_nothing_in_earnest_and_unused_ones_not_even_for_the_drill(
    county: County, drill: Outage, clock
):
    taken, _ = issue(county)
    bring_to(county.alva, taken, Fate.FILLED)
    assert paper_left([county.ward.pk]).filled == 1
    clock.shift(timedelta(minutes=10))
    found = make_outage(county.alva, timedelta(minutes=30))
    assert (paper_left([county.ward.pk]).filled, papers_out(county.ward)) == (0, [])
    assert papers_held(county.region, found, timezone.now()) == []
    over = outage_for(county.region, drill.pk)
    assert [held.serial for held in papers_held(county.region, over, timezone.now())] == [taken.serial]


def test_no_row_of_it_is_entered_in_earnest(county: County, drill: Outage, clock):
    sheet = bring_to(county.alva, issue(county)[0], Fate.FILLED)
    practised = make_chain(county, drill)
    clock.shift(timedelta(minutes=10))
    chain = make_chain(county, make_outage(county.alva, timedelta(minutes=60)))
    assert chains_to_choose(county.alva, sheet) == [(drill, [practised])]
    with pytest.raises(RuleError, match=WRITTEN_FOR_IT):
        enter(county, sheet, chain, answers={})
    real = make_sheet(county.alva, SheetKind.LOG_SHEET)
    call = enter(county, real, chain)
    with pytest.raises(RuleError, match=WRITTEN_FOR_IT):
        move_entry(
            by=county.alva,
            entry=PaperEntry.objects.get(handover=call),
            client_id=uuid4(),
            serial_text=sheet.serial,
            reason="Fel",
        )
    assert Handover.objects.count() == 1


def test_after_it_the_page_says_what_the_sheet_is_and_where_to_go_and_has_no_form(
    county: County, drill: Outage, client: Client, clock
):
    chain = make_chain(county, drill)
    blank = bring_to(county.alva, issue(county)[0], Fate.FILLED)
    printed = bring_to(county.alva, make_sheet(county.alva, outage=drill, chain=chain), Fate.FILLED)
    client.force_login(county.alva.user)
    where = [address(blank), address(blank, chain), address(printed), address(printed, chain)]
    form = ".steps, [name=vardkedja], [name=riktning]"
    assert all(page_of(client, at).main.select(form) for at in where)
    clock.shift(timedelta(minutes=10))
    make_outage(county.alva, timedelta(minutes=30))
    for at in where:
        main = page_of(client, at).main
        assert WRITTEN_FOR_IT in main.get_text()
        assert "Inget förs in från bladet" in main.get_text()
        assert not main.select(form)
        assert main.find("a", href=reverse("chains"))
    for sheet in (blank, printed):
        assert not page_of(client, reverse("sheet", args=[sheet.serial])).main.find("a", href=address(sheet))
    # Nor is the page of its patient one to write on.
    page = page_of(client, reverse("chain", args=[chain.pk])).main
    assert not page.find("a", string="Ändra uppgifter")
    assert not page.select(f'a[href^="{reverse("chain_call", args=[chain.pk])}"]')


def test_in_the_drill_it_is_entered_as_any_sheet(county: County, drill: Outage):
    sheet, chain = issue(county)[0], make_chain(county, drill)
    assert enter(county, sheet, chain, answers={}).paper_serial == sheet.serial


def test_a_sheet_of_an_outage_is_not_entered_in_a_drill(county: County, clock):
    outage = make_outage(county.alva)
    sheet = make_sheet(county.alva, SheetKind.LOG_SHEET, outage=outage)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(days=20))
    drill = start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
    chain = make_chain(county, drill)
    assert chains_to_choose(county.alva, sheet) == []
    with pytest.raises(RuleError, match=NOT_WRITTEN_FOR_IT):
        enter(county, sheet, chain, answers={})


def test_used_up_with_the_drill_it_is_not_printed_again(county: County, drill: Outage):
    sheets = issue(county)
    make_outage(county.alva, timedelta(minutes=5))
    with pytest.raises(RuleError, match="Utfärda ett nytt parti"):
        print_part(by=county.alva, batch=sheets[0].batch, part=1)


def test_a_blank_filled_in_during_a_drill_says_so_and_asks(
    county: County, drill: Outage, client: Client, clock
):
    sheet, unused = make_batch(county.alva, 2)
    bring_to(county.alva, sheet, Fate.FILLED)
    clock.shift(timedelta(minutes=10))
    chain = make_chain(county, make_outage(county.alva, timedelta(minutes=60)))
    client.force_login(county.alva.user)
    for where in (reverse("sheet", args=[sheet.serial]), address(sheet), address(sheet, chain)):
        assert "skrevs på bladet medan en övning pågick" in page_of(client, where).main.get_text()
    assert "övning pågick" not in page_of(client, reverse("sheet", args=[unused.serial])).main.get_text()
    with pytest.raises(Question, match="riktig patient") as asked:
        enter(county, sheet, chain, answers={})
    press = uuid4()
    answers = {asked.value.key: "ja"}
    call = enter(county, sheet, chain, answers=answers, client_id=press)
    # Sent once more it is the same row.
    assert enter(county, sheet, chain, answers={}, client_id=press) == call


def test_a_row_that_was_written_while_a_drill_went_on_asks_by_its_own_time(
    county: County, drill: Outage, clock
):
    clock.shift(timedelta(minutes=10))
    chain = make_chain(county, make_outage(county.alva, timedelta(minutes=30)))
    clock.shift(timedelta(minutes=20))
    sheet = bring_to(county.alva, make_sheet(county.alva, SheetKind.LOG_SHEET), Fate.FILLED)
    for ago, asks in ((timedelta(minutes=25), True), (timedelta(minutes=5), False)):
        at = timezone.now() - ago
        row = {"facts": call_facts(at=at), "paper": PaperMark(sheet.serial, at, "N.N."), "answers": {}}
        if asks:
            with pytest.raises(Question, match="riktig patient"):
                enter(county, sheet, chain, **row)
        else:
            assert enter(county, sheet, chain, **row).paper_serial == sheet.serial


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=60)])
def test_a_blank_used_in_earnest_is_never_asked_about_for_a_drill_at_another_time(
    county: County, drill: Outage, clock, later: timedelta
):
    sheet = make_sheet(county.alva, SheetKind.LOG_SHEET)
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    clock.shift(later)
    chain = make_chain(county, make_outage(county.alva, timedelta(0)))
    clock.shift(timedelta(minutes=5))
    bring_to(county.alva, sheet, Fate.FILLED)
    at = timezone.now() - timedelta(minutes=2)
    paper = PaperMark(sheet.serial, at, "N.N.")
    assert enter(county, sheet, chain, facts=call_facts(at=at), paper=paper, answers={}).outcome == "reached"


def test_a_batch_of_a_drill_says_what_it_is(county: County, drill: Outage, client: Client):
    batch = issue(county)[0].batch
    client.force_login(county.alva.user)
    assert "Bladen märks ÖVNING" in read(client.get(reverse("new_sheets"))).main.get_text()
    make_outage(county.alva, timedelta(minutes=5))
    page = read(client.get(reverse("sheet_batch", args=[batch.pk])))
    assert page.find(class_="drill-mark").get_text(" ").strip().startswith("ÖVNING.")
    assert "Övning · Loggblad" in read(client.get(reverse("sheets"))).main.get_text()
    earlier = read(client.get(reverse("new_sheets"))).main
    assert "Övning · Loggblad, 2 blad" in earlier.get_text()
    assert "Bladen märks ÖVNING" not in earlier.get_text()
    assert SheetBatch.objects.count() == 1
