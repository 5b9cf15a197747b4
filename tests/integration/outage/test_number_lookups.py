"""What a search finds is what one would find by reading every patient's name and number, though both lie encrypted."""

from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import DataKey
from contacts.rules.swedish_text import search_key
from contacts.services.data_keys import destroy_key
from forms.rules.work_list_spec import WorkList
from forms.services.work_list_prints import _LINES as LINES
from outage.models import CareChain, CareChainDetails, ChainJoin, Outage, PatientLookup
from outage.queries.care_chains import find_chains, get_chain, mark_namesakes, visible_chains
from outage.queries.patient_numbers import chains_with_number, is_whole_number
from outage.queries.same_patient import own_chains_by_number
from outage.rules.back_registration import Before
from outage.rules.identity import Identity, IdentityKind, classify_identity, name_text, number_key
from outage.rules.outage_files import OutageFile
from outage.services.care_chains import change_details
from outage.services.joining import join_chains, undo_join
from tests.factories import County, end_for_all, make_chain, make_event, make_outage
from tests.integration.outage.taken_out import table
from tests.long import runs

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
    joined(county, *random.sample(list(visible_chains(county.alva, outage)), 2))


def joined(county: County, kept: CareChain, other: CareChain) -> ChainJoin:
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
    return join_chains(
        by=county.alva, kept=kept, other=other, client_id=uuid4(), choices=choices, same={}, answers={}
    )


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(1, full=3)))
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


def test_who_has_the_same_number_is_no_namesake_in_another_outage_either(county: County, outage: Outage):
    numbers = ("19121212-1212", "19500101-9809", "", "")
    for name, number in zip("ABCC", numbers, strict=True):
        make_chain(county, outage, patient_name=f"{name} Ek", identity=number)
    end_for_all(county, outage, timezone.now() - timedelta(minutes=20))
    later = make_outage(county.alva, timedelta(minutes=5))
    for name, number in zip("ABB", ("121212+1212", "19500101-9809", "19121212-1212"), strict=True):
        make_chain(county, later, patient_name=f"{name} Ek", identity=number)
    seen = {each.pk: list(visible_chains(county.alva, each)) for each in (outage, later)}
    mark_namesakes(county.alva, [*seen[outage.pk], *seen[later.pk]], outage, later)
    assert [chain.namesake for chain in seen[outage.pk]] == [False, True, True, True]
    assert [chain.namesake for chain in seen[later.pk]] == [False, True, True]


def test_they_are_marked_in_each_list_of_a_page(county: County, outage: Outage, client: Client):
    for number, name in zip(NUMBERS[5:], ("Örjan Ek", "Örjan Ek", "Anna Berg"), strict=False):
        make_event(county.alva, make_chain(county, outage, patient_name=name, identity=number))
    client.force_login(county.alva.user)
    page = BeautifulSoup(client.get(reverse("status")).content, "html.parser")
    for place in (".owed-call", "#chains tbody tr"):
        said = {("Örjan Ek" in row.text, "Samma namn" in row.text) for row in page.select(place)}
        assert said == {(True, True), (False, False)}, place


def test_they_are_marked_where_the_number_is_typed_and_on_each_printed_list(
    county: County, outage: Outage, client: Client
):
    chains = [
        make_chain(county, outage, patient_name=name, identity=number, before=Before.NOT_ADMITTED)
        for number, name in zip(NUMBERS[5:], ("Örjan Ek", "Örjan Ek", "Anna Berg"), strict=False)
    ]
    for chain in chains:
        make_event(county.alva, chain)
    expected = {(True, True), (False, False)}
    for which in (WorkList.CALLS, WorkList.TASKS, WorkList.CHAINS, WorkList.SHIFT):
        rows = [str(row.cells) for row in LINES[which](county.alva, outage, timezone.now())]
        assert {("Örjan Ek" in row, "Samma namn" in row) for row in rows} == expected, which
    end_for_all(county, outage, timezone.now())
    client.force_login(county.alva.user)

    def marked() -> set[tuple[bool, bool]]:
        page = BeautifulSoup(client.get(reverse("back_registration")).content, "html.parser")
        return {("Örjan Ek" in row.text, "Samma namn" in row.text) for row in page.select(".task")}

    assert marked() == expected
    in_file = {(row["Patient"], row["Samma namn"]) for row in table(county.alva, outage, OutageFile.TASKS)}
    assert in_file - {("", "")} == {("Örjan Ek", "Ja"), ("Anna Berg", "")}
    stands = get_chain(county.alva, chains[1].pk)
    change_details(
        by=county.alva,
        chain=stands,
        client_id=uuid4(),
        replaces=stands.details.pk,
        facts=replace(stands.details.facts, patient_name="Örjan Eklund"),
        answers={"identity": "written_wrong"},
    )
    assert {is_marked for _, is_marked in marked()} == {False}, "nothing was written about the other"


