"""Tasks as the page shows them, marked, and the log changed under them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from outage.models import CareChain, CareChainEvent
from outage.presenters.back import TaskRow, task_rows
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.logged_beside import logged_beside
from outage.queries.task_logs import task_logs_of, turns_of
from outage.queries.tasks import ticks_of
from outage.rules.back_registration import Before
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from outage.services.registrations import mark_task
from tests.factories import County, chain_facts, same_id


def rows(acting: Acting, chain: CareChain) -> list[TaskRow]:
    """The tasks of a chain as the page shows them now."""
    chain = get_chain(acting, chain.pk)
    log = task_logs_of([chain])[chain.pk]
    # The chain's own page works them out from the whole log.
    assert ticks_of(chain, log) == ticks_of(chain, logs_of([chain.pk])[chain.pk])
    beside = logged_beside(acting, [chain])
    return task_rows(acting, chain, log, timezone.now(), turns=turns_of([chain.pk]), beside=beside)


def mark(
    by: Acting,
    chain: CareChain,
    task: TaskRow,
    *,
    done: bool = True,
    choice: str = "",
    number: int = 0,
    **more,
):
    return mark_task(
        by=by,
        chain=chain,
        client_id=same_id(number) if number else uuid4(),
        task=task.key,
        seen=task.seen,
        done=done,
        choice=choice,
        **more,
    )


def correct(
    by: Acting, chain: CareChain, event: CareChainEvent, *, earlier: timedelta = timedelta(), **particulars
):
    """Correct an event's time or what was said; those told got it right."""
    event.chain = chain
    return correct_event(
        by=by,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - earlier,
        particulars=particulars,
        reason="Fel.",
        told_rightly=True,
    )


def change(by: Acting, chain: CareChain, county: County, **changed):
    """Change what is known of the patient."""
    details = get_chain(by, chain.pk).details
    assert details is not None
    facts = chain_facts(county, patient_name=details.patient_name, before=Before(details.before))
    change_details(
        by=by, chain=chain, client_id=uuid4(), replaces=details.pk, facts=replace(facts, **changed)
    )


def event_of(chain: CareChain, place: int = -1) -> CareChainEvent:
    return logs_of([chain.pk])[chain.pk].live_events[place]
