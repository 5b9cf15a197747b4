"""Writes of efterregistrering: each task marked by who and when, messages acknowledged once for each unit (R4)."""

from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import Acknowledgement, CareChain, Outage, RegistrationMark
from outage.queries.care_chains import logs_of
from outage.queries.standing import tasks_of
from outage.routine import get_routine
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision


def mark_task(
    *, by: Acting, chain: CareChain, client_id: UUID, task_key: str, done: bool, choice: str = ""
) -> RegistrationMark:
    """Mark a task of `chain` done, or not done after all; the newest row counts.

    `choice` is what was decided where the routine leaves it to be decided by hand. Raise RuleError while the outage
    goes on, when the task is no longer one (the log changed meanwhile), or when a decision lacks its words.
    """
    check_may(by, Right.MARK_REGISTRATION)
    outage = chain.outage
    _check_back(outage)
    content = {"chain": chain.pk, "task": task_key, "done": done, "choice": choice}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="mark", content=content):
            return RegistrationMark.objects.get(client_id=client_id)
        assert outage.current is not None
        tasks = tasks_of(
            chain,
            logs_of([chain.pk])[chain.pk],
            get_routine(outage.routine_id),
            OutageScope(outage.current.scope),
        )
        task = next((task for task in tasks if task.key == task_key), None)
        if task is None:
            raise RuleError("Loggen har ändrats sedan sidan öppnades. Läs listan på nytt.")
        if done and task.decision is Decision.DECIDE and not choice.strip():
            raise RuleError("Skriv vad du beslutade.", field="choice")
        mark = RegistrationMark(
            client_id=client_id,
            chain=chain,
            task=task_key,
            done=done,
            choice=choice.strip(),
            user=by.user,
            unit=by.unit,
        )
        mark.full_clean()
        mark.save()
        audit.record(
            by=by, action="registration.done" if done else "registration.undone", target=mark, chain=chain.pk
        )
    return mark


def acknowledge(*, by: Acting, outage: Outage) -> Acknowledgement:
    """Record that the acting unit has acknowledged its messages in the system (R4.6), once.

    Raise RuleError while the outage goes on.
    """
    check_may(by, Right.MARK_REGISTRATION)
    _check_back(outage)
    with transaction.atomic():
        row, created = Acknowledgement.objects.get_or_create(
            outage=outage, unit=by.unit, defaults={"user": by.user}
        )
        if created:
            audit.record(by=by, action="messages.acknowledged", target=row)
    return row


def _check_back(outage: Outage) -> None:
    if outage.is_open:
        raise RuleError(f"{outage.system} är inte åter i drift.")
