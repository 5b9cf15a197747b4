"""How far an outage reaches holds from a time, which can be corrected."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.errors import RuleError
from outage.models import Outage
from outage.queries.outages import outage_for
from outage.rules.outage_status import OutageScope
from outage.services.outages import change_outage
from tests.factories import County, make_outage, outage_facts, same_id
from tests.integration.outage.ends import Three, make_three


@pytest.fixture
def three(county: County) -> Three:
    return make_three(county)


@pytest.mark.clause("R1.2")
def test_a_changed_scope_holds_from_its_moment(three: Three, outage: Outage):
    now = timezone.now()
    since = now - timedelta(minutes=40)
    facts = outage_facts(scope=OutageScope.MUNICIPALITIES_ONLY, scope_from=since)
    for _ in "12":
        change_outage(by=three.region, outage=outage, client_id=same_id(1), facts=facts)
    found = outage_for(three.region.principal, outage.pk)
    assert found.scope_at(since - timedelta(minutes=1)) is OutageScope.BOTH_PRINCIPALS
    assert found.scope_at(since) is OutageScope.MUNICIPALITIES_ONLY
    # What else is changed leaves it.
    later = outage_facts(timedelta(hours=2), scope=OutageScope.MUNICIPALITIES_ONLY, planned=True)
    change_outage(by=three.region, outage=outage, client_id=uuid4(), facts=later)
    found = outage_for(three.region.principal, outage.pk)
    assert found.scope_at(since - timedelta(minutes=1)) is OutageScope.BOTH_PRINCIPALS
    make_outage(three.umea)
    assert outage_for(three.region.principal, outage.pk).scope_at(now) is OutageScope.MUNICIPALITIES_ONLY


@pytest.mark.parametrize(
    ("scope_from", "sentence"),
    [(timedelta(minutes=5), "Tiden ligger framåt"), (timedelta(hours=-3), "Tiden ligger före starten")],
)
def test_a_scope_holds_from_a_moment_of_the_outage(
    three: Three, outage: Outage, scope_from: timedelta, sentence: str
):
    facts = outage_facts(scope=OutageScope.MUNICIPALITIES_ONLY, scope_from=timezone.now() + scope_from)
    with pytest.raises(RuleError, match=sentence) as refused:
        change_outage(by=three.region, outage=outage, client_id=uuid4(), facts=facts)
    assert refused.value.field == "scope_from"


@pytest.mark.clause("R1.2")
def test_from_when_a_scope_holds_can_be_corrected(three: Three, outage: Outage):
    now = timezone.now()

    def say(scope: OutageScope, minutes: int) -> OutageScope:
        facts = outage_facts(scope=scope, scope_from=now - timedelta(minutes=minutes))
        change_outage(by=three.region, outage=outage, client_id=uuid4(), facts=facts)
        return outage_for(three.region.principal, outage.pk).scope_at(now - timedelta(minutes=30))

    with pytest.raises(RuleError, match="har inte ändrats") as refused:
        say(OutageScope.BOTH_PRINCIPALS, 10)
    assert refused.value.field == "scope_from"
    assert say(OutageScope.MUNICIPALITIES_ONLY, 55) is OutageScope.MUNICIPALITIES_ONLY
    assert say(OutageScope.MUNICIPALITIES_ONLY, 5) is OutageScope.BOTH_PRINCIPALS
    assert say(OutageScope.MUNICIPALITIES_ONLY, 40) is OutageScope.MUNICIPALITIES_ONLY
