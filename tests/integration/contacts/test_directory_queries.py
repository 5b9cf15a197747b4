"""What is found, in which order, and which number to ring, read from the database."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.queries.ringing import (
    numbers_for,
    numbers_for_many,
    region_switchboard_number,
    switchboards,
)
from contacts.queries.search import search_by_fields, search_entries
from contacts.rules.directory_search import SearchField
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party
from contacts.rules.phone import Phone, PhoneKind
from tests.factories import make_entry

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY_10 = datetime(2026, 11, 24, 10, 52, tzinfo=STOCKHOLM)
TUESDAY_LUNCH = datetime(2026, 11, 24, 12, 10, tzinfo=STOCKHOLM)
SATURDAY_EVENING = datetime(2026, 11, 28, 19, 0, tzinfo=STOCKHOLM)


def found(text: str) -> list[str]:
    return [entry.name for entry in search_entries(text).entries]


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
    "text", ["skelleftea", "SKELLEFTEÅ", "lefteå kommun", "0910735000", "0910-73 50 00", "+46 910 73"]
)
def test_finds_whatever_the_spelling(directory, text):
    assert found(text) == ["Växel Skellefteå"]


@pytest.mark.clause("R5.5")
def test_finds_the_hemsjukvard_of_a_municipality(directory):
    assert found("nordmaling hemsjukvård") == [
        "Hemsjukvård Nordmaling dagtid",
        "Hemsjukvård Nordmaling kväll/helg",
    ]


def test_finds_by_kind_and_by_extension(directory):
    assert found("IT-support") == ["Servicedesk"]
    assert found("59090") == ["Servicedesk"]


def test_order_is_swedish(directory):
    assert found("växel kommun")[-4:] == ["Växel Vilhelmina", "Växel Vindeln", "Växel Vännäs", "Växel Åsele"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "***", "finnsinte"])
def test_finds_nothing(directory, text):
    result = search_entries(text)
    assert (result.entries, result.total, result.pages) == ([], 0, 1)


def test_retired_entries_are_not_found(county):
    entry = DirectoryEntry.objects.get(name="Servicedesk")
    entry.retired_by, entry.retired_at = county.alva.user, TUESDAY_10
    entry.save()
    assert found("servicedesk") == []


def test_pages_hold_every_hit_once(directory):
    first, second = (search_entries("vaxel", page=n, limit=12) for n in (1, 2))
    assert (first.total, first.pages, second.page) == (17, 2, 2)
    names = [entry.name for entry in (*first.entries, *second.entries)]
    assert len(set(names)) == 17
    assert search_entries("vaxel", page=99, limit=12).entries == second.entries
    assert search_entries("vaxel", page=0, limit=12).entries == first.entries


def test_a_search_asks_the_database_twice_however_much_it_finds(directory, still, django_assert_num_queries):
    search_entries("x")
    for text in ("växel", "växel umeå 090", "servicedesk", "skelefteå", "växel dygnet"):
        with django_assert_num_queries(2 - still):
            assert [(entry.principal.name, entry.unit) for entry in search_entries(text).entries], text


def test_what_is_searched_is_read_anew_after_each_change(county):
    """Whatever is written, and by whomever: saved, in bulk, past the model."""
    assert found("nyskriven") == []
    entry = make_entry(county.region, "Nyskriven", "0980-319 201", title="Sista")
    assert found("nyskriven") == ["Nyskriven"]
    DirectoryEntry.objects.filter(pk=entry.pk).update(digits_key="0980319999")
    assert found("0980-319 999") == ["Nyskriven"]
    entry.title, entry.department = "", "Sista"
    entry.save()
    by_field = search_by_fields([(SearchField.DEPARTMENT, "sista")])
    assert [each.name for each in by_field.entries] == ["Nyskriven"]
    other = make_entry(county.region, "Annanskriven", "0980-319 202")
    entry.name, other.name = "Tillfällig", "Nyskriven"
    entry.save(), other.save()
    entry.name = "Annanskriven"
    entry.save()
    assert [each.pk for each in search_entries("nyskriven").entries] == [other.pk]
    DirectoryEntry.objects.filter(pk=other.pk).update(retired_at=TUESDAY_10, retired_by=county.alva.user)
    assert found("nyskriven") == []
    county.ward.name = "Omdöpt"
    county.ward.save()
    assert search_entries("omdöpt").units == (county.ward.pk,)
    county.ward.active = False
    county.ward.save()
    assert search_entries("omdöpt").units == ()


@pytest.mark.clause("R5.1")
def test_the_regions_switchboard_comes_first_among_the_switchboards(directory):
    names = [entry.name for entry in switchboards()]
    assert names[:2] == ["Region Västerbottens växel", "Växel Bjurholm"]
    assert names[-1] == "Växel Åsele"
    assert len(names) == 16


@pytest.mark.clause("R5.1")
def test_the_regions_switchboard_is_known_without_a_directory():
    assert region_switchboard_number() == "090-785 00 00"
    (only,) = numbers_for(Party.INPATIENT, None, None, SATURDAY_EVENING)
    assert (only.number, only.open_now) == ("090-785 00 00", True)


def test_the_regions_switchboard_is_read_from_the_directory(directory):
    entry = DirectoryEntry.objects.get(name="Region Västerbottens växel")
    entry.phones = [Phone(PhoneKind.DIRECT, "090-785 00 01")]
    entry.save()
    assert region_switchboard_number() == "090-785 00 01"
    assert [n.number for n in numbers_for(Party.INPATIENT, None, None, TUESDAY_10)] == ["090-785 00 01"]


@pytest.mark.clause("R5.3")
def test_a_municipality_on_a_weekday(county):
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY_10)
    assert [(n.entry_name, n.open_now, n.relays) for n in lines] == [
        ("Växel Malå", True, False),
        ("Region Västerbottens växel", True, False),
    ]


@pytest.mark.clause("R5.3")
def test_a_municipality_at_lunch_says_when_it_opens(county):
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY_LUNCH)
    assert [n.entry_name for n in lines] == ["Region Västerbottens växel", "Växel Malå"]
    assert lines[1].opens_at == datetime(2026, 11, 24, 13, 0, tzinfo=STOCKHOLM)


@pytest.mark.clause("R5.4")
@pytest.mark.clause("R5.5")
def test_a_municipality_on_a_saturday_evening_with_and_without_a_number_for_its_hemsjukvard(county):
    lines = numbers_for(Party.MUNICIPALITY, county.nordmaling.pk, None, SATURDAY_EVENING)
    assert [(n.entry_name, n.number, n.relays) for n in lines] == [
        ("Region Västerbottens växel", "090-785 00 00", False),
        ("Hemsjukvård Nordmaling kväll/helg", "", True),
        ("Växel Nordmaling", "", False),
        ("Hemsjukvård Nordmaling dagtid", "", True),
    ]

    entry = DirectoryEntry.objects.get(name="Hemsjukvård Nordmaling kväll/helg")
    entry.phones = [Phone(PhoneKind.DIRECT, "0930-140 22")]
    entry.save()
    best = numbers_for(Party.MUNICIPALITY, county.nordmaling.pk, None, SATURDAY_EVENING)[0]
    assert (best.number, best.tel, best.relays, best.verified) == (
        "0930-140 22",
        "tel:+4693014022",
        True,
        False,
    )


@pytest.mark.clause("R5.4")
def test_the_direct_number_of_a_hemsjukvard_unit_relays_to_its_municipality(county):
    unit = Unit.objects.create(
        principal=county.mala, name="Hemsjukvården Malå", municipal_kind=MunicipalKind.HOME_NURSING
    )
    make_entry(county.mala, unit.name, "0953-140 50", kind=EntryKind.HOME_NURSING, unit=unit)
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, TUESDAY_10)
    assert [(n.number, n.relays) for n in lines] == [
        ("0953-140 00", False),
        ("0953-140 50", True),
        ("090-785 00 00", False),
    ]
    # Who wants the hemsjukvård itself reaches it there: nothing is relayed.
    own = numbers_for(Party.MUNICIPALITY, county.mala.pk, unit.pk, TUESDAY_10)
    assert (own[0].number, own[0].relays) == ("0953-140 50", False)


@pytest.mark.clause("R5.1")
def test_a_wards_direct_number_comes_first_round_the_clock(county):
    for at in (TUESDAY_10, SATURDAY_EVENING):
        lines = numbers_for(Party.INPATIENT, None, county.ward.pk, at)
        assert [n.number for n in lines] == ["090-785 11 22", "090-785 00 00"]


@pytest.mark.clause("R5.2")
def test_a_halsocentral_without_a_number_is_reached_through_the_switchboard(county):
    lines = numbers_for(Party.OUTPATIENT, None, county.health_centre.pk, TUESDAY_10)
    assert [(n.entry_name, n.number) for n in lines] == [
        ("Region Västerbottens växel", "090-785 00 00"),
        ("Bjurholms hälsocentral", ""),
    ]


@pytest.mark.clause("R5.2")
def test_a_halsocentrals_entry_is_found_by_its_name_or_by_its_unit(county):
    entry = DirectoryEntry.objects.get(name="Bjurholms hälsocentral")
    entry.phones = [Phone(PhoneKind.DIRECT, "0932-141 00")]
    entry.save()
    assert numbers_for(Party.OUTPATIENT, None, county.health_centre.pk, TUESDAY_10)[0].number == "0932-141 00"

    entry.unit, entry.name = county.health_centre, "Receptionen"
    entry.save()
    assert numbers_for(Party.OUTPATIENT, None, county.health_centre.pk, TUESDAY_10)[0].number == "0932-141 00"


def test_the_numbers_of_an_entry_are_tried_in_their_order_an_extension_last(county):
    entry = DirectoryEntry.objects.get(name="Medicin 1")
    entry.phones = [
        Phone(PhoneKind.EXTENSION, "51122"),
        Phone(PhoneKind.MOBILE, "070-174 06 05"),
        Phone(PhoneKind.DIRECT, "090-785 11 22"),
    ]
    entry.save()
    lines = numbers_for(Party.INPATIENT, None, county.ward.pk, TUESDAY_10)
    assert [(n.number, n.kind) for n in lines] == [
        ("070-174 06 05", PhoneKind.MOBILE),
        ("090-785 11 22", PhoneKind.DIRECT),
        ("090-785 00 00", PhoneKind.SWITCHBOARD),
        ("51122", PhoneKind.EXTENSION),
    ]


def test_a_number_said_not_to_work_comes_after_those_that_may(county):
    entry = DirectoryEntry.objects.get(name="Medicin 1")
    entry.flagged = ["0907851122"]
    entry.save()
    lines = numbers_for(Party.INPATIENT, None, county.ward.pk, TUESDAY_10)
    assert [(n.number, n.flagged) for n in lines] == [("090-785 00 00", False), ("090-785 11 22", True)]


def test_a_person_at_the_unit_is_not_the_way_to_the_unit(county):
    DirectoryEntry.objects.create(
        principal=county.region,
        unit=county.ward,
        name="Anna Påhittad",
        kind="person",
        phones=[Phone(PhoneKind.DIRECT, "090-785 33 44")],
        availability="always",
    )
    numbers = [n.number for n in numbers_for(Party.INPATIENT, None, county.ward.pk, TUESDAY_10)]
    assert "090-785 33 44" not in numbers


def test_many_at_once_are_the_same_as_one_by_one_in_three_queries(county, django_assert_num_queries):
    requests = [(Party.MUNICIPALITY, p.pk, None) for p in Principal.objects.filter(kind="municipality")]
    requests += [(Party.INPATIENT, None, county.ward.pk), (Party.OUTPATIENT, None, county.health_centre.pk)]
    requests += [(Party.MUNICIPALITY, county.mala.pk, county.social_care.pk), (Party.OUTPATIENT, None, None)]
    for at in (TUESDAY_10, TUESDAY_LUNCH, SATURDAY_EVENING):
        with django_assert_num_queries(3):
            together = numbers_for_many(requests, at)
        assert together == {request: numbers_for(*request, at) for request in requests}
        assert all(answer[0].number for answer in together.values())


def test_nobody_to_ring_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert numbers_for_many([], TUESDAY_10) == {}
