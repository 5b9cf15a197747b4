"""What is to be entered, listed by what is kept of the calls: the same as by the whole log, and without reading it."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, ChainState, OtherPlace, Outage, StateKind
from outage.queries.care_chains import get_chain, get_event
from outage.queries.task_logs import task_logs_of
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.rules.told import PlaceChange
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from tests.factories import County, end_for_all, make_chain, make_event, person, tell
from tests.integration.outage.joining import join, two_chains
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.django_db


def kept(chain: CareChain) -> set[tuple[str, str]]:
    found = ChainState.objects.filter(chain=chain, what__in=(StateKind.UNTOLD, StateKind.OTHERS))
    return set(found.values_list("what", "message"))


def row(what: StateKind, event: CareChainEvent) -> tuple[str, str]:
    return str(what), f"event:{event.pk}"


def decisions(county: County, chain: CareChain) -> int:
    return sum(task.decision is Decision.DECIDE for task in rows(county.alva, chain))


def test_an_event_is_kept_as_untold_until_all_were_rung_and_what_others_sent_as_theirs(
    county: County, outage: Outage
):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain, "ready_for_discharge", outcome=CallOutcome.REACHED)
    theirs = make_event(county.alva, chain, kind="municipality_ready", sender=Party.MUNICIPALITY)
    assert kept(chain) == {row(StateKind.UNTOLD, event), row(StateKind.OTHERS, theirs)}
    # Beside how the patient came, which nobody logged.
    assert decisions(county, chain) == 2
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert kept(chain) == {row(StateKind.OTHERS, theirs)}
    assert decisions(county, chain) == 1


def test_a_colleague_is_shown_the_same_in_the_same_minute_and_what_was_marked_at_once(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage)
    make_event(county.alva, chain)
    end_for_all(county, outage, timezone.now())
    colleague, path = Client(), reverse("back_registration")
    client.force_login(county.alva.user)
    colleague.force_login(person("bea", county.ward).user)
    pages = [one.get(path) for one in (client, colleague)]
    assert pages[0].context["groups"] is pages[1].context["groups"]
    looked = AuditEntry.objects.filter(chain=chain.pk, changes={"page": "back_registration"})
    assert {row.user.username for row in looked} == {"alva", "bea"}
    # A press is one's own: by the same id one colleague's would be taken for the other's.
    presses = [set(re.findall(r'name="client_id" value="([^"]+)"', page.content.decode())) for page in pages]
    assert presses[0]
    assert not presses[0] & presses[1]
    mark(county.alva, get_chain(county.alva, chain.pk), rows(county.alva, chain)[0])
    assert [one.get(path).context["groups"].done for one in (client, colleague)] == [1, 1]


def test_what_is_corrected_in_a_chain_that_was_joined_is_shown_at_once(
    county: County, outage: Outage, client: Client
):
    chain, other = two_chains(county, outage)
    event = make_event(county.alva, other, "preliminary_ready", preliminary_date="2026-12-01")
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=1))
    join(county, chain, other)
    client.force_login(county.alva.user)
    path = reverse("back_registration")
    assert "1 dec" in client.get(path).content.decode()
    event = get_event(county.alva, event.pk)
    given = {"happened_at": event.happened_at, "particulars": {"preliminary_date": "2026-12-03"}}
    correct_event(
        by=county.alva, event=event, client_id=uuid4(), reason="Fel dag.", told_rightly=True, **given
    )
    assert "3 dec" in client.get(path).content.decode()


def test_the_list_reads_no_calls(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event)
    end_for_all(county, outage, timezone.now())
    client.force_login(county.alva.user)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("back_registration"))
    assert page.context["groups"].total == 1
    tables = [query["sql"] for query in asked if 'FROM "outage_handover' in query["sql"]]
    assert tables == []


@pytest.mark.parametrize("how", [PlaceChange.SAME, PlaceChange.MISTAKE])
def test_a_place_that_was_another_is_the_one_that_the_whole_log_has(
    county: County, outage: Outage, how: PlaceChange
):
    chain = make_chain(county, outage)
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    mark(county.alva, get_chain(county.alva, chain.pk), rows(county.alva, chain)[0])
    for unit in (None, county.health_centre):
        chain = get_chain(county.alva, chain.pk)
        others = {} if unit else {Party.OUTPATIENT: OtherPlace("Granlo", "health_centre")}
        change_details(
            by=county.alva,
            chain=chain,
            client_id=uuid4(),
            replaces=chain.details.pk,
            facts=replace(chain.details.facts, outpatient_unit=unit, others=others),
            answers={"place-outpatient": how},
        )
        chain = get_chain(county.alva, chain.pk)
        (task,) = rows(county.alva, chain)
        assert task.changed is (unit is None or how is PlaceChange.SAME)
    assert len(task_logs_of([chain])[chain.pk].versions) == 3
