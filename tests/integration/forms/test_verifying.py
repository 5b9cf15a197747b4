"""Kontrollera fil: the answer for a file of one's own, of another unit, a changed one and a stranger's."""

from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, Unit
from contacts.rules.permissions import Role
from forms.models import Export
from forms.rules.file_origin import MOST_BYTES, FileOrigin
from forms.rules.serial import shown_serial
from forms.services.printing import print_checklist, print_contact_list
from forms.services.verifying import FileNotRead, verify_file
from outage.presenters.checklists import checklist_card
from tests.paper.making import make_place, person
from tests.paper.sealed import PASSPHRASE, make_p12

pytestmark = pytest.mark.django_db
LIST = "inpatient-somatic-discharge"
UNCHANGED, CHANGED, FOREIGN = FileOrigin.UNCHANGED, FileOrigin.CHANGED, FileOrigin.FOREIGN


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def sealing(settings, tmp_path):
    settings.SEAL_P12, settings.SEAL_PASSPHRASE = str(make_p12(tmp_path / "own.p12")), PASSPHRASE


@pytest.fixture
def printed(place):
    card = checklist_card(place.alva, place.outage, LIST)
    return print_checklist(by=place.alva, card=card, outage=place.outage)


def flipped(pdf: bytes) -> bytes:
    return pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:]


def answer(client, content: bytes, status: int = 200) -> str:
    """Send a file and give what the page says, white space made single."""
    return _sent(client, content, status, "main")


def verdict(client, content: bytes) -> str:
    """Send a file and give the answer alone, without what else stands on the page."""
    return _sent(client, content, 200, ".verdict")


def _sent(client, content: bytes, status: int, part: str) -> str:
    sent = {"file": SimpleUploadedFile("Tolvan Tolvansson.pdf", content)}
    response = client.post(reverse("verify_file"), sent)
    assert response.status_code == status
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(page.select_one(part).get_text(" ").split())


def of_files() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="file.verified").order_by("pk"))


def test_a_file_just_printed_is_unchanged_and_told_with_kind_serial_time_and_unit(client, place, printed):
    client.force_login(place.alva.user)
    text = answer(client, printed.pdf)
    assert "Filen är utskriven här" in text
    assert "och oförändrad" in text
    assert "Blankett Checklista" in text
    assert f"Löpnummer {shown_serial(printed.sheet.serial)}" in text
    assert "Enhet Medicin 1, Lycksele lasarett" in text
    assert "Sigill inget" in text


def test_somebody_of_another_unit_and_of_another_principal_gets_the_same_answer(client, place, printed):
    elsewhere = Unit.objects.create(principal=place.region, name="Kirurgi 2", ward_kind="somatic")
    town_unit = Unit.objects.create(principal=place.town, name="Biståndet", municipal_kind="social_care")
    client.force_login(place.alva.user)
    own = verdict(client, printed.pdf)
    assert own.startswith("Filen är utskriven här")
    for unit in (elsewhere, town_unit):
        for role in (Role.STAFF, Role.ADMIN):
            client.force_login(person("Bo Berg", unit, role).user)
            assert verdict(client, printed.pdf) == own


def test_the_trace_tells_who_asked_and_of_which_file_and_nothing_of_a_patient(place, printed):
    verify_file(by=place.alva, content=printed.pdf)
    verify_file(by=None, content=b"%PDF-1.7 Tolvan Tolvansson")
    known, unknown = of_files()
    assert (known.user, known.unit, known.changes) == (
        place.alva.user,
        place.ward,
        {"origin": "unchanged"},
    )
    assert known.target_id == str(Export.objects.get().pk)
    assert (unknown.user, unknown.target_id, unknown.changes) == (None, "", {"origin": "foreign"})


def test_without_its_trace_there_is_no_answer(place, printed, monkeypatch):
    def broken(**_):
        raise IntegrityError("the trace can not be written")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(IntegrityError):
        verify_file(by=place.alva, content=printed.pdf)


def test_the_file_printed_first_answers_where_two_are_alike(place, printed):
    first = Export.objects.get()
    Export.objects.create(kind="sip", unit=place.centre, pages=9, sha256=first.sha256)
    assert verify_file(by=place.alva, content=printed.pdf).export == first


def test_a_sealed_file_that_was_changed_is_told_so(client, place, sealing, printed):
    assert Export.objects.get().sealed_by == "Region Påhitt, driftstopp"
    client.force_login(place.alva.user)
    assert "Sigill Region Påhitt, driftstopp" in answer(client, printed.pdf)
    for content in (flipped(printed.pdf), printed.pdf + b"\n"):
        text = answer(client, content)
        assert "Filen är ändrad efter utskriften" in text
        assert "Skriv ut bladet på nytt" in text
        assert "oförändrad" not in text.replace("Svaret säger", "")


