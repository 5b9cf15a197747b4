"""However much is printed and read in, a worker is left for those who log: who comes too late is told at once."""

from contextlib import ExitStack
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryUpload
from contacts.rules.permissions import Role
from contacts.views.long_work import Busy, long_work
from forms.models import Export, ScanUpload, Sheet
from tests.factories import County, make_chain, make_outage, person
from tests.integration.contacts.importing import PAGE, page_of, words

from .sheets_made import make_batch

pytestmark = pytest.mark.django_db
TOLD = "Servern skriver ut eller läser in åt andra just nu. Vänta en halv minut och försök igen."


@pytest.fixture(autouse=True)
def room(settings, tmp_path):
    settings.VAR_DIR, settings.LONG_WORK = tmp_path, 1
    settings.SCAN_DIR = tmp_path / "scans"


@pytest.mark.parametrize("places", [1, 2, 3])
def test_so_many_at_a_time_and_a_place_is_free_again_however_the_work_ended(settings, places):
    settings.LONG_WORK = places
    with ExitStack() as going_on:
        for _ in range(places):
            going_on.enter_context(long_work())
        for _ in range(2):
            with pytest.raises(Busy), long_work():
                pytest.fail("one too many")
    with pytest.raises(ZeroDivisionError), long_work():
        raise ZeroDivisionError
    with long_work():
        pass


@pytest.mark.parametrize("what", ["batch_part", "binder", "contact_list"])
def test_a_long_print_says_that_the_server_is_busy_and_makes_no_sheet(client, county: County, what: str):
    (sheet,) = make_batch(county.alva, 1)
    before = (Sheet.objects.count(), Export.objects.count())
    client.force_login(county.alva.user)
    with long_work():
        if what == "contact_list":
            answer = client.get(reverse(what))
        else:
            args = [sheet.batch_id, 1] if what == "batch_part" else []
            answer = client.post(reverse(what, args=args), {"client_id": uuid4()})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert TOLD in words(page_of(answer))
    assert (Sheet.objects.count(), Export.objects.count()) == before


def test_one_sheet_is_printed_all_the_same(client, county: County):
    chain = make_chain(county, make_outage(county.alva))
    client.force_login(county.alva.user)
    with long_work():
        answer = client.post(reverse("chain_sheet", args=[chain.pk]), {"client_id": uuid4()})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_a_scan_is_not_begun_and_the_form_says_why(client, county: County):
    client.force_login(county.alva.user)
    with long_work(), patch("forms.services.scans.read_scan", side_effect=AssertionError("begun")):
        files = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
        page = page_of(client.post(reverse("scan"), {"client_id": uuid4(), "files": files}))
    field = page.find("input", type="file")
    assert TOLD in words(page.find(id=field["aria-describedby"].split()[1]))
    assert not ScanUpload.objects.exists()


def test_a_directory_is_not_read_in_and_the_form_says_why(client, county: County):
    admin = person("adam.katalogsson", county.ward, Role.ADMIN)
    client.force_login(admin.user)
    file = SimpleUploadedFile("a.csv", OWN_FILE.read_bytes())
    with long_work():
        assert TOLD in words(page_of(client.post(PAGE, {"client_id": uuid4(), "file": file})))
    assert not DirectoryUpload.objects.exists()
    file.seek(0)
    assert TOLD not in words(page_of(client.post(PAGE, {"client_id": uuid4(), "file": file})))
    assert DirectoryUpload.objects.count() == 1
