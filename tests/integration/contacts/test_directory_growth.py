"""As the directory grows no page asks more of the database, and the figures stay true."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import DirectoryEntry, MunicipalKind, Unit
from contacts.queries import searched
from contacts.queries.figures import DirectoryFigures, directory_figures
from contacts.queries.kept_units import ways_missing
from contacts.queries.search import search_by_fields, search_entries
from contacts.rules.directory_search import SearchField
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.swedish_text import search_key
from contacts.rules.ways import MissingWay
from tests.asking import search_for
from tests.factories import make_entry
from tests.long import runs
from tests.seed_directory import RARE_LAST, seed_directory

pytestmark = pytest.mark.django_db
MANY = runs(1_200, full=10_000)

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
    asked = {
        name: (lambda page=page, typed=typed: search_for(client, page, typed))
        for name, (page, typed) in ASKED.items()
    }
    asked |= {
        "a unit": lambda: client.get(reverse("unit", args=[unit_id])),
        "Läge": lambda: client.get(reverse("status")),
    }
    counted = {}
    for name, ask in asked.items():
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        counted[name] = len(queries)
    return counted


@pytest.mark.long
def test_no_page_asks_more_of_many_entries_than_of_25(client, still, monkeypatch):
    small = seed_directory(entries=25, units=4)
    client.force_login(small.acting.user)
    # The first page after the log-in also writes down that the person is there, the first search makes its index.
    search_for(client, "contacts", {"q": "x"})
    few = queries_of(client, small.units[0])
    DirectoryEntry.objects.exclude(pk__in=[]).delete()
    small.acting.membership.delete()
    Unit.objects.all().delete()
    small.acting.user.delete()
    large = seed_directory(entries=MANY)
    assert DirectoryEntry.objects.count() == MANY
    client.force_login(large.acting.user)
    monkeypatch.setattr(searched, "_kept", None)
    search_for(client, "contacts", {"q": "x"})
    many = queries_of(client, large.units[0])
    # One for the rows of a hit, one for the units that are called that.
    assert all(few[name] <= count <= few[name] + 2 for name, count in many.items()), (few, many)
    assert max(few.values()) <= 20, few
    assert search_entries(RARE_LAST).total == 1
    assert search_entries(large.number).total == 1


@pytest.mark.long
def test_among_many_the_pages_hold_each_hit_once_and_miss_none():
    seed_directory(entries=MANY)
    everything = list(DirectoryEntry.objects.order_by("sort_key", "pk"))
    for text in ("m", "nord", "medicin 8", "ström", RARE_LAST):
        first = search_entries(text, limit=7)
        shown = [
            first.entries,
            *(search_entries(text, page=n, limit=7).entries for n in range(2, first.pages + 1)),
        ]
        pks = [entry.pk for page in shown for entry in page]
        assert len(set(pks)) == len(pks) == first.total
        assert search_entries(text, page=first.pages + 5, limit=7).entries == shown[-1]
        # By reading each entry: what has all the words, a number or a single letter not as a part of something else.
        words = [f" {word}" if len(word) == 1 else word for word in search_key(text).split()]
        words = [f"{word} " if word.strip().isdigit() else word for word in words]
        assert {e.pk for e in everything if all(word in f" {e.search_key} " for word in words)} <= set(pks)


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


def figures_by_hand() -> tuple[int, int, int]:
    """Count the units that lack a way as their own pages do, one by one."""
    units = Unit.objects.filter(active=True).select_related("principal")
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
def test_the_figures_of_the_units_are_what_their_pages_say(places, series):
    places.region.own_series = series
    places.region.save()
    assert of_units(directory_figures(timezone.now())) == figures_by_hand()


def test_the_figures_are_of_every_principal(places):
    every = directory_figures(timezone.now())
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
