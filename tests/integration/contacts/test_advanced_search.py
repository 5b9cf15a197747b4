"""The advanced search as staff know it (R5.6)."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, DirectoryEntry, User
from contacts.rules.directory_search import ContactColumn, SearchField
from contacts.rules.entry_facts import EntryKind
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.reading import choose_columns
from tests.asking import search_for
from tests.factories import make_entry

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R5.6")]

OEBERG = {"text2": "öberg"}
PEOPLE = (
    ("Åsa-Lena", "Örnlåtsman", "Överläkare", "Medicin 1"),
    ("Anna", "Öberg", "Sjuksköterska", "Medicin 1"),
    ("Anna", "Zetterprov", "Sjuksköterska", "Kirurgen"),
    ("Annika", "Åkerprov", "Kurator", "Kirurgen"),
    ("Erik", "Annasson", "Sjuksköterska", "Medicin 1"),
)


@pytest.fixture
def people(county: Any) -> None:
    for number, (first, last, title, department) in enumerate(PEOPLE):
        entry = make_entry(
            county.region,
            f"{first} {last}",
            kind=EntryKind.PERSON,
            first_name=first,
            last_name=last,
            title=title,
            department=department,
        )
        entry.phones = [
            Phone(PhoneKind.DIRECT, f"0980-319 20{number}"),
            Phone(PhoneKind.EXTENSION, f"5110{number}"),
            Phone(PhoneKind.MOBILE, f"070-174 06 0{number}"),
        ]
        entry.save()


@pytest.fixture
def search(client: Client, county: Any, people: None):
    """What Alva sees for texts by the name of their field, in the lines of the page."""
    client.force_login(county.alva.user)
    line = {field: number for number, field in enumerate(SearchField, start=1)}

    def ask(
        page: int | None = None, headers: dict[str, str] | None = None, status: int = 200, **texts: str
    ) -> BeautifulSoup:
        query = {f"text{line[SearchField(field)]}": text for field, text in texts.items()}
        if page:
            query["sida"] = str(page)
        response = search_for(client, "advanced_search", query, headers=headers)
        assert response.status_code == status
        return BeautifulSoup(response.content, "html.parser")

    return ask


def names(page: BeautifulSoup) -> list[str]:
    return [row.th.a.get_text() for row in page.select("tbody tr")]


def told(page: BeautifulSoup) -> str:
    return page.find(id="hits").get_text(strip=True)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"first_name": "anna"}, ["Anna Zetterprov", "Anna Öberg"]),
        ({"first_name": "ann"}, ["Anna Zetterprov", "Anna Öberg", "Annika Åkerprov"]),
        ({"first_name": "LENA"}, ["Åsa-Lena Örnlåtsman"]),
        ({"first_name": "asalena"}, ["Åsa-Lena Örnlåtsman"]),
        ({"last_name": "prov"}, ["Anna Zetterprov", "Annika Åkerprov"]),
        ({"last_name": "anna"}, ["Erik Annasson"]),
        ({"last_name": "ornlatsman"}, ["Åsa-Lena Örnlåtsman"]),
        ({"last_name": "ÖRNLÅTSMAN"}, ["Åsa-Lena Örnlåtsman"]),
        ({"title": "sköterska"}, ["Anna Zetterprov", "Anna Öberg", "Erik Annasson"]),
        ({"title": "overlakare"}, ["Åsa-Lena Örnlåtsman"]),
        ({"department": "kirurg"}, ["Anna Zetterprov", "Annika Åkerprov"]),
        # Where no person is named, the department is what the entry is called.
        ({"department": "bjurholms"}, ["Bjurholms hälsocentral", "Växel Bjurholm"]),
        # The beginning of a word before a part of one.
        ({"first_name": "anna", "last_name": "o"}, ["Anna Öberg", "Anna Zetterprov"]),
        ({"first_name": "anna", "department": "medicin"}, ["Anna Öberg"]),
        (
            {"first_name": "anna", "last_name": "berg", "title": "sjuk", "department": "1 medicin"},
            ["Anna Öberg"],
        ),
        ({"first_name": "anna", "last_name": "berg", "title": "sjuk", "department": "kirurgen"}, []),
        ({"first_name": "%", "title": "kurator"}, ["Annika Åkerprov"]),
    ],
)
def test_every_text_must_stand_in_its_field(search, texts, found):
    page = search(**texts)
    assert names(page) == found
    assert told(page) == f"Totalt antal träffar: {len(found)}"


def test_a_text_may_be_sought_in_any_field_also_in_the_same_one(client, county, people):
    client.force_login(county.alva.user)
    query = {"text1": "anna", "falt1": "last_name", "text2": "sson", "falt2": "last_name"}
    page = BeautifulSoup(search_for(client, "advanced_search", query).content, "html.parser")
    assert names(page) == ["Erik Annasson"]
    chosen = page.find("select", {"name": "falt1"}).find("option", selected=True)
    assert (chosen["value"], chosen.get_text()) == ("last_name", "Efternamn")
    assert page.find("input", {"name": "text2"})["value"] == "sson"


def test_the_four_lines_begin_with_a_field_each(search):
    page = search()
    chosen = [select.find("option", selected=True).get_text() for select in page.select(".advanced select")]
    assert chosen == ["Förnamn", "Efternamn", "Titel", "Avdelning"]


def test_nothing_typed_is_nothing_searched_and_said_so(search):
    assert told(search()) == "Skriv i minst en ruta. Inget är sökt än."
    page = search(first_name="***")
    assert told(page) == "Skriv minst en bokstav eller siffra."
    assert page.find("table") is None
    assert page.find("input", {"name": "text1"})["value"] == "***"


def test_what_can_not_be_used_is_told_beside_it_and_kept(client, search, county):
    page = search(first_name="anna", last_name="x" * 101, status=422)
    box = page.find("input", {"name": "text2"})
    assert box["value"] == "x" * 101
    assert "100" in page.find(id=box["aria-describedby"]).get_text()
    assert page.find("input", {"name": "text1"})["value"] == "anna"
    assert told(page) == "Rätta söktexten."
    assert page.find("table") is None
    wrong = search_for(client, "advanced_search", {"text1": "anna", "falt1": "shoe_size"})
    page = BeautifulSoup(wrong.content, "html.parser")
    assert page.find("select", {"name": "falt1"})["aria-invalid"] == "true"


def test_a_hit_lists_its_numbers_and_opens_all_of_them_in_place(search):
    page = search(last_name="öberg")
    row = page.select_one("tbody tr")
    heads = [th.get_text() for th in page.select("thead th")]
    assert heads == ["Namn", "Avdelning", "Anknytning", "Mobiltelefon", "Alla nummer"]
    cells = [" ".join(td.get_text(" ").split()) for td in row.find_all("td")]
    assert cells[:3] == ["Medicin 1", "internt 51101", "070-174 06 01"]
    opened = row.find("details")
    assert opened.summary.get_text(" ", strip=True) == "Visa alla nummer till Anna Öberg"
    assert [a["href"] for a in opened.find_all("a")] == ["tel:+46980319201", "tel:+46701740601"]
    assert [button["data-copy"] for button in opened.find_all("button")] == [
        "0980-319 201",
        "51101",
        "070-174 06 01",
    ]
    assert row.th.a["href"] == reverse("contact", args=[DirectoryEntry.objects.get(last_name="Öberg").pk])
    assert "ej verifierad" in row.th.get_text()


def test_a_hit_without_a_number_shows_the_switchboards(search):
    row = search(department="bjurholms hälsocentral").select_one("tbody tr")
    assert row.find("details") is None
    assert "Nummer saknas. Ring växeln" in row.get_text(" ", strip=True)
    assert row.find("a", class_="tel")["href"] == "tel:+46907850000"


def test_a_flagged_number_is_marked_where_it_stands(search):
    entry = DirectoryEntry.objects.get(last_name="Öberg")
    entry.flagged = ["0701740601"]
    entry.save()
    cells = search(last_name="öberg").select("tbody td")
    assert "Anmält fel" not in cells[1].get_text()
    assert "Anmält fel" in cells[2].get_text()


def test_retired_entries_are_not_found(search, county):
    entry = DirectoryEntry.objects.get(last_name="Öberg")
    entry.retired_by, entry.retired_at = county.alva.user, county.alva.user.date_joined
    entry.save()
    assert names(search(last_name="öberg")) == []


def test_pages_follow_each_other_and_keep_the_texts(search, county, client):
    for n in range(30):
        make_entry(county.region, f"Mottagning {n:02}", department="Provhuset")
    first = search(department="provhuset")
    assert told(first) == "Totalt antal träffar: 30"
    assert len(names(first)) == 25
    link = first.find("a", rel="next")["href"]
    second = BeautifulSoup(client.get(reverse("advanced_search") + link).content, "html.parser")
    assert names(second) == [f"Mottagning {n:02}" for n in range(25, 30)]
    assert second.find("input", {"name": "text4"})["value"] == "provhuset"
    assert names(search(page=99, department="provhuset")) == names(second)


def test_htmx_gets_the_results_only(search):
    part = search(first_name="anna", headers={"HX-Request": "true"})
    assert part.find("h1") is None
    assert part.find("input", {"type": "text"}) is None
    assert part.find(attrs={"hx-swap-oob": True}).get_text(strip=True) == "Totalt antal träffar: 2"


def test_what_is_sought_stands_in_no_title_and_as_text(search):
    page = search(first_name="<script>alert(1)</script>")
    assert "alert" not in page.title.get_text()
    assert "alert(1)" not in "".join(script.text for script in page.find_all("script"))


def test_columns_are_remembered_for_the_person_and_nobody_else(search, client, county):
    address = search(last_name="öberg").find("input", {"name": "next"})["value"]
    answer = client.post(
        reverse("contact_columns"), {"kolumn": ["remark", "principal", "phone"], "next": address}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    page = search(last_name="öberg")
    heads = [th.get_text() for th in page.select("thead th")]
    assert heads[2:] == ["Anknytning", "Mobiltelefon", "Telefon", "Huvudman", "Anmärkning", "Alla nummer"]
    cells = [" ".join(td.get_text(" ").split()) for td in page.select("tbody td")]
    assert cells[3:5] == ["0980-319 201", "Region Västerbotten"]
    ticked = {box["value"] for box in page.select("input[name=kolumn]") if box.has_attr("checked")}
    assert ticked == {"phone", "principal", "remark"}
    client.force_login(county.cissi.user)
    others = BeautifulSoup(search_for(client, "advanced_search", OEBERG).content, "html.parser")
    assert len(others.select("thead th")) == 5
    # A new log-in is the same person.
    client.force_login(User.objects.get(pk=county.alva.user.pk))
    again = BeautifulSoup(search_for(client, "advanced_search", OEBERG).content, "html.parser")
    assert len(again.select("thead th")) == 8


@pytest.mark.parametrize("column", ContactColumn)
def test_each_column_shows_what_it_is_called(search, client, county, column):
    entry = DirectoryEntry.objects.get(last_name="Öberg")
    entry.remark, entry.availability = "Ring före tio", "always"
    entry.verified_at, entry.verified_by = "2026-10-30T12:00:00+01:00", county.region_admin.user
    entry.save()
    client.post(reverse("contact_columns"), {"kolumn": [column.value]})
    shown = {
        ContactColumn.TITLE: "Sjuksköterska",
        ContactColumn.PHONE: "0980-319 201",
        ContactColumn.PRINCIPAL: "Region Västerbotten",
        ContactColumn.HOURS: "Dygnet runt",
        ContactColumn.VERIFIED: "30 okt 2026",
        ContactColumn.REMARK: "Ring före tio",
    }[column]
    cell = search(last_name="öberg").select("tbody td")[3]
    assert cell.get_text(" ", strip=True) == shown


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org/", "javascript:x", ""])
def test_columns_lead_back_to_our_own_pages_only(client, county, address):
    client.force_login(county.alva.user)
    answer = client.post(reverse("contact_columns"), {"kolumn": ["title"], "next": address})
    assert answer.headers["Location"] == reverse("advanced_search")


def test_a_column_there_is_not_changes_nothing(client, county):
    client.force_login(county.alva.user)
    client.post(reverse("contact_columns"), {"kolumn": ["title"]})
    client.post(reverse("contact_columns"), {"kolumn": ["password"]})
    county.alva.user.refresh_from_db()
    assert county.alva.user.contact_columns == ["title"]


def test_choosing_columns_and_its_row_of_the_trace_are_one(county, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            choose_columns(by=county.alva, columns=[ContactColumn.TITLE])
    assert User.objects.get(pk=county.alva.user.pk).contact_columns == []
    for _ in range(2):
        choose_columns(by=county.alva, columns=[ContactColumn.REMARK, ContactColumn.TITLE])
    (row,) = AuditEntry.objects.filter(action="user.columns_chosen")
    assert (row.user, row.unit) == (county.alva.user, county.alva.unit)
    assert row.changes == {"contact_columns": ["", "title remark"]}


@pytest.mark.parametrize("name", ["advanced_search", "contact_columns"])
def test_who_is_not_logged_in_is_led_to_the_log_in(client, county, name):
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_columns_are_chosen_by_a_form_only(client, county):
    client.force_login(county.alva.user)
    assert client.get(reverse("contact_columns")).status_code == 405