# Each line is one name to who reads it, or several that are nearly so.
ALIKE = (
    *(
        "Åsa Öberg-Lund",
        "ASA  OBERG LUND",
        "A\u030asa O\u0308berg\u2011Lund",
        "\u200bÅsa\u00a0Öberg–Lund\n",
        "Äsa Öberg Lund",
    ),
    *("Öberg-Lund Åsa", "Åsa Öberglund", "Åsa Öberg", "Åsa Öberg-Lunde"),
    *("Örjan Ek", "örjan EK ", "Ek Örjan", "Ek, Örjan", "Ørjan Ek", "Orjan Ék", "Ørjan Ek\u2028"),
    *("Straße Æbel", "strasse aebel", "Strase Abel", "Đorđe Ŋ", "dorde n"),
    *("Ek 2", "Ek  2", "number 191212121212", "191212121212", "李明", "  ", "-", ""),
)


def counted_by_reading(by: Acting, chains: list[CareChain], *outages: Outage) -> list[bool]:
    """The rule in plain text, over every name in sight."""
    seen = [chain.details for chain in visible_chains(by, *outages)]
    shown = [row for row in seen if not row.protected_identity]

    def is_another(row: CareChainDetails, own: CareChainDetails) -> bool:
        same = is_whole_number(own.identity_number) and row.identity_number == own.identity_number
        return row.pk != own.pk and not same

    def has_namesake(own: CareChainDetails) -> bool:
        key = search_key(own.patient_name)
        return key != "" and any(
            search_key(row.patient_name) == key and is_another(row, own) for row in shown
        )

    return [not chain.details.protected_identity and has_namesake(chain.details) for chain in chains]


@pytest.mark.parametrize("seed", range(2))
def test_the_same_are_of_one_name_as_if_every_name_were_read(county: County, outage: Outage, seed: int):
    dice = Random(seed)

    def choose() -> dict[str, Any]:
        name, protected = dice.choice(ALIKE), dice.random() < 0.4
        number = dice.choice(("1212", *NUMBERS[:6]))
        return {"patient_name": name, "identity": number, "protected_identity": protected}

    def fill(where: Outage) -> None:
        for _ in range(24):
            by = dice.choice([county.alva, county.alva, county.bo, county.cissi])
            ward = by.unit if by.unit.ward_kind else county.ward
            make_chain(county, where, by=by, ward_unit=ward, **choose())

    fill(outage)
    end_for_all(county, outage, timezone.now() - timedelta(minutes=20))
    later = make_outage(county.alva, timedelta(minutes=5))
    assert later.pk != outage.pk
    fill(later)
    # By number in each outage: in any order the dice would fall otherwise each time.
    seen = [
        chain for each in (outage, later) for chain in visible_chains(county.alva, each).order_by("number")
    ]
    for chain in dice.sample(seen, 6):
        other = replace(chain.details.facts, **choose())
        change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=other)
    one, other, third, fourth = list(visible_chains(county.alva, outage))[:4]
    for kept, gone in ((one, other), (third, fourth)):
        join = joined(county, kept, gone)
    undo_join(by=county.alva, join=join, client_id=uuid4(), reason="Fel")

    marked = 0
    for by in (county.alva, county.bo, county.cissi, county.disa):
        for seen_in in ((outage,), (later,), (outage, later), (later, outage)):
            chains = list(visible_chains(by, *seen_in))
            wanted = counted_by_reading(by, chains, *seen_in)
            for page in (slice(None), slice(3, 10)):
                mark_namesakes(by, chains[page], *seen_in)
                assert [getattr(chain, "namesake", False) for chain in chains[page]] == wanted[page]
            marked += sum(wanted)
            assert not all(wanted)
    assert marked > 30


