"""What is there already under another spelling is met with "finns redan", whoever adds it and wherever."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from contacts.models import DirectoryEntry, Unit
from contacts.services.directory import restore_entry, retire_entry, save_row
from tests.factories import make_entry
from tests.integration.contacts.importing import groups, malas, page_of, table, upload
from tests.integration.contacts.keeping import fields_of, form_of, read
from tests.long import runs

pytestmark = pytest.mark.django_db

SPELLINGS = [
    "växel malå",
    "VÄXEL MALÅ",
    "Växel-Malå",
    "Växel  Mala",
    "Vä\u00adxel Malå\u200b",
    "Va\u0308xel Mala\u030a",
]


def typed(client, address, **values):
    """Fill in the form of a page."""
    return again(client, address, client.get(address), **values)


def again(client, address, response, **values):
    """Fill in the form of a page that came."""
    form = form_of(read(response), method="post")
    return client.post(address, fields_of(form) | {name: [value] for name, value in values.items()})


def words(response):
    return " ".join(read(response).text.split())


def add(client, county, name, **more):
    client.force_login(county.mala_admin.user)
    values = {
        "kind": "other",
        "name": name,
        "availability": "daytime",
        "eves": "unsaid",
        "department": "Växel",
    }
    return typed(client, "/kontakter/ny/", **(values | more))


@pytest.mark.long
@pytest.mark.parametrize("name", SPELLINGS[:: runs(3, full=1)])
def test_a_contact_of_the_same_name_is_there_already(client, county, name):
    answer = add(client, county, name)
    assert answer.status_code == 422
    assert "Kontakten finns redan hos huvudmannen: Växel Malå." in words(answer)
    assert DirectoryEntry.objects.filter(principal=county.mala).count() == 1


@pytest.mark.long
@pytest.mark.parametrize("name", SPELLINGS[:: runs(3, full=1)])
def test_a_contact_is_not_renamed_to_another(client, county, name):
    entry = make_entry(county.mala, "Köket", "0953-140 10", department="Växel")
    client.force_login(county.mala_admin.user)
    answer = typed(client, f"/kontakter/{entry.pk}/andra/", name=name)
    assert answer.status_code == 422
    assert "finns redan" in words(answer)


def test_one_that_stands_under_two_spellings_can_still_be_changed(client, county):
    entry = make_entry(county.mala, "Växel malå", "0953-140 10", department="Växel")
    client.force_login(county.mala_admin.user)
    assert typed(client, f"/kontakter/{entry.pk}/andra/", remark="Ring först").status_code == 302
    assert DirectoryEntry.objects.get(pk=entry.pk).remark == "Ring först"


def test_nearly_the_same_name_is_asked_about(client, county):
    asked = add(client, county, "Växeln Malå")
    assert asked.status_code == 422
    assert "Växel Malå finns redan. Är det samma kontakt?" in words(asked)
    same = again(client, "/kontakter/ny/", asked, **{"answer-near-name": "same"})
    assert "Växel Malå finns redan. Ändra den i stället." in words(same)
    assert not DirectoryEntry.objects.filter(name="Växeln Malå").exists()
    saved = again(client, "/kontakter/ny/", same, **{"answer-near-name": "another"})
    assert saved.status_code == 302
    assert DirectoryEntry.objects.filter(name="Växeln Malå").exists()


def test_another_department_or_principal_is_another(client, county):
    assert add(client, county, "Växel Malå", department="Kväll").status_code == 302
    make_entry(county.nordmaling, "växel malå", "0953-140 10", department="Växel")


@pytest.mark.parametrize(
    "name", ["biståndshandläggarna malå", "Bistands-handläggarna Malå", "BISTÅNDSHANDLÄGGARNA  MALÅ"]
)
def test_a_unit_of_the_same_name_is_there_already(client, county, name):
    client.force_login(county.mala_admin.user)
    answer = typed(client, "/kontakter/enhet/ny/", name=name)
    assert answer.status_code == 422
    assert "Enheten finns redan: Biståndshandläggarna Malå." in words(answer)


def test_a_unit_of_nearly_the_same_name_is_asked_about(client, county):
    client.force_login(county.mala_admin.user)
    answer = typed(client, "/kontakter/enhet/ny/", name="Biståndshandläggare Malå")
    assert "Biståndshandläggarna Malå finns redan. Är det samma enhet?" in words(answer)
    saved = again(client, "/kontakter/enhet/ny/", answer, **{"answer-near-name": "another"})
    assert saved.status_code == 302
    assert Unit.objects.filter(name="Biståndshandläggare Malå").exists()


def test_the_admin_pages_go_through_the_same_door(county):
    with pytest.raises(ValidationError, match="finns redan"):
        save_row(
            by=county.mala_admin.user,
            row=DirectoryEntry(
                principal=county.mala,
                name="växel malå",
                department="växel",
                kind="other",
                availability="unknown",
            ),
        )
    with pytest.raises(ValidationError, match="finns redan"):
        save_row(by=county.mala_admin.user, row=Unit(principal=county.mala, name="biståndshandläggarna malå"))


def test_a_retired_one_does_not_come_back_beside_another_spelling(county):
    entry = DirectoryEntry.objects.get(name="Växel Malå")
    retire_entry(by=county.mala_admin, entry=entry)
    make_entry(county.mala, "växel malå", "0953-140 10", department="Växel")
    with pytest.raises(Exception, match="finns redan"):
        restore_entry(by=county.mala_admin, entry=entry)


@pytest.mark.long
@pytest.mark.parametrize("name", SPELLINGS[:: runs(3, full=1)])
def test_a_file_means_the_one_that_is_there(client, county, name):
    content = malas(name, columns={"Typ": "växel", "Telefon": "0953-140 99"})
    assert groups(page_of(upload(client, county.mala_admin, content, client_id=uuid4()))) == {"Ändrade": 1}


def test_a_file_says_which_new_contact_most_likely_is_there(client, county):
    page = page_of(upload(client, county.mala_admin, malas("Växeln Malå", "Kosten")))
    assert groups(page)["Nya"] == 2
    told = {row.split()[0]: "Växel Malå finns redan: samma?" in row for row in table(page)}
    assert told == {"Växeln": True, "Kosten": False}
