"""A drill is an outage in every way but one: it never stands in the way of one in earnest."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.access import Acting, NotAllowed
from contacts.models import AuditEntry
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage
from outage.queries.drills import drill_in_view
from outage.queries.outages import (
    AFTERMATH,
    current_outage,
    ends_of,
    no_drill,
    outage_for,
    outage_in_view,
    outage_since,
    principals_back,
    recent_outages,
)
from outage.queries.same_patient import found_before, own_chains_before, own_chains_of
from outage.rules.drills import own_end_of
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageScope
from outage.services.drills import start_drill
from outage.services.outages import end_outage, reopen_outage
from tests.factories import (
    TOLVAN,
    County,
    at_once,
    make_chain,
    make_county,
    make_event,
    make_outage,
    outage_facts,
    person,
    tell,
)


def make_drill(by: Acting, started: timedelta = timedelta(hours=1), **more: object) -> Outage:
    return start_drill(by=by, client_id=uuid4(), facts=outage_facts(started, **more))


@pytest.fixture
def drill(county: County) -> Outage:
    """A drill that Esa started an hour ago."""
    return make_drill(county.esa)


def test_a_drill_is_an_outage_of_everybody_that_says_what_it_is(county: County, drill: Outage):
    for acting in (county.alva, county.cissi):
        seen = outage_in_view(acting.principal)
        assert seen == drill
        assert seen.drill
        assert seen.is_open
    assert AuditEntry.objects.latest("pk").action == "drill.first"
    assert str(drill) == "Övning i PRATOR"


@pytest.mark.parametrize("name", ["alva", "adam", "cissi"])
def test_only_a_coordinator_starts_one(county: County, name: str):
    with pytest.raises(NotAllowed):
        make_drill(county.somebody(name))
    assert not Outage.objects.exists()


def test_a_resend_is_the_first_drill(county: County):
    facts, client_id = outage_facts(), uuid4()
    first = start_drill(by=county.esa, client_id=client_id, facts=facts)
    assert start_drill(by=county.esa, client_id=client_id, facts=facts) == first
    assert Outage.objects.count() == 1


def test_none_starts_while_anything_goes_on(county: County, drill: Outage):
    with pytest.raises(RuleError, match="En övning pågår redan"):
        make_drill(county.esa)
    make_outage(county.alva)
    with pytest.raises(RuleError, match="Ett driftstopp pågår"):
        make_drill(county.esa)


def test_none_starts_where_an_outage_is_followed_up_until_it_is_not(county: County, outage: Outage, clock):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    with pytest.raises(RuleError, match="följs upp"):
        make_drill(county.esa)
    clock.shift(AFTERMATH + timedelta(minutes=1))
    assert no_drill(county.region, "PRATOR") == ""
    assert make_drill(county.esa).drill


def test_an_outage_in_earnest_ends_it_at_once_for_everybody(county: County, drill: Outage):
    found = make_outage(county.alva, timedelta(minutes=5))
    assert not found.drill
    assert found != drill
    for principal in (county.region, county.municipality):
        over = outage_for(principal, drill.pk)
        assert not over.is_open
        assert over.own_end == own_end_of(None, drill=True, closed_at=over.closed_at)
        assert recent_outages(principal) == [found]
        assert drill_in_view(principal) is None
    assert principals_back(over) == {county.region.pk, county.municipality.pk}
    assert set(ends_of(over)) == principals_back(over)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["drill.interrupted", "outage.first"]


def test_who_was_back_in_the_drill_keeps_the_own_end(county: County, drill: Outage):
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    ended = timezone.now() - timedelta(minutes=20)
    end_outage(by=cilla, outage=drill, ended_at=ended)
    assert outage_for(county.region, drill.pk).is_open
    make_outage(county.alva)
    assert outage_for(county.municipality, drill.pk).own_end == ended
    assert outage_for(county.region, drill.pk).own_end > ended


def test_a_report_never_joins_a_drill_nor_is_a_drill_opened_again(county: County, drill: Outage):
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    assert not outage_for(county.municipality, drill.pk).is_open, "over for everybody"
    with pytest.raises(RuleError, match="öppnas inte igen"):
        reopen_outage(by=county.esa, outage=drill)
    # It began before the drill was over: where it were one in earnest this would be the same.
    assert make_outage(county.cissi, timedelta(minutes=30)) != drill


def test_an_outage_that_is_opened_again_ends_a_drill(county: County, outage: Outage):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(days=1, hours=-23))
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    Outage.objects.create(system="PRATOR", routine_id=outage.routine_id, drill=True)
    playing = Outage.objects.get(drill=True)
    playing.current = outage.current
    playing.save()
    assert not reopen_outage(by=county.esa, outage=outage).own_end
    assert outage_in_view(cilla.principal) == outage
    assert Outage.objects.get(drill=True).closed_at


def test_one_that_took_no_part_does_not_follow_a_drill_up(county: County, drill: Outage):
    make_event(county.alva, make_chain(county, drill))
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    assert outage_in_view(county.region) == drill
    assert current_outage(county.region) is None
    assert outage_in_view(county.municipality) is None


def test_the_patients_of_a_drill_and_of_an_outage_are_never_led_to_each_other(county: County, drill: Outage):
    played = make_chain(county, drill, identity=TOLVAN)
    found = make_outage(county.alva, timedelta(minutes=5))
    assert own_chains_of(county.alva, TOLVAN, found) == []
    assert own_chains_before(county.alva, TOLVAN, found) == []
    assert found_before(county.alva, TOLVAN, found) == []
    real = make_chain(county, found, identity=TOLVAN)
    assert own_chains_of(county.alva, TOLVAN, found) == [real]
    over = outage_for(county.region, drill.pk)
    assert own_chains_of(county.alva, TOLVAN, over) == [played]
    assert outage_since(over, county.region) is None, "nobody is led on from the drill"


def test_what_comes_too_late_in_a_drill_is_refused_in_words(county: County, drill: Outage):
    played = make_chain(county, drill)
    event = make_event(county.alva, played)
    make_outage(county.alva, timedelta(minutes=5))
    for call in (
        lambda: make_event(county.alva, played, ago=timedelta(0)),
        lambda: make_event(county.alva, played, ago=timedelta(minutes=30)),
        lambda: tell(county.alva, played, event, outcome=CallOutcome.BUSY),
    ):
        with pytest.raises(RuleError, match=r"Övningen är avslutad\. Gäller det en patient"):
            call()


def test_after_its_own_end_only_what_happened_in_it_is_logged(county: County, drill: Outage, clock):
    played = make_chain(county, drill)
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    clock.shift(timedelta(minutes=2))
    assert make_event(county.alva, played, ago=timedelta(minutes=30))
    with pytest.raises(RuleError, match=r"Övningen är avslutad 10\.52"):
        make_event(county.alva, played, "discharge", ago=timedelta(0))


def test_a_scope_of_the_municipalities_can_be_played(county: County):
    made = make_drill(county.esa, scope=OutageScope.MUNICIPALITIES_ONLY)
    assert made.scope_at(timezone.now()) is OutageScope.MUNICIPALITIES_ONLY


Act = Callable[[], Outage]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("drills_first", [True, False])
def test_of_a_drill_and_a_report_at_the_same_time_the_report_wins(*, drills_first: bool):
    county = make_county()
    reports: list[Act] = [lambda by=by: make_outage(by) for by in (county.alva, county.bo)]
    starts: list[Act] = [lambda: make_drill(county.esa)]
    results = at_once(starts + reports if drills_first else reports + starts)
    made = results[1:] if drills_first else results[:2]
    started = results[0] if drills_first else results[2]
    assert [type(found) for found in made] == [Outage] * 2
    assert made[0] == made[1]
    assert not made[0].drill
    assert isinstance(started, Outage | RuleError)
    assert list(Outage.objects.filter(closed_at__isnull=True)) == [made[0]]
    for principal in (county.region, county.municipality):
        assert outage_in_view(principal) == made[0]


@pytest.mark.django_db(transaction=True)
def test_a_report_does_not_wait_for_those_who_log_in_the_drill_for_ever():
    county = make_county()
    drill = make_drill(county.esa)
    chains: list[CareChain] = [make_chain(county, drill) for _ in range(3)]
    acts: list[Callable[[], object]] = [lambda c=c: make_event(county.alva, c) for c in chains]
    results = at_once([*acts, lambda: make_outage(county.bo)])
    assert isinstance(results[-1], Outage)
    assert not results[-1].drill
    for result in results[:-1]:
        assert not isinstance(result, Exception) or isinstance(result, RuleError)
    assert outage_in_view(county.region) == results[-1]
