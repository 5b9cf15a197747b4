"""The time that was typed is part of a tick, and who was told part of why something is not registered (R4)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain
from outage.presenters.back import task_rows
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.tasks import ticks_of
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.rules.ticks import to_do
from outage.services.outages import end_outage
from tests.factories import County, make_event, tell
from tests.integration.outage.ticking import change, correct, event_of, mark, rows


@pytest.fixture
def ended(county: County, chain: CareChain) -> CareChain:
    """A patient admitted in the outage and still in when it ended."""
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    return get_chain(county.alva, chain.pk)


def test_a_corrected_time_of_what_was_registered_is_to_be_put_right_there(county: County, ended: CareChain):
    mark(county.alva, ended, *rows(county.alva, ended))
    correct(county.alva, ended, event_of(ended), earlier=timedelta(minutes=5))
    (task,) = rows(county.alva, ended)
    assert (task.done, task.changed, task.undo) == (False, True, False)
    assert task.changes == (("Inskrivning, klockslag", "10.22", "10.17"),)
    assert task.remedy == "Ändra i PRATOR. Markera sedan på nytt."
    assert "klockslag" not in str(task.typed)
    mark(county.alva, ended, task)
    (task,) = rows(county.alva, ended)
    assert (task.done, task.changes) == (True, ())


def test_a_tick_from_before_times_were_kept_holds_by_what_it_kept(
    county: County, ended: CareChain, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as before:
        before.setattr("outage.queries.tasks._Typed._timed", lambda *_: [])
        mark(county.alva, ended, *rows(county.alva, ended))
        left = left_in(ended)
    assert rows(county.alva, ended)[0].done
    assert left_in(ended) == left
    correct(county.alva, ended, event_of(ended), earlier=timedelta(minutes=5))
    assert rows(county.alva, ended)[0].done
    change(county.alva, ended, county, ward_unit=county.other_ward)
    (task,) = rows(county.alva, ended)
    assert [label for label, *_ in task.changes] == ["Avdelning"]


@pytest.mark.parametrize("decision", [Decision.DO_NOT_REGISTER, Decision.DECIDE])
def test_of_what_is_no_longer_registered_no_time_is_missing(
    county: County, ended: CareChain, decision: Decision
):
    mark(county.alva, ended, *rows(county.alva, ended))
    if decision is Decision.DECIDE:
        change(county.alva, ended, county, before=Before.ADMITTED)
    else:
        make_event(county.alva, ended, "discharge", ago=timedelta(minutes=5))
    (task,) = rows(county.alva, ended)
    assert task.decision is decision
    assert "Att göra" in [label for label, *_ in task.changes]
    assert "klockslag" not in str(task.changes)


def left_in(chain: CareChain) -> list[str]:
    """What is to be done, as the closing knows it."""
    return [task.seen for task in to_do(*ticks_of(chain, logs_of([chain.pk])[chain.pk]))]


@pytest.mark.clause("R4.2")
def test_what_not_all_were_told_of_before_a_discharge_says_who_was_and_who_is_left(
    county: County, chain: CareChain
):
    make_event(
        county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=20), outcome=CallOutcome.REACHED
    )
    discharge = make_event(
        county.alva, chain, "discharge", outcome=CallOutcome.REACHED, ago=timedelta(minutes=10)
    )
    tell(county.alva, chain, discharge, to=Party.OUTPATIENT)
    task = next(row for row in rows(county.alva, chain) if row.key.startswith("information"))
    why = "Den som inte fick informationen per telefon är underrättad om en senare utskrivning."
    assert task.why == why
    chain = get_chain(county.alva, chain.pk)
    found = task_rows(county.alva, chain, logs_of([chain.pk])[chain.pk], timezone.now(), on_own_page=True)
    told = "Underrättade: Skellefteå kommun. Kvar att ringa: Heimdalls hälsocentral."
    assert [row.why for row in found if row.key == task.key] == [f"{why} {told}"]
