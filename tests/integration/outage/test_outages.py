"""The outage itself: reported, joined, changed, ended, opened again, support rung (R1.1–R1.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, Outage, OutageReport, PrincipalEnd, ReportKind, SupportContact
from outage.queries.outages import current_outage, outage_in_view, support_contacts
from outage.rules.handover import Message
from outage.rules.outage_status import OutageScope
from outage.services.events import withdraw_event
from outage.services.handovers import log_call
from outage.services.outages import (
    change_outage,
    end_outage,
    record_support_contact,
    reopen_outage,
    report_outage,
)
from tests.clock import STOCKHOLM, TUESDAY, Clock
from tests.factories import (
    County,
    at_once,
    call_facts,
    make_chain,
    make_county,
    make_event,
    make_outage,
    outage_facts,
    same_id,
)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_report_opens_an_outage_with_a_row_of_the_trace(county: County):
    facts = outage_facts(sees="Inloggningen snurrar.")
    outage, joined = report_outage(by=county.alva, client_id=uuid4(), facts=facts)
    assert not joined
    assert outage.is_open
    assert outage.system == "PRATOR"
    assert outage.current is not None
    assert (outage.current.started_at, outage.current.sees) == (facts.started_at, "Inloggningen snurrar.")
    row = AuditEntry.objects.get()
    assert (row.action, row.user, row.unit, row.principal) == (
        "outage.first",
        county.alva.user,
        county.ward,
        county.region,
    )


def test_a_second_report_joins_the_outage_that_goes_on_and_changes_nothing_in_it(
    county: County, outage: Outage
):
    again, joined = report_outage(
        by=county.cissi,
        client_id=uuid4(),
        facts=outage_facts(timedelta(hours=1), scope=OutageScope.MUNICIPALITIES_ONLY),
    )
    assert joined
    assert again == outage
    assert Outage.objects.count() == 1
    assert again.current is not None
    assert again.current.scope == OutageScope.BOTH_PRINCIPALS
    assert [report.kind for report in outage.reports.all()] == [ReportKind.FIRST, ReportKind.JOINED]
    assert actions() == ["outage.first", "outage.joined"]


def test_the_database_itself_refuses_two_open_outages_of_one_system(county: County, outage: Outage):
    with pytest.raises(IntegrityError), transaction.atomic():
        Outage.objects.create(system=outage.system, routine_id=outage.routine_id)


def test_a_report_sent_twice_is_one_report(county: County):
    facts = outage_facts()
    answers = [report_outage(by=county.alva, client_id=same_id(1), facts=facts) for _ in "12"]
    assert answers[0] == answers[1]
    assert OutageReport.objects.count() == 1
    with pytest.raises(IdClash):
        report_outage(by=county.alva, client_id=same_id(1), facts=outage_facts(sees="annat"))


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_the_same_time_make_one_outage():
    county = make_county()
    people = [county.alva, county.bo, county.cissi, county.disa]
    results = at_once([lambda by=by: make_outage(by) for by in people])
    assert [type(result) for result in results] == [Outage] * 4
    assert len({result.pk for result in results}) == 1
    assert sorted(OutageReport.objects.values_list("kind", flat=True)) == [
        "first",
        "joined",
        "joined",
        "joined",
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param(lambda: outage_facts(timedelta(minutes=-5)), "started_at", id="starts ahead"),
        pytest.param(
            lambda: outage_facts(expected_end_at=timezone.now() - timedelta(hours=3)),
            "expected_end_at",
            id="expected end before the start",
        ),
    ],
)
def test_times_that_cannot_be_are_refused_by_a_sentence_at_their_field(
    county: County, facts: Callable, field: str
):
    with pytest.raises(RuleError) as refused:
        report_outage(by=county.alva, client_id=uuid4(), facts=facts())
    assert refused.value.field == field
    assert not Outage.objects.exists()


def test_in_the_hour_that_comes_twice_an_end_and_a_scope_lie_after_the_start(county: County, clock):
    start, later = (
        datetime(2026, 10, 25, 2, minute, tzinfo=STOCKHOLM, fold=fold) for minute, fold in ((50, 0), (10, 1))
    )
    clock.move_to(later.astimezone(UTC) + timedelta(minutes=30))
    facts = outage_facts(started_at=start, expected_end_at=later)
    outage, _ = report_outage(by=county.alva, client_id=uuid4(), facts=facts)
    towns = replace(facts, scope=OutageScope.MUNICIPALITIES_ONLY, scope_from=later)
    assert change_outage(by=county.alva, outage=outage, client_id=uuid4(), facts=towns).scope_from == later
    for wrong in ({"expected_end_at": start - timedelta(minutes=1)}, {"expected_end_at": start}):
        with pytest.raises(RuleError, match="Slutet ska ligga efter starten"):
            change_outage(by=county.alva, outage=outage, client_id=uuid4(), facts=replace(facts, **wrong))


@pytest.mark.clause("R1.2")
def test_a_change_is_a_new_row_and_the_former_stays(county: County, outage: Outage):
    facts = outage_facts(timedelta(hours=3), scope=OutageScope.MUNICIPALITIES_ONLY)
    change_outage(by=county.alva, outage=outage, client_id=uuid4(), facts=facts)
    now = current_outage(county.region)
    assert now is not None
    assert now.current is not None
    assert now.current.scope == OutageScope.MUNICIPALITIES_ONLY
    assert [r.kind for r in outage.reports.all()] == [ReportKind.FIRST, ReportKind.CHANGED]
    assert actions()[-1] == "outage.changed"


def test_the_start_cannot_be_moved_past_what_is_logged(county: County, chain: CareChain):
    event = make_event(county.alva, chain, ago=timedelta(minutes=30))
    with pytest.raises(RuleError, match=r"En händelse är loggad 10\.22") as refused:
        change_outage(
            by=county.alva, outage=chain.outage, client_id=uuid4(), facts=outage_facts(timedelta(minutes=10))
        )
    assert refused.value.field == "started_at"
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel patient.")
    changed = change_outage(
        by=county.alva, outage=chain.outage, client_id=uuid4(), facts=outage_facts(timedelta(minutes=10))
    )
    assert changed.kind == ReportKind.CHANGED


@pytest.mark.parametrize("answer", ["ja", "nej"])
def test_what_happened_shortly_before_the_start_hinders_no_other_change(
    county: County, chain: CareChain, answer: str
):
    told = Message(kind="admission", sender=Party.INPATIENT, happened_at=timezone.now() - timedelta(hours=3))
    call = {"by": county.alva, "chain": chain, "facts": call_facts(), "messages": [told]}
    with pytest.raises(Question) as asked:
        log_call(**call, client_id=uuid4(), answers={})
    log_call(**call, client_id=uuid4(), answers={asked.value.key: answer})
    change = {"by": county.alva, "outage": chain.outage}
    facts = outage_facts(expected_end_at=timezone.now() + timedelta(hours=5))
    assert change_outage(**change, client_id=uuid4(), facts=facts).kind == ReportKind.CHANGED
    change_outage(**change, client_id=uuid4(), facts=outage_facts(timedelta(hours=2.5)))
    later = {"client_id": uuid4(), "facts": outage_facts(timedelta(hours=1))}
    if answer == "ja":
        change_outage(**change, **later)
    else:
        with pytest.raises(RuleError, match="före den starten"):
            change_outage(**change, **later)


def end(county: County, outage: Outage, ago: timedelta = timedelta(0), by: Acting | None = None) -> Outage:
    return end_outage(by=by or county.esa, outage=outage, ended_at=timezone.now() - ago)


def test_an_ended_outage_stays_in_view_for_its_back_registration(county: County, outage: Outage, clock):
    ended = end(county, outage)
    assert not ended.is_open
    assert (ended.closed_at, ended.closed_by) == (ended.own_end, county.esa.user)
    assert current_outage(county.region) is None
    assert outage_in_view(county.region) == outage
    assert AuditEntry.objects.first().changes == {"ended_at": ended.own_end.isoformat()}
    clock.shift(timedelta(days=15))
    assert outage_in_view(county.region) is None


def test_ending_twice_is_ending_once(county: County, outage: Outage):
    first = end(county, outage, timedelta(minutes=5))
    assert end(county, outage).own_end == first.own_end
    assert PrincipalEnd.objects.count() == 1


@pytest.mark.parametrize(
    ("ago", "sentence"),
    [
        pytest.param(timedelta(minutes=-5), "Tiden ligger framåt", id="ahead"),
        pytest.param(timedelta(hours=3), r"Driftstoppet började tis 24 nov 08\.52", id="before the start"),
    ],
)
def test_an_end_that_cannot_be_is_refused(county: County, chain: CareChain, ago: timedelta, sentence: str):
    with pytest.raises(RuleError, match=sentence) as refused:
        end(county, chain.outage, ago)
    assert refused.value.field == "ended_at"
    assert current_outage(county.region) is not None


@pytest.mark.parametrize("seconds", [0, 40])
def test_the_first_minute_that_can_be_the_end_unasked_is_that_of_the_newest_event(
    county: County, outage: Outage, clock: Clock, seconds: int
):
    with pytest.raises(RuleError, match=r"Driftstoppet började tis 24 nov 08\.52\. Ange den tiden eller en"):
        end(county, outage, timedelta(hours=2, minutes=1))
    assert outage.current is not None
    chain = make_chain(county, outage)
    clock.move_to(TUESDAY + timedelta(seconds=seconds))
    make_event(county.alva, chain, ago=timedelta(minutes=10))
    with pytest.raises(RuleError, match=r"åter 10\.41\?.*\nInskrivning 10\.42"):
        end_outage(by=county.esa, outage=outage, ended_at=TUESDAY - timedelta(minutes=11))
    ended = end_outage(by=county.esa, outage=outage, ended_at=TUESDAY - timedelta(minutes=10))
    assert not ended.is_open


def test_what_is_taken_back_does_not_hold_up_the_end(county: County, chain: CareChain):
    event = make_event(county.alva, chain, ago=timedelta(minutes=30))
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Hände aldrig.")
    assert not end(county, chain.outage, timedelta(minutes=40)).is_open


def test_only_a_role_that_may_ends_an_outage(county: County, outage: Outage):
    with pytest.raises(NotAllowed, match=r"vårdpersonal.*avsluta driftstopp"):
        end(county, outage, by=county.alva)
    with pytest.raises(NotAllowed):
        reopen_outage(by=county.alva, outage=outage)
    assert not end(county, outage, by=county.adam).is_open


def test_an_end_said_too_early_is_taken_back(county: County, outage: Outage):
    end(county, outage)
    again = reopen_outage(by=county.esa, outage=outage)
    assert again.is_open
    assert (again.closed_at, again.closed_by) == (None, None)
    assert actions()[-2:] == ["outage.ended", "outage.reopened"]
    reopen_outage(by=county.esa, outage=outage)
    assert [row.ended_at is None for row in outage.ends.all()] == [False, True]


def test_an_old_outage_stays_ended_while_a_new_one_goes_on(county: County, outage: Outage):
    end(county, outage)
    make_outage(county.alva, timedelta(0))
    with pytest.raises(RuleError, match="Ett nytt driftstopp pågår redan"):
        reopen_outage(by=county.esa, outage=outage)


@pytest.mark.clause("R1.1")
def test_that_support_was_rung_is_kept_with_who_when_and_case_number(county: County, outage: Outage):
    at = timezone.now() - timedelta(minutes=3)
    contacts = [
        record_support_contact(
            by=county.alva, outage=outage, client_id=same_id(1), at=at, case_number="INC-1"
        )
        for _ in "12"
    ]
    assert contacts[0] == contacts[1]
    kept = SupportContact.objects.get()
    assert (kept.user, kept.unit, kept.principal, kept.at, kept.case_number) == (
        county.alva.user,
        county.ward,
        county.region,
        at,
        "INC-1",
    )
    assert actions()[-1] == "support.rung"
    assert support_contacts(outage.pk, county.region.pk) == [kept]
    assert support_contacts(outage.pk, county.municipality.pk) == []


def test_support_is_not_rung_long_before_the_outage(county: County, outage: Outage):
    assert outage.current is not None
    start = outage.current.started_at
    rest = {"by": county.alva, "outage": outage}
    with pytest.raises(RuleError, match="Ange när du ringde om det") as refused:
        record_support_contact(client_id=uuid4(), at=start - timedelta(days=365), **rest)
    assert refused.value.field == "at"
    before = start - timedelta(minutes=30)
    assert record_support_contact(client_id=uuid4(), at=before, **rest).at == before


def test_support_is_not_rung_ahead_of_now(county: County, outage: Outage):
    with pytest.raises(RuleError, match="Ange när du ringde") as refused:
        record_support_contact(
            by=county.alva, outage=outage, client_id=uuid4(), at=timezone.now() + timedelta(minutes=5)
        )
    assert refused.value.field == "at"
