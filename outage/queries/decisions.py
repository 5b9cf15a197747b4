"""What was decided by hand in efterregistrering, counted: nothing of whom, and none of anybody's own words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.access import Acting, check_may
from contacts.models.encrypted import GONE
from contacts.rules.permissions import Right
from contacts.seen import counting
from outage.models import CareChain, Outage, RegistrationMark
from outage.queries.care_chains import with_details
from outage.queries.outages import outages_for
from outage.queries.task_logs import task_logs_of
from outage.queries.tasks import ticks_of
from outage.rules.back_registration import ChainStatus
from outage.rules.routine import Decision
from outage.rules.ticks import Tick, TickState


@dataclass
class Decided:
    """How often one case was decided by hand: by whether it was entered in the system, and in which outages.

    `key` is that of the routine's outcome, "" for what was marked before the case was stored; `outage` is the newest.
    """

    key: str
    outage: Outage
    entered: Counter[bool] = field(default_factory=Counter)
    outages: set[UUID] = field(default_factory=set)


def decided_by_hand(by: Acting) -> list[Decided]:
    """Over all outages in earnest, for the acting person's principal, as each decision stands now: one about what is
    logged no more, or otherwise by now, does not. The number of queries does not hang on the decisions.

    Raises NotAllowed. A decision about two cases counts for both.
    """
    check_may(by, Right.FOLLOW_DECISIONS)
    marks = RegistrationMark.objects.filter(
        chain__principal=by.principal, chain__outage__drill=False, done=True
    )
    by_outage: dict[UUID, list[tuple[str, bool]]] = defaultdict(list)
    for outage_id, entered in _of_first_version(marks):
        by_outage[outage_id].append(("", entered))
    decided = marks.filter(picture__decision=Decision.DECIDE.value).order_by().values_list("chain", flat=True)
    outages = {outage.pk: outage for outage in outages_for(by.principal).order_by("-recorded_at")}
    for outage_id, tick, entered in _standing(by, decided, outages):
        by_outage[outage_id] += [(key, entered) for key in tick.task.outcomes]
    found: dict[str, Decided] = {}
    for outage in (outages[pk] for pk in outages if pk in by_outage):
        for key, entered in by_outage[outage.pk]:
            case = found.setdefault(key, Decided(key, outage))
            case.entered[entered] += 1
            case.outages.add(outage.pk)
    return list(found.values())


def _of_first_version(marks: QuerySet[RegistrationMark]) -> list[tuple[UUID, bool]]:
    """No picture is stored of these: a decision by hand has its words, and nothing else has any."""
    newer = RegistrationMark.objects.filter(
        chain=OuterRef("chain"), task=OuterRef("task"), pk__gt=OuterRef("pk")
    )
    rows = marks.filter(~Exists(newer), picture__isnull=True).order_by()
    found = rows.values_list("chain__outage", "choice", "entered")
    return [(outage_id, entered) for outage_id, choice, entered in found if choice or choice is GONE]


def _standing(
    by: Acting, decided: QuerySet[RegistrationMark, UUID], outages: Mapping[UUID, Outage]
) -> Iterator[tuple[UUID, Tick, bool]]:
    """Of the chains in which something was decided, each decision that stands: with its outage, and whether it was
    entered.
    """
    own = CareChain.objects.filter(principal=by.principal, joined_to__isnull=True)
    joined = CareChain.objects.filter(pk__in=decided, joined_to__isnull=False).values("joined_to")
    chains = list(with_details(own.filter(Q(pk__in=decided) | Q(pk__in=joined))))
    for chain in chains:
        chain.outage, chain.principal = outages[chain.outage_id], by.principal
    logs = task_logs_of(chains)
    for chain in chains:
        log = logs[chain.pk]
        if log.versions[-1].status == ChainStatus.WRONG_PATIENT:
            continue
        with counting():
            found, _ = ticks_of(chain, log)
        for tick in found:
            mark = log.marks[tick.mark.id] if tick.mark and tick.state is TickState.DONE else None
            if mark and mark.picture and tick.task.decision is Decision.DECIDE:
                yield chain.outage_id, tick, mark.entered
