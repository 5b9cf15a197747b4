"""What a search finds is what one would find by reading every patient's name and number, though both lie encrypted."""

from dataclasses import dataclass, replace
from random import Random
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from contacts.models import DataKey
from contacts.rules.swedish_text import search_key
from outage.models import CareChain, CareChainDetails, Outage, PatientLookup
from outage.queries.care_chains import find_chains, mark_namesakes, visible_chains
from outage.queries.patient_numbers import chains_with_number, is_whole_number
from outage.queries.same_patient import own_chains_by_number
from outage.rules.identity import IdentityKind, classify_identity, number_key
from outage.services.care_chains import change_details
from outage.services.joining import join_chains
from tests.factories import County, make_chain

pytestmark = pytest.mark.django_db

NAMES = ("Örjan Ek", "Tolvan Tolvansson", "Åsa Öberg-Lund", "Anna Maria Ek", "Ek Örjan", "")
NUMBERS = (
    *("19121212-1212", "121212-1212", "121212+1212", "20121212-1212", "1212121212", "19121272-1212"),
    *("19500101-9809", "500101-9809", "vb12ab345678", "VB12 AB34-5678", "Anna 19121212", "131313-1313", ""),
)
ASKED = (
    *NAMES,
    *NUMBERS,
    *("ek", "TOLV", "örj ek", "1212", "12-12", "vb12", "ab34", "ek 19121212-1212", "19121212 1212 ek"),
    *("pnr 121212-1212", "19121212\u20131212", "öberg lund", "finns inte", "1950", "212121212", "an 0101"),
)


@dataclass(frozen=True)
class Plain:
    """What was known of one chain, in plain text."""

    home: UUID
    name: str
    kind: str
    number: str
    protected: bool


def plain_rows() -> list[Plain]:
    newest = CareChainDetails.objects.filter(replaced_by__isnull=True).select_related("chain")
    return [
        Plain(
            row.chain.joined_to_id or row.chain_id,
            row.patient_name,
            row.identity_kind,
            row.identity_number,
            row.protected_identity,
        )
        for row in newest
    ]


def by_number(rows: list[Plain], text: str) -> set[UUID]:
    typed = classify_identity(text, timezone.localdate())
    key = number_key(typed.stored)
    if typed.kind is IdentityKind.UNKNOWN or not key:
        return set()
    if typed.born:
        return {r.home for r in rows if r.kind == typed.kind and number_key(r.number)[2:] == key[2:]}
    return {row.home for row in rows if number_key(row.number) == key}


def by_words(rows: list[Plain], text: str) -> set[UUID]:
    """As a search reads: a whole number, else every word in the name or in the number of the patient."""
    text = text.removeprefix("pnr ")
    if is_whole_number(text):
        return by_number(rows, text)
    found = []
    for word in text.split():
        name, number = search_key(word), number_key(word)
        found.append(
            by_number(rows, word)
            if is_whole_number(word)
            else {
                row.home
                for row in rows
                if (name and not row.protected and name in search_key(row.name))
                or (number and number in number_key(row.number))
            }
        )
    return set.intersection(*found) if found else set()


def make_patients(county: County, outage: Outage, random: Random) -> None:
    for _ in range(30):
        name, number = random.choice(NAMES), random.choice(NUMBERS)
        by = random.choice([county.alva, county.alva, county.bo, county.cissi])
        if name or number:
            ward = by.unit if by.unit.ward_kind else county.ward
            more = {"patient_name": name, "identity": number, "protected_identity": random.random() < 0.2}
            make_chain(county, outage, by=by, ward_unit=ward, outpatient_unit=None, **more)
    own = list(visible_chains(county.alva, outage))
    for chain in random.sample(own, 4):
        other = replace(
            chain.details.facts, identity=random.choice(NUMBERS[:8]), patient_name=random.choice(NAMES[:5])
        )
        change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=other)
    kept, other_chain = random.sample(list(visible_chains(county.alva, outage)), 2)
    choices = dict.fromkeys(
        (
            "identity",
            "patient_name",
            "ward_unit",
            "municipality",
            "outpatient_unit",
            "ward_kind",
            "before",
            "status",
        ),
        "kept",
    )
    join_chains(
        by=county.alva, kept=kept, other=other_chain, client_id=uuid4(), choices=choices, same={}, answers={}
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_finds_what_reading_everything_would_find(county: County, outage: Outage, seed: int):
    make_patients(county, outage, Random(seed))
    rows = plain_rows()
    assert CareChain.objects.filter(joined_to__isnull=False).exists()
    hits = 0
    for by in (county.alva, county.bo, county.cissi):
        seen = set(visible_chains(by, outage).values_list("pk", flat=True))
        of_principal = set(CareChain.objects.filter(principal=by.principal).values_list("pk", flat=True))
        for text in ASKED:
            found = set(find_chains(by, text, outage).values_list("pk", flat=True))
            assert found == by_words(rows, text) & seen, text
            hits += len(found)
            assert chains_with_number(by, text, outage) == by_number(rows, text) & of_principal, text
        many = own_chains_by_number(by, ASKED, outage)
        wrong = {chain.pk for chain in visible_chains(by, outage) if chain.details.status != "ok"}
        for text in ASKED:
            assert {chain.pk for chain in many[text]} == (by_number(rows, text) & seen) - wrong, text
    assert hits > 60


def test_patients_of_the_same_name_are_marked_and_those_with_protected_data_do_not_count(
    county: County, outage: Outage
):
    named = [("Örjan Ek", False), ("ÖRJAN ek", False), ("Anna Ek", False), ("Anna Ek", True), ("", False)]
    for name, protected in named:
        make_chain(county, outage, patient_name=name, identity="1212", protected_identity=protected)
    chains = list(visible_chains(county.alva, outage))
    mark_namesakes(county.alva, chains, outage)
    marked = [getattr(chain, "namesake", False) for chain in chains]
    assert marked == [True, True, False, False, False]


def test_a_number_is_looked_up_as_it_is_known_now_and_its_hash_tells_nothing(county: County, outage: Outage):
    chain = make_chain(county, outage, identity="19121212-1212")
    before = set(PatientLookup.objects.values_list("hash", flat=True))
    facts = replace(chain.details.facts, identity="vb12ab345678")
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    after = set(PatientLookup.objects.values_list("hash", flat=True))
    assert (len(before), len(after), before & after) == (2, 1, set())
    assert all(len(one) == 64 for one in before)
    assert {lookup.key for lookup in PatientLookup.objects.all()} == {
        DataKey.objects.get(name=chain.key_name)
    }
