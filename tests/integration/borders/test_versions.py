"""An open Läge is told of whatever changes it: by any service, and by the clock."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, ModuleType
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.models import DirectoryEntry, Principal
from contacts.page_versions import forget_pages, noting_until, pages_kept, parts_kept
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from contacts.seen import seeing
from contacts.services.progress import finish
from contacts.verification import verification_lasts
from outage.models import CareChain, Outage
from outage.queries.chain_log import ChainLog, log_of, log_shown
from outage.queries.lines import Lines
from outage.queries.matrix import version_of_overview
from outage.queries.outages import outage_for
from outage.queries.tasks_left import TasksLeft
from outage.queries.written import Written
from outage.rules.outage_status import OutageScope
from outage.rules.overview import ChainLine, InOrder
from outage.services.outages import change_outage
from outage.views import _tools
from tests.clock import TUESDAY, Clock, standing_at
from tests.factories import (
    make_chain,
    make_county,
    make_entry,
    make_event,
    make_outage,
    outage_facts,
    same_id,
)
from tests.integration.borders import directory, log, paper
from tests.integration.borders.filled import Stage
from tests.integration.borders.table import Scope
from tests.integration.borders.test_services import PARTS, Undone, each_part
from tests.integration.every_html import told_alike
from tests.long import runs

pytestmark = [pytest.mark.django_db, pytest.mark.long]


COUNTED = {"data-since", "data-until", "data-shown-at"}


def take_what_is_new_each_time(page: Tag, *, counted: bool = True) -> None:
    """Off the page; `counted`: what its own clock shows too."""
    for each in page.find_all(True):
        if each.decomposed:
            continue
        name = str(each.get("name", ""))
        known = name in {"csrfmiddlewaretoken", "typed_by", "client_id"} or name.startswith("at_")
        if known or "code-to-say" in each.get("class", []):
            each.decompose()
        elif counted and COUNTED & each.attrs.keys():
            each.clear()


def window(by: Acting) -> Client:
    # What was made for the same version would hide that another was due.
    forget_pages()
    client = Client()
    client.force_login(by.user)
    session = client.session
    session["membership_id"] = by.membership.pk
    session.save()
    return client


def tasks_seen(by: Acting, kept: Mapping[Any, Any] = MappingProxyType({})) -> str:
    """What is to be entered afterwards, which is made once for each version too; `kept` as for `looked_at`."""
    client = window(by)
    parts_kept.update(kept)
    page = BeautifulSoup(client.get(reverse("back_registration")).content, "html.parser")
    take_what_is_new_each_time(page, counted=False)
    return told_alike("".join(map(str, page.select(".back-undo, .back-columns"))))


def looked_at(by: Acting, kept: Mapping[Any, Any] = MappingProxyType({})) -> tuple[str, str]:
    """What the open page of somebody would show now, without what its own clock shows, and the version of that; `kept`
    are the parts that were made before.
    """
    client = window(by)
    parts_kept.update(kept)
    answer = client.get(reverse("calls_to_make"))
    if answer.status_code != 200:
        # Somebody whose assignment has ended has no page left.
        return answer.headers["Location"], ""
    page = BeautifulSoup(answer.content, "html.parser")
    status = page.find(id="status")
    assert isinstance(status, Tag)
    version = str(status["data-version"])
    take_what_is_new_each_time(page)
    del status["data-shown"], status["data-version"]
    return told_alike(str(page)), version


def chains_seen(by: Acting) -> dict[str, str]:
    """By address, each chain's own page and the forms of a call about it, as somebody sees them."""
    client, found = window(by), {}
    for chain in CareChain.objects.order_by("pk").values_list("pk", flat=True):
        call = reverse("chain_call", args=[chain])
        for path in (reverse("chain", args=[chain]), call, f"{call}?riktning=received")[: runs(2, full=3)]:
            answer = client.get(path)
            # Whether one may see it is asked each time.
            if answer.status_code == 200:
                found[path] = main_of(answer.content)
    return found


def overview_seen(by: Acting) -> tuple[str, str]:
    """How the whole outage stands, and what holds up the closing of each, as a coordinator sees it, and the version of
    that.
    """
    version, client = version_of_overview(), window(by)
    paths = [reverse("overview"), *(reverse("closing", args=[o.pk]) for o in Outage.objects.order_by("pk"))]
    return "".join(main_of(client.get(path).content) for path in paths), version


def main_of(content: bytes) -> str:
    page = BeautifulSoup(content, "html.parser").main
    assert page
    take_what_is_new_each_time(page)
    return told_alike(str(page))


def first_that_differs(was: str, page: str) -> str:
    return next(b for a, b in zip(was.splitlines(), page.splitlines(), strict=False) if a != b)


def watchers(stage: Any) -> list[Acting]:
    county = stage.county
    # In `make test` one at a ward, and one of another principal.
    return list({by.user.pk: by for by in (county.alva, county.cissi, county.disa, county.bo)}.values())[
        : runs(2, full=4)
    ]


