"""Skanna, as a person meets it: choose files, see what became of each page, say what those that wait are."""

import logging
import tempfile
from io import BytesIO
from unittest.mock import patch
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import ResolverMatch, reverse
from PIL import Image

from contacts.filing.limits import FILE_BYTES
from contacts.models import AuditEntry, Unit
from contacts.rules.permissions import Role
from contacts.webforms.uploads import BoundedUploadHandler
from forms.models import ScannedPage, ScanUpload
from forms.presenters.scans import missing_words
from forms.rules.serial import shown_serial
from forms.scanning import child
from forms.views.scans import PAGE_SIZE
from tests.integration.forms.scanning import fates, make_sheet, scan, strange, waiting
from tests.paper.making import make_place, person
from tests.paper.scans_made import as_file, as_pdf, coded, serials

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R2.6")]
SCAN = "/blad/skanna/"
TRAY = "/blad/vantar/"


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


def send(client, *contents: bytes, **more):
    files = [SimpleUploadedFile("Tolvan 191212121212.pdf", content) for content in contents]
    return client.post(SCAN, {"client_id": uuid4(), "files": files} | more, follow=True)


def page_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(page) -> str:
    return " ".join(page.get_text(" ").split())


def test_a_page_tells_what_became_of_each_page(alva, place):
    one, two = make_sheet(place), make_sheet(place, pages=2)
    assert "högst 50 MB och 500 sidor" in words(page_of(alva.get(SCAN)))
    response = send(alva, as_pdf([coded(two.serial, 1), coded(one.serial), strange()], 100))
    page = page_of(response).main
    assert "2 av 3 sidor hittade sitt blad, 1 väntar." in words(page)
    rows = [words(row) for row in page.select("tbody tr")]
    assert rows == [
        f"{two.shown_serial} Vårdkedjeblankett Sida 2 av 2 är inte skannad.",
        f"{one.shown_serial} Vårdkedjeblankett Sidan är skannad.",
    ]
    row = ScannedPage.objects.get(number=3)
    assert page.img["src"] == reverse("page_picture", args=[row.pk])
    later = page_of(alva.get(reverse("scan_result", args=[ScanUpload.objects.get().pk]))).main
    assert [words(row) for row in later.select("tbody tr")] == rows
    assert "Alva Ask" in words(page_of(alva.get(SCAN)).main.find(class_="scan-last"))


def test_several_images_are_one_scan_and_the_names_of_files_are_nowhere(alva, place):
    sheet = make_sheet(place, pages=2)
    page = page_of(send(alva, as_file(coded(sheet.serial, 2)), as_file(coded(sheet.serial, 1), "PNG")))
    assert "2 av 2 sidor hittade sitt blad." in words(page)
    assert fates(sheet)[-1] == "scanned"
    assert "191212121212" not in str(page)
    assert "191212121212" not in str(list(AuditEntry.objects.values()))


def test_the_same_form_again_is_the_first_scan_and_other_files_are_refused(alva, place):
    sheet, client_id = make_sheet(place), uuid4()
    content = as_file(coded(sheet.serial))
    first = words(page_of(send(alva, content, client_id=client_id)).find(class_="import-result"))
    assert words(page_of(send(alva, content, client_id=client_id)).find(class_="import-result")) == first
    clash = page_of(send(alva, as_file(strange()), client_id=client_id)).main
    assert "redan sparad med andra filer" in words(clash)
    assert clash.find("a", string="Försök igen")["href"] == SCAN
    assert ScanUpload.objects.count() == 1


def test_what_can_not_be_read_is_a_sentence_by_the_field_and_the_next_scan_works(
    alva, place, monkeypatch, tmp_path
):
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    sheet = make_sheet(place)
    for content, told in (
        (b"MZ\x90" + bytes(100), "Filen är ett program"),
        (b"<html>", "Filen är en webbsida"),
        (b"", "Filen är tom."),
        (as_pdf([strange()])[:-900], "Filen är avhuggen"),
    ):
        note = page_of(send(alva, content)).main.find(role="alert")
        assert "Det gick inte. Inget av skanningen är sparat. Behåll papperen." in words(note)
        assert told in words(note)
    response = alva.post(SCAN, {"client_id": uuid4()})
    assert (response.status_code, "Välj en fil." in words(page_of(response))) == (422, True)
    with patch.object(child, "WORKER", "os_that_is_not_there"):
        assert "Filen kunde inte läsas" in words(page_of(send(alva, as_file(coded(sheet.serial)))))
    assert "1 av 1 sida hittade sitt blad" in words(page_of(send(alva, as_file(coded(sheet.serial)))))
    assert list(room.iterdir()) == []


