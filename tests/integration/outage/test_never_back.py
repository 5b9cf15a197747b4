"""A municipality never said that it was back, and another outage begins: what it logs is in one list, and owed once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_in_view, outage_of_chain
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event, make_outage, tell
from tests.integration.outage.ends import Three, make_three
from tests.integration.outage.test_after_the_own_end import back, calls_of
from tests.integration.outage.ticking import rows


@pytest.fixture
def three(county: County) -> Three:
    return make_three(county)


def received(by: Acting, chain: CareChain, kind: str, ago: int) -> None:
    at = timedelta(minutes=ago)
    make_event(
        by, chain, kind, to=Party.INPATIENT, direction=Direction.RECEIVED, outcome=CallOutcome.REACHED, ago=at
    )


def listed(by: Acting, chain: CareChain) -> list[str]:
    """The messages that the list of the chain's outage has."""
    return [fact.split(" ")[0] for row in rows(by, get_chain(by, chain.pk)) for fact in row.facts]


@pytest.mark.clause("R4.2")
def test_what_is_logged_where_it_never_came_back_is_in_one_list_and_owed_once(
    county: County, three: Three, outage: Outage
):
    umea = three.umea
    here = {"municipality": umea.principal}
    first = make_chain(county, outage, umea, **here)
    received(umea, first, "admission", 90)
    back(three.region, outage, 60)
    later = make_outage(county.alva, timedelta(minutes=30))
    # The first one goes on there, and what happened before the second began can only be logged in it.
    assert outage_of_chain(umea.principal, first.pk).is_open
    assert outage_in_view(umea.principal) == later
    owed = calls_of(umea, first)
    assert [kind for kinds in owed.values() for kind in kinds] == ["admission_reply"] * 2

    second = make_chain(county, later, umea, **here)
    assert calls_of(umea, second) == {}
    reply = make_event(
        umea, get_chain(umea, first.pk), "admission_reply", sender=Party.MUNICIPALITY, to=Party.INPATIENT,
        outcome=CallOutcome.REACHED, ago=timedelta(minutes=20), current_services="Hemtjänst",
    )  # fmt: skip
    tell(umea, get_chain(umea, first.pk), reply, to=Party.OUTPATIENT)
    assert (calls_of(umea, first), calls_of(umea, second)) == ({}, {})
    received(umea, get_chain(umea, second.pk), "discharge", 10)
    for one in (later, outage):
        end_outage(by=umea, outage=one, ended_at=timezone.now())
    both = [listed(umea, first), listed(umea, second)]
    assert both == [["Inskrivning", "Svar"], ["Utskrivningsmeddelande"]]
    assert "ligger kvar" not in "".join(row.why for row in rows(umea, first))
    assert (calls_of(umea, first), calls_of(umea, second)) == ({}, {})
