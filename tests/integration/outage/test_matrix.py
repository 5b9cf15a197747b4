"""Every chain by every party, as the kept rows have it, is what the log says; for the own principal alone."""

from collections import defaultdict
from datetime import datetime

import pytest
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from outage.queries.chain_log import ChainLog, logs_of
from outage.queries.matrix import matrix_of
from outage.queries.outages import outage_for
from outage.queries.standing import row_of, standing_of
from outage.rules.informing import LEAST_FIRST, CallOutcome, InformState
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.seed import seed_outage

Told = dict[str, tuple[InformState, datetime]]


def by_the_log(chain: CareChain, log: ChainLog) -> Told:
    standing = standing_of(chain, log)
    owed: dict[str, list[tuple[InformState, datetime]]] = defaultdict(list)
    for one in standing.owed:
        if one.closed is None and one.target.party and not one.target.former:
            owed[one.target.party].append((one.state, one.since))
    found = {
        party: (min((state for state, _ in rows), key=LEAST_FIRST.index), min(since for _, since in rows))
        for party, rows in owed.items()
    }
    for event in log.live_events:
        for s in standing.standings(row_of(event)) if standing.is_ours(row_of(event)) else ():
            party = s.target.party
            if party and party not in owed and s.state is InformState.INFORMED and s.last_at:
                since = found.get(party, (s.state, s.last_at))[1]
                found[party] = s.state, max(since, s.last_at)
    return found


def test_a_matrix_is_what_the_logs_say(db: None):
    seeded = seed_outage(chains=60, handovers=700, own_share=0.2)
    outage, chains = seeded.outage, list(CareChain.objects.select_related("principal", "unit", "outage"))
    logs = logs_of(chain.pk for chain in chains)
    rows = {row.chain_id: row for row in matrix_of(seeded.acting, outage)}
    own = [chain for chain in chains if chain.principal_id == seeded.acting.principal.pk]
    assert rows.keys() == {chain.pk for chain in own}
    assert [row.number for row in rows.values()] == sorted(row.number for row in rows.values())
    assert {pk: row.told for pk, row in rows.items()} == {
        chain.pk: by_the_log(chain, logs[chain.pk]) for chain in own
    }
    assert {state for row in rows.values() for state, _ in row.told.values()} == set(InformState)


@pytest.mark.parametrize("times", [1, 20])
def test_a_matrix_is_read_by_three_queries(
    county: County, outage: Outage, times: int, django_assert_num_queries
):
    for _ in range(times):
        make_event(county.alva, make_chain(county, outage))
    with django_assert_num_queries(3):
        assert len(matrix_of(county.alva, outage)) == times


def test_nobody_reads_a_matrix_of_another_principal_or_without_the_right_to_read(
    county: County, outage: Outage
):
    make_event(county.alva, make_chain(county, outage))
    assert len(matrix_of(county.disa, outage)) == 1
    assert matrix_of(county.cissi, outage) == []
    assert matrix_of(county.adam, outage) == []


def told(by: Acting, outage: Outage) -> set[str]:
    (row,) = matrix_of(by, outage_for(by.principal, outage.pk))
    return {party for party, (state, _) in row.told.items() if state != InformState.INFORMED}


def test_an_answer_to_who_is_back_is_owed_no_longer(county: County, outage: Outage):
    chain = make_chain(county, outage)
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    before = told(county.disa, outage)
    assert Party.INPATIENT in before
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    assert Party.INPATIENT not in told(county.disa, outage)
