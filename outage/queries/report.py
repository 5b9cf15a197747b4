"""What the report of an outage counts, read over all chains within reach; and what is kept of it. Nobody is named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from contacts.access import Acting, check_may
from contacts.models import Membership, MunicipalKind, Principal, Unit, User, Work
from contacts.queries.work import own_work
from contacts.rules.branches import Branch, branch_of
from contacts.rules.parties import Party
from contacts.rules.permissions import Border, Right, border_of, roles_with
from contacts.rules.work import WorkState
from outage.models import (
    Acknowledgement,
    CareChain,
    CareChainEvent,
    Confirmation,
    Handover,
    Lesson,
    Opening,
    OpenItem,
    Outage,
    OutageFigures,
    OutageReport,
    PrincipalEnd,
    RegistrationMark,
    SupportContact,
)
from outage.queries.call_codes import CodeState, code_states
from outage.queries.care_chains import with_details
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.closing import acknowledgements, units_that_took_part
from outage.queries.outages import discharge_logged, no_drill_of_others, outages_for, support_contacts
from outage.queries.owed import standing_now
from outage.queries.standing import first_of, is_discharge, line_back, row_of
from outage.queries.tasks import ticks_of
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import DischargeState, InformState
from outage.rules.opening import OpeningKind
from outage.rules.outage_status import OutageScope
from outage.rules.owed import ChainStanding
from outage.rules.report import Entered, Logged, Rung, Sent
from outage.rules.report_tables import Around
from outage.rules.routine_applies import routine_applies
from outage.rules.ticks import TickState

REPORT_WORK = "outage.report"
# Another where the same log gives other tables.
_SHAPE = 4
_MOST_OWNERS = 50
_UNIT = "unit:"
# How many outages one is set beside.
MOST_BESIDE, DRILLS_BESIDE = 6, 3


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a report reaches within the principal, by whose name those who read the same find the same figures: ""
    for all of it, "unit:" and its id for a unit of no branch, else a branch.
    """

    principal: Principal
    name: str = ""


def reach_of(by: Acting) -> Reach:
    """As far as `units_within` says. Raises KeyError for a role that reads no report."""
    whole = border_of(by.role, Right.READ_REPORT) is Border.PRINCIPAL
    return Reach(by.principal, "" if whole else _name_of(by.unit))


def _name_of(unit: Unit) -> str:
    if unit.branch is Branch.UNSETTLED:
        return f"{_UNIT}{unit.pk}"
    return "" if unit.branch is Branch.REGION else str(unit.branch)


def units_counted(reach: Reach) -> QuerySet[Unit]:
    same = Unit.objects.filter(principal=reach.principal)
    if reach.name == "":
        return same
    if reach.name.startswith(_UNIT):
        return same.filter(pk=reach.name.removeprefix(_UNIT))
    kinds = [kind for kind in MunicipalKind if branch_of(kind, is_region=False) == reach.name]
    return same.filter(municipal_kind__in=kinds)


def ended_outages(by: Acting) -> QuerySet[Outage]:
    """Those that are over for the principal, the newest first."""
    check_may(by, Right.READ_REPORT)
    ended = Q(own_ended_at__isnull=False) & no_drill_of_others(by.principal)
    return outages_for(by.principal).filter(ended).order_by("-recorded_at")


def set_beside(by: Acting) -> list[Outage]:
    """The newest of `ended_outages`: as many in earnest, however many drills there were."""
    ended = ended_outages(by)
    found = [*ended.filter(drill=False)[:MOST_BESIDE], *ended.filter(drill=True)[:DRILLS_BESIDE]]
    return sorted(found, key=lambda outage: outage.recorded_at, reverse=True)


def figures_of(by: Acting, outages: Iterable[Outage]) -> dict[UUID, OutageFigures]:
    """What is kept for whoever reads so far, by outage."""
    check_may(by, Right.READ_REPORT)
    rows = OutageFigures.objects.filter(principal=by.principal, reach=reach_of(by).name)
    return {row.outage_id: row for row in rows.filter(outage__in=list(outages))}


def lessons_of(by: Acting, outage: Outage) -> QuerySet[Lesson]:
    """The newest first."""
    check_may(by, Right.READ_REPORT)
    return Lesson.objects.filter(outage=outage, unit__in=units_counted(reach_of(by))).select_related(
        "user", "unit"
    )


def owners_to_choose(by: Acting) -> list[str]:
    """Names of those who may read the report, to choose as who takes care of a lesson; another may be typed."""
    units = units_counted(reach_of(by))
    found = Membership.objects.filter(
        active=True, user__is_active=True, unit__in=units, role__in=roles_with(Right.READ_REPORT)
    )
    people = User.objects.filter(pk__in=found.order_by().values("user")).order_by("last_name", "first_name")
    return [person.full_name for person in people[:_MOST_OWNERS]]


