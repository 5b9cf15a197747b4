"""The page of a chain says that another one has the same number, with the way to join them."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import ChainStatus
from outage.services.care_chains import change_details, open_chain
from tests.factories import County, chain_facts, make_chain
from tests.integration.outage.joining import join, undo
from tests.integration.outage.pages import read
from tests.integration.outage.test_same_patient import PAIRS
from tests.long import runs


def edit(county: County, chain: CareChain, **known: object) -> None:
    chain = get_chain(county.alva, chain.pk)
    assert chain.details is not None
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, **known),
    )


def hint(client: Client, chain: CareChain) -> tuple[str, list[str]]:
    """What the page says of others with the number, and where its links lead; "" and nothing where it says nothing."""
    page = read(client.get(reverse("chain", args=[chain.pk])))
    said = page.main.find("strong", string="Samma nummer finns också:")
    note = said.find_parent("p") if said else None
    return (" ".join(note.get_text().split()), [a["href"] for a in note.find_all("a")]) if note else ("", [])


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


@pytest.mark.long
@pytest.mark.parametrize(("stored", "typed"), PAIRS[:: runs(8, full=1)])
def test_a_chain_that_is_edited_to_the_number_of_another_leads_to_joining_them(
    county: County, outage: Outage, alva: Client, stored: str, typed: str
):
    first = make_chain(county, outage, identity=stored, patient_name="Asta Provberg")
    second = make_chain(county, outage, identity="20121212-1213", patient_name="Asta Prov-Berg")
    assert hint(alva, first) == hint(alva, second) == ("", [])
    edit(county, second, identity=typed)
    for chain, other, name in ((first, second, "Asta Prov-Berg"), (second, first, "Asta Provberg")):
        text, links = hint(alva, chain)
        assert f"Samma nummer finns också: vårdkedja {other.number}, {name} " in text
        assert links[:2] == [reverse("chain", args=[other.pk]), reverse("join_chain", args=[chain.pk])]
    options = read(alva.get(reverse("join_chain", args=[second.pk]))).main.find(id="id_to")
    assert [box["value"] for box in options.find_all("input", {"name": "to"})] == [str(first.pk)]


def test_one_more_that_was_opened_all_the_same_says_so_at_once(
    county: County, chain: CareChain, outage: Outage, alva: Client
):
    answers = {"same-patient": "other-person"}
    facts = chain_facts(county)
    opened = open_chain(by=county.alva, outage=outage, client_id=uuid4(), facts=facts, answers=answers)
    assert f"vårdkedja {chain.number}," in hint(alva, opened)[0]


def test_joined_chains_say_nothing_until_they_are_taken_apart(
    county: County, chain: CareChain, outage: Outage, alva: Client
):
    other = make_chain(county, outage)
    join(county, chain, other)
    assert hint(alva, chain) == ("", [])
    undo(county, chain)
    assert hint(alva, chain)[1]


@pytest.mark.parametrize("which", ["one", "other"])
def test_a_chain_of_the_wrong_patient_is_none_of_the_patient_s(
    county: County, chain: CareChain, outage: Outage, alva: Client, which: str
):
    other = make_chain(county, outage)
    edit(
        county,
        chain if which == "one" else other,
        status=ChainStatus.WRONG_PATIENT,
        status_reason="Två lika namn.",
    )
    assert hint(alva, chain) == hint(alva, other) == ("", [])


def test_what_the_unit_does_not_see_and_who_is_protected_stay_unnamed(
    county: County, chain: CareChain, outage: Outage, alva: Client
):
    bo = {"ward_unit": county.other_ward, "outpatient_unit": county.clinic}
    make_chain(county, outage, county.bo, **bo)
    make_chain(county, outage, county.cissi)
    assert hint(alva, chain) == ("", [])
    make_chain(county, outage, patient_name="Hemlig Hemligsson", protected_identity=True)
    text, _ = hint(alva, chain)
    assert "Skyddad patient" in text
    assert "Hemlig" not in text


def test_however_many_there_are_it_takes_as_few_questions(
    county: County, chain: CareChain, outage: Outage, alva: Client
):
    counts = set()
    for _ in range(3):
        make_chain(county, outage)
        alva.get(reverse("chain", args=[chain.pk]))
        with CaptureQueriesContext(connection) as captured:
            assert hint(alva, chain)[1]
        counts.add(len(captured))
    assert len(counts) == 1