def test_a_page_that_breaks_says_that_nothing_is_kept(alva, place, folder, caplog):
    sheet = make_sheet(place)
    with caplog.at_level(logging.CRITICAL), patch("forms.services.scans.claim", side_effect=OSError):
        page = page_of(send(alva, as_file(coded(sheet.serial))))
    assert "Inget av skanningen är sparat." in words(page)
    assert "Behåll papperen." in words(page)
    assert page.find("footer") is not None
    assert list(folder.iterdir()) == []


def test_a_page_that_waits_is_told_by_its_serial(alva, place):
    sheet = make_sheet(place, pages=2)
    row = waiting(place.alva, coded(sheet.serial, 1), strange())
    (link,) = page_of(alva.get(TRAY)).select(".scan-card a")
    assert link["href"] == reverse("waiting_page", args=[row.pk])
    # Which page it is nobody has said yet.
    assert not page_of(alva.get(link["href"])).find("input", {"name": "sheet_page"})["value"]
    page = page_of(alva.get(link["href"])).main
    assert "Ingen kod gick att läsa." in words(page)
    response = alva.post(link["href"], {"do": "match", "serial": "7K3-QX9-M2D", "sheet_page": "2"})
    page = page_of(response).main
    field = page.find("input", {"name": "serial"})
    assert response.status_code == 422
    assert (field["value"], field["aria-invalid"]) == ("7K3-QX9-M2D", "true")
    assert "stämmer inte" in words(page.find(id="id_serial_error"))
    response = alva.post(link["href"], {"do": "match", "serial": sheet.serial.lower(), "sheet_page": "1"})
    assert "redan skannad" in words(page_of(response).find(id="id_sheet_page_error"))
    response = alva.post(
        link["href"], {"do": "match", "serial": sheet.serial, "sheet_page": "2"}, follow=True
    )
    assert f"Sidan är sida 2 på blad {sheet.shown_serial}." in words(page_of(response))
    assert "Inga sidor väntar." in words(page_of(response))
    assert fates(sheet)[-1] == "scanned"
    page = page_of(alva.get(link["href"])).main
    assert [form.find("input", {"name": "do"})["value"] for form in page.select("form")] == ["undo"]
    assert page.select_one(f'a[href="{reverse("sheet", args=[sheet.serial])}"]')


def test_a_page_that_waits_is_laid_aside_with_a_reason_that_somebody_chose(alva, place):
    sheet = make_sheet(place)
    row = waiting(place.alva, coded(sheet.serial), coded(sheet.serial))
    address = reverse("waiting_page", args=[row.pk])
    page = page_of(alva.get(address)).main
    assert f"Koden säger blad {sheet.shown_serial}, sida 1." in words(page)
    assert not page.select("input[type=radio][checked]")
    assert alva.post(address, {"do": "aside"}).status_code == 422
    response = alva.post(address, {"do": "aside", "reason": "duplicate"}, follow=True)
    assert "Sidan är undanlagd." in words(page_of(response))
    assert "Undanlagd: skannad två gånger." in words(page_of(alva.get(address)))


def test_all_pages_that_were_scanned_before_are_laid_aside_at_once(alva, place):
    pages = [coded(make_sheet(place).serial) for _ in range(3)]
    scan(place.alva, *pages)
    address = reverse("scan_result", args=[scan(place.alva, *pages, strange()).pk])
    page = page_of(alva.get(address)).main
    assert page.find("button", class_="btn-quiet").text == "Lägg undan de 3 sidor som redan är skannade"
    page = page_of(alva.post(address, follow=True))
    assert "Undanlagda sidor: 3." in words(page)
    assert len(page.main.select('[aria-labelledby="waiting-title"] .scan-card')) == 1
    assert page.main.find("button", class_="btn-quiet") is None
    assert AuditEntry.objects.filter(action="scan.aside").count() == 3
    assert "Undanlagda sidor: 0." in words(page_of(alva.post(address, follow=True)))


def test_of_another_units_sheet_nothing_is_told(alva, place):
    others = make_sheet(place, by=person("Bo Berg", place.centre))
    row = waiting(place.alva, coded(others.serial))
    for address in (
        TRAY,
        reverse("waiting_page", args=[row.pk]),
        reverse("scan_result", args=[row.upload_id]),
    ):
        text = str(page_of(alva.get(address)))
        assert "Bladet hör till en annan enhet" in text
        assert others.serial not in text
        assert shown_serial(others.serial) not in text


