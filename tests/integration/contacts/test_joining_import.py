"""A file that still has what was joined: it meets the kept one and does not make the duplicate anew."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from django.test import Client

from contacts.filing.joined import as_joined
from contacts.filing.rows import read_rows
from contacts.models import DirectoryEntry, RotaTurn, Unit
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.joining import Part, Pick
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.joining import join_entries
from contacts.services.joining_units import join_units
from tests.factories import make_entry, same_id

from .importing import confirm, groups, page_of, table, upload, words
from .test_directory_import_plan import file_of

pytestmark = pytest.mark.django_db
A, B, C = "0953-140 01", "0953-140 02", "0953-140 03"
KEPT, OLD = "Hjälpmedel", "Hjälpmedelscentralen"


@pytest.fixture
def kept(county) -> DirectoryEntry:
    """A contact with the numbers of two; Malå has no others."""
    DirectoryEntry.objects.filter(principal=county.mala).delete()
    one = make_entry(county.mala, KEPT, A, kind=EntryKind.OTHER)
    two = make_entry(county.mala, OLD, B, kind=EntryKind.OTHER, owner="IT")
    return join_entries(
        by=county.mala_admin,
        kept=one,
        other=two,
        client_id=same_id(1),
        version=version_of(one),
        other_version=version_of(two),
        picks={},
    )


def row(name: str, number: str, **more: str) -> dict[str, str]:
    return {"Enhet": name, "Telefon": number} | more


def previewed(client: Client, county: Any, *rows: dict[str, str]):
    return page_of(upload(client, county.mala_admin, file_of(*rows)))


def test_next_years_file_with_both_rows_changes_nothing(client: Client, county, kept):
    page = previewed(client, county, row(KEPT, A), row(OLD, B))
    assert groups(page) == {"Oförändrade": 1, "Sammanförda": 1}


def test_the_row_of_the_old_name_is_told_of_by_what_it_is_now(client: Client, county, kept):
    page = previewed(client, county, row(OLD, B))
    assert groups(page) == {"Sammanförda": 1}
    assert table(page) == [f"{OLD} 2 {KEPT}"]
    assert "Sammanförda med en annan kontakt. Raden ändrar inget" in words(page)


@pytest.mark.parametrize("spelled", [OLD.upper(), "hjälpmedels-centralen"])
def test_the_old_name_is_known_in_any_spelling(client: Client, county, kept, spelled):
    assert groups(previewed(client, county, row(spelled, B))) == {"Sammanförda": 1}


def test_what_neither_row_says_any_more_is_changed(client: Client, county, kept):
    page = previewed(client, county, row(KEPT, C), row(OLD, B))
    assert groups(page) == {"Ändrade": 1, "Sammanförda": 1}
    page_of(confirm(client, page))
    kept.refresh_from_db()
    assert [phone.number for phone in kept.phones] == [B, C]
    assert not DirectoryEntry.objects.filter(name=OLD, retired_at__isnull=True).exists()


def test_a_file_of_the_kept_name_alone_says_what_stands_there(client: Client, county, kept):
    page = previewed(client, county, row(KEPT, A))
    assert groups(page) == {"Oförändrade": 1}


def test_the_name_that_was_not_chosen_leads_there_too(client: Client, county):
    DirectoryEntry.objects.filter(principal=county.mala).delete()
    one, two = make_entry(county.mala, KEPT, A), make_entry(county.mala, OLD, B)
    join_entries(
        by=county.mala_admin,
        kept=one,
        other=two,
        client_id=same_id(1),
        version=version_of(one),
        other_version=version_of(two),
        picks={Part.NAME: Pick.OTHER},
    )
    page = previewed(client, county, row(KEPT, A), row(OLD, B))
    assert groups(page) == {"Oförändrade": 1, "Sammanförda": 1}


def test_two_of_one_name_in_two_departments(client: Client, county):
    DirectoryEntry.objects.filter(principal=county.mala).delete()
    one = make_entry(county.mala, KEPT, A, department="Norra")
    two = make_entry(county.mala, KEPT, B, department="Södra")
    join_entries(
        by=county.mala_admin,
        kept=one,
        other=two,
        client_id=same_id(1),
        version=version_of(one),
        other_version=version_of(two),
        picks={},
    )
    north, south = row(KEPT, A, Avdelning="Norra"), row(KEPT, B, Avdelning="Södra")
    assert groups(previewed(client, county, north, south)) == {"Oförändrade": 1, "Sammanförda": 1}
    assert groups(previewed(client, county, south)) == {"Sammanförda": 1}


def test_the_unit_of_a_row_is_found_by_its_old_name(client: Client, county, kept):
    old = Unit.objects.create(principal=county.mala, name="Handläggarna")
    join_units(
        by=county.mala_admin,
        kept=county.social_care,
        other=old,
        client_id=same_id(2),
        version=version_of(county.social_care),
        other_version=version_of(old),
    )
    page = previewed(client, county, row("Ny kontakt", C, **{"Hör till enhet": "Handläggarna"}))
    assert groups(page)["Nya"] == 1
    page_of(confirm(client, page))
    assert DirectoryEntry.objects.get(name="Ny kontakt").unit == county.social_care
    assert not RotaTurn.objects.exists()


def test_every_case_of_two_numbers(county, kept):
    """What stands and one of the rows says, stands; what its own row says new, comes; the rest goes."""
    lists = ([], [A], [B], [A, B], [C], [A, C], [B, C])

    def facts(numbers: list[str]) -> EntryFacts:
        return replace(kept.facts, owner="", phones=read(KEPT, numbers).facts.phones)

    for old, own, theirs in product(lists, repeat=3):
        after = as_joined(facts(old), facts(own), [read(OLD, theirs)])
        found = [phone.number for phone in after.phones]
        expected = [n for n in old if n in own or n in theirs] + [n for n in own if n not in old]
        assert found == (expected if theirs else own)


def read(name: str, numbers: list[str]) -> Any:
    cells = ["Malå kommun", name, "annan", A]
    found = next(iter(read_rows([["Huvudman", "Enhet", "Typ", "Telefon"], cells])))
    phones = tuple(Phone(PhoneKind.DIRECT, number) for number in numbers)
    return replace(found, facts=replace(found.facts, phones=phones))
