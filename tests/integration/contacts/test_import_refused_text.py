"""What a file has in text that is not read in: numbers that are none to ring, and patients' numbers."""

import pytest

from contacts.models import DirectoryEntry, DirectoryUpload
from tests.integration.contacts.importing import choose, confirm, page_of, upload, words
from tests.integration.contacts.ugly_files import text

pytestmark = pytest.mark.django_db


def step(client, county, content):
    page = page_of(upload(client, county.mala_admin, content))
    assert page.select(".import-choices"), words(page)
    return page


def test_a_number_that_is_none_to_ring_is_named_first_and_stays_in_the_remark(client, county):
    page = step(
        client,
        county,
        text("Enhet;Telefon", "Köket;Tfn 0953-140 10", "Tvätten;Fax 0953-140 19, tel 0953-140 11"),
    )
    first = page.select("td[data-label=Nummer]")[0].get_text(" ")
    assert " ".join(first.split()) == "direkt 0953-140 11 0953-140 19 läses inte in som nummer"
    confirm(client, page_of(choose(client, page)))
    entry = DirectoryEntry.objects.get(name="Tvätten")
    assert [phone.number for phone in entry.phones] == ["0953-140 11"]
    assert entry.remark == "Fax 0953-140 19"


def test_where_it_cannot_be_told_which_number_to_ring_the_row_says_so(client, county):
    page = step(client, county, text("Enhet;Telefon", "Köket;0953-140 10 fax 0953-140 19"))
    assert "vilket av numren som ska ringas" in words(page_of(choose(client, page)))


def test_a_patients_number_is_said_by_its_row_and_stored_nowhere(client, county):
    page = step(
        client,
        county,
        text(
            "Enhet;Telefon;Öppet;Notering",
            "Köket;0953-140 10;Tolvan 19121212-1212;",
            "Tvätten;0953-140 11;;Tolvan 19121212-1212 bor här",
        ),
    )
    preview = words(page_of(choose(client, page)))
    assert preview.count("Ta bort personnumret. Här skrivs inga patientuppgifter.") >= 2
    assert "1212" not in preview
    assert not DirectoryEntry.objects.filter(name__in=("Köket", "Tvätten")).exists()
    assert "1212 1212" not in str([(each.choices, each.memory) for each in DirectoryUpload.objects.all()])
