"""Kontakter, as a person sees it."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from contacts.models import DirectoryEntry, Unit
from tests.asking import search_for
from tests.factories import make_entry

pytestmark = pytest.mark.django_db

TUESDAY_LUNCH = datetime(2026, 11, 24, 11, 10, tzinfo=UTC)


@pytest.fixture
def lunch(clock):
    """Make it lunch time on a Tuesday; named before `see`, so that the log-in happens then."""
    clock.move_to(TUESDAY_LUNCH)


@pytest.fixture
def see(client, county):
    """What a person of the ward sees on the page."""
    client.force_login(county.alva.user)

    def at_address(query: str = "", status: int = 200, **headers: str) -> BeautifulSoup:
        typed = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
        if "q" in typed:
            response = search_for(client, "contacts", typed, headers=headers)
        else:
            response = client.get(reverse("contacts") + query, headers=headers)
        assert response.status_code == status
        return BeautifulSoup(response.content, "html.parser")

    return at_address


def text_of(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def rows(page: BeautifulSoup) -> dict[str, BeautifulSoup]:
    """Each row of the table by the name in it."""
    return {row.th.a.get_text(): row for row in page.select("tbody tr")}


@pytest.mark.clause("R5.1")
@pytest.mark.clause("R1.1")
def test_before_a_search_the_switchboards_and_ones_own_support_are_there(see):
    page = see()
    head = text_of(page.select_one(".page-head"))
    assert "Växeln: 090-785 00 00" in head
    assert "Servicedesk: internt 59090" in head
    assert [*rows(page)][:2] == ["Region Västerbottens växel", "Växel Bjurholm"]
    assert len(rows(page)) == 16
    assert page.find("input", {"name": "q"}).has_attr("autofocus")
    assert "träffar" not in text_of(page)


@pytest.mark.clause("R1.1")
def test_a_municipality_is_told_of_its_own_support_without_an_empty_number(client, county):
    client.force_login(county.cissi.user)
    page = BeautifulSoup(client.get(reverse("contacts")).content, "html.parser")
    head = text_of(page.select_one(".page-head"))
    assert "Kommunens egen IT-support: numret står i kommunens egen rutin" in head
    assert "59090" not in head


def test_an_extension_is_no_link_and_a_number_is_one(see):
    row = rows(see("?q=servicedesk"))["Servicedesk"]
    assert "internt 59090" in text_of(row)
    assert row.find("a", href=lambda href: href and href.startswith("tel:")) is None
    row = rows(see("?q=skelleftea"))["Växel Skellefteå"]
    assert row.find("a", class_="tel")["href"] == "tel:+46910735000"


@pytest.mark.clause("R5.3")
def test_a_row_says_whose_it_is_when_it_opens_and_that_it_is_not_verified(lunch, see):
    row = text_of(rows(see("?q=malå"))["Växel Malå"])
    assert "Malå kommun" in row
    assert "Stängt, öppnar 13.00" in row
    assert "Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00" in row
    assert "Ej verifierad" in row
    assert "Öppet nu" in text_of(rows(see("?q=umeå"))["Växel Umeå"])


def test_a_verified_number_has_no_mark(lunch, see, county):
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = TUESDAY_LUNCH, county.region_admin.user
    entry.save()
    assert "Ej verifierad" not in text_of(rows(see("?q=umeå"))["Växel Umeå"])


@pytest.mark.clause("R5.4")
@pytest.mark.clause("R5.5")
def test_hemsjukvard_says_that_it_relays_and_a_missing_number_gives_the_switchboard(see):
    page = see("?q=nordmaling+hemsjukvård")
    assert "Totalt antal träffar: 2" in text_of(page)
    row = rows(page)["Hemsjukvård Nordmaling kväll/helg"]
    assert "Förmedlar" in text_of(row)
    assert "Nummer saknas. Ring växeln 090-785 00 00" in text_of(row)
    assert row.find("a", class_="tel")["href"] == "tel:+46907850000"


def test_an_empty_result_says_what_to_do(see):
    page = see("?q=atlantis")
    assert "Totalt antal träffar: 0" in text_of(page)
    assert "Inga träffar. Ring växeln 090-785 00 00" in text_of(page)
    assert page.find("table") is None


@pytest.mark.clause("R5.6")
def test_what_was_searched_for_stands_in_the_box(see):
    assert see("?q=malå").find("input", {"name": "q"})["value"] == "malå"


def test_htmx_gets_the_results_only(see):
    part = see("?q=malå", **{"HX-Request": "true"})
    assert part.find("input") is None
    assert part.find("h1") is None
    assert [*rows(part)] == ["Växel Malå"]


def test_pages_follow_each_other(see, county):
    for n in range(30):
        DirectoryEntry.objects.create(
            principal=county.region, name=f"Mottagning {n:02}", kind="other", availability="unknown"
        )
    first = see("?q=mottagning")
    assert "Totalt antal träffar: 30" in text_of(first)
    assert "Sida 1 av 2" in text_of(first)
    assert len(rows(first)) == 25
    assert first.find("a", rel="prev") is None
    second = see(first.find("a", rel="next")["href"])
    assert [*rows(second)] == [f"Mottagning {n:02}" for n in range(25, 30)]
    assert second.find("a", rel="next") is None


def test_while_one_types_the_first_hits_are_there_with_the_way_to_all_of_them(see, county):
    part = see("?q=växel", **{"HX-Request": "true"})
    assert len(rows(part)) == 6
    assert part.find("a", rel="next") is None
    everything = see(part.find("a", string="Visa alla 17 träffar")["href"])
    assert [*rows(part)] == [*rows(everything)][:6]
    assert len(rows(everything)) == 17


@pytest.mark.parametrize(
    "query", ["?q=växel&sida=0", "?q=växel&sida=tre", "?q=växel&sida=-1", "?q=växel&sida="]
)
def test_a_page_number_that_is_none_gives_the_first_page(see, query):
    assert "Totalt antal träffar: 17" in text_of(see(query))


def test_a_search_text_that_is_too_long_is_told_beside_the_box_and_kept(see):
    page = see("?q=" + "a" * 101, status=422)
    box = page.find("input", {"name": "q"})
    assert box["aria-invalid"] == "true"
    assert "100" in text_of(page.find(id=box["aria-describedby"]))
    assert box["value"] == "a" * 101


def test_what_is_typed_is_shown_as_text(see):
    page = see("?q=<script>alert(1)</script>")
    assert "alert(1)" not in "".join(script.text for script in page.find_all("script"))


def test_everyone_who_is_logged_in_may_read_and_nobody_else(client, county):
    for acting in (county.alva, county.cissi, county.mala_admin):
        client.force_login(acting.user)
        assert client.get(reverse("contacts")).status_code == 200
    client.logout()
    response = client.get(reverse("contacts"))
    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]


def test_the_number_of_queries_does_not_grow_with_the_hits(
    client, county, still, django_assert_max_num_queries
):
    client.force_login(county.alva.user)
    # The first page after the log-in also writes down that the person is there.
    search_for(client, "contacts", {"q": "x"})
    counts = []
    for query in ("servicedesk", "växel"):
        with django_assert_max_num_queries(20) as queries:
            search_for(client, "contacts", {"q": query})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_contact_whose_unit_is_out_of_use_says_so_in_both_searches(county, client):
    make_entry(county.region, "Heimdalls växel", "0910-73 50 01", unit=county.health_centre)
    client.force_login(county.alva.user)
    for active in (True, False):
        Unit.objects.filter(pk=county.health_centre.pk).update(active=active)
        for address, typed in (
            ("contacts", {"q": "heimdalls"}),
            ("advanced_search", {"text1": "heimdalls", "falt1": "department"}),
        ):
            page = BeautifulSoup(search_for(client, address, typed).content, "html.parser")
            row = next(row for row in page.select("tbody tr") if "Heimdalls växel" in row.get_text())
            assert ("Enheten är ur bruk" in row.get_text()) is not active, address
