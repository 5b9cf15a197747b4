"""Läs in says no: bad rows, what is no table, what is too large, and whose file it is."""

from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.filing.limits import FILE_BYTES
from contacts.models import DirectoryEntry, DirectoryUpload
from tests.integration.contacts.importing import (
    PAGE,
    choose,
    everything,
    groups,
    malas,
    page_of,
    problems,
    upload,
    words,
)

pytestmark = pytest.mark.django_db


def test_bad_rows_are_told_by_kind_and_nothing_can_be_confirmed(client, county):
    content = malas("Kosten", "Tvätten", columns={"Telefon": "785 00 00", "Typ": "hemtjänst"})
    step = page_of(upload(client, county.mala_admin, content))
    page = page_of(choose(client, step))
    assert "Filen har 4 fel. Inget kan läsas in förrän hela filen är rätt." in words(page)
    assert groups(page) == {"Fel i filen": 4}
    assert problems(page) == [
        'Typ: Typen "hemtjänst" finns inte. 2 rader.',
        "Telefon: … går inte att läsa som telefonnummer. Skriv riktnumret först, som 090-785 00 00. 2 rader.",
    ]
    assert page.main.find("form") is None
    (kept,) = [upload for upload in DirectoryUpload.objects.all() if upload.plan]
    before = everything()
    refused = page_of(client.post(f"{PAGE}{kept.pk}/", {"client_id": uuid4()}, follow=True))
    assert "rad 2, Typ" in words(refused)
    assert everything() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Filen är tom. Välj en annan fil."),
        (b"%PDF-1.7 ...", "Filen är en PDF, inte en tabell."),
        (b"a;b\n" * (FILE_BYTES // 4 + 100), "Filen är större än 5 MB. Dela upp den."),
    ],
)
def test_a_refused_file_is_told_and_another_can_be_chosen(client, county, content, sentence):
    page = page_of(upload(client, county.mala_admin, content))
    note = words(page.main.find(role="alert"))
    assert f"Det gick inte. Inget är inläst. {sentence}" in note
    assert not DirectoryUpload.objects.exists()
    form = page_of(client.get(page.main.find("a", string="Försök igen")["href"])).main.find("form")
    again = client.post(
        form["action"],
        {
            "client_id": form.find("input", {"name": "client_id"})["value"],
            "file": SimpleUploadedFile("f.csv", malas("Kosten")),
        },
        follow=True,
    )
    assert groups(page_of(again))["Nya"] == 1


def test_no_file_is_told_beside_the_field(client, county):
    client.force_login(county.mala_admin.user)
    response = client.post(PAGE, {"client_id": uuid4()})
    assert response.status_code == 422
    assert "Välj en fil." in page_of(response).main.find(class_="invalid-feedback").text


def test_a_huge_file_is_never_kept_whole(client, county):
    client.force_login(county.mala_admin.user)
    huge = SimpleUploadedFile("f.csv", b"x" * (4 * FILE_BYTES))
    with patch("contacts.filing.long_work.upload_steps", side_effect=RuntimeError) as steps:
        client.raise_request_exception = False
        client.post(PAGE, {"client_id": uuid4(), "file": huge})
    assert len(steps.call_args.kwargs["content"]) == FILE_BYTES + 1


def test_anothers_upload_is_not_found(client, county):
    page_of(upload(client, county.mala_admin, malas("Kosten")))
    address = f"{PAGE}{DirectoryUpload.objects.get().pk}/"
    client.force_login(county.region_admin.user)
    assert client.get(address).status_code == 404
    assert client.post(address, {"client_id": uuid4()}).status_code == 404
    assert client.get(f"{PAGE}{uuid4()}/").status_code == 404
    assert not DirectoryEntry.objects.filter(name="Kosten").exists()


def test_staff_may_not(client, county):
    page_of(upload(client, county.mala_admin, malas("Kosten")))
    address = f"{PAGE}{DirectoryUpload.objects.get().pk}/"
    client.force_login(county.cissi.user)
    for path in (PAGE, address):
        assert client.get(path).status_code == 403
        assert client.post(path, {"client_id": uuid4()}).status_code == 403
    assert upload(client, county.alva, malas("Tvätten")).status_code == 403
    assert DirectoryUpload.objects.count() == 1