def test_a_name_is_hashed_as_it_always_was():
    """Hashes are stored: with another form of a name, those that are there would find nobody."""
    forms = {
        "Åsa Öberg-Lund": "name:asa oberg lund",
        "Ek,  Örjan": "name:ek orjan",
        "Ørjan Straße": "name:orjan strasse",
        "李明": "",
        "number 1912": "name:number 1912",
    }
    assert {name: name_text(name) for name in forms} == forms


def test_who_has_protected_personal_data_has_no_hash_of_the_name(county: County, outage: Outage):
    chain = make_chain(county, outage, identity="")
    assert PatientLookup.objects.count() == 1
    facts = replace(chain.details.facts, protected_identity=True)
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    assert not PatientLookup.objects.exists()


def test_the_upgrade_hashes_the_names_that_are_there(county: County, outage: Outage):
    purged = make_chain(county, outage, identity="")
    end_for_all(county, outage, timezone.now() - timedelta(minutes=20))
    destroy_key(by=None, name=purged.key_name)
    later = make_outage(county.alva, timedelta(minutes=5))
    chains = [
        make_chain(county, later, identity="", patient_name=name) for name in ("Åsa Ek", "Asa  Ek", "Bo")
    ]
    make_chain(county, later, identity="", protected_identity=True)
    make_chain(county, later, identity="", by=county.bo, ward_unit=county.bo.unit)
    facts = replace(chains[2].details.facts, patient_name="Åsa-Ek")
    change_details(
        by=county.alva, chain=chains[2], client_id=uuid4(), replaces=chains[2].details_id, facts=facts
    )
    before = sorted(PatientLookup.objects.values_list("chain", "key", "hash"))
    assert len(before) == 4
    assert len({told for *_, told in before}) == 2
    PatientLookup.objects.all().delete()
    migration = import_module("outage.migrations.0009_name_lookups")
    migration.hash_names(apps, SimpleNamespace(connection=connection))
    assert sorted(PatientLookup.objects.values_list("chain", "key", "hash")) == before


def test_the_upgrade_finds_numbers_that_were_kept_with_signs(
    county: County, outage: Outage, monkeypatch: pytest.MonkeyPatch
):
    kept = ("19121212-1212.", "Pnr: 19500101-9809", "１９１２１２１２-1212", "vb/12", "Okänd man")
    with monkeypatch.context() as before:
        # As a version kept and hashed them that read no sign.
        before.setattr(
            "outage.services.care_chains.classify_identity",
            lambda text, _: Identity(IdentityKind.OTHER, text, text, text),
        )
        before.setattr(
            "outage.models.care_chain.lookup_texts", lambda _, stored: (f"number:{stored.upper()}",)
        )
        chains = [make_chain(county, outage, identity=number, patient_name="") for number in kept]
    asked = ("19121212-1212", "500101-9809", "VB12")
    assert not any(chains_with_number(county.alva, text, outage) for text in asked)
    migration = import_module("outage.migrations.0023_number_lookups")
    for _ in range(2):
        migration.hash_numbers(apps, SimpleNamespace(connection=connection))
        found = [chains_with_number(county.alva, text, outage) for text in asked]
        assert found == [{chains[0].pk, chains[2].pk}, {chains[1].pk}, {chains[3].pk}]
        assert PatientLookup.objects.count() == len(kept) + 2 * 3 + 2
    # Without signs it is no other number.
    there = get_chain(county.alva, chains[0].pk)
    facts = replace(there.details.facts, identity="191212121212")
    made = change_details(
        by=county.alva, chain=there, client_id=uuid4(), replaces=there.details_id, facts=facts
    )
    assert "identity" not in made.changed


def test_a_number_is_looked_up_as_it_is_known_now_and_its_hash_tells_nothing(county: County, outage: Outage):
    chain = make_chain(county, outage, identity="19121212-1212")
    before = set(PatientLookup.objects.values_list("hash", flat=True))
    facts = replace(chain.details.facts, identity="vb12ab345678")
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    after = set(PatientLookup.objects.values_list("hash", flat=True))
    assert (len(before), len(after), len(before & after)) == (3, 2, 1)
    assert all(len(one) == 64 for one in before)
    key = DataKey.objects.get(name=chain.key_name)
    assert {lookup.key for lookup in PatientLookup.objects.all()} == {key}
