"""As the directory grows no page asks more of the database, and the figures stay true."""

import dataclasses
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.queries.figures import DirectoryFigures, directory_figures
from contacts.queries.kept_units import ways_missing
from contacts.queries.search import search_by_fields, search_entries
from contacts.rules.directory_search import SearchField, needles
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.ways import MissingWay
from tests.factories import make_entry
from tests.seed_directory import RARE_LAST, seed_directory

pytestmark = pytest.mark.django_db

ASKED = {
    "a common letter": ("contacts", {"q": "a"}),
    "a rare name": ("contacts", {"q": RARE_LAST}),
    "a number": ("contacts", {"q": "0980-329 980"}),
    "a municipality": ("contacts", {"q": "nord"}),
    "nothing": ("contacts", {}),
    "one text": ("advanced_search", {"text2": "berg"}),
    "four texts": ("advanced_search", {"text1": "a", "text2": "a", "text3": "a", "text4": "a"}),
}


def queries_of(client: Client, unit_id: int) -> dict[str, int]:
    addresses = {name: (reverse(page), query) for name, (page, query) in ASKED.items()}
    addresses |= {"a unit": (reverse("unit", args=[unit_id]), {}), "Läge": (reverse("status"), {})}
    counted = {}
    for name, (address, query) in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, query).status_code == 200
        counted[name] = len(queries)
    return counted


def test_no_page_asks_more_of_10_000_entries_than_of_25(client):
    small = seed_directory(entries=25, units=4)
    client.force_login(small.acting.user)
    # The first page after the log-in also writes down that the person is there.
    client.get(reverse("contacts"))
    few = queries_of(client, small.units[0])
    DirectoryEntry.objects.exclude(pk__in=[]).delete()
    small.acting.membership.delete()
    Unit.objects.all().delete()
    small.acting.user.delete()
    large = seed_directory()
    assert DirectoryEntry.objects.count() == 10_000
    client.force_login(large.acting.user)
    client.get(reverse("contacts"))
    assert queries_of(client, large.units[0]) == few
    assert max(few.values()) <= 20
    assert search_entries(RARE_LAST).total == 1
    assert search_entries(large.number).total == 1


def test_among_10_000_the_pages_hold_each_hit_once_and_in_order():
    seed_directory()
    everything = list(DirectoryEntry.objects.order_by("sort_key", "pk"))
    for text in ("a", "nord", "medicin 8", RARE_LAST):
        first = search_entries(text, limit=7)
        assert (first.total >= 1_000) == (text == "a"), "both ways of asking PostgreSQL are to be tried"
        in_order = [
            entry
            for entry in everything
            if all(needle.found_in(entry.search_key, entry.digits_key) for needle in needles(text))
        ]
        assert first.total == len(in_order)
        for page in {1, 2, first.pages, first.pages + 5}:
            shown = min(page, first.pages)
            expected = in_order[(shown - 1) * 7 : shown * 7]
            assert search_entries(text, page=page, limit=7).entries == expected


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no trigrams")
def test_postgresql_finds_the_same_with_its_trigrams_as_without_in_one_question():
    seed_directory()

    def found() -> dict[str, tuple[int, list[DirectoryEntry]]]:
        answers = {}
        for text in (RARE_LAST, "0980-329 980", "nord", "dicin", "finns inte"):
            with CaptureQueriesContext(connection) as queries:
                page = search_entries(text, limit=5)
            assert len(queries) == 1
            answers[text] = (page.total, page.entries)
        return answers

    with connection.cursor() as cursor:
        # Else it may read every entry the first time as well.
        cursor.execute("SET LOCAL enable_seqscan = off")
        by_trigrams = found()
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'entry_trigrams_%'")
        indexes = [name for (name,) in cursor.fetchall()]
        assert len(indexes) == 6, "one for each key that is searched"
        for name in indexes:
            cursor.execute(f"DROP INDEX {name}")
        assert found() == by_trigrams
    assert by_trigrams[RARE_LAST][0] == 1
    assert by_trigrams["finns inte"] == (0, [])


def test_the_order_is_swedish_over_the_pages(county):
    names = ["Zelda", "Åke", "Ärla", "Örjan", "Adam", "Aaron", "zorro", "Östen", "Å-son"]
    for name in names:
        make_entry(county.region, f"{name} Ordningsprov", last_name="Ordningsprov")
    expected = ["Aaron", "Adam", "Zelda", "zorro", "Å-son", "Åke", "Ärla", "Örjan", "Östen"]
    for search in (
        lambda page: search_entries("ordningsprov", page=page, limit=4),
        lambda page: search_by_fields([(SearchField.LAST_NAME, "ordningsprov")], page=page, limit=4),
    ):
        found = [entry.name.split()[0] for page in (1, 2, 3) for entry in search(page).entries]
        assert found == expected


def figures_by_hand(principal: Principal | None = None) -> tuple[int, int, int]:
    """Count the units that lack a way as their own pages do, one by one."""
    units = Unit.objects.filter(active=True).select_related("principal")
    if principal:
        units = units.filter(principal=principal)
    lacks = [ways_missing([unit], timezone.now())[unit.pk] for unit in units]
    return (
        len(lacks),
        sum(MissingWay.SECOND in lack for lack in lacks),
        sum(MissingWay.OUTSIDE in lack for lack in lacks),
    )


def of_units(figures: DirectoryFigures) -> tuple[int, int, int]:
    return figures.units, figures.units_without_two_ways, figures.units_without_outside_way


@pytest.fixture
def places(county: Any) -> Any:
    """Units that lack one way, the other, both and none, in the region and in municipalities."""
    make_entry(county.region, "Jour", "070-174 06 05", unit=county.ward)
    Unit.objects.create(principal=county.region, name="Ur bruk", active=False)
    for principal in (county.mala, county.nordmaling):
        Unit.objects.create(
            principal=principal, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
        )
        Unit.objects.create(principal=principal, name="Annan enhet")
    shared = make_entry(county.region, "Växel igen", unit=county.health_centre)
    shared.phones = [Phone(PhoneKind.DIRECT, "+46 90 785 00 00"), Phone(PhoneKind.EXTENSION, "59091")]
    shared.save()
    return county


@pytest.mark.parametrize("series", ["", "090-785, 0910-77"])
@pytest.mark.parametrize("principal", ["", "region", "mala", "nordmaling"])
def test_the_figures_of_the_units_are_what_their_pages_say(places, series, principal):
    places.region.own_series = series
    places.region.save()
    asked = getattr(places, principal) if principal else None
    assert of_units(directory_figures(timezone.now(), asked)) == figures_by_hand(asked)


def test_the_figures_are_of_one_principal_or_of_all(places):
    now = timezone.now()
    every = directory_figures(now)
    parts = [dataclasses.astuple(directory_figures(now, p)) for p in Principal.objects.all()]
    assert dataclasses.astuple(every) == tuple(map(sum, zip(*parts, strict=True)))
    assert (every.entries, every.unverified) == (DirectoryEntry.objects.count(),) * 2
    assert every.without_number > 0


def test_the_figures_ask_four_times_however_many_units(places, django_assert_num_queries):
    with django_assert_num_queries(4):
        directory_figures(timezone.now())


def test_laege_tells_how_many_units_lack_a_way(client, county):
    client.force_login(county.alva.user)
    page = client.get(reverse("status")).content.decode()
    _, second, outside = figures_by_hand()
    assert f"3 i bruk, {second} nås bara på ett sätt, {outside} nås bara via regionens telefoni." in page
