"""Skanna: each page finds its sheet or waits; nothing is lost, doubled or shown to another unit (R2.6)."""

import random
from contextlib import closing
from datetime import timedelta
from itertools import product
from unittest.mock import patch
from uuid import uuid4

import pytest

from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.permissions import Role
from contacts.services.progress import Progress, finish
from contacts.services.work import Stopping
from forms import scan_store
from forms.models import ScanAside, ScanMatch, ScannedPage, ScanUpload, SheetKind
from forms.queries.scans import pictures_of, rounds_of, waiting_count
from forms.rules.scan_finding import AsideReason, Finding
from forms.rules.scan_matching import KnownSheet, finding_of
from forms.rules.serial import NoSerial, PageCode, shown_serial
from forms.rules.sheet_fate import Fate, VoidReason
from forms.scanning import BadScan
from forms.services import scans
from forms.services.scans import lay_aside, match_page, scan_steps, tidy_pictures, view_picture
from forms.services.steps import write_step
from tests.factories import at_once
from tests.integration.forms.scanning import fates, findings, make_sheet, scan, strange, waiting
from tests.long import runs
from tests.paper.making import make_chain, make_place, person
from tests.paper.scans_made import (
    OFFICE,
    as_file,
    as_pdf,
    blank_back,
    coded,
    printed,
    rasterised,
    serials,
    worn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.6")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    return settings.SCAN_DIR


@pytest.fixture
def place():
    return make_place()


# What a page is, over every case


def test_every_finding_against_a_table_written_the_other_way_round():
    code, other = PageCode("A", 2, "1"), PageCode("B", 1, "1")
    sheets = [
        KnownSheet(pages, version, own, ended, frozenset(scanned))
        for pages, version, own, ended, scanned in product(
            (1, 2), ("1", "01", "2"), (True, False), (True, False), ((), (1,), (2,))
        )
    ]
    for codes, foreign, blank, sheet in product(
        ((), (code,), (code, other)), (True, False), (True, False), (None, *sheets)
    ):
        found = finding_of(codes, foreign=foreign, blank=blank, sheet=sheet)
        right = (
            codes == (code,)
            and sheet is not None
            and sheet.own_unit
            and not sheet.ended
            and sheet.pages == 2
            and sheet.version.lstrip("0") == "1"
            and 2 not in sheet.scanned
        )
        assert (found is Finding.MATCHED) == right
        assert (found is Finding.TWO_SHEETS) == (len(codes) == 2)
        assert (found is Finding.BLANK) == (not codes and not foreign and blank)
        assert (found is Finding.FOREIGN) == (not codes and foreign)
        strange = sheet and (sheet.pages < 2 or sheet.version.lstrip("0") != "1")
        assert (found is Finding.OTHER_VERSION) == bool(codes == (code,) and strange and sheet.own_unit)
        assert (found is Finding.UNKNOWN_SHEET) == (codes == (code,) and sheet is None)
        assert (found is Finding.OTHER_UNIT) == (len(codes) == 1 and sheet is not None and not sheet.own_unit)
        if found is Finding.TOO_LATE:
            assert sheet.ended
        if found is Finding.ALREADY:
            assert 2 in sheet.scanned


# Taking a scan in


def test_sheets_in_disorder_find_their_pages_and_are_scanned_when_whole(place):
    chain = make_chain(place)
    one = make_sheet(place, pages=2, chain=chain)
    two = make_sheet(place, pages=2)
    three = make_sheet(place)
    rng = random.Random(3)
    pages = [(two, 2), (one, 1), (three, 1), (one, 2)]
    pictures = [worn(coded(sheet.serial, page), rng, 100, OFFICE) for sheet, page in pages]
    upload = scan(place.alva, *pictures, blank_back(rng, 100))
    assert findings(upload) == ["matched"] * 4 + ["blank"]
    found = ScanMatch.objects.order_by("page__number").values_list(
        "sheet__serial", "sheet_page", "round", "typed"
    )
    assert list(found) == [(sheet.serial, page, 1, False) for sheet, page in pages]
    assert fates(one) == fates(three) == ["printed", "filled", "scanned"]
    assert fates(two) == ["printed", "filled"]
    assert [picture.sheet_page for picture in pictures_of(one)] == [1, 2]
    assert waiting_count(place.ward) == 0
    second = scan(place.alva, coded(two.serial, 1))
    assert findings(second) == ["matched"]
    assert fates(two) == ["printed", "filled", "scanned"]
    traced = AuditEntry.objects.filter(action="scan.matched", chain=chain.pk)
    assert traced.count() == 2
    assert "Tolvan" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.once
def test_typeset_pages_askew_and_packed_hard_all_find_their_place(place):
    sheets = {serial: make_sheet(place, serial, pages=2) for serial in serials(runs(2, full=12), seed=11)}
    rng = random.Random(12)
    order = [(serial, page) for serial in sheets for page in (1, 2)]
    pictures = dict(zip(order, rasterised(printed(list(sheets), 2), 200), strict=True))
    rng.shuffle(order)
    content = as_pdf([worn(pictures[place_of], rng, 200, OFFICE) for place_of in order], 200, 40)
    upload = finish(scan_steps(by=place.alva, client_id=uuid4(), files=[content]))
    matches = ScanMatch.objects.filter(page__upload=upload).order_by("page__number")
    assert list(matches.values_list("sheet__serial", "sheet_page")) == order
    assert {tuple(fates(sheet)) for sheet in sheets.values()} == {("printed", "filled", "scanned")}


def test_each_page_that_does_not_fit_is_told_apart_and_waits(place):
    known, late, cut = make_sheet(place), make_sheet(place), make_sheet(place, pages=1)
    write_step(
        by=place.alva, unit=place.ward, sheet=late, step=Fate.VOIDED, reason="x", void_reason=VoidReason.LOST
    )
    bo = person("Bo Berg", place.centre)
    others = make_sheet(place, by=bo)
    both = coded(known.serial)
    both.paste(coded(cut.serial).crop((0, 900, 827, 1169)), (0, 900))
    upload = scan(
        place.alva,
        coded(known.serial),
        coded(known.serial),
        coded(late.serial),
        coded(others.serial),
        coded(serials(1, seed=999)[0]),
        coded(cut.serial, 2),
        coded(cut.serial, 1, "2"),
        both,
        strange(),
    )
    assert findings(upload) == [
        "matched",
        "already",
        "too_late",
        "other_unit",
        "unknown_sheet",
        "other_version",
        "other_version",
        "two_sheets",
        "unreadable",
    ]
    assert ScanMatch.objects.count() == 1
    assert waiting_count(place.ward) == 8
    assert waiting_count(place.centre) == 0
    assert fates(others) == ["printed"]


def test_the_patients_copy_is_shown_but_does_not_count_as_scanned(place):
    copy = make_sheet(place, kind=SheetKind.SIP_PATIENT)
    assert findings(scan(place.alva, coded(copy.serial))) == ["matched"]
    assert fates(copy) == ["printed"]


def test_a_sheet_that_went_back_is_scanned_again_in_a_round_of_its_own(place):
    sheet = make_sheet(place, pages=2)
    both = [coded(sheet.serial, 1), coded(sheet.serial, 2)]
    scan(place.alva, *both)
    assert findings(scan(place.alva, *both)) == ["already", "already"]
    first = pictures_of(sheet)
    for number in (2, 3):
        write_step(by=place.alva, unit=place.ward, sheet=sheet, step=Fate.FILLED, reason="Oläslig")
        assert rounds_of([sheet]) == {sheet.pk: number}
        assert findings(scan(place.alva, both[0])) == ["matched"]
        assert fates(sheet)[-1] == "filled"
        assert findings(scan(place.alva, *both)) == ["already", "matched"]
        assert fates(sheet)[-1] == "scanned"
    assert list(ScanMatch.objects.filter(sheet=sheet).values_list("round", "sheet_page")) == [
        (number, page) for number in (1, 2, 3) for page in (1, 2)
    ]
    assert {old.page_id for old in first}.isdisjoint({new.page_id for new in pictures_of(sheet)})


def test_the_same_files_under_one_id_are_one_scan_and_others_clash(place, folder):
    sheet = make_sheet(place)
    client_id = uuid4()
    first = scan(place.alva, coded(sheet.serial), client_id=client_id)
    with patch.object(scans, "read_scan", side_effect=AssertionError("read twice")):
        assert scan(place.alva, coded(sheet.serial), client_id=client_id) == first
        with pytest.raises(IdClash):
            scan(place.alva, strange(), client_id=client_id)
        with pytest.raises(IdClash):
            scan(person("Disa Dahl", place.ward), coded(sheet.serial), client_id=client_id)
    assert (ScanUpload.objects.count(), ScannedPage.objects.count(), len(list(folder.iterdir()))) == (1, 1, 1)


def test_a_scan_that_breaks_leaves_no_row_and_no_picture(place, folder):
    sheet = make_sheet(place, pages=2)
    files = [as_file(coded(sheet.serial)), as_file(coded(sheet.serial, 2))[:-3000]]
    with pytest.raises(BadScan, match=r"Sida 2 är trasig"):
        finish(scan_steps(by=place.alva, client_id=uuid4(), files=files))
    with (
        patch.object(scans.audit, "record", side_effect=RuntimeError("the second write fails")),
        pytest.raises(RuntimeError),
    ):
        scan(place.alva, coded(sheet.serial))
    steps = scan_steps(by=place.alva, client_id=uuid4(), files=[as_pdf([coded(sheet.serial)] * 3, 100)])
    with closing(steps):
        while next(steps) != Progress("Läser sidor", 1, 3):
            pass
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []
    assert not ScanUpload.objects.exists()
    assert not ScannedPage.objects.exists()
    assert fates(sheet) == ["printed"]


@pytest.mark.django_db(transaction=True)
def test_what_a_stopped_server_left_is_taken_away_on_time_and_no_picture_with_a_row(place, folder, clock):
    row = waiting(place.alva, strange())
    assert [path.name for path in folder.iterdir()] == [str(row.pk)]
    # Stopped after its rows were written, stopped before, and in the middle of a scan at this moment.
    written, broken_off, going_on = folder / f"{row.pk}.new", uuid4(), uuid4()
    (folder / str(row.pk)).rename(written)
    scan_store.save(broken_off, b"\xff\xd8\xff", upload_id=uuid4())
    clock.shift(timedelta(minutes=61))
    scan_store.save(going_on, b"\xff\xd8\xff", upload_id=uuid4())
    assert view_picture(by=place.alva, page=row).startswith(b"\xff\xd8\xff")
    assert tidy_pictures() == 1
    assert {path.name for path in folder.iterdir()} == {str(row.pk), f"{going_on}.new"}
    assert view_picture(by=place.alva, page=row).startswith(b"\xff\xd8\xff")
    assert tidy_pictures() == 0


@pytest.mark.django_db(transaction=True)
def test_one_that_is_interrupted_after_its_rows_are_written_keeps_its_pictures(place):
    sheet, client_id = make_sheet(place), uuid4()
    with patch("forms.scan_store.keep", side_effect=Stopping), pytest.raises(Stopping):
        scan(place.alva, coded(sheet.serial), strange(), client_id=client_id)
    scan(place.alva, coded(sheet.serial), strange(), client_id=client_id)
    pages = ScannedPage.objects.all()
    assert len(pages) == 2
    assert all(view_picture(by=place.alva, page=page).startswith(b"\xff\xd8\xff") for page in pages)


def test_only_those_who_handle_sheets_scan(place):
    admin = person("Adam Alm", place.ward, Role.ADMIN)
    sheet = make_sheet(place)
    with pytest.raises(NotAllowed):
        scan(admin, coded(sheet.serial))
    row = waiting(place.alva, strange())
    for call in (
        lambda: match_page(by=admin, page=row, serial_text=sheet.serial, sheet_page=1),
        lambda: lay_aside(by=admin, page=row, reason=AsideReason.EMPTY),
        lambda: view_picture(by=admin, page=row),
    ):
        with pytest.raises(NotAllowed):
            call()


# Saying what a page is


def test_a_typed_serial_finds_the_sheet_and_makes_it_whole(place):
    sheet = make_sheet(place, pages=2)
    row = waiting(place.alva, coded(sheet.serial, 2), strange())
    match = match_page(by=place.alva, page=row, serial_text=shown_serial(sheet.serial).lower(), sheet_page=1)
    assert (match.sheet, match.sheet_page, match.typed, match.round) == (sheet, 1, True, 1)
    assert fates(sheet) == ["printed", "filled", "scanned"]
    assert waiting_count(place.ward) == 0
    again = match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1)
    assert again == match
    with pytest.raises(RuleError, match="redan omhändertagen"):
        lay_aside(by=place.alva, page=row, reason=AsideReason.EMPTY)
    assert [picture.typed for picture in pictures_of(sheet)] == [True, False]


