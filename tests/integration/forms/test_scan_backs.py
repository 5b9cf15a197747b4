"""Every back is kept with its sheet and shown in the second look; what was said wrongly of a page is undone (R2.6)."""

import random
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from PIL import Image, ImageDraw, ImageOps

from contacts.models import AuditEntry
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.permissions import Role
from forms.models import ScanBack, ScanMatch, ScannedPage, ScanUndone
from forms.queries.scans import pictures_of, rounds_of, standing_now, telling_id, waiting_count
from forms.rules.scan_finding import AsideReason
from forms.rules.sheet_fate import Fate, Look, VoidReason
from forms.services.fates import check_scan, mark_filled
from forms.services.scans import lay_aside, match_page, undo_told
from forms.services.steps import ChangedMeanwhileStep, write_step
from tests.factories import at_once
from tests.integration.forms.scanning import fates, findings, make_sheet, scan, strange, waiting
from tests.long import runs
from tests.paper.making import make_place, person
from tests.paper.scans_made import coded, faded

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.clause("R2.6")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    return settings.SCAN_DIR


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def alva(client, place):
    client.force_login(place.alva.user)
    return client


def empty() -> Image.Image:
    return Image.new("L", (827, 1169), 250)


def note(x: int = 400, y: int = 600) -> Image.Image:
    """The back of a sheet on which somebody wrote a word."""
    page = empty()
    ImageDraw.Draw(page).line(
        [(x, y), (x + 30, y + 20), (x + 45, y - 15), (x + 90, y + 10)], fill=60, width=2
    )
    return page


def back(front: Image.Image, strength: float = 0.15, written: bool = True) -> Image.Image:
    """The back of that front, which shines through."""
    page = ImageOps.mirror(front).point(lambda level: 250 - int((250 - level) * strength))
    if written:
        page.paste(note().crop((380, 560, 520, 640)), (380, 560))
    return page


def look(sheet, by, **more):
    return check_scan(by=by, sheet=sheet, client_id=uuid4(), looked=list(Look), **more)


def backs(sheet) -> list[tuple[int, str, bool]]:
    return [
        (picture.sheet_page, one.told_by, one.page.is_blank)
        for picture in pictures_of(sheet)
        for one in picture.backs
    ]


def undo(by, row, reason="Fel blad"):
    return undo_told(by=by, page=row, told=telling_id(standing_now(row)), reason=reason)


def rows_of(upload) -> list[ScannedPage]:
    return list(ScannedPage.objects.filter(upload=upload).order_by("number"))


# Backs


@pytest.mark.parametrize("strength", [0.1, 0.2, 0.3])
def test_a_back_that_shines_through_is_never_the_sheet_and_the_front_still_finds_it(place, strength):
    sheet = make_sheet(place)
    front = coded(sheet.serial)
    first = scan(place.alva, back(front, strength))
    assert (findings(first), fates(sheet)) == (["back"], ["printed", "filled"])
    assert backs(sheet) == [(1, "code", False)]
    assert (ScanMatch.objects.count(), waiting_count(place.ward)) == (0, 0)
    assert findings(scan(place.alva, front)) == ["matched"]
    assert fates(sheet)[-1] == "scanned"
    assert backs(sheet) == [(1, "code", False)]


def test_backs_go_with_the_front_whose_code_they_show_in_any_order(place):
    one, two = make_sheet(place, pages=2), make_sheet(place)
    fronts = [coded(one.serial, 1), coded(one.serial, 2), coded(two.serial)]
    upload = scan(place.alva, back(fronts[2]), fronts[1], back(fronts[0]), fronts[2], fronts[0])
    assert findings(upload) == ["back", "matched", "back", "matched", "matched"]
    assert (backs(one), backs(two)) == ([(1, "code", False)], [(1, "code", False)])


def test_backs_go_with_the_front_they_are_paired_with_and_empty_ones_say_so(place):
    one, two = make_sheet(place), make_sheet(place)
    # The stack lay the other way up for the second.
    upload = scan(place.alva, coded(one.serial), note(), empty(), coded(two.serial))
    assert findings(upload) == ["matched", "back", "blank", "matched"]
    assert (backs(one), backs(two)) == ([(1, "place", False)], [(1, "place", True)])
    assert waiting_count(place.ward) == 0