def stages_of(module: ModuleType) -> Iterator[Any]:
    """As `stages`, but with care going on in each that a stage of everything can be had of."""
    part = PARTS[module]
    for town in (False, True)[: runs(1, full=2)]:
        with transaction.atomic():
            yield (Stage if isinstance(part, type) and issubclass(Stage, part) else part)(town=town)
            transaction.set_rollback(True)


def each_done(module: ModuleType, stage: Any, step: int) -> Iterator[str]:
    """Each service, or each of `step`, done by the first who may; what it wrote is there until the next."""
    for number, (service, row) in enumerate(module.TABLE.items()):
        if number % step != len(service.__name__) % step:
            continue
        by = next((by for (role, scope), by in stage.people.items() if row.may(role, scope)), None)
        if by is None:
            continue
        try:
            with transaction.atomic():
                try:
                    done = service(by=by, **row.given(stage, by))
                    if hasattr(done, "send"):
                        finish(done)
                except RuleError:
                    raise Undone from None
                yield service.__name__
                raise Undone
        except Undone:
            continue


@each_part
def test_where_a_service_changes_a_page_its_version_is_another(
    module: ModuleType, no_typesetting: None, clock: Clock
):
    missed = []
    for stage in stages_of(module):
        begun = timezone.now()
        before = {
            by.user.username: (*looked_at(by), tasks_seen(by), chains_seen(by)) for by in watchers(stage)
        }
        parts = {by.user.username: looked_at(by) and dict(parts_kept) for by in watchers(stage)}
        tasks_kept = {by.user.username: tasks_seen(by) and dict(parts_kept) for by in watchers(stage)}
        assert any(parts.values())
        assert any(key[0] == "tasks" for parts in tasks_kept.values() for key in parts or ())
        assert any(tasks for _, _, tasks, _ in before.values())
        assert module is paper or any(chains for _, _, _, chains in before.values())
        overview = overview_seen(stage.county.esa)
        for name in each_done(module, stage, step=runs(5, full=1)):
            new = overview_seen(stage.county.esa)
            if new[0] != overview[0] and new[1] == overview[1]:
                missed.append(f"{name}: Lägesbild, Stängning: {first_that_differs(overview[0], new[0])}")
            for by in watchers(stage):
                page, version = looked_at(by)
                was, was_version, were, chains_were = before[by.user.username]
                with_kept, _ = looked_at(by, parts[by.user.username])
                if with_kept != page:
                    missed.append(f"{name}: {by.user.username}: kept: {first_that_differs(with_kept, page)}")
                tasks = tasks_seen(by)
                if tasks_seen(by, tasks_kept[by.user.username]) != tasks:
                    missed.append(f"{name}: {by.user.username}: kept of what is to be entered")
                if version.partition(";")[0] != was_version.partition(";")[0]:
                    continue
                chains = chains_seen(by)
                if tasks != were:
                    missed.append(f"{name}: {by.user.username}: what is to be entered")
                if page != was:
                    missed.append(f"{name}: {by.user.username}: {first_that_differs(was, page)}")
                for path in chains.keys() & chains_were.keys():
                    if chains[path] != chains_were[path]:
                        new = first_that_differs(chains_were[path], chains[path])
                        missed.append(f"{name}: {by.user.username}: {path}: {new}")
            # However long the walk takes, the clock changes nothing in it.
            clock.move_to(begun)
    assert missed == []


def test_what_was_found_of_tasks_is_read_anew_when_the_outage_is_another():
    county = make_county()
    outage = make_outage(county.alva)
    make_event(county.alva, make_chain(county, outage), "admission")
    before = tasks_on(TasksLeft(), outage.pk, county.region)
    facts = outage_facts(scope=OutageScope.MUNICIPALITIES_ONLY)
    change_outage(by=county.alva, outage=outage, client_id=same_id(1), facts=facts)
    anew = tasks_on(TasksLeft(), outage.pk, county.region).of_chain
    assert tasks_on(before, outage.pk, county.region).of_chain == anew != before.of_chain


def counted(known: Written) -> tuple[dict[int, datetime], Counter[Any]]:
    return dict(known.last), +Counter(known.calls)


def tasks_on(known: TasksLeft, outage_id: UUID, principal: Principal) -> TasksLeft:
    return known.read_on(principal, outage_for(principal, outage_id))


def in_the_minute(lines: Lines) -> Lines:
    """What has changed since is known by the changes alone: what there is of each unit is asked once a minute."""
    return replace(lines, changes=replace(lines.changes, at=timezone.now()))


def in_order(lines: Lines) -> list[ChainLine]:
    return list(InOrder(lines.groups))


def lines_of(known: Lines, outage_id: UUID, principal: Principal) -> Lines:
    return known.read_on(principal, outage_for(principal, outage_id))