def test_what_is_typed_wrong_is_refused_beside_its_field(place):
    sheet, ended = make_sheet(place, pages=2), make_sheet(place)
    write_step(
        by=place.alva, unit=place.ward, sheet=ended, step=Fate.VOIDED, reason="x", void_reason=VoidReason.LOST
    )
    others = make_sheet(place, by=person("Bo Berg", place.centre))
    row = waiting(place.alva, coded(sheet.serial, 1), strange())
    wrong = sheet.serial[:-1] + ("0" if sheet.serial[-1] != "0" else "1")
    for serial, page, kind, field, told in (
        ("7K3", 1, NoSerial, "serial", "nio tecken"),
        (wrong, 1, NoSerial, "serial", "stämmer inte"),
        (others.serial, 1, RuleError, "serial", "på din enhet"),
        (serials(1, seed=998)[0], 1, RuleError, "serial", "på din enhet"),
        (ended.serial, 1, RuleError, "serial", "redan makulerat"),
        (sheet.serial, 3, RuleError, "sheet_page", "2 sidor"),
        (sheet.serial, 0, RuleError, "sheet_page", "2 sidor"),
        (sheet.serial, 1, RuleError, "sheet_page", "redan skannad"),
    ):
        with pytest.raises(kind, match=told) as refused:
            match_page(by=place.alva, page=row, serial_text=serial, sheet_page=page)
        assert refused.value.field == field
    assert waiting_count(place.ward) == 1


