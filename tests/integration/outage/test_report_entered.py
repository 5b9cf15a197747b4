"""The report and what is read in the system: told by nobody, and no deviation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.queries.report import reach_of, version_of
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.services.outages import end_outage
from tests.factories import County, end_for_all, make_chain, make_event, person, tell
from tests.integration.outage.test_report import made, said
from tests.integration.outage.ticking import mark, rows


@pytest.mark.parametrize("ticked", [False, True])
def test_what_is_read_in_the_system_is_no_message_that_somebody_has_not_heard(
    county: County, outage: Outage, ticked: bool
):
    """As the pages have it: what happened after the end, and what a tick says was entered."""
    chain = make_chain(county, outage, before=Before.NOT_ADMITTED)
    end = timezone.now() - timedelta(minutes=0 if ticked else 20)
    if not ticked:
        end_outage(by=county.esa, outage=outage, ended_at=end)
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED, ago=timedelta(minutes=10))
    if ticked:
        end_outage(by=county.esa, outage=outage, ended_at=end)
        (task,) = (row for row in rows(county.alva, chain) if row.decision == "register")
        mark(county.alva, get_chain(county.alva, chain.pk), task)
    before = version_of(reach_of(county.esa), outage_for(county.region, outage.pk))
    other = person("cilla", county.social_care, Role.COORDINATOR)
    end_outage(by=other, outage=outage, ended_at=end)
    assert version_of(reach_of(county.esa), outage_for(county.region, outage.pk)) != before
    left = "Avvikelser", "Andra meddelanden som inte har nått alla"
    found = said(made(county.esa, outage))
    assert found[left] == (0,)
    assert found["Tid", "Inskrivning"][:2] == (1, 1)


def test_who_is_to_take_part_in_a_sip_is_told_too(county: County, outage: Outage):
    """As Läge has it: the call is owed."""
    chain = make_chain(county, outage, county.disa, before=Before.ADMITTED)
    agreed = {"sip_date": "2026-12-04", "sip_time": "13.00", "participants": ["Dotter"]}
    event = make_event(
        county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, outcome=CallOutcome.REACHED, **agreed
    )
    tell(county.disa, chain, event, to=Party.INPATIENT)
    end_for_all(county, outage, timezone.now())
    assert said(made(county.esa, outage))["Tid", "Kallelse till SIP"][:2] == (1, 0)
    tell(county.disa, chain, event, to="participant:Dotter")
    assert said(made(county.esa, outage))["Tid", "Kallelse till SIP"][:2] == (1, 1)