def test_the_picture_is_a_safe_answer_and_each_look_leaves_a_trace(alva, place):
    row = waiting(place.alva, strange())
    address = reverse("page_picture", args=[row.pk])
    response = alva.get(address)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="sida.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"].split("; ") == [
        *(f"{what} 'none'" for what in ("default-src", "base-uri", "frame-ancestors", "object-src")),
        "sandbox",
    ]
    assert Image.open(BytesIO(response.content)).size == (row.width, row.height)
    alva.get(address)
    looks = AuditEntry.objects.filter(action="scan.viewed", target_id=str(row.pk), user=place.alva.user)
    assert looks.count() == 2


def test_a_picture_that_is_lost_is_a_sentence(alva, place, folder):
    row = waiting(place.alva, strange())
    (file,) = folder.iterdir()
    file.write_bytes(b"rubbish")
    response = alva.get(reverse("page_picture", args=[row.pk]))
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "skadad" in response.content.decode()
    file.unlink()
    assert "finns inte på servern" in alva.get(reverse("page_picture", args=[row.pk])).content.decode()
    assert not AuditEntry.objects.filter(action="scan.viewed").exists()
    assert alva.get(reverse("waiting_page", args=[row.pk])).status_code == 200


def test_bo_and_cissi_get_404_adam_403_and_nobody_the_log_in(client, place):
    row = waiting(place.alva, strange())
    bo, cissi = person("Bo Berg", place.centre), person("Cissi Ceder", make_unit(place))
    adam = person("Adam Alm", place.ward, Role.ADMIN)
    scoped = [
        reverse("scan_result", args=[row.upload_id]),
        reverse("waiting_page", args=[row.pk]),
        reverse("page_picture", args=[row.pk]),
    ]
    everything = [*scoped, SCAN, TRAY]
    assert {client.get(address).status_code for address in everything} == {302}
    for somebody in (bo, cissi):
        client.force_login(somebody.user)
        assert [client.get(address).status_code for address in scoped] == [404] * 3
        assert client.post(scoped[0]).status_code == 404
        assert client.post(scoped[1], {"do": "aside", "reason": "empty"}).status_code == 404
        assert "Inga sidor väntar." in words(page_of(client.get(TRAY)))
    client.force_login(adam.user)
    assert {client.get(address).status_code for address in everything} == {403}
    client.force_login(place.alva.user)
    assert client.get(reverse("page_picture", args=[uuid4()])).status_code == 404
    assert [client.post(address).status_code for address in (scoped[2], TRAY)] == [405] * 2


def make_unit(place):
    return Unit.objects.create(
        principal=place.town, name="Biståndsenheten Umeå", municipal_kind="social_care"
    )


@pytest.mark.slow
@pytest.mark.once
def test_the_tray_is_oldest_first_in_pages_and_asks_as_much_of_the_database_for_many(alva, place):
    first = waiting(place.alva, strange())
    alva.get(TRAY)
    with CaptureQueriesContext(connection) as few:
        alva.get(TRAY)
    scan(place.alva, *[coded(serials(1)[0])] * (PAGE_SIZE + 3))
    # Its head is made anew, as that of each page of the unit.
    alva.get(TRAY)
    with CaptureQueriesContext(connection) as many:
        page = page_of(alva.get(TRAY))
    assert len(many) == len(few)
    cards = page.select(".scan-card a")
    assert len(cards) == PAGE_SIZE
    assert cards[0]["href"] == reverse("waiting_page", args=[first.pk])
    assert len(page_of(alva.get(TRAY, {"sida": 2})).select(".scan-card")) == 4


def test_the_result_asks_as_much_of_the_database_for_many_sheets(alva, place):
    def queries(count: int) -> int:
        upload = scan(place.alva, *[coded(make_sheet(place).serial) for _ in range(count)])
        with CaptureQueriesContext(connection) as asked:
            assert alva.get(reverse("scan_result", args=[upload.pk])).status_code == 200
        return len(asked)

    queries(1)
    assert queries(2) == queries(12)


def test_a_form_held_over_a_lapsed_log_in_is_shown_and_nothing_is_done(alva, place):
    row = waiting(place.alva, strange())
    address = reverse("waiting_page", args=[row.pk])
    response = alva.post(address, {"do": "match", "serial": "7K3", "sheet_page": "2", "held": "1"})
    assert response.status_code == 200
    assert page_of(response).find("input", {"name": "serial"})["value"] == "7K3"


