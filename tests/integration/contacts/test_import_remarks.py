"""Hours that stand in remarks, as a file with them is imported."""

import pytest
from django.urls import reverse

from contacts.filing.bringing_in import import_directory
from contacts.filing.writing import write_csv
from contacts.models import DirectoryEntry
from contacts.rules.hours import Availability
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import Phone, PhoneKind
from tests.asking import search_for
from tests.integration.contacts.importing import groups, page_of, table, upload, words
from tests.integration.work.asked import opened

pytestmark = pytest.mark.django_db
HEAD = ["Huvudman", "Enhet", "Typ", "Telefon", "Gäller", "Anmärkning"]
REMARKS = {
    "Ett": "mån-fre 8-12, 13-16",
    "Två": "Enhetsmöte tisdagar, 13-15",
    "Tre": "Kundtjänst",
    "Fyra": "Sommartid endast 08–12",
}


def file_of(remarks: dict[str, str]) -> bytes:
    rows = [
        ["Malå kommun", name, "annan", f"0953-140 1{n}", "vardag dagtid", remark]
        for n, (name, remark) in enumerate(remarks.items())
    ]
    return write_csv([HEAD, *rows])


def hours_of(name: str) -> str:
    return hours_words(DirectoryEntry.objects.get(name=name).hours)


def test_the_preview_says_which_remarks_were_read_and_which_were_left(client, county):
    page = page_of(upload(client, county.mala_admin, file_of(REMARKS)))
    assert "Tider ur anmärkningen 1 · Anmärkning att läsa 2" in words(page)
    assert groups(page)["Nya"] == 4
    here = page.select_one("a[href*=remark_read]")["href"].partition("#")[0]
    read = page_of(client.get(here))
    assert table(read) == ["Ett 2 mån-fre 8-12, 13-16 Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00"]
    assert "Kontrollera att de stämmer." in words(read)
    left = page_of(client.get(here.replace("remark_read", "remark_left")))
    assert table(left) == [
        "Två 3 Enhetsmöte tisdagar, 13-15 Vardag dagtid",
        "Fyra 5 Sommartid endast 08–12 Vardag dagtid",
    ]
    assert "läs anmärkningen" in words(left)


def test_a_remark_that_is_not_understood_changes_no_hours_that_stand(client, county):
    import_directory(by=county.mala_admin, content=file_of({"Ett": "8-12, 13-16"}))
    assert hours_of("Ett") == "Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00"
    for left in ("8-12, 13-16, men inte varje dag", "Sommartid endast 08–12"):
        import_directory(by=county.mala_admin, content=file_of({"Ett": left}))
        assert hours_of("Ett") == "Vardag dagtid 08.00–16.00, lunchstängt 12.00–13.00"
    import_directory(by=county.mala_admin, content=file_of({"Ett": "mån-tors 8-16, fre stängt"}))
    assert hours_of("Ett") == "mån–tor 08.00–16.00"
    import_directory(by=county.mala_admin, content=file_of({"Ett": "mån-tors 8-15, fre stängt"}))
    assert hours_of("Ett") == "mån–tor 08.00–15.00"


@pytest.mark.parametrize("remark", ["mån–fre 8–10, 11–12, 13–16", "8-12, 13-16", "Sommartid endast 08–12"])
def test_what_is_given_out_comes_back_as_it_was(client, county, remark):
    import_directory(by=county.mala_admin, content=file_of({"Ett": remark}))
    client.force_login(county.mala_admin.user)
    path = reverse("export_contacts", args=["csv"])
    response = opened(client, client.post(f"{path}?huvudman={county.mala.pk}"))
    report = import_directory(by=county.mala_admin, content=response.content)
    assert (report.new, report.changed) == (0, 0)


def test_the_remark_stands_beside_the_number_and_nothing_is_open_for_sure(client, county):
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    entry.remark, entry.availability = "Enhetsmöte tisdagar, 13-15", Availability.ALWAYS
    entry.friday_closes_at = entry.lunch_from = entry.lunch_to = None
    entry.phones = [Phone(PhoneKind.SWITCHBOARD, "0953-140 00")]
    entry.save()
    client.force_login(county.alva.user)
    card = page_of(search_for(client, "contacts", {"q": "malå"})).select_one(".ring-card")
    assert "läs anmärkningen" in card.get_text(" ")
    assert "Enhetsmöte tisdagar, 13-15" in card.get_text(" ")
    row = page_of(search_for(client, "contacts", {"q": "malå"})).select_one("table.rows tbody tr")
    assert "Läs anmärkningen" in row.get_text(" ")
    assert "Öppet nu" not in row.get_text(" ")
    assert "Läs anmärkningen" in client.get(reverse("contact", args=[entry.pk])).text


@pytest.mark.parametrize("name", ["verify_contacts", "contact", "keep_contacts"])
def test_those_who_keep_it_are_told_that_a_remark_speaks_of_other_hours(client, county, name):
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    path = reverse(name, args=[entry.pk] if name == "contact" else [])
    client.force_login(county.mala_admin.user)
    # Its summer is said without days.
    told = "Läs anmärkningen" if name == "keep_contacts" else "talar om tider som inte står under Tider"
    assert told in client.get(path).text
    entry.remark = "Stängt 12–13; fredag till 15"
    entry.save()
    assert told not in client.get(path).text
