"""The pages on which an administrator joins two contacts, and takes them apart again."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry, DirectoryJoin
from contacts.queries.joined import standing_joins
from contacts.rules.entry_facts import EntryKind
from contacts.services.directory import retire_entry
from tests.factories import make_entry
from tests.integration.outage.pages import read

from .keeping import form_at, opened, sent

pytestmark = pytest.mark.django_db
A, B = "0953-140 01", "0953-140 02"


@pytest.fixture
def pair(county) -> tuple[DirectoryEntry, DirectoryEntry]:
    kept = make_entry(county.mala, "Hjälpmedel", A, kind=EntryKind.OTHER, remark="Ring före 15.")
    other = make_entry(county.mala, "Hjelpmedel", B, kind=EntryKind.OTHER, owner="IT")
    return kept, other


def joined(client: Client, county, pair, **chosen):
    kept, other = pair
    fields = form_at(client, county.mala_admin, "join_contacts", kept.pk, other.pk)
    return sent(client, fields, "join_contacts", kept.pk, other.pk, **chosen)


def test_the_way_from_a_contact_to_the_same_one(client: Client, county, pair):
    kept, other = pair
    page = read(opened(client, county.mala_admin, "contact", kept.pk))
    assert page.find("a", href=reverse("join_contact", args=[kept.pk]))
    page = read(opened(client, county.mala_admin, "join_contact", kept.pk))
    assert page.find("a", href=reverse("join_contacts", args=[kept.pk, other.pk])).text == other.name


def test_any_own_contact_is_found_by_a_search_that_stays_out_of_the_address(client: Client, county, pair):
    kept, _ = pair
    third = make_entry(county.mala, "Larmcentralen", "0953-140 03")
    theirs = make_entry(county.region, "Larmcentralen", "090-785 00 09")
    client.force_login(county.mala_admin.user)
    answer = client.post(reverse("join_contact", args=[kept.pk]), {"q": "Larmcentralen"})
    assert answer.status_code == 302
    assert "Larm" not in answer.headers["Location"]
    page = read(client.get(answer.headers["Location"]))
    assert page.find("a", href=reverse("join_contacts", args=[kept.pk, third.pk]))
    assert not page.find("a", href=reverse("join_contacts", args=[kept.pk, theirs.pk]))


def test_both_are_seen_side_by_side_with_what_stands(client: Client, county, pair):
    kept, other = pair
    page = read(opened(client, county.mala_admin, "join_contacts", kept.pk, other.pk))
    rows = {
        row.th.text: [cell.text.split() for cell in row.find_all("td")[:2]] for row in page.select("tbody tr")
    }
    assert rows["Namn"] == [["Hjälpmedel"], ["Hjelpmedel"]]
    assert rows["Ägare"] == [["tomt"], ["IT"]]
    chosen = {radio["name"]: radio["value"] for radio in page.select("input[type=radio][checked]")}
    assert chosen == {"name": "kept", "numbers": "both", "owner": "other", "remark": "kept"}


def test_one_press_joins_and_the_old_address_leads_to_the_kept_one(client: Client, county, pair):
    kept, other = pair
    answer = joined(client, county, pair, remark=["other"])
    assert answer.headers["Location"] == reverse("contact", args=[kept.pk])
    kept.refresh_from_db()
    assert (kept.remark, kept.owner, len(kept.phones)) == ("", "IT", 2)
    for by in (county.alva, county.mala_admin):
        client.force_login(by.user)
        answer = client.get(reverse("contact", args=[other.pk]), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("contact", args=[kept.pk])
        text = read(answer).text
        assert "Hjelpmedel är sammanförd med Hjälpmedel, som visas här." in text
        assert "Andra namn" in text


def test_the_history_of_both_is_on_the_page_with_where_it_came_from(client: Client, county, pair):
    kept, other = pair
    retire_entry(by=county.mala_admin, entry=other)
    client.force_login(county.mala_admin.user)
    client.post(reverse("contact_restore", args=[other.pk]))
    joined(client, county, pair)
    deeds = [
        deed.text
        for deed in read(opened(client, county.mala_admin, "contact", kept.pk)).select(".deeds li p")
    ]
    assert any("Hjelpmedel:" in deed and "Avfördes" in deed for deed in deeds)
    assert any("Sammanfördes" in deed and "Hjelpmedel:" not in deed for deed in deeds)


def test_it_is_out_of_the_lists_and_the_kept_one_is_found_by_its_name(client: Client, county, pair):
    joined(client, county, pair)
    client.force_login(county.mala_admin.user)
    for which in ("alla", "avforda"):
        page = read(client.get(reverse("keep_contacts"), {"visa": which}))
        assert "Hjelpmedel" not in [link.text for link in page.select("table a")]
    found = client.post(reverse("contacts"), {"q": "Hjelpmedel"}, follow=True)
    assert "Hjälpmedel" in read(found).text


def test_a_form_sent_twice_joins_once(client: Client, county, pair):
    kept, other = pair
    fields = form_at(client, county.mala_admin, "join_contacts", kept.pk, other.pk)
    for _ in range(2):
        assert sent(client, fields, "join_contacts", kept.pk, other.pk).status_code == 302
    assert DirectoryJoin.objects.count() == 1


def test_the_second_of_two_administrators_is_told_that_it_is_done(client: Client, county, pair):
    kept, other = pair
    fields = form_at(client, county.mala_admin, "join_contacts", other.pk, kept.pk)
    joined(client, county, pair)
    address = reverse("join_contacts", args=[other.pk, kept.pk])
    text = read(client.post(address, fields, follow=True)).text
    assert "Hjelpmedel är redan sammanförd med Hjälpmedel." in text
    assert DirectoryJoin.objects.count() == 1


def test_what_was_changed_meanwhile_is_told_and_what_was_chosen_stays(client: Client, county, pair):
    kept, other = pair
    fields = form_at(client, county.mala_admin, "join_contacts", kept.pk, other.pk)
    other.title = "Ny"
    other.save()
    answer = sent(client, fields, "join_contacts", kept.pk, other.pk, remark=["other"])
    assert answer.status_code == 409
    page = read(answer)
    assert "Det har ändrats" in page.text
    assert page.select_one("input[name=remark][checked]")["value"] == "other"
    assert not DirectoryJoin.objects.exists()


def test_it_is_taken_apart_on_a_page_of_its_own(client: Client, county, pair):
    kept, other = pair
    joined(client, county, pair)
    kept.refresh_from_db()
    kept.owner = "Vaktmästeriet"
    kept.save()
    page = read(opened(client, county.mala_admin, "contact", kept.pk))
    assert page.find("a", href=reverse("undo_contact_join", args=[kept.pk, other.pk]))
    fields = form_at(client, county.mala_admin, "undo_contact_join", kept.pk, other.pk)
    for _ in range(2):
        answer = client.post(reverse("undo_contact_join", args=[kept.pk, other.pk]), fields, follow=True)
    kept.refresh_from_db()
    assert standing_joins(kept) == []
    assert "är inte sammanförd med" in read(answer).text
    other.refresh_from_db()
    assert other.retired_at is None


def test_an_undo_says_what_stands(client: Client, county, pair):
    kept, other = pair
    joined(client, county, pair)
    DirectoryEntry.objects.filter(pk=kept.pk).update(owner="Vaktmästeriet")
    fields = form_at(client, county.mala_admin, "undo_contact_join", kept.pk, other.pk)
    answer = client.post(reverse("undo_contact_join", args=[kept.pk, other.pk]), fields, follow=True)
    assert "Ändrat sedan dess och står kvar: ägare." in read(answer).text


@pytest.mark.parametrize("name", ["join_contact", "join_contacts", "undo_contact_join"])
def test_only_the_owners_administrator_reaches_it(client: Client, county, pair, name):
    kept, other = pair
    args = [kept.pk] if name == "join_contact" else [kept.pk, other.pk]
    for by, status in ((county.region_admin, 404), (county.cissi, 403), (county.alva, 403)):
        client.force_login(by.user)
        assert client.get(reverse(name, args=args)).status_code == status
        assert client.post(reverse(name, args=args), {}).status_code == status
    client.logout()
    assert client.get(reverse(name, args=args)).headers["Location"].startswith(reverse("account_login"))


def test_nobody_elses_contact_is_joined(client: Client, county, pair):
    theirs = make_entry(county.region, "Hjälpmedel", "090-785 00 09")
    for pks in ((pair[0].pk, theirs.pk), (theirs.pk, pair[0].pk)):
        assert opened(client, county.mala_admin, "join_contacts", *pks).status_code == 404


class TestFromFinnsRedan:
    def test_the_question_of_a_near_name_has_the_way_to_join(self, client: Client, county, pair):
        kept, _ = pair
        third = make_entry(county.mala, "Larmet", "0953-140 03", kind=EntryKind.OTHER)
        fields = form_at(client, county.mala_admin, "contact_edit", third.pk)
        answer = sent(client, fields, "contact_edit", third.pk, name=["Hjälpmedl"])
        page = read(answer)
        assert answer.status_code == 422
        assert page.find("a", href=reverse("join_contact", args=[third.pk])).text == "Sammanför kontakterna"
        assert page.find("a", href=reverse("contact", args=[kept.pk]))

    def test_the_same_name_says_that_they_can_be_joined(self, client: Client, county, pair):
        third = make_entry(county.mala, "Larmet", "0953-140 03", kind=EntryKind.OTHER)
        fields = form_at(client, county.mala_admin, "contact_edit", third.pk)
        answer = sent(client, fields, "contact_edit", third.pk, name=["HJÄLPMEDEL"])
        assert "Ändra namnet eller avdelningen. Eller sammanför kontakterna." in read(answer).text

    def test_a_new_one_by_a_name_that_was_joined_is_asked_about(self, client: Client, county, pair):
        kept, other = pair
        joined(client, county, pair)
        fields = form_at(client, county.mala_admin, "contact_new")
        told = {
            "kind": ["other"],
            "name": [other.name.upper()],
            "number_0": ["0953-140 09"],
            "availability": ["daytime"],
            "eves": ["unsaid"],
        }
        page = read(sent(client, fields, "contact_new", **told))
        assert "HJELPMEDEL är sammanförd med Hjälpmedel. Är det samma kontakt?" in page.text
        assert page.find("a", href=reverse("contact", args=[kept.pk]))
        asked = {"asked": [page.find("input", attrs={"name": "asked"})["value"]]}
        same = {"answer-joined-name": ["same"], "answer-near-name": ["same"]}
        page = read(sent(client, fields, "contact_new", **told, **asked, **same))
        assert "Hjälpmedel finns redan. Ändra den i stället." in page.text
        assert not DirectoryEntry.objects.filter(name="HJELPMEDEL").exists()
