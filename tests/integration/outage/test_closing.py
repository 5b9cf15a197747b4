"""An outage is closed for a principal when all is done or left open by name and reason; what comes later opens it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, Unit
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from contacts.services.progress import finish
from forms.rules.sheet_fate import VoidReason
from forms.services.fates import mark_filled, void_sheet
from outage.models import CareChain, LeftOpen, Outage, OutageClosing
from outage.presenters.report import shown_tables
from outage.queries.care_chains import get_chain
from outage.queries.closing import closed_at, closing_of, counted
from outage.queries.outages import outage_for
from outage.rules.closing import Entered, Holds, seen_of
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageFacts, OutageScope
from outage.rules.routine import Decision
from outage.services.outages import change_outage, end_outage, reopen_outage
from outage.services.registrations import acknowledge
from outage.services.report import make_report
from tests.clock import Clock
from tests.factories import (
    County,
    at_once,
    end_for_all,
    make_chain,
    make_county,
    make_event,
    make_outage,
    person,
    tell,
)
from tests.integration.forms.sheets_made import make_batch, make_sheet
from tests.integration.outage.closing import (
    answer_for,
    as_seen,
    close,
    is_closed,
    kinds,
    leave,
    leave_all,
    things,
)
from tests.integration.outage.joining import join
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(county: County, outage: Outage, chain: CareChain) -> CareChain:
    """All that the region had to do is done: told, entered, acknowledged."""
    event = make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    over = end_for_all(county, outage, timezone.now())
    chain = get_chain(county.alva, chain.pk)
    for task in rows(county.alva, chain):
        mark(county.alva, chain, task)
    for who in (county.alva, county.disa):
        acknowledge(by=who, outage=over)
    return chain


def test_what_holds_it_up_is_counted_where_it_is_to_be_done(county: County, outage: Outage, chain: CareChain):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    ward, centre = county.ward.pk, county.health_centre.pk
    assert kinds(county.esa, outage) == {
        (ward, Holds.CALL): 2,
        (ward, Holds.TASK): 1,
        (ward, Holds.ACKNOWLEDGE): 1,
        (centre, Holds.ACKNOWLEDGE): 1,
    }


def test_the_report_counts_the_units_that_the_closing_waits_for(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "admission")
    over = end_for_all(county, outage, timezone.now())
    acknowledge(by=county.bo, outage=over)
    # Bo's ward has no part in it, and the hälsocentral has written nothing.
    acknowledge(by=county.disa, outage=over)
    left = [unit for unit, what in kinds(county.esa, outage) if what is Holds.ACKNOWLEDGE]
    report = finish(make_report(by=county.esa, outage=as_seen(county.esa, outage)))
    row = next(r for t in shown_tables(report) for r in t.rows if r[0] == "Meddelanden kvitterade, enheter")
    assert (len(left), row[1:3]) == (1, (2, 1))


def test_it_is_closed_once_all_is_done(county: County, outage: Outage, done: CareChain):
    assert kinds(county.esa, outage) == {}
    assert not is_closed(county.esa, outage)
    row = close(county.esa, outage)
    assert closed_at(as_seen(county.esa, outage), county.region) == row.at
    assert (row.user, row.unit) == (county.esa.user, county.ward)
    assert AuditEntry.objects.filter(action="outage.closed").count() == 1


@pytest.mark.parametrize("what", [Holds.CALL, Holds.TASK, Holds.ACKNOWLEDGE])
def test_it_is_not_closed_while_one_thing_is_left(
    county: County, outage: Outage, chain: CareChain, what: Holds
):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    for unit_id, kind in kinds(county.esa, outage):
        if kind is not what:
            leave(county.esa, outage, Unit.objects.get(pk=unit_id), kind)
    with pytest.raises(RuleError, match=what.label.lower()):
        close(county.esa, outage)
    leave_all(county.esa, outage)
    close(county.esa, outage)
    assert is_closed(county.esa, outage)


def test_while_it_goes_on_it_is_neither_closed_nor_left(county: County, outage: Outage, chain: CareChain):
    make_event(county.alva, chain, "admission")
    with pytest.raises(RuleError, match="inte åter i drift"):
        close(county.esa, outage)
    with pytest.raises(RuleError, match="inte åter i drift"):
        leave(county.esa, outage, county.ward, Holds.CALL, seen="x")


def test_what_is_left_open_is_what_was_there_and_no_more(county: County, outage: Outage, chain: CareChain):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    row = leave(county.esa, outage, county.ward, Holds.CALL)
    assert len(row.keys) == 2
    assert (row.responsible, row.reason) == ("Esa Påhittad", "Ringer i morgon")
    assert (county.ward.pk, Holds.CALL) not in kinds(county.esa, outage)
    make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=40))
    assert kinds(county.esa, outage)[county.ward.pk, Holds.CALL] > 0


def test_what_changed_since_the_page_was_read_is_not_left_unseen(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    with pytest.raises(RuleError, match="har ändrats"):
        leave(county.esa, outage, county.ward, Holds.CALL, seen="another")
    with pytest.raises(RuleError, match="har ändrats"):
        leave(county.esa, outage, county.ward, Holds.SHEET)
    assert not LeftOpen.objects.exists()


def test_a_form_sent_twice_is_one_row_and_with_other_content_a_clash(
    county: County, outage: Outage, chain: CareChain
):
    make_event(county.alva, chain, "admission")
    end_for_all(county, outage, timezone.now())
    seen = seen_of([t for t in things(county.esa, outage) if t.unit_id == county.ward.pk])
    first = leave(county.esa, outage, county.ward, Holds.CALL, 1, seen=seen)
    assert leave(county.esa, outage, county.ward, Holds.CALL, 1, seen=seen) == first
    with pytest.raises(IdClash):
        leave(county.esa, outage, county.ward, Holds.CALL, 1, seen=seen, reason="Annat")
    leave_all(county.esa, outage)
    closed = close(county.esa, outage, 2)
    assert close(county.esa, outage, 2) == closed
    # Another press finds it closed.
    assert close(county.esa, outage, 3) == closed
    assert close(county.esa, outage, 3) == closed
    assert OutageClosing.objects.count() == 1


def late_call(county: County, chain: CareChain) -> None:
    tell(county.alva, chain, *chain.events.all())


def late_event(county: County, chain: CareChain) -> None:
    make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=40))


def late_chain(county: County, chain: CareChain) -> None:
    make_chain(county, chain.outage)


def task_undone(county: County, chain: CareChain) -> None:
    task = next(row for row in rows(county.alva, chain) if row.done)
    mark(county.alva, chain, task, done=False)


def ended_too_early(county: County, chain: CareChain) -> None:
    reopen_outage(by=county.esa, outage=chain.outage)
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())


def another_is_out_again(county: County, chain: CareChain) -> None:
    by = person("cilla", county.social_care, Role.COORDINATOR)
    reopen_outage(by=by, outage=outage_for(by.principal, chain.outage_id))


def joined(county: County, chain: CareChain) -> None:
    join(county, chain, make_chain(county, as_seen(county.alva, chain.outage)))


def said(county: County, chain: CareChain) -> None:
    by = person("cilla", county.social_care, Role.COORDINATOR)
    outage = reopen_outage(by=by, outage=outage_for(by.principal, chain.outage_id))
    now = outage.current
    facts = OutageFacts(
        OutageScope(now.scope), now.started_at, expected_end_at=now.started_at + timedelta(days=1)
    )
    change_outage(by=by, outage=outage, client_id=uuid4(), facts=facts, replaces=now.pk)


def not_acknowledged(county: County, chain: CareChain) -> None:
    acknowledge(by=county.alva, outage=outage_for(county.region, chain.outage_id), done=False)


LATE = {
    Entered.CALLS: late_call,
    Entered.EVENTS: late_event,
    Entered.VERSIONS: late_chain,
    Entered.JOINS: joined,
    Entered.UNDONE: task_undone,
    Entered.NOT_ACKNOWLEDGED: not_acknowledged,
    Entered.SAID: said,
    Entered.ENDS: ended_too_early,
}


def test_each_kind_that_is_counted_has_its_words_and_is_tried(county: County, outage: Outage):
    assert set(counted(county.region, as_seen(county.esa, outage))) == set(Entered) == set(LATE)


@pytest.mark.parametrize("late", [*LATE.values(), another_is_out_again])
def test_what_comes_after_opens_it_again_and_says_so(
    county: County, outage: Outage, done: CareChain, late: Callable[[County, CareChain], None], client: Client
):
    close(county.esa, outage)
    assert is_closed(county.esa, outage)
    late(county, done)
    assert not is_closed(county.esa, outage)
    client.force_login(county.esa.user)
    page = read(client.get(reverse("closing", args=[outage.pk])))
    assert "öppet igen" in page.text
    what = next((kind for kind, write in LATE.items() if write is late), Entered.ENDS)
    assert f"{what.label} 10." in page.text
    client.force_login(county.alva.user)
    listed = read(client.get(reverse("back_registration"))).text
    assert "öppet igen" in listed
    assert f"{what.label} 10." in listed
    if kinds(county.esa, outage):
        with pytest.raises(RuleError):
            close(county.esa, outage)
    leave_all(county.esa, outage)
    close(county.esa, outage)
    assert is_closed(county.esa, outage)


def test_what_was_left_open_may_be_done_without_opening_it(county: County, outage: Outage, chain: CareChain):
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    chain = get_chain(county.alva, chain.pk)
    leave_all(county.esa, outage)
    close(county.esa, outage)
    for task in rows(county.alva, chain):
        mark(county.alva, chain, task)
    acknowledge(by=county.alva, outage=as_seen(county.alva, outage))
    assert is_closed(county.esa, outage)


def test_a_sheet_holds_it_up_and_one_found_later_opens_it_again(
    county: County, outage: Outage, done: CareChain
):
    printed = make_sheet(county.alva, outage=outage)
    assert kinds(county.esa, outage) == {(county.ward.pk, Holds.SHEET): 1}
    later = make_outage(county.esa, started=timedelta())
    make_sheet(county.alva, outage=later)
    assert kinds(county.esa, outage)[county.ward.pk, Holds.SHEET] == 1
    void_sheet(by=county.alva, sheet=printed, client_id=uuid4(), void_reason=VoidReason.UNUSED)
    # The system is down again: what is to be told is told by telephone.
    leave_all(county.esa, outage)
    close(county.esa, outage)
    # The paper was found, written on.
    mark_filled(by=county.alva, sheet=printed, reason="Hittat")
    found = closing_of(as_seen(county.esa, outage), county.region)
    assert found is not None
    (came_in,) = found.came_in
    assert (came_in.unit, came_in.what.serial) == (county.ward, printed.serial)
    assert not is_closed(county.esa, outage)


def test_what_was_entered_and_is_not_to_be_holds_it_up_until_it_is_undone(
    county: County, outage: Outage, done: CareChain
):
    make_event(county.alva, done, "discharge", ago=timedelta(minutes=5))
    assert kinds(county.esa, outage)[county.ward.pk, Holds.TASK] == 1
    (task,) = [row for row in rows(county.alva, done) if row.undo]
    mark(county.alva, done, task, done=False)
    assert (county.ward.pk, Holds.TASK) not in kinds(county.esa, outage)


def test_what_another_principal_enters_is_not_waited_for(county: County, outage: Outage):
    theirs = make_chain(county, as_seen(county.cissi, outage), county.cissi)
    heard = {"direction": Direction.RECEIVED, "outcome": CallOutcome.REACHED, "to": Party.INPATIENT}
    make_event(county.cissi, theirs, "admission", **heard)
    end_for_all(county, outage, timezone.now())
    (task,) = [row for row in rows(county.cissi, theirs) if row.decision is Decision.REGISTER]
    assert not task.mine
    assert {what for _, what in kinds(county.cissi, outage)} == {Holds.ACKNOWLEDGE}


def test_a_blank_sheet_counts_where_it_was_filled_in_meanwhile(
    county: County, outage: Outage, done: CareChain, clock: Clock
):
    taken, later = make_batch(county.alva, 2)
    assert kinds(county.esa, outage) == {}
    mark_filled(by=county.alva, sheet=taken)
    assert kinds(county.esa, outage) == {(county.ward.pk, Holds.SHEET): 1}
    leave_all(county.esa, outage)
    close(county.esa, outage)
    # One that is filled in another day is of another outage, if of any.
    clock.shift(timedelta(days=2))
    mark_filled(by=county.alva, sheet=later)
    assert is_closed(county.esa, outage)


def test_each_principal_closes_its_own(county: County, outage: Outage, done: CareChain):
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    close(cilla, outage)
    assert is_closed(cilla, outage)
    assert not is_closed(county.esa, outage)
    close(county.esa, outage)
    # What the municipality enters is nothing to the region.
    theirs = make_chain(county, as_seen(county.cissi, outage), county.cissi)
    assert theirs.principal == county.municipality
    assert is_closed(county.esa, outage)
    assert not is_closed(cilla, outage)


def test_a_discharge_left_open_in_the_log_holds_nothing_up(county: County, outage: Outage, chain: CareChain):
    event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    answer_for(county.alva, event, Party.OUTPATIENT)
    end_for_all(county, outage, timezone.now())
    assert (county.ward.pk, Holds.DISCHARGE) not in kinds(county.esa, outage)
    assert any(thing.what is Holds.DISCHARGE and thing.answered_for for thing in things(county.esa, outage))


@pytest.mark.parametrize("who", ["alva", "adam"])
def test_only_a_coordinator_closes(county: County, outage: Outage, done: CareChain, who: str):
    by = county.somebody(who)
    with pytest.raises(NotAllowed):
        close(by, outage)
    with pytest.raises(NotAllowed):
        leave(by, outage, county.ward, Holds.CALL, seen="x")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_writes_while_it_is_closed_is_in_before_or_opens_it_again():
    county = make_county()
    outage = make_outage(county.esa)
    chain = make_chain(county, outage)
    end_for_all(county, outage, timezone.now())
    for who in (county.alva, county.disa):
        acknowledge(by=who, outage=as_seen(who, outage))
    leave_all(county.esa, outage)

    closed, *written = at_once(
        [
            lambda: close(county.esa, outage),
            lambda: late_event(county, get_chain(county.alva, chain.pk)),
            lambda: late_chain(county, get_chain(county.alva, chain.pk)),
        ]
    )
    assert [one for one in written if isinstance(one, Exception)] == []
    # Refused, where either was there first; opened again, where both came after.
    assert isinstance(closed, RuleError) or not is_closed(county.esa, outage)
