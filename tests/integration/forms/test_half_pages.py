"""Half a page is scanned, then the whole one: the whole one takes its place, and is never put away unseen (R2.6)."""

import random
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from forms.models import ScanBack, ScannedPage
from forms.queries.scans import pictures_of, waiting_count
from forms.rules.sheet_fate import Fate, Look
from forms.services.fates import check_scan
from forms.services.scans import lay_aside_duplicates, replace_picture
from forms.services.steps import write_step
from tests.integration.forms.scanning import fates, findings, make_sheet, scan
from tests.integration.forms.test_scan_backs import note
from tests.integration.forms.test_scan_pages import page_of, words
from tests.paper.making import Place, make_place
from tests.paper.scans_made import blank_back, coded

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.6")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"


@pytest.fixture
def place():
    return make_place()


def test_a_whole_page_takes_the_place_of_half_of_it_and_is_never_put_away_with_the_others(
    place: Place, client: Client
):
    halves = [make_sheet(place), make_sheet(place)]
    pictures = [coded(sheet.serial) for sheet in halves]
    cut = [picture.crop((0, 0, picture.width, picture.height // 2)) for picture in pictures]
    first = scan(place.alva, *cut, blank_back(random.Random(3), 100))
    assert findings(first) == ["matched", "matched", "blank"]
    again = scan(place.alva, *pictures, cut[0])
    assert findings(again) == ["already"] * 3
    client.force_login(place.alva.user)
    result = reverse("scan_result", args=[again.pk])
    assert "som redan är skannade" not in words(page_of(client.get(result)).main)
    client.post(result)
    assert waiting_count(place.ward) == 3
    *wholes, half = ScannedPage.objects.filter(upload=again).order_by("number")
    old = ScannedPage.objects.filter(upload=first).first()
    address = reverse("waiting_page", args=[half.pk])
    assert "Skanna hela sidan igen" in words(page_of(client.get(address)).main)
    assert page_of(client.get(address)).main.find("button", string="Byt bild") is None
    assert client.post(address, {"do": "replace"}).status_code == 422
    assert pictures_of(halves[0])[0].page_id == old.pk
    address = reverse("waiting_page", args=[wholes[0].pk])
    assert page_of(client.get(address)).main.find("button", string="Byt bild")
    # Pressed twice it is done once.
    for _ in range(2):
        assert client.post(address, {"do": "replace"}).status_code == 302
    (picture,) = pictures_of(halves[0])
    assert (picture.page_id, picture.cut_off) == (wholes[0].pk, False)
    assert fates(halves[0]) == ["printed", "filled", "scanned", "filled", "scanned"]
    assert waiting_count(place.ward) == 2
    assert "Undanlagd" in words(page_of(client.get(reverse("waiting_page", args=[old.pk]))).main)
    # Now there is a whole one: the half that was scanned once more is one of those to be put away.
    assert lay_aside_duplicates(by=place.alva, upload=again) == 1
    write_step(
        by=place.alva, unit=place.ward, sheet=halves[1], step=Fate.VOIDED, reason="-", void_reason="lost"
    )
    answer = client.post(reverse("waiting_page", args=[wholes[1].pk]), {"do": "replace"})
    assert "Bilden stannar hos det" in words(page_of(answer).main)


def test_the_backs_of_half_a_page_go_with_the_whole_one_and_a_checked_sheet_is_looked_at_again(place: Place):
    sheet = make_sheet(place)
    picture = coded(sheet.serial)
    first = scan(place.alva, picture.crop((0, 0, picture.width, picture.height // 2)), note())
    front, back = ScannedPage.objects.filter(upload=first).order_by("number")
    told = ScanBack.objects.filter(page=back).first()
    if told is None:
        told = ScanBack(page=back, front=front, told_by="place", user=place.alva.user, unit=place.ward)
        told.save()
    check_scan(by=place.alva, sheet=sheet, client_id=uuid4(), looked=list(Look))
    (page,) = ScannedPage.objects.filter(upload=scan(place.alva, picture))
    replace_picture(by=place.alva, page=page)
    (shown,) = pictures_of(sheet)
    assert (shown.page_id, [each.page_id for each in shown.backs]) == (page.pk, [back.pk])
    assert fates(sheet)[-3:] == ["checked", "filled", "scanned"]