def test_a_page_that_may_be_a_front_or_has_no_partner_waits(place):
    one, two = make_sheet(place), make_sheet(place)
    for pictures, found in (
        ([coded(one.serial), strange()], ["matched", "unreadable"]),
        ([coded(two.serial), note(), note()], ["matched", "unreadable", "unreadable"]),
        ([empty()], ["blank"]),
        ([note(), empty()], ["unreadable", "blank"]),
    ):
        before = waiting_count(place.ward)
        assert findings(scan(place.alva, *pictures)) == found
        assert waiting_count(place.ward) - before == len(found) - found.count("matched")
    assert (backs(one), backs(two)) == ([], [])


def test_a_back_follows_its_front_that_is_matched_by_hand(place):
    sheet, known = make_sheet(place), make_sheet(place)
    other = make_sheet(place, by=person("Bo Berg", place.centre))
    upload = scan(place.alva, coded(known.serial), empty(), coded(other.serial), note())
    front = rows_of(upload)[2]
    assert findings(upload)[2:] == ["other_unit", "back"]
    match_page(by=place.alva, page=front, serial_text=sheet.serial, sheet_page=1)
    assert backs(sheet) == [(1, "place", False)]


def test_a_new_back_of_a_page_that_was_scanned_before_goes_to_the_sheet(place):
    sheet = make_sheet(place)
    scan(place.alva, coded(sheet.serial))
    assert findings(scan(place.alva, coded(sheet.serial), note())) == ["already", "back"]
    assert backs(sheet) == [(1, "place", False)]
    look(sheet, place.alva)
    # Whoever checked it would not see one more.
    assert findings(scan(place.alva, coded(sheet.serial), note())) == ["already", "after_check"]
    assert findings(scan(place.alva, back(coded(sheet.serial)))) == ["after_check"]
    assert len(backs(sheet)) == 1
    row = waiting(place.alva, note())
    with pytest.raises(RuleError, match="redan granskat"):
        match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1, back=True)


def test_a_back_of_an_ended_or_foreign_sheet_waits_as_its_front_would(place):
    late = make_sheet(place)
    write_step(
        by=place.alva, unit=place.ward, sheet=late, step=Fate.VOIDED, reason="x", void_reason=VoidReason.LOST
    )
    other = make_sheet(place, by=person("Bo Berg", place.centre))
    upload = scan(
        place.alva, back(coded(late.serial)), back(coded(other.serial)), back(coded(late.serial, 2))
    )
    assert findings(upload) == ["too_late", "other_unit", "other_version"]
    assert (ScanBack.objects.count(), waiting_count(place.ward)) == (0, 3)


def test_a_back_can_be_told_by_hand(place):
    sheet = make_sheet(place)
    row = waiting(place.alva, note())
    told = match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1, back=True)
    assert match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1, back=True) == told
    with pytest.raises(RuleError, match="redan omhändertagen"):
        match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1)
    assert (backs(sheet), waiting_count(place.ward)) == ([(1, "typed", False)], 0)
    # Something stands on it.
    assert fates(sheet) == ["printed", "filled"]


def test_the_second_look_shows_front_and_back_and_waits_for_what_may_be_a_back(alva, place):
    sheet = make_sheet(place)
    upload = scan(place.alva, coded(sheet.serial), note(), note())
    with pytest.raises(RuleError, match=r"Sida 2 i skanningen .* kan vara en baksida"):
        look(sheet, place.alva)
    seen = 1
    match_page(by=place.alva, page=rows_of(upload)[1], serial_text=sheet.serial, sheet_page=1, back=True)
    with pytest.raises(ChangedMeanwhileStep):
        look(sheet, place.alva, pictures=seen)
    page = BeautifulSoup(alva.get(reverse("sheet", args=[sheet.serial])).content, "html.parser").main
    pictures = [image["src"] for image in page.select(".sheet-pages img")]
    assert pictures == [reverse("page_picture", args=[row.pk]) for row in rows_of(upload)[:2]]
    assert "Baksida av sida 1" in page.get_text()
    (count,) = (field["value"] for field in page.select('input[name="pictures"]'))
    look(sheet, place.alva, pictures=int(count))
    entering = alva.get(reverse("enter_sheet", args=[sheet.serial])).content.decode()
    assert all(picture in entering for picture in pictures)
    assert "Baksidan av sida 1" in entering


