"""Decisions made by hand, counted for the routine's owner."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import NotAllowed
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage, RegistrationMark
from outage.presenters.decisions import decided_rows
from outage.queries.care_chains import get_chain, get_event
from outage.queries.decisions import decided_by_hand
from outage.rules.back_registration import Before, ChainStatus
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.registrations import mark_task
from tests.factories import (
    County,
    chain_facts,
    end_for_all,
    make_chain,
    make_event,
    make_outage,
    person,
    same_id,
)
from tests.integration.outage.joining import join
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import rows

SAID = "Ringde Tolvan Tolvanssons dotter."


def decide(county: County, chain: CareChain, *, entered: bool, done: bool = True) -> None:
    """Alva decides the one task that is left to be decided."""
    chain = get_chain(county.alva, chain.pk)
    (row,) = [row for row in rows(county.alva, chain) if row.decision == "decide"]
    mark_task(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        task=row.key,
        seen=row.seen,
        done=done,
        choice=SAID if done else "",
        entered=entered if done else None,
    )


def unknown_before(county: County, outage: Outage) -> CareChain:
    """Case 12: discharged, and nobody knows whether the patient was in the system before."""
    chain = make_chain(county, outage, before=Before.UNKNOWN)
    make_event(county.alva, chain, "discharge")
    return chain


@pytest.fixture
def owner(county: County):
    return person("ragnar", county.ward, Role.ROUTINE_OWNER)


def test_decisions_are_counted_by_case_over_all_outages_as_they_stand(county: County, owner, client: Client):
    for entered in ((True, False), (True,)):
        outage = make_outage(county.alva)
        chains = [unknown_before(county, outage) for _ in entered]
        undone = unknown_before(county, outage)
        end_for_all(county, outage, timezone.now())
        for chain, is_entered in zip(chains, entered, strict=True):
            decide(county, chain, entered=is_entered)
        decide(county, undone, entered=True)
        decide(county, undone, entered=True, done=False)
    (row,) = [row for row in decided_rows(decided_by_hand(owner)) if row.case == "12"]
    assert (row.total, row.entered, row.not_entered, row.outages, row.clause) == (3, 2, 1, 2, "")
    client.force_login(owner.user)
    text = client.get(reverse("decisions")).content.decode()
    shown = " ".join(read(client.get(reverse("decisions"))).main.table.get_text(" ").split())
    assert "ingen vet om patienten var inskriven i PRATOR före driftstoppet" in shown
    assert "Säger inget 3 2 1 2" in shown
    assert "Tolvan" not in text
    assert "1212" not in text


def case_12(by) -> tuple[int, int]:
    """How many are counted, and in how many the report of the same moment says the decision stands."""
    row = next((row for row in decided_rows(decided_by_hand(by)) if row.case == "12"), None)
    return (row.total, row.entered) if row else (0, 0)


def test_a_decision_that_stands_no_more_is_not_counted(county: County, outage: Outage, owner):
    one, two, three, four = (unknown_before(county, outage) for _ in range(4))
    end_for_all(county, outage, timezone.now())
    for chain in (one, two, three, four):
        decide(county, chain, entered=True)
    assert case_12(owner) == (4, 4)
    (event,) = one.events.all()
    withdraw_event(by=county.alva, event=get_event(county.alva, event.pk), client_id=uuid4(), reason="Fel.")
    assert case_12(owner) == (3, 3)
    wrong = {"status": ChainStatus.WRONG_PATIENT, "status_reason": "Fel."}
    for number, (pk, changed) in enumerate([(two.pk, wrong), (three.pk, {"before": Before.ADMITTED})], 1):
        chain = get_chain(county.alva, pk)
        facts = chain_facts(county, **({"before": Before.UNKNOWN} | changed))
        change_details(
            by=county.alva, chain=chain, client_id=same_id(number), replaces=chain.details_id, facts=facts
        )
        assert case_12(owner) == (3 - number, 3 - number)


def test_one_decision_about_what_two_joined_chains_have_is_counted_once(
    county: County, outage: Outage, owner
):
    kept, other = (unknown_before(county, outage) for _ in range(2))
    end_for_all(county, outage, timezone.now())
    for chain in (kept, other):
        decide(county, chain, entered=True)
    join(county, kept, other)
    assert case_12(owner) == (1, 1)


def test_a_mark_of_the_first_version_is_counted_without_its_case(county: County, outage: Outage, owner):
    chain = make_chain(county, outage)
    facts = {"chain": chain, "done": True, "user": county.alva.user, "unit": county.ward}
    RegistrationMark(client_id=uuid4(), task="stay:x", choice=SAID, **facts).save()
    RegistrationMark(client_id=uuid4(), task="stay:y", entered=True, **facts).save()
    (row,) = decided_rows(decided_by_hand(owner))
    assert (row.case, row.total, row.why) == ("", 1, "Fallet är inte sparat.")


def test_another_principal_s_decisions_are_not_counted(county: County, outage: Outage):
    chain = unknown_before(county, outage)
    end_for_all(county, outage, timezone.now())
    decide(county, chain, entered=True)
    assert decided_by_hand(person("rakel", county.social_care, Role.ROUTINE_OWNER)) == []


@pytest.mark.parametrize("who", ["alva", "esa", "adam"])
def test_nobody_else_counts_them(county: County, who: str):
    with pytest.raises(NotAllowed):
        decided_by_hand(county.somebody(who))