def report_work(by: Acting, outage: Outage) -> Work | None:
    """The making of it that the acting person last asked for, where that has not ended well; no query of the log."""
    last = own_work(by).filter(kind=REPORT_WORK, args__outage=str(outage.pk)).first()
    return last if last and last.state != WorkState.DONE else None


def holds(figures: OutageFigures, reach: Reach, outage: Outage) -> bool:
    """Whether what is kept is what would be made now. Once the outage is purged it stays as it was made: what is left
    of the log, a SIP without its date, would give other figures.
    """
    return outage.purged_at is not None or figures.version == version_of(reach, outage)


def is_of_the_whole_log(figures: OutageFigures, outage: Outage) -> bool:
    """Whether nothing was written after it was made: a purge takes away no row. By which version is all the same."""
    now = version_of(Reach(figures.principal, figures.reach), outage)
    return figures.version.partition(".")[2] == now.partition(".")[2]


def reaches_behind(principal: Principal, outage: Outage) -> list[Reach]:
    """Where what is kept is not what the log says now, by what can be lost: the whole principal, whatever is kept, and
    whoever reads of a unit that has logged something. None once it is purged.
    """
    if outage.purged_at is not None:
        return []
    kept = {row.reach: row for row in OutageFigures.objects.filter(outage=outage, principal=principal)}
    chains = CareChain.objects.filter(outage=outage, principal=principal).order_by()
    logged = Unit.objects.filter(pk__in=chains.values("unit")).select_related("principal")
    reaches = [Reach(principal, name) for name in sorted({"", *kept, *map(_name_of, logged)})]
    return [
        reach for reach in reaches if reach.name not in kept or not holds(kept[reach.name], reach, outage)
    ]


def version_of(reach: Reach, outage: Outage) -> str:
    """Another one whenever the report may have become another."""
    mine = {"outage": outage, "principal": reach.principal}
    own = {"outage": outage, "unit__principal": reach.principal}
    said: list[dict[str, int | None]] = [
        _chains(reach, outage).aggregate(n=Count("pk"), rows=Sum("rows"), details=Max("details")),
        RegistrationMark.objects.filter(**_of_chains(reach, outage, "chain")).aggregate(pk=Max("pk")),
        OpenItem.objects.filter(**_of_chains(reach, outage, "event__chain")).aggregate(n=Count("pk")),
        Opening.objects.filter(**_of_chains(reach, outage, "chain")).aggregate(n=Count("pk")),
        OutageReport.objects.filter(outage=outage).aggregate(pk=Max("pk")),
        # Who is back reads in the system what was entered there.
        PrincipalEnd.objects.filter(outage=outage).aggregate(pk=Max("pk")),
        SupportContact.objects.filter(**mine).aggregate(pk=Max("pk")),
        Acknowledgement.objects.filter(**own).aggregate(pk=Max("pk")),
        {"confirmed": len(_confirmed(reach, outage))},
    ]
    numbers = [number or 0 for row in said for number in row.values()]
    return ".".join(map(str, (_SHAPE, *numbers)))


def _of_chains(reach: Reach, outage: Outage, chain: str = "") -> dict[str, Any]:
    """Finds the chains that a unit within reach opened, or by the path to their `chain` what hangs on them.

    By a join, which a database finds faster than a list of their ids.
    """
    way = f"{chain}__" if chain else ""
    found = {f"{way}outage": outage, f"{way}principal": reach.principal}
    return found if reach.name == "" else found | {f"{way}unit__in": units_counted(reach)}


def _chains(reach: Reach, outage: Outage) -> QuerySet[CareChain]:
    """Those that are read as part of others too."""
    return CareChain.objects.filter(**_of_chains(reach, outage)).order_by()


def _confirmed(reach: Reach, outage: Outage) -> set[UUID]:
    """The ids of the calls that were made and that the other end has once confirmed."""
    given = {"given__unit__principal": reach.principal, "given__recorded_at__gte": outage.recorded_at}
    if not Confirmation.objects.filter(**given).exists():
        # As a rule there are few or none, and the calls are many.
        return set()
    made = {"direction": Direction.GIVEN, "code__confirmed_by__isnull": False}
    calls = Handover.objects.filter(**_of_chains(reach, outage, "chain"), **made)
    return set(calls.order_by().values_list("pk", flat=True))


def chains_counted(reach: Reach, outage: Outage) -> list[CareChain]:
    """The chains that others are read in, with details, by number; those joined to them come with their logs."""
    found = list(with_details(_chains(reach, outage).filter(joined_to__isnull=True)).order_by("number"))
    for chain in found:
        chain.outage, chain.principal = outage, reach.principal
    return found


class Reading:
    """The logs of all that is counted, read at once; each chain is then added to `logged`."""

    def __init__(self, reach: Reach, outage: Outage, chains: Sequence[CareChain]) -> None:
        self.logged = Logged(chains=len(chains))
        self.logged.joined = _chains(reach, outage).filter(joined_to__isnull=False).count()
        self._logs = logs_of([chain.pk for chain in chains], signed=False)
        confirmed = _confirmed(reach, outage)
        calls = [call for log in self._logs.values() for call in log.live_handovers if call.pk in confirmed]
        self._codes = code_states(calls)

    def add(self, chain: CareChain) -> None:
        add_chain(self.logged, chain, self._logs.pop(chain.pk), self._codes)