def test_a_page_laid_aside_waits_no_more_and_keeps_its_picture(place):
    row = waiting(place.alva, strange())
    aside = lay_aside(by=place.alva, page=row, reason=AsideReason.NOT_OURS)
    assert lay_aside(by=place.alva, page=row, reason=AsideReason.NOT_OURS) == aside
    with pytest.raises(RuleError, match="redan omhändertagen"):
        lay_aside(by=place.alva, page=row, reason=AsideReason.EMPTY)
    with pytest.raises(RuleError, match="redan omhändertagen"):
        match_page(by=place.alva, page=row, serial_text=make_sheet(place).serial, sheet_page=1)
    assert waiting_count(place.ward) == 0
    assert view_picture(by=place.alva, page=row).startswith(b"\xff\xd8\xff")


def test_an_empty_page_with_no_front_in_its_scan_waits_and_can_be_given_to_a_sheet(place):
    sheet = make_sheet(place)
    row = waiting(place.alva, blank_back(random.Random(1), 100))
    assert (row.finding, waiting_count(place.ward)) == ("blank", 1)
    match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1)
    assert fates(sheet)[-1] == "scanned"


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_who_scan_one_sheet_at_once_match_it_once(place):
    sheet = make_sheet(place)
    results = at_once([lambda: scan(place.alva, coded(sheet.serial))] * 2)
    assert sorted(finding for upload in results for finding in findings(upload)) == ["already", "matched"]
    assert fates(sheet) == ["printed", "filled", "scanned"]


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_scan(place, folder):
    sheet, client_id = make_sheet(place), uuid4()
    first, second = at_once([lambda: scan(place.alva, coded(sheet.serial), client_id=client_id)] * 2)
    assert first == second
    assert (ScannedPage.objects.count(), len(list(folder.iterdir()))) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_page_told_and_laid_aside_at_once_is_one_of_the_two(place):
    sheet, row = make_sheet(place), waiting(place.alva, strange())
    results = at_once(
        [
            lambda: match_page(by=place.alva, page=row, serial_text=sheet.serial, sheet_page=1),
            lambda: lay_aside(by=place.alva, page=row, reason=AsideReason.EMPTY),
        ]
    )
    assert sum(isinstance(result, RuleError) for result in results) == 1
    assert ScanMatch.objects.count() + ScanAside.objects.count() == 1
