"""The lists that a ward works from, printed: Att ringa nu, Att registrera, Vårdkedjor, Överlämning; and Lägesbild."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.page_versions import alike_beside_chains
from contacts.rules.permissions import Right
from forms.models import SheetKind
from forms.presenters.rows import Row
from forms.presenters.work_list import (
    call_lines,
    chain_lines,
    overview_lines,
    ring_back_lines,
    shift_lines,
    task_lines,
    work_list_part,
    work_list_view,
)
from forms.queries.left import not_known
from forms.rules.work_list_spec import WorkList
from forms.services.printing import Printed, print_job
from outage.models import Outage
from outage.presenters.back import task_rows
from outage.presenters.back_groups import grouped
from outage.presenters.overview import matrix_rows, picture_lines, picture_of
from outage.presenters.ringing import calls_to_ring
from outage.presenters.shift import done_shown, open_shown, register_lines, ring_back_line, told_rows
from outage.presenters.status import chain_row
from outage.queries.care_chains import mark_namesakes, visible_chains
from outage.queries.closing import left_by_key
from outage.queries.listed import listed_now
from outage.queries.logged_beside import logged_beside
from outage.queries.matrix import overview_of
from outage.queries.outages import earlier_outages, not_ended_before
from outage.queries.owed import chains_seen_and_missing, chains_with_calls_owed
from outage.queries.shift import calls_to_ring_back, handed, handovers_of, open_now
from outage.queries.shift_done import calls_by_id, done_lines, edge_at, much_done_between
from outage.queries.states import states_for
from outage.queries.task_logs import task_logs_of
from outage.rules.handover import CLOCK_SKEW
from outage.rules.outage_files import check_list_is_left
from outage.rules.overview import InOrder
from outage.rules.shift import told_since
from outage.rules.wording import moment

# Lines of what was done: some forty pages, which nobody reads to the end.
MOST_DONE = 1_000


def print_work_list(*, by: Acting, which: WorkList, outage: Outage, client_id: UUID) -> Printed:
    """Print one of the acting unit's lists as it stands now: the whole of it, but of what was done at most `MOST_DONE`
    lines and a sentence on where the rest is.

    Raises NotAllowed when the role may not print, RuleError for a list of what is purged, and as `print_job`.
    """
    check_may(by, Right.PRINT_SHEET)
    check_list_is_left(purged=which.says_what_is_left and outage.purged_at is not None)
    now = timezone.now()
    view = work_list_view(
        which, _LINES[which](by, outage, now), by.unit.name, outage if which in _OF_ONE_OUTAGE else None
    )
    return print_job(
        by=by,
        kind=SheetKind.WORK_LIST if which.names_patients else SheetKind.OVERVIEW,
        filename=f"{which}.pdf",
        part=work_list_part(view=view, by=by, now=now, routine=outage.routine),
        now=now,
        outage=outage,
        client_id=client_id,
    )


def _calls(by: Acting, outage: Outage, now: datetime) -> list[Row]:
    outages = outage, *earlier_outages(by.principal, outage)
    chains = chains_with_calls_owed(by, *outages)[:]
    back = calls_by_id(by, outages, calls_to_ring_back(by, *outages))
    mark_namesakes(by, [*chains, *(call.chain for call in back)], *outages)
    left = left_by_key(by.principal, outages)
    return [
        *call_lines(calls_to_ring(chains, states_for(by.unit.pk, chains), now)),
        *ring_back_lines(ring_back_line(call, call.chain, now, left) for call in back),
    ]


def _tasks(by: Acting, outage: Outage, now: datetime) -> list[Row]:
    seen, missing = chains_seen_and_missing(by, outage)
    chains = seen[:]
    mark_namesakes(by, chains, outage)
    logs = task_logs_of(chains)
    beside = logged_beside(by, chains)
    groups = grouped(
        [row for chain in chains for row in task_rows(by, chain, logs[chain.pk], now, beside=beside)]
    )
    unknown = not_known(by, outage, missing.count())
    listed = (groups.undo, groups.register, groups.direct, groups.do_not_register, groups.decide)
    return task_lines([row for rows in listed for row in rows], unknown)


def _chains(by: Acting, outage: Outage, now: datetime) -> list[Row]:
    outages = outage, *not_ended_before(by.principal, outage)
    chains = list(visible_chains(by, *outages))
    mark_namesakes(by, chains, *outages)
    states = states_for(by.unit.pk, chains)
    return chain_lines(chain_row(by, chain, states[chain.pk], now) for chain in chains)


def _overview(by: Acting, outage: Outage, now: datetime) -> list[Row]:
    found = overview_of(by, outage)
    rows = matrix_rows(InOrder(found.groups), found, now)
    said = picture_lines(picture_of(found, outage, now), goes_on=outage.is_open)
    return overview_lines(said, (part.make() for part in rows))


def _shift(by: Acting, outage: Outage, now: datetime) -> list[Row]:
    alike = alike_beside_chains(by)
    found = open_now(by, outage)
    listed = listed_now(by, found.outages, [*found.owed, *found.awaited, *found.places], now, alike)
    mark_namesakes(by, [one.chain for one in listed.values()], *found.outages)
    shown = open_shown(
        by,
        found,
        now,
        listed,
        owed=found.owed,
        ring_back=found.ring_back,
        awaited=found.awaited,
        places=found.places,
        papers=found.papers,
    )
    handovers = handovers_of(by, found.outages)
    after = edge_at(by, found.outages, told_since(handed(handovers), now))
    since, until = after.earliest if after else None, now + CLOCK_SKEW
    done = much_done_between(by, found.outages, since, until, MOST_DONE, after)
    lines = done_lines(by, found.outages, done.lines, now, alike)
    mark_namesakes(by, [line.row.chain for line in lines], *found.outages)
    return shift_lines(
        told_rows(by, handovers, now),
        shown,
        [
            *found.paper.counts,
            *((left.label, left.amount or "Se listan") for left in register_lines(found, now)),
        ],
        [part.make() for part in done_shown(lines, now)],
        moment(done.before, now) if done.before else "",
    )


_LINES: dict[WorkList, Callable[[Acting, Outage, datetime], list[Row]]] = {
    WorkList.CALLS: _calls,
    WorkList.TASKS: _tasks,
    WorkList.CHAINS: _chains,
    WorkList.OVERVIEW: _overview,
    WorkList.SHIFT: _shift,
}
# The others have what earlier outages left, too.
_OF_ONE_OUTAGE = {WorkList.TASKS, WorkList.OVERVIEW}
