"""A patient who died in the outage: what is to be decided about the stay, and what is nothing to decide (case 13)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.queries.closing import open_things
from outage.queries.owed import chains_seen_and_missing
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.closing import Holds
from outage.rules.routine import Decision
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import change, mark, rows

DEAD = {"status": ChainStatus.DECEASED, "status_reason": "Avled i morse."}


def tasks_held(county: County, outage: Outage) -> list[str]:
    return [each.key for each in open_things(county.region, outage) if each.key.startswith(f"{Holds.TASK}:")]


@pytest.mark.parametrize("before", Before)
def test_who_died_with_no_move_logged_is_one_decision_and_holds_up_the_closing(
    county: County, outage: Outage, client: Client, before: Before
):
    chain = make_chain(county, outage, before=before)
    change(county.alva, chain, county, before=before, **DEAD)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (task,) = rows(county.alva, chain)
    assert (task.decision, task.mine, task.facts) == (Decision.DECIDE, True, ())
    assert task.do.startswith("Kontrollera om patienten är inskriven i PRATOR.")
    assert "avlidit" in task.why
    assert len(tasks_held(county, chain.outage)) == 1
    # It is no admission that somebody is to log.
    assert chains_seen_and_missing(county.alva, chain.outage)[1].count() == 0
    client.force_login(county.alva.user)
    page = read(client.get(reverse("chain", args=[chain.pk])))
    assert "Kontrollera om patienten är inskriven" in page.get_text()
    mark(county.alva, chain, task, choice="Skrev ut i PRATOR.", entered=True)
    (task,) = rows(county.alva, chain)
    assert (task.done, tasks_held(county, chain.outage)) == (True, [])


def test_who_died_after_it_was_decided_how_they_came_is_to_be_decided_anew(county: County, chain: CareChain):
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    mark(county.alva, chain, *rows(county.alva, chain), choice="Skrev in.", entered=True)
    change(county.alva, chain, county, **DEAD)
    (task,) = rows(county.alva, chain)
    assert (task.decision, task.changed, task.undo) == (Decision.DECIDE, True, False)


def test_what_was_not_told_of_who_died_is_nothing_to_decide_and_no_call(county: County, chain: CareChain):
    make_event(county.alva, chain, "ready_for_discharge", to=Party.MUNICIPALITY)
    before = {"before": Before.ADMITTED}
    change(county.alva, chain, county, **before)
    (task,) = rows(county.alva, chain)
    assert task.do.startswith("Ring den som står kvar")
    change(county.alva, chain, county, **before, **DEAD)
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    stay, told = sorted(rows(county.alva, chain), key=lambda row: row.key, reverse=True)
    assert (stay.decision, told.decision) == (Decision.DECIDE, Decision.DO_NOT_REGISTER)
    assert told.why == "Patienten har avlidit. Den som inte fick informationen behöver inte längre få den."
    assert len(tasks_held(county, get_chain(county.alva, chain.pk).outage)) == 1


def test_another_principals_log_asks_nothing(county: County, outage: Outage):
    chain = make_chain(county, outage, by=county.cissi, before=Before.ADMITTED)
    change(county.cissi, chain, county, before=Before.ADMITTED, **DEAD)
    assert rows(county.cissi, chain) == []