def test_an_empty_back_is_shown_too(alva, place):
    sheet = make_sheet(place)
    scan(place.alva, coded(sheet.serial), empty())
    page = BeautifulSoup(alva.get(reverse("sheet", args=[sheet.serial])).content, "html.parser").main
    assert "Tom baksida av sida 1" in page.get_text()
    assert len(page.select(".sheet-pages img")) == 2


def test_the_backs_of_an_earlier_round_are_not_those_of_the_present_one(place):
    sheet = make_sheet(place)
    scan(place.alva, coded(sheet.serial), note())
    scan(place.alva, back(coded(sheet.serial)))
    assert len(backs(sheet)) == 2
    mark_filled(by=place.alva, sheet=sheet, client_id=uuid4(), reason="Suddig")
    scan(place.alva, coded(sheet.serial), empty())
    assert backs(sheet) == [(1, "place", True)]


# A way back


def test_a_wrong_match_is_undone_with_a_reason_and_the_page_finds_its_own_sheet(place):
    wrong, right = make_sheet(place, pages=2), make_sheet(place)
    row = waiting(place.alva, coded(wrong.serial, 2), strange())
    match_page(by=place.alva, page=row, serial_text=wrong.serial, sheet_page=1)
    look(wrong, place.alva)
    with pytest.raises(RuleError) as refused:
        undo(place.alva, row, reason=" ")
    assert refused.value.field == "reason"
    told = telling_id(standing_now(row))
    undone = undo(place.alva, row, "Bladet var ett annat")
    assert undo_told(by=place.alva, page=row, told=told, reason="Bladet var ett annat") == undone
    with pytest.raises(ChangedMeanwhileStep):
        undo_told(by=place.alva, page=row, told=told, reason="En gång till")
    assert fates(wrong) == ["printed", "filled", "scanned", "checked", "filled"]
    assert wrong.fates.order_by("number").last().reason == "Bladet var ett annat"
    assert [picture.sheet_page for picture in pictures_of(wrong)] == [2]
    assert waiting_count(place.ward) == 1
    match_page(by=place.alva, page=row, serial_text=right.serial, sheet_page=1)
    # Page 2 stays in its round: the first page alone is scanned again.
    assert rounds_of([wrong]) == {wrong.pk: 1}
    assert findings(scan(place.alva, coded(wrong.serial, 1))) == ["matched"]
    assert (fates(wrong)[-1], fates(right)[-1]) == ("scanned", "scanned")
    assert (ScanMatch.objects.filter(page=row).count(), ScanUndone.objects.count()) == (2, 1)
    assert AuditEntry.objects.filter(action="scan.undone").count() == 1


def test_the_same_page_is_told_and_undone_as_often_as_need_be(place):
    sheet = make_sheet(place)
    row = waiting(place.alva, strange())
    for number in range(1, 4):
        match = match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1)
        assert match.turn == number
        undo(place.alva, row)
        assert waiting_count(place.ward) == 1
    lay_aside(by=place.alva, page=row, reason=AsideReason.EMPTY)
    undo(place.alva, row, "Det står något på den")
    back_of = match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1, back=True)
    assert (back_of.turn, waiting_count(place.ward)) == (5, 0)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_page_whose_code_may_be_either_way_round_waits_for_somebody_to_say_what_it_is(place, mirrored):
    sheet = make_sheet(place)
    assert findings(scan(place.alva, faded(sheet.serial, left=0.1, mirrored=mirrored))) == ["unreadable"]
    assert (fates(sheet), waiting_count(place.ward)) == (["printed"], 1)


def test_undoing_a_back_has_a_checked_sheet_looked_at_anew(place):
    sheet = make_sheet(place)
    upload = scan(place.alva, coded(sheet.serial), note())
    look(sheet, place.alva)
    undo(place.alva, rows_of(upload)[1])
    assert fates(sheet)[-2:] == ["filled", "scanned"]
    assert (backs(sheet), waiting_count(place.ward)) == ([], 1)


