"""Gallring as the server does it, by the clock: confirmed purges whose day has come, and those of a restored backup."""

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from contacts import audit
from contacts.models import DataKey
from contacts.models.data_key import KNOWN_SECONDS
from contacts.services.data_keys import destroy_keys, open_keys, shut_keys
from contacts.trail.purge_record import Purged, complete_record, read_record, record_path, tell_purged
from forms import scan_store
from forms.models import PurgeStep
from forms.queries.purge import (
    ToPurge,
    changed_since,
    confirmed_before,
    pages_to_purge,
    preview_of,
    steps_of,
    to_purge,
)
from forms.rules.purge import PurgeStepKind, is_due, stops
from outage.models import Outage
from outage.queries.outages import outage_for
from outage.queries.report import reaches_behind
from outage.services.report import make_before_purge

# A process goes on for so long with a key that it knows; what it had begun to write with it is written by then.
WAIT_SECONDS = KNOWN_SECONDS + 15
_NOT_ALL = (
    "Rapporten om driftstoppet är inte gjord av hela loggen, så inget är gallrat. Föreslå gallringen igen. "
    "Blir det samma sak: ring er support."
)
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """Which were done, and why others were not."""

    done: list[PurgeStep] = field(default_factory=list)
    refused: list[PurgeStep] = field(default_factory=list)


def purge_due(*, now: datetime | None = None, wait: Callable[[float], object] = time.sleep) -> Outcome:
    """Do each that is confirmed and whose day has come. Stopped midway it is finished by the next time; twice does no
    more.

    First the report is made of the whole log, for later it cannot be. Then the keys are shut: nobody begins to write
    with them, and who had begun is waited for. Only when it is then still as it was confirmed, it is told to the
    record outside of the database, and nobody can read it any longer.
    Raises OSError where the record cannot be written: nothing is destroyed then.
    """
    now, outcome = now or timezone.now(), Outcome()
    due = confirmed_before(now)
    _open_left_shut(due)
    for step in due:
        _make_report(step)
    begun = [step for step in due if _shut(step, now, outcome)]
    if begun:
        wait(WAIT_SECONDS)
    for step in begun:
        _finish(step, now, outcome)
    return outcome


def _open_left_shut(due: Iterable[PurgeStep]) -> None:
    """Those of a purge that was stopped midway, and then taken back by somebody."""
    shut = set(
        DataKey.objects.filter(destroyed_at__isnull=False).exclude(wrapped=b"").values_list("name", flat=True)
    )
    wanted = (
        {name for step in due for name in to_purge(step.principal, _outage(step)).keys} if shut else set()
    )
    if left := shut - wanted:
        open_keys(sorted(left))


def _make_report(step: PurgeStep) -> None:
    """Whatever goes wrong stops this purge alone: it is refused, for a report is then not of the whole log."""
    outage = _outage(step)
    if outage.is_open or is_told(step):
        return
    try:
        make_before_purge(step.principal, outage)
    except Exception as error:
        # Its words are left out: they may be a patient's.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("no report before the purge: %s\n%s", type(error).__name__, where)


def _shut(step: PurgeStep, now: datetime, outcome: Outcome) -> bool:
    with transaction.atomic():
        wanted = _still_due(step, now)
        if wanted is None:
            return False
        if not is_told(step) and _refuse(step, wanted, outcome):
            return False
        shut_keys(wanted.keys)
    return True


def _finish(step: PurgeStep, now: datetime, outcome: Outcome) -> None:
    with transaction.atomic():
        wanted = _still_due(step, now)
        if wanted is None:
            open_keys(to_purge(step.principal, _outage(step)).keys)
            return
        told = is_told(step)
        if not told and _refuse(step, wanted, outcome):
            return
        names = tuple(wanted.keys)
        if not told:
            tell_purged(Purged(str(step.pk), now.isoformat(), names, tuple(map(str, wanted.pages))))
        # Before the keys: what goes one by one is found by rows that do not tell whether it went.
        scan_store.purge(pages_to_purge(wanted))
        counted = preview_of(step.principal, _outage(step)).counted
        destroy_keys(by=None, names=names, owner=step.principal)
        outcome.done.append(_write(step, PurgeStepKind.DONE, counted=counted))


def _still_due(step: PurgeStep, now: datetime) -> ToPurge | None:
    """What it takes; None where somebody stopped it meanwhile, or another has done it. Its keys are locked."""
    wanted = to_purge(step.principal, _outage(step))
    lock_keys(wanted.keys)
    last = steps_of(step.principal, [step.outage])[step.outage_id][-1]
    return wanted if last.pk == step.pk and is_due(last.facts, today=timezone.localdate(now)) else None


def lock_keys(names: Iterable[str]) -> None:
    """Whoever stops a purge waits until what is being done of it stands."""
    if connection.features.has_select_for_update:
        list(DataKey.objects.select_for_update(no_key=True).filter(name__in=names).order_by("name"))


def is_told(step: PurgeStep) -> bool:
    """Whether it was begun and stopped midway: pictures may be gone, so it is finished whatever there is now."""
    return str(step.pk) in read_record(record_path()).purged


def _refuse(step: PurgeStep, wanted: ToPurge, outcome: Outcome) -> bool:
    """Whether something stops it: then its keys are as they were, and why stands beside it."""
    outage = _outage(step)
    preview = preview_of(step.principal, outage)
    reasons = stops(preview.facts) + changed_since(step, preview.counted)
    if not reasons and reaches_behind(step.principal, outage):
        # Not all that the report counts is counted for the step, as that somebody looked into a patient's chain.
        reasons = [_NOT_ALL]
    if reasons:
        open_keys(wanted.keys)
        outcome.refused.append(_write(step, PurgeStepKind.REFUSED, reason=" ".join(reasons)))
    return bool(reasons)


def _outage(step: PurgeStep) -> Outage:
    return outage_for(step.principal, step.outage_id)


def _write(step: PurgeStep, kind: PurgeStepKind, **facts: object) -> PurgeStep:
    row = PurgeStep(
        id=uuid4(),
        outage=step.outage,
        principal=step.principal,
        number=step.number + 1,
        kind=kind,
        on=step.on,
        decision=step.decision,
        **facts,
    )
    row.save()
    audit.record_system(action=f"purge.{kind}", principal=step.principal, target=row)
    return row


@dataclass(frozen=True, slots=True)
class Repeated:
    """How many of the purges of the record were made again; `wrong` and `missing` are those of the record."""

    count: int
    wrong: int
    missing: tuple[Path, ...]


def repeat_purges(*paths: Path) -> Repeated:
    """What was purged since a backup was made is purged in what was restored from it, by the records `paths`; what is
    told in another than the own is told there too. Once more changes nothing. Raises OSError.
    """
    record = read_record(*paths)
    count = sum(_repeat(purged) for purged in record.purged.values())
    if count:
        audit.record_system(action="purge.repeated", changes={"count": count})
    complete_record(record.purged.values())
    return Repeated(count, record.wrong, tuple(record.missing))


def _repeat(purged: Purged) -> bool:
    destroyed = destroy_keys(by=None, names=purged.keys)
    return bool(destroyed + scan_store.purge(map(UUID, purged.pages)))
