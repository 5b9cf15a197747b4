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
from outage.queries.care_chains import get_chain
from outage.queries.decisions import decided_by_hand
from outage.rules.back_registration import Before
from outage.services.registrations import mark_task
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, person
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