def test_the_picture_of_a_sheet_whose_paper_is_gone_stays_with_it(place):
    sheet = make_sheet(place)
    upload = scan(place.alva, coded(sheet.serial))
    write_step(by=place.alva, unit=place.ward, sheet=sheet, step=Fate.VOIDED, void_reason=VoidReason.LOST)
    with pytest.raises(RuleError, match="redan makulerat"):
        undo(place.alva, rows_of(upload)[0])


@pytest.mark.parametrize("number", [0, 1])
def test_a_picture_of_a_kept_sheet_is_undone_as_that_of_a_checked_one(place, number):
    sheet = make_sheet(place)
    upload = scan(place.alva, coded(sheet.serial), note())
    look(sheet, place.alva)
    write_step(by=place.alva, unit=place.ward, sheet=sheet, step=Fate.KEPT)
    undo(place.alva, rows_of(upload)[number])
    assert fates(sheet)[5:] == ["filled", "scanned"][: number + 1]
    assert waiting_count(place.ward) == 1


def test_a_checked_sheet_is_scanned_again_before_it_is_destroyed(place):
    sheet = make_sheet(place)
    scan(place.alva, coded(sheet.serial))
    look(sheet, place.alva)
    with pytest.raises(RuleError, match="Skriv varför"):
        mark_filled(by=place.alva, sheet=sheet, client_id=uuid4(), reason="")
    mark_filled(by=place.alva, sheet=sheet, client_id=uuid4(), reason="Skrivet på efteråt")
    assert findings(scan(place.alva, coded(sheet.serial), note())) == ["matched", "back"]
    assert fates(sheet)[-1] == "scanned"
    look(sheet, place.alva)


def test_a_person_undoes_it_on_the_page_and_is_asked_why(alva, place):
    sheet = make_sheet(place)
    (row,) = rows_of(scan(place.alva, coded(sheet.serial)))
    address = reverse("waiting_page", args=[row.pk])
    assert address in alva.get(reverse("sheet", args=[sheet.serial])).content.decode()
    page = BeautifulSoup(alva.get(address).content, "html.parser").main
    told = page.find("input", {"name": "told"})["value"]
    refused = alva.post(address, {"do": "undo", "told": told, "reason": ""})
    assert (refused.status_code, "Skriv vad som är fel." in refused.content.decode()) == (422, True)
    done = alva.post(address, {"do": "undo", "told": told, "reason": "Rad för en annan patient"}, follow=True)
    text = " ".join(BeautifulSoup(done.content, "html.parser").main.get_text(" ").split())
    assert "Ångrat: Rad för en annan patient" in text
    assert "Lägg sidan till bladet" in text
    assert fates(sheet)[-1] == "filled"


def test_only_those_who_handle_sheets_undo(place):
    (row,) = rows_of(scan(place.alva, coded(make_sheet(place).serial)))
    with pytest.raises(NotAllowed):
        undo(person("Adam Alm", place.ward, Role.ADMIN), row)


@pytest.mark.django_db(transaction=True)
def test_two_who_undo_the_same_at_once_undo_it_once(place):
    (row,) = rows_of(scan(place.alva, coded(make_sheet(place).serial)))
    told = telling_id(standing_now(row))
    disa = person("Disa Dahl", place.ward)
    results = at_once(
        [lambda by=by: undo_told(by=by, page=row, told=told, reason="Fel") for by in (place.alva, disa)]
    )
    assert sum(isinstance(result, RuleError) for result in results) == 1
    assert ScanUndone.objects.count() == 1


# All orders of a small scan


@pytest.mark.long
def test_no_page_of_any_scan_is_lost_or_told_twice(place):
    rng = random.Random(4)
    for _ in range(runs(3, full=6)):
        sheet = make_sheet(place)
        front = coded(sheet.serial)
        pages = [front, back(front), note(), empty(), strange()]
        upload = scan(place.alva, *rng.sample(pages, rng.randint(2, 5)))
        for row in rows_of(upload):
            told = standing_now(row)
            assert (told is None) or isinstance(told, ScanMatch | ScanBack)
            assert isinstance(told, ScanMatch) == (row.finding == "matched")