def test_a_sealed_file_whose_row_is_gone_is_still_known_by_its_seal(client, place, sealing, printed):
    Export.objects.all()._raw_delete(Export.objects.db)
    client.force_login(place.alva.user)
    text = answer(client, printed.pdf)
    assert "Filen är utskriven här och oförändrad" in text
    assert "står inte i registret" in text
    assert "Sigill Region Påhitt, driftstopp" in text


def test_a_file_sealed_by_somebody_else_is_not_known(client, place, settings, sealing, tmp_path):
    own = settings.SEAL_P12
    settings.SEAL_P12 = str(make_p12(tmp_path / "other.p12", name="Någon annan"))
    theirs = print_contact_list(by=place.alva).pdf
    Export.objects.all()._raw_delete(Export.objects.db)
    settings.SEAL_P12 = own
    client.force_login(place.alva.user)
    text = answer(client, theirs)
    assert "Filen känns inte igen" in text
    assert "förseglad av Någon annan" in text


def test_a_stranger_s_file_is_not_known(client, place, sealing):
    client.force_login(place.alva.user)
    for content in (b"%PDF-1.7\n", b"MZ\x90", b"Tolvan Tolvansson" * 1000):
        text = answer(client, content)
        assert "Filen känns inte igen" in text
        assert "Tolvan" not in text


def test_without_a_seal_a_changed_file_is_not_said_to_be_a_stranger_s(client, place, printed):
    client.force_login(place.alva.user)
    text = answer(client, flipped(printed.pdf))
    assert "Filen känns inte igen" in text
    assert "Servern har inget sigill" in text


def test_no_file_an_empty_one_and_one_too_large_are_refused_beside_the_field(client, place, settings):
    client.force_login(place.alva.user)
    missing = client.post(reverse("verify_file"), {})
    assert missing.status_code == 422
    assert "Välj en fil." in missing.content.decode()
    assert "Filen är tom." in answer(client, b"", 422)
    settings.UPLOAD_ROOM = {"verify_file": MOST_BYTES}
    assert "Filen är för stor. Högst 20 MB" in answer(client, bytes(MOST_BYTES + 1000), 422)
    assert of_files() == []
    with pytest.raises(FileNotRead):
        verify_file(by=place.alva, content=bytes(MOST_BYTES + 1))


def test_a_file_of_the_most_that_is_read_comes_whole_to_the_page(client, place):
    client.force_login(place.alva.user)
    assert "Filen känns inte igen" in answer(client, bytes(MOST_BYTES))


def test_the_page_asks_for_a_file_and_who_is_not_logged_in_is_sent_to_log_in(client, place):
    address = reverse("verify_file")
    assert address == "/blad/kontrollera-fil/"
    assert client.get(address)["Location"].startswith(reverse("account_login"))
    client.force_login(place.alva.user)
    page = BeautifulSoup(client.get(address).content, "html.parser").main
    assert page.find("input", type="file")["accept"].startswith(".pdf")
    assert page.find("form")["enctype"] == "multipart/form-data"
    assert client.put(address).status_code == 405


def command(file: Path) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_sheet", str(file), stdout=out, stderr=err)
    return int(ended.value.code), out.getvalue(), err.getvalue()


def test_the_command_says_the_same_as_the_page_and_ends_with_a_status(tmp_path, sealing, printed):
    file = tmp_path / "blad.pdf"
    said = {}
    for content in (printed.pdf, flipped(printed.pdf), b"%PDF-1.7"):
        file.write_bytes(content)
        status, out, err = command(file)
        assert err == ""
        said[status] = out
    assert said[0].startswith("Filen är utskriven här ")
    assert f"Löpnummer: {shown_serial(printed.sheet.serial)}" in said[0]
    assert said[1].startswith("Filen är ändrad efter utskriften.")
    assert said[2].startswith("Filen känns inte igen.")
    assert [entry.user for entry in of_files()] == [None, None, None]


def test_the_command_names_a_file_that_can_not_be_read(tmp_path):
    status, out, err = command(tmp_path / "borta.pdf")
    assert (status, out) == (3, "")
    assert "borta.pdf går inte att läsa." in err
    (tmp_path / "tom.pdf").touch()
    assert command(tmp_path / "tom.pdf")[0] == 3
    assert of_files() == []
