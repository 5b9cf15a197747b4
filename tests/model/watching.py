"""What is compared after each step: the stored rows, the rules over them and the pages, with the second formulation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.page_versions import forget_pages
from outage.models import CareChain, ChainState, Outage, StateKind
from outage.presenters.back import task_rows
from outage.presenters.chain import timeline
from outage.presenters.owed import calls_kept, calls_owed
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.lines import Lines, by_number
from outage.queries.outages import outage_for
from outage.queries.owed import (
    awaited_now,
    chains_with_answers_awaited,
    chains_with_calls_owed,
    owed_by_unit,
)
from outage.queries.report import add_chain
from outage.queries.standing import awaited_by_unit, completion_of
from outage.queries.states import states_for
from outage.queries.task_logs import task_logs_of
from outage.queries.tasks import ticks_of
from outage.routine import get_routine
from outage.rules.overview import InOrder, counted_together
from outage.rules.report import Logged
from outage.rules.routine import Decision
from outage.services.states import rebuilt

from .random_log import debt_of
from .record import AT_HOME
from .stage import Stage, Twin
from .units import Seen


@dataclass(frozen=True)
class Lists:
    """What one person's lists have: the chains to ring about, those waited for, and all that are seen."""

    outage: Outage
    rings: frozenset[UUID]
    waits: frozenset[UUID]
    sees: frozenset[UUID]


def lists_of(stage: Stage, twins: Sequence[Twin]) -> dict[int, Lists]:
    """The lists of each person whose principal has a chain, by the unit: read once after each step, for all chains."""
    found, principals = {}, {twin.chain.principal_id for twin in twins}
    for principal in Principal.objects.filter(pk__in=principals):
        _lines_read_on(stage, principal)
    for by in stage.people:
        if by.principal.pk not in principals:
            continue
        outage = stage.outage_of(by)
        found[by.unit.pk] = Lists(
            outage,
            frozenset(chains_with_calls_owed(by, outage).ids),
            frozenset(chains_with_answers_awaited(by, outage).ids),
            frozenset(visible_chains(by, outage).values_list("pk", flat=True)),
        )
    return found


def _lines_read_on(stage: Stage, principal: Principal) -> None:
    """What Lägesbild has kept since the step before is what it would read anew."""
    outage = outage_for(principal, stage.outage.pk)
    before = stage.lines.get(principal.pk)
    if before:
        # As in one minute: what has changed is known by the changes alone.
        before = replace(before, changes=replace(before.changes, at=timezone.now()))
    on = (before or Lines()).read_on(principal, outage)
    _same("lines read on", _found_in(on), _found_in(Lines().read_on(principal, outage)))
    stage.lines[principal.pk] = on


def _found_in(lines: Lines) -> list[Any]:
    groups = list(lines.groups)
    in_order = list(InOrder(groups))
    counted = counted_together(group.counted for group in groups)
    assert lines.counted(Unit.objects.values_list("pk", flat=True)) == counted
    return [in_order, by_number(in_order), counted]