@pytest.mark.parametrize(
    ("pages", "scanned", "told"),
    [
        (1, {1}, ""),
        (1, set(), "Sida 1 av 1 är inte skannad."),
        (2, {1}, "Sida 2 av 2 är inte skannad."),
        (3, {2}, "Sidorna 1 och 3 av 3 är inte skannade."),
        (4, {2}, "Sidorna 1, 3 och 4 av 4 är inte skannade."),
    ],
)
def test_the_missing_pages_are_named(pages, scanned, told):
    assert missing_words(pages, scanned) == told


# How much of an upload is taken into memory


def taken(name: str, *, logged_in: bool = True) -> int:
    request = RequestFactory().post("/")
    request.resolver_match = ResolverMatch(lambda request: None, (), {}, url_name=name)
    request.acting = object() if logged_in else None
    handler = BoundedUploadHandler(request)
    handler.new_file("files", "a.pdf", "application/pdf", None, None, None)
    for _ in range(60):
        handler.receive_data_chunk(bytes(1_000_000), 0)
    return handler.file_complete(60_000_000).size


def test_each_page_takes_what_it_can_read_and_one_byte_more():
    assert taken("scan") == 50_000_001
    assert taken("verify_file") == 20_000_001
    assert taken("import_directory") == taken("sheets") == FILE_BYTES + 1
    assert taken("scan", logged_in=False) == FILE_BYTES + 1


def test_a_scan_over_the_limit_is_refused_as_too_large(alva):
    page = page_of(send(alva, b"%PDF-1.7" + bytes(30_000_000), bytes(25_000_000)))
    assert "Filerna är för stora: högst 50 MB" in words(page)


def test_a_directory_file_is_as_bounded_as_before(client, place):
    admin = person("Adam Alm", place.ward, Role.ADMIN)
    client.force_login(admin.user)
    content = SimpleUploadedFile("a.csv", b"Huvudman;Enhet;Typ\n" + b"x" * (FILE_BYTES + 10))
    page = page_of(
        client.post(reverse("import_directory"), {"client_id": uuid4(), "file": content}, follow=True)
    )
    assert "5 MB" in words(page.main)


def test_a_page_that_is_scanned_before_is_compared_with_the_picture_that_is_there(place, client):
    sheet = make_sheet(place)
    scan(place.alva, coded(sheet.serial))
    first = ScannedPage.objects.get(upload__scanned_pages__serial=sheet.serial)
    other = waiting(place.alva, coded(sheet.serial))
    client.force_login(place.alva.user)
    page = page_of(client.get(reverse("waiting_page", args=[other.pk])))
    assert "två papper har samma löpnummer" in words(page.main)
    sources = [picture["src"] for picture in page.find("figure").find_all("img")]
    assert sources == [reverse("page_picture", args=[each.pk]) for each in (other, first)]
    # Once it is said what it is there is nothing to compare.
    client.post(reverse("waiting_page", args=[other.pk]), {"do": "aside", "reason": "duplicate"})
    page = page_of(client.get(reverse("waiting_page", args=[other.pk])))
    assert len(page.find("figure").find_all("img")) == 1


def test_half_a_page_is_asked_about_where_it_is_scanned_and_where_it_is_checked(place, client):
    half, whole = make_sheet(place), make_sheet(place)
    picture = coded(half.serial)
    upload = scan(place.alva, picture.crop((0, 0, picture.width, picture.height // 2)), coded(whole.serial))
    assert fates(half) == fates(whole) == ["printed", "filled", "scanned"]
    client.force_login(place.alva.user)
    row, other = page_of(client.get(reverse("scan_result", args=[upload.pk]))).tbody.find_all("tr")
    assert ["Är hela sidan med?" in words(each) for each in (row, other)] == [True, False]
    for sheet, asked in ((half, True), (whole, False)):
        page = words(page_of(client.get(reverse("sheet", args=[sheet.serial]))).main)
        assert ("Är den avskuren eller vikt: skanna om bladet." in page) is asked


@pytest.mark.parametrize(
    ("version", "whose", "said"),
    [
        ("2", "alva", "Koden är av en annan version av bladet"),
        ("1", "bo", "Bladet hör till en annan enhet"),
    ],
)
def test_what_is_said_of_a_page_that_is_known_is_true(place, client, version, whose, said):
    by = place.alva if whose == "alva" else person("Bo Berg", place.centre)
    row = waiting(place.alva, coded(make_sheet(place, by=by).serial, version=version))
    client.force_login(place.alva.user)
    page = page_of(client.get(reverse("waiting_page", args=[row.pk])))
    assert said in words(page.main)
    assert "finns inte i registret" not in words(page.main)
    assert not page.find("input", {"name": "reason", "checked": True})