def add_chain(
    logged: Logged, chain: CareChain, log: ChainLog, codes: Mapping[UUID, CodeState] | None = None
) -> None:
    """What the log of one chain says; of one on the wrong patient only the calls count, for they were made."""
    for name, rows in (("events", log.events), ("calls", log.handovers)):
        replaced = {row.supersedes_id for row in rows if row.supersedes_id}
        taken_back = {row.pk for row in rows if row.withdraws}
        # What stands again as it was is neither.
        logged.withdrawn[name] += len(taken_back - replaced)
        logged.corrected[name] += len(replaced - taken_back) - len(taken_back)
        logged.units |= {row.unit_id for row in rows}
    logged.rung += [_rung(call, log, (codes or {}).get(call.pk)) for call in log.live_handovers]
    if log.versions[-1].status == ChainStatus.WRONG_PATIENT:
        logged.wrong_patient += 1
        return
    standing = standing_now(chain, log)
    logged.sent += [_sent(event, chain, log, standing) for event in log.live_events]
    found, gone = ticks_of(chain, log)
    for tick in found:
        mark = log.marks[tick.mark.id] if tick.mark and tick.state is TickState.DONE else None
        logged.tasks.append(
            Entered(
                decision=tick.task.decision,
                outcomes=tick.task.outcomes,
                done_at=mark.at if mark else None,
                entered=bool(mark and mark.entered),
            )
        )
    logged.to_undo += len(gone) + sum(tick.undo for tick in found)


def _sent(event: CareChainEvent, chain: CareChain, log: ChainLog, standing: ChainStanding) -> Sent:
    row = row_of(event)
    ours = standing.is_ours(row)
    told: list[datetime | None] = []
    state: DischargeState | None = None
    if ours:
        first = standing.told_by(row)
        calls = {call.id: call for call in standing.calls}
        for each in standing.standings(row):
            if each.closed is not None:
                continue
            call = calls.get(first.get(each.target.place, ""))
            told.append(call.at if call and each.state is InformState.INFORMED else None)
        if is_discharge(chain.outage.routine, event):
            same = standing.same
            left = {same(item.whom) for item in log.items_of(event)}
            state = standing.discharge_state(row, left)
    return Sent(
        kind=event.kind,
        sender=event.sender,
        at=event.happened_at,
        logged_at=line_back(log, event.pk)[-1].logged_at,
        ours=ours,
        told=tuple(told),
        discharge=state,
        after=chain.outage.was_over_at(event.happened_at),
        on_paper=bool(event.paper_serial),
    )


def _rung(call: Handover, log: ChainLog, code: CodeState | None) -> Rung:
    confirmed = bool(code and code.at and code.stands)
    return Rung(
        at=call.at,
        logged_at=first_of(call, log).recorded_at,
        direction=call.direction,
        outcome=call.outcome,
        party=call.recipient if call.recipient in set(Party) else "",
        read_back=call.read_back,
        coded=call.code_id is not None,
        confirmed=confirmed,
        differs=bool(confirmed and code and code.differs),
        on_paper=bool(call.paper_serial),
    )


def around(reach: Reach, outage: Outage) -> Around:
    """The outage as the principal has it; it has ended."""
    assert outage.own_end is not None
    began = outage.current.started_at
    verdict = routine_applies(
        routine=outage.routine,
        scope=OutageScope(outage.current.scope),
        start=began,
        until=max(outage.own_end, began),
        discharge_logged=discharge_logged(outage),
    )
    reasons = verdict.reasons or ((verdict.otherwise,) if verdict.otherwise else ())
    rows = outage.said_of_scope  # type: ignore[attr-defined]
    scopes: list[tuple[str, datetime]] = []
    for row in rows:
        label = OutageScope(row.scope).label
        if not scopes or scopes[-1][0] != label:
            scopes.append((label, row.scope_from))
    openings = Opening.objects.filter(**_of_chains(reach, outage, "chain"), kind=OpeningKind.EMERGENCY)
    units = {unit.pk: unit.joined_into_id or unit.pk for unit in units_counted(reach)}
    took_part = units_that_took_part(reach.principal, outage, units)
    acknowledged = [row.at for pk, row in acknowledgements(outage, units).items() if pk in took_part]
    return Around(
        began=began,
        ended=outage.own_end,
        planned=outage.current.planned,
        scopes=tuple(scopes),
        reasons=tuple((reason.clause, reason.sentence) for reason in reasons),
        support=tuple((row.at, row.unit.name) for row in support_contacts(outage.pk, reach.principal.pk)),
        took_part=len(took_part),
        acknowledged=tuple(sorted(acknowledged)),
        openings=openings.values("chain").distinct().count(),
    )