@pytest.mark.parametrize("module", [log, paper, directory])
def test_what_was_read_of_the_chains_before_is_read_on_as_if_anew(module: ModuleType, no_typesetting: None):
    """Whatever a service writes in a log, or changes of how a chain stands, counts up the chain's rows."""
    missed, changes, other, ticked = [], 0, 0, 0
    for stage in stages_of(module):
        of_each = []
        for outage in Outage.objects.values_list("pk", flat=True):
            for principal in Principal.objects.all():
                lines = lines_of(Lines(), outage, principal)
                written = Written().read_on(principal.pk, outage, lines.versions)
                of_each.append((outage, principal, lines, written, tasks_on(TasksLeft(), outage, principal)))
        for name in each_done(module, stage, step=1):
            for outage, principal, lines, written, tasks in of_each:
                anew = lines_of(Lines(), outage, principal)
                on = lines_of(in_the_minute(lines), outage, principal)
                other += in_order(anew) != in_order(lines)
                if in_order(on) != in_order(anew):
                    missed.append(f"{name}: {principal}: lines")
                counted_anew = counted(Written().read_on(principal.pk, outage, anew.versions))
                changes += counted_anew != counted(written)
                tasks_anew = tasks_on(TasksLeft(), outage, principal).of_chain
                ticked += tasks_anew != tasks.of_chain
                if [*tasks_on(tasks, outage, principal).of_chain.items()] != [*tasks_anew.items()]:
                    missed.append(f"{name}: {principal}: tasks")
                if counted(written.read_on(principal.pk, outage, on.versions)) != counted_anew:
                    missed.append(f"{name}: {principal}: written")
    assert missed == []
    assert module not in (log, paper) or changes
    assert module is not log or (other and ticked)


def written_in(log: ChainLog) -> list[Any]:
    """What a log has, and whose; what a row says never changes."""
    rows = [(row.pk, row.order, row.unit.name, row.user.full_name) for row in [*log.events, *log.handovers]]
    beside = [
        sorted(one.pk for one in [*event.open_items.all(), *event.completions.all()]) for event in log.events
    ]
    return [*rows, *beside, [row.pk for row in log.versions], sorted(log.marks), log.doubles]


def logs_shown(by: Acting, now: datetime, kept: Mapping[Any, Any] = MappingProxyType({})) -> dict[UUID, Any]:
    """What `by` is shown of each log, where those in `kept` were read before."""
    forget_pages()
    pages_kept.update(kept)
    with seeing(lambda: "", only_reads=True):
        return {chain.pk: written_in(log_shown(by, chain, now)) for chain in CareChain.objects.all()}


@pytest.mark.parametrize("module", [log, paper, directory])
def test_a_log_that_was_read_is_shown_while_nothing_is_written_in_it(
    module: ModuleType, no_typesetting: None
):
    missed, changes = [], 0
    for stage in stages_of(module):
        by, now = stage.county.alva, timezone.now()
        before = logs_shown(by, now)
        kept = dict(pages_kept)
        assert len(kept) == len(before) > 0
        for name in each_done(module, stage, step=runs(3, full=1)):
            anew = {pk: written_in(log_of(pk)) for pk in CareChain.objects.values_list("pk", flat=True)}
            changes += anew != before
            if logs_shown(by, now, kept) != anew:
                missed.append(name)
    assert missed == []
    assert module is not log or changes


@pytest.mark.once
def test_where_the_clock_changes_a_page_its_time_had_come(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    """Through a day in which numbers open and close, turns change, a break point passes and the outage grows long."""
    monkeypatch.setattr(_tools, "AT_MOST", timedelta(days=2))
    stage = Stage()
    alva = stage.people[Role.STAFF, Scope.OWN]
    make_entry(stage.county.municipality, "Biståndsenheten", "0910-73 00 00")
    now, step = TUESDAY + timedelta(minutes=1), timedelta(minutes=runs(60, full=1))
    clock.move_to(now)
    page, version = looked_at(alva)
    changes = 0
    while now < TUESDAY + timedelta(days=1):
        now += step
        clock.move_to(now)
        fresh, newer = looked_at(alva)
        if fresh != page:
            changes += 1
            new = first_that_differs(page, fresh)
            assert datetime.fromtimestamp(int(version.partition(";")[2]), now.tzinfo) <= now, f"{now}: {new}"
        page, version = fresh, newer
    assert changes > 3


@pytest.mark.once
def test_within_a_minute_the_clock_changes_no_chain_but_when_it_says():
    """What is made for one is shown to others until the minute is over, or until it says."""
    stage = Stage()
    alva = stage.people[Role.STAFF, Scope.OWN]
    number = make_entry(stage.county.region, "Ronden", "0910-73 00 00", unit=stage.county.health_centre)
    # Summer ends in between.
    at = TUESDAY.astimezone(UTC) + timedelta(minutes=210, seconds=30) - verification_lasts()
    DirectoryEntry.objects.filter(pk=number.pk).update(verified_at=at, verified_by=alva.user)
    changes, at = 0, TUESDAY
    while at < TUESDAY + timedelta(days=1):
        at += timedelta(minutes=runs(210, full=5))
        with standing_at(at + timedelta(seconds=1)), noting_until() as moments:
            before = chains_seen(alva)
        last = at + timedelta(seconds=59)
        with standing_at(last):
            after = chains_seen(alva)
        for path in before.keys() & after.keys():
            if before[path] != after[path]:
                changes += 1
                assert min(moments) <= last, f"{at}: {first_that_differs(before[path], after[path])}"
    assert changes