def check(stage: Stage, twin: Twin, seen: Seen, lists: dict[int, Lists]) -> None:
    """Raise AssertionError where what is stored of a chain says another thing than its record."""
    chain = get_chain(twin.opener, twin.chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    people = [by for by in stage.people if by.principal.pk == chain.principal_id]
    _owed(people, chain, log, seen)
    _lists(lists, people, chain, log, seen)
    _discharges(people, chain, log, seen)
    _tasks(people, chain, log, seen)
    _report(chain, log, seen)
    differ = list(rebuilt(CareChain.objects.filter(pk__in=[chain.pk, twin.chain.pk]), write=False))
    assert not differ, "what is kept of how the chain stands is not what its log says"


def _owed(people: list[Acting], chain: CareChain, log: ChainLog, seen: Seen) -> None:
    shared = set()
    for by in people:
        unit = f"unit:{by.unit.pk}"
        found = {debt_of(seen.record, owed) for owed in owed_by_unit(chain, log, by.unit.pk)}
        # Nobody rings itself, whatever it rings about.
        _same(unit, {debt for debt in found if debt.place in seen.itself(unit)}, set())
        wanted, anybodys = seen.of_unit(unit), seen.anybodys()
        theirs = {debt for debt in found if _open(debt) in {_open(d) for d in anybodys}}
        shared |= {_open(debt) for debt in theirs}
        _same(unit, {_plain(d) for d in found - theirs}, {_plain(d) for d in wanted})
    _same("anybody", shared, {_open(debt) for debt in seen.anybodys()})


def _open(debt: Any) -> Any:
    """A debt whose payer the text leaves open."""
    return (debt.place, debt.what, debt.how, debt.state, debt.closed)


def _plain(debt: Any) -> Any:
    """An answer that is not logged has no tries that tell of it."""
    answer = isinstance(debt.what, tuple) and debt.what[0] == "answer"
    return (debt.sender, debt.place, debt.what, debt.how, "" if answer else debt.state, debt.closed)


def _lists(
    lists: dict[int, Lists], people: list[Acting], chain: CareChain, log: ChainLog, seen: Seen
) -> None:
    """Läge and the chain's page say what is owed, each message once for each place, and list those chains only."""
    now, record = timezone.now(), seen.record
    states = ChainState.objects.filter(chain=chain, what=StateKind.OWED)
    counted = dict(states.values_list("unit").annotate(n=Count("whom", distinct=True)).order_by())
    for by in people:
        unit, there = f"unit:{by.unit.pk}", lists[by.unit.pk]
        owed = owed_by_unit(chain, log, by.unit.pk)
        wanted = {
            (_value(o), record.same(o.target.place) or str(o.target.party)) for o in owed if not o.closed
        }
        kept = states_for(by.unit.pk, [chain])[chain.pk]
        own_page = calls_owed(acting=by, chain=chain, log=log, now=now, on_own_page=True)
        for calls in (own_page, calls_kept(chain, kept, now)):
            said = [
                (m.value, record.same(c.recipient.place) or str(c.recipient.party))
                for c in calls
                for m in c.messages
            ]
            _same("list", set(said), wanted)
            assert len(said) == len(set(said)), f"said twice: {said}"
        places = {place for _, place in wanted}
        # They are counted for whoever ends an outage.
        if there.outage.is_open:
            _same(f"{unit} has calls left", counted.get(by.unit.pk, 0), len(places))
        _same(f"{unit} on Läge", chain.pk in there.rings, bool(wanted))
        waits = {(a.kind, str(a.sender), a.since) for a in awaited_by_unit(chain, log, by.unit.pk)}
        _same(f"{unit} awaits", waits, seen.awaited(unit))
        # Who is back answers in the system.
        by_phone = {one for one in waits if record.party_place(one[1]) not in record.back}
        said_now = {(a.kind, str(a.sender), a.since) for a in awaited_now(chain, log, by.unit.pk)}
        _same(f"{unit} awaits by telephone", said_now, by_phone)
        _same(f"{unit} waits on Läge", chain.pk in there.waits, bool(by_phone))
        seen_there = chain.pk in there.sees
        named = {record.now.places.get("inpatient"), record.now.places.get("outpatient"), record.opener}
        if unit in named or wanted or unit in seen.enters():
            assert seen_there, f"{unit} does not see the chain"
        elif not owed:
            assert not seen_there, f"{unit} sees the chain"


def _value(owed: Any) -> str:
    if owed.notice:
        return f"notice:{owed.id}"
    return f"new:{owed.kind}:{owed.by}" if owed.answer else f"event:{owed.id}"


def _discharges(people: list[Acting], chain: CareChain, log: ChainLog, seen: Seen) -> None:
    events = {str(event.pk): event for event in log.events}
    for by in people:
        entries = {str(e.row_id): e for e in timeline(by, chain, log, timezone.now())}
        for row, (state, closed, whose) in seen.discharges().items():
            entry = entries[row]
            _same(f"state of {row}", str(entry.discharge_state) if entry.discharge_state else None, state)
            _same(f"closed {row}", completion_of(chain, log, events[row]) is not None, closed)
            _same(f"whose {row}", entry.may_complete, f"unit:{by.unit.pk}" in whose)


def _tasks(people: list[Acting], chain: CareChain, log: ChainLog, seen: Seen) -> None:
    ticks, gone = ticks_of(chain, log)
    _same("read without the calls", ticks_of(chain, task_logs_of([chain])[chain.pk]), (ticks, gone))
    found, wanted = set(), set()
    for tick in ticks:
        lines = tick.task.lines if tick.task.case in (4, 6) else [tick.task.lines]
        state = "" if tick.task.case in (2, 4, 6) else tick.state.value
        found |= {
            (tick.task.family.value, tick.task.case, frozenset([li] if isinstance(li, str) else li), state)
            for li in lines
        }
    for work, state in seen.works():
        wanted.add((work.family, work.case, frozenset(work.lines), state if work.to_do else ""))
    _same("tasks", found, wanted)
    rows = task_rows(people[0], chain, log, timezone.now())
    done = {(row.key, row.done) for row in rows if not row.undo and row.decision != "do_not_register"}
    _same("rows", done, {(work.key, state == "done") for work, state in seen.works() if work.to_do})


def _report(chain: CareChain, log: ChainLog, seen: Seen) -> None:
    """What the report counts of the chain."""
    logged = Logged()
    add_chain(logged, chain, log)
    if logged.wrong_patient:
        return
    states = Counter(str(event.discharge) for event in logged.sent if event.discharge is not None)
    _same("told of in the report", states, Counter(s for s, *_ in seen.discharges().values() if s))
    to_do = [task for task in logged.tasks if task.decision is not Decision.DO_NOT_REGISTER]
    done = Counter(task.done_at is not None for task in to_do)
    _same("done in the report", done, Counter(s == "done" for work, s in seen.works() if work.to_do))


def check_pages(stage: Stage, twin: Twin, seen: Seen, by: Acting, client: Client) -> None:
    """What a person sees in the browser: the chain's page, Läge and PRATOR åter i drift."""
    # What is compared is how a page is made; that a kept one is still true is for `test_versions`.
    forget_pages()
    client.force_login(by.user)
    chain = CareChain.objects.get(pk=twin.chain.pk)
    outage = stage.outage_of(by)
    may_see = visible_chains(by, outage).filter(pk=chain.pk).exists()
    answer = client.get(reverse("chain", args=[chain.pk]))
    _same("page", answer.status_code, 200 if may_see else 404)
    if not may_see:
        return
    wanted = {d.what for d in seen.of_unit(f"unit:{by.unit.pk}") if not d.closed and isinstance(d.what, str)}
    said = {str(m.event_id) for call in answer.context["calls"] for m in call.messages if m.event_id}
    passed_on = {d.what for d in seen.anybodys()}
    _same("on the page", said - passed_on, wanted - passed_on)
    struck = {str(m.event_id) for call in answer.context["needless"] for m in call.closed if m.event_id}
    closed = {d.what for d in seen.of_unit(f"unit:{by.unit.pk}") if d.closed and isinstance(d.what, str)}
    _same("struck through", struck - passed_on, closed - passed_on)
    status = client.get(reverse("status"))
    on_status = {
        str(m.event_id)
        for c in (part.make() for part in status.context["calls"])
        if c.chain_id == chain.pk
        for m in c.messages
        if m.event_id
    }
    _same("on Läge", on_status - passed_on, wanted - passed_on)
    back = client.get(reverse("back_registration"))
    groups = back.context["groups"]
    rows = [row for row in (*groups.register, *groups.decide) if row.chain_id == chain.pk]
    _same("åter i drift", {row.key for row in rows}, {work.key for work, _ in seen.works() if work.to_do})
    open_rows = [row for row in (*rows, *groups.undo) if row.chain_id == chain.pk and not row.done]
    # Who has died, or was in the system and is on another ward, lacks no row of how they came or left.
    no_row = ("avlidit", "bytt avdelning")
    undecided = any(row.key == "stay:" and not any(said in row.why for said in no_row) for row in open_rows)
    named = reverse("chain", args=[chain.pk]) in dict(back.context["not_admitted"])
    _same("utan inskrivning", named, undecided)
    for page in (answer, status, back):
        assert AT_HOME not in page.content.decode()


def _routine(chain: CareChain) -> Any:
    return get_routine(chain.outage.routine_id)


def _same(what: str, found: Any, wanted: Any) -> None:
    if isinstance(found, set):
        assert found == wanted, f"{what}: too many {found - wanted}, missing {wanted - found}"
    assert found == wanted, f"{what}: {found}, wanted {wanted}"
