"""The report of an outage: worked out as long work and kept, and what people learned."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal, Work
from contacts.models.data_key import is_shut, name_of
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.progress import Progress, Steps, finish
from contacts.services.submissions import claim
from contacts.services.whole import whole
from contacts.services.work import ask
from outage.charts import svg_of
from outage.models import Lesson, Outage, OutageFigures
from outage.queries.report import (
    REPORT_WORK,
    Reach,
    Reading,
    around,
    chains_counted,
    figures_of,
    holds,
    reach_of,
    reaches_behind,
    version_of,
)
from outage.rules.outage_status import BEING_PURGED
from outage.rules.report import main_figures
from outage.rules.report_tables import charts_of, tables_of
from outage.rules.wording import day_and_year

_TOLD_EVERY = 50


def ask_for_report(*, by: Acting, outage: Outage) -> Work:
    """Put the making of it in the line; one that is there is the same. Raises as `make_report`, and LineFull."""
    check_may(by, Right.READ_REPORT)
    _check_ended(outage)
    label = f"Rapport om {outage.word} {day_and_year(outage.current.started_at)}"
    return ask(by=by, kind=REPORT_WORK, label=label, args={"outage": str(outage.pk)})


def make_report(*, by: Acting, outage: Outage) -> Steps[OutageFigures]:
    """Work out what the log says now, and keep it for all who read as far as `by`.

    Raises RuleError while the outage goes on: each call would make it another.
    """
    check_may(by, Right.READ_REPORT)
    _check_ended(outage)
    reach, known = reach_of(by), figures_of(by, [outage]).get(outage.pk)
    if known and holds(known, reach, outage):
        # Two who open the page at the same time both ask for it.
        return known
    figures = yield from _work_out(reach, outage)
    with whole():
        row = _keep(reach, outage, figures)
        audit.record(by=by, action="report.made", target=row)
    return row


def make_before_purge(principal: Principal, outage: Outage) -> None:
    """What is purged cannot be counted again: so that what is kept is of the whole log, whoever reads of it. Done by
    the server, of an outage that is over. Raises RuleError where it is being purged already.
    """
    for reach in reaches_behind(principal, outage):
        figures = finish(_work_out(reach, outage))
        with transaction.atomic():
            row = _keep(reach, outage, figures)
            audit.record_system(action="report.made", principal=principal, target=row)


def _work_out(reach: Reach, outage: Outage) -> Steps[dict[str, Any]]:
    # What is written while the log is read makes it another one, to be made anew.
    version = version_of(reach, outage)
    yield Progress("Läser loggen")
    chains = chains_counted(reach, outage)
    reading = Reading(reach, outage, chains)
    for number, chain in enumerate(chains):
        if number % _TOLD_EVERY == 0:
            yield Progress("Räknar vårdkedjor", number, len(chains))
        reading.add(chain)
    told, logged = around(reach, outage), reading.logged
    yield Progress("Ritar diagram")
    charts = {
        chart.name: {"svg": svg_of(chart), "says": chart.says}
        for chart in charts_of(told, logged, outage.routine)
    }
    return {
        "version": version,
        "made_at": timezone.now(),
        "tables": [asdict(table) for table in tables_of(told, logged, outage.routine)],
        "charts": charts,
        "main": dict(main_figures(logged, told.began, told.ended)),
    }


def _keep(reach: Reach, outage: Outage, figures: dict[str, Any]) -> OutageFigures:
    if outage.purged_at is None and is_shut(name_of(reach.principal.pk, outage.pk)):
        # What was read with a key that is shut, or was shut meanwhile, is of what is left.
        raise RuleError(BEING_PURGED)
    row, _ = OutageFigures.objects.update_or_create(
        outage=outage, principal=reach.principal, reach=reach.name, defaults=figures
    )
    return row


def _check_ended(outage: Outage) -> None:
    if outage.is_open:
        raise RuleError("Rapporten görs när driftstoppet är avslutat.")


def write_lesson(
    *, by: Acting, outage: Outage, client_id: UUID, text: str, owner: str, due: date | None = None
) -> Lesson:
    """What was learned, who takes care of it, and by when. A resend returns the first row.

    Raises IdClash when `client_id` was used for something else.
    """
    check_may(by, Right.READ_REPORT)
    content = {"outage": outage.pk, "text": text.strip(), "owner": owner.strip(), "due": due}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="lesson", content=content):
            return Lesson.objects.get(client_id=client_id)
        lesson = Lesson.objects.create(
            client_id=client_id,
            outage=outage,
            text=text.strip(),
            owner=owner.strip(),
            due=due,
            user=by.user,
            unit=by.unit,
        )
        audit.record(by=by, action="report.lesson", target=lesson)
    return lesson
