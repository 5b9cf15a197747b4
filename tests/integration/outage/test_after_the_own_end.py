"""After the own end: who is back reads it in the system, who is still out is rung (R1.6, R2.1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.access import Acting
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.owed import chains_with_calls_owed, owed_by_unit
from outage.queries.targets import target_name
from outage.rules.informing import CallOutcome
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event, make_outage
from tests.integration.outage.ends import Three, make_three


@pytest.fixture
def three(county: County) -> Three:
    return make_three(county)


def back(by: Acting, outage: Outage, minutes_ago: int) -> None:
    end_outage(by=by, outage=outage, ended_at=timezone.now() - timedelta(minutes=minutes_ago))


def calls_of(by: Acting, chain: CareChain) -> dict[str, list[str]]:
    """What the unit still has to ring about, by place; the list on Läge agrees on whether there is any."""
    chain = get_chain(by, chain.pk)
    found = owed_by_unit(chain, log := logs_of([chain.pk])[chain.pk], by.unit.pk)
    calls: dict[str, list[str]] = {}
    for owed in (each for each in found if not each.closed):
        calls.setdefault(target_name(chain, log, owed.target), []).append(owed.kind)
    assert bool(calls) is (chain in chains_with_calls_owed(by, chain.outage))
    return calls


@pytest.mark.clause("R3.8")
def test_after_the_own_end_an_answer_is_rung_to_those_who_are_still_out_only(
    county: County, three: Three, outage: Outage
):
    chain = make_chain(county, outage, municipality=three.umea.principal)
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=40), outcome=CallOutcome.REACHED)
    reply = ["admission_reply"]
    assert calls_of(county.disa, chain) == {"Medicin 2": reply, "Umeå kommun": reply}
    back(three.region, outage, 30)
    assert calls_of(county.disa, chain) == {"Umeå kommun": reply}
    back(three.umea, outage, 20)
    assert calls_of(county.disa, chain) == {}
    # What had not been told in the outage is rung, or decided by hand (case 17).
    assert calls_of(county.alva, chain) == {"Heimdalls hälsocentral": ["admission"]}
    # Down again, the answer cannot be given there.
    make_outage(county.alva, timedelta(minutes=5))
    assert calls_of(county.disa, chain) == {"Medicin 2": reply, "Umeå kommun": reply}


def test_after_the_own_end_nobody_rings_those_who_are_back_about_what_happened_since(
    county: County, three: Three, outage: Outage
):
    chain = make_chain(county, outage, municipality=three.lycksele.principal)
    back(three.region, outage, 30)
    make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=10))
    assert calls_of(county.alva, chain) == {"Lycksele kommun": ["ready_for_discharge"]}
