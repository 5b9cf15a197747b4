"""A picture that is gone: nobody vouches for it, and the paper, which alone has what stood there, stays."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import RuleError
from forms import scan_store
from forms.models import ScannedPage, Sheet
from forms.queries.disposal import decision_in_force
from forms.queries.pictures import lost_pictures, why_lost
from forms.queries.scans import pictures_of, waiting_count
from forms.rules.scan_finding import AsideReason
from forms.rules.sheet_fate import Fate, Look, VoidReason
from forms.scan_store import PictureLost
from forms.services.fates import check_scan, destroy_sheet, mark_filled, void_sheet
from forms.services.scans import lay_aside, lay_aside_duplicates, match_page, replace_picture
from tests.factories import County
from tests.integration.outage.pages import read
from tests.paper.making import Place, make_place
from tests.paper.scans_made import coded

from . import scanning
from .scanning import strange, waiting
from .sheets_made import bring_to, decide, make_sheet, path_of, scan

pytestmark = pytest.mark.django_db
GONE = "bilden finns inte på servern. Be driften läsa tillbaka den, eller skanna bladet igen."


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SCAN_DIR = tmp_path / "scans"
    return settings.SCAN_DIR


def file_of(folder: Path, page: ScannedPage) -> Path:
    (found,) = (path for path in (folder / str(page.pk), folder / f"{page.pk}.new") if path.exists())
    return found


def overwrite(path: Path) -> None:
    path.write_bytes(b"rubbish" + path.read_bytes()[7:])


LOSE: list[tuple[Callable[[Path], None], str]] = [(Path.unlink, GONE), (overwrite, "bilden är skadad")]
each_loss = pytest.mark.parametrize(("lose", "said"), LOSE, ids=["missing", "damaged"])


def text_at(client: Client, by: Any, name: str, *args: object) -> str:
    client.force_login(by.user)
    return " ".join(read(client.get(reverse(name, args=args))).main.get_text(" ").split())


def steps_of(county: County, sheet: Sheet) -> dict[str, Callable[[], object]]:
    given = {"by": county.alva, "sheet": sheet, "client_id": uuid4()}
    decision = decision_in_force(county.region)
    return {
        "check": partial(check_scan, **given, looked=list(Look)),
        "destroy": partial(
            destroy_sheet, **given, on=timezone.localdate(), decision=decision and decision.pk
        ),
        "paper gone": partial(void_sheet, **given, void_reason=VoidReason.LOST, reason="Borta sedan i går"),
    }


@each_loss
@pytest.mark.parametrize(
    ("at", "step"),
    [
        (Fate.SCANNED, "check"),
        (Fate.CHECKED, "destroy"),
        (Fate.KEPT, "destroy"),
        (Fate.SCANNED, "paper gone"),
        (Fate.CHECKED, "paper gone"),
        (Fate.KEPT, "paper gone"),
    ],
)
def test_no_step_that_leaves_the_picture_alone_is_taken_without_it(
    county: County, folder: Path, lose: Callable[[Path], None], said: str, at: Fate, step: str
):
    decide(county.adam)
    sheet = bring_to(county.alva, make_sheet(county.alva, pages=2), at)
    lost = file_of(folder, sheet.matches.get(sheet_page=2).page)
    whole, before = lost.read_bytes(), path_of(sheet)
    lose(lost)
    with pytest.raises(PictureLost, match=f"Sida 2: {said}"):
        steps_of(county, sheet)[step]()
    assert path_of(sheet) == before
    lost.write_bytes(whole)
    steps_of(county, sheet)[step]()
    assert len(path_of(sheet)) == len(before) + 1


def test_neither_paper_nor_picture_is_told_by_two_steps(county: County, folder: Path):
    sheet = bring_to(county.alva, make_sheet(county.alva), Fate.CHECKED)
    file_of(folder, sheet.matches.get().page).unlink()
    with pytest.raises(
        PictureLost, match="Finns inte papperet heller: välj Skanna om, och makulera sedan bladet"
    ):
        steps_of(county, sheet)["paper gone"]()
    mark_filled(by=county.alva, sheet=sheet, client_id=uuid4(), reason="Varken bild eller papper finns")
    steps_of(county, sheet)["paper gone"]()
    assert path_of(sheet)[-2:] == ["filled", "voided"]


def test_the_paper_of_a_purged_picture_may_go(county: County):
    decide(county.adam)
    sheet = bring_to(county.alva, make_sheet(county.alva), Fate.KEPT)
    scan_store.purge([sheet.matches.get().page_id])
    steps_of(county, sheet)["destroy"]()
    assert path_of(sheet)[-1] == "destroyed"


@each_loss
def test_its_pages_say_so_in_the_place_of_the_picture(
    county: County, client: Client, folder: Path, lose: Callable[[Path], None], said: str
):
    sheet = bring_to(county.alva, make_sheet(county.alva), Fate.SCANNED)
    page = sheet.matches.get().page
    addresses = {"sheet": sheet.serial, "enter_sheet": sheet.serial, "waiting_page": page.pk}
    for name, key in addresses.items():
        assert said[1:] not in text_at(client, county.alva, name, key)
    lose(file_of(folder, page))
    for name, key in addresses.items():
        assert f"B{said[1:]}" in text_at(client, county.alva, name, key)
        shown = read(client.get(reverse(name, args=[key]))).main
        assert shown.find("img", src=reverse("page_picture", args=[page.pk])) is None


def test_lost_pictures_are_told_until_somebody_has_said_to_scan_again(county: County, folder: Path):
    alva = county.alva
    sheets = [bring_to(alva, make_sheet(alva, pages=2), Fate.SCANNED) for _ in range(4)]
    assert lost_pictures() == []
    missing, damaged, again, purged = sheets
    for sheet in (missing, again):
        for match in sheet.matches.all():
            file_of(folder, match.page).unlink()
    overwrite(file_of(folder, damaged.matches.get(sheet_page=2).page))
    scan_store.purge([match.page_id for match in purged.matches.all()])
    assert lost_pictures() == sorted([missing.serial] * 2 + [again.serial] * 2 + [damaged.serial])
    mark_filled(by=alva, sheet=again, client_id=uuid4(), reason="Bilden är borta")
    assert lost_pictures() == sorted([missing.serial] * 2 + [damaged.serial])
    scan(alva, again)
    assert lost_pictures() == sorted([missing.serial] * 2 + [damaged.serial])
    shutil.rmtree(folder)
    told = [missing, missing, damaged, damaged, again, again, purged, purged]
    assert lost_pictures() == sorted(sheet.serial for sheet in told)


class TestWaiting:
    @pytest.fixture
    def place(self) -> Place:
        return make_place()

    @each_loss
    def test_nobody_says_what_a_page_is_that_nobody_can_see(
        self, place: Place, folder: Path, lose: Callable[[Path], None], said: str
    ):
        page = waiting(place.alva, strange())
        sheet = scanning.make_sheet(place)
        lose(file_of(folder, page))
        assert lost_pictures() == [""]
        for back in (False, True):
            with pytest.raises(PictureLost, match=f"B{said[1:]}"):
                match_page(by=place.alva, page=page, serial_text=sheet.serial, sheet_page=1, back=back)
        for reason in set(AsideReason) - {AsideReason.SCAN_AGAIN}:
            with pytest.raises(PictureLost, match="Lägg undan sidan för att skannas om"):
                lay_aside(by=place.alva, page=page, reason=reason)
        lay_aside(by=place.alva, page=page, reason=AsideReason.SCAN_AGAIN)
        assert waiting_count(place.ward) == 0
        assert lost_pictures() == []

    def test_a_page_scanned_again_takes_the_place_of_the_lost_one(
        self, place: Place, client: Client, folder: Path
    ):
        sheet = scanning.make_sheet(place)
        (old,) = scanning.scan(place.alva, coded(sheet.serial)).scanned_pages.all()
        upload = scanning.scan(place.alva, coded(sheet.serial))
        (again,) = upload.scanned_pages.all()
        file_of(folder, old).unlink()
        assert lay_aside_duplicates(by=place.alva, upload=upload) == 0
        with pytest.raises(RuleError, match="Bilden som finns av sidan går inte att visa"):
            lay_aside(by=place.alva, page=again, reason=AsideReason.DUPLICATE)
        assert "Byt bild" in text_at(client, place.alva, "waiting_page", again.pk)
        replace_picture(by=place.alva, page=again)
        (shown,) = pictures_of(sheet)
        assert (shown.page_id, why_lost(again)) == (again.pk, "")
