"""When an outage is over as such, and how far it reached at a moment, over every small case."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest

from contacts.rules.parties import PrincipalKind
from outage.rules.outage_status import OutageScope, PartInOutage, ScopeRow, closed_since, cut_off, scope_at

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH, TOWNS = OutageScope.BOTH_PRINCIPALS, OutageScope.MUNICIPALITIES_ONLY


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize("scope", OutageScope)
def test_who_leads_closes_an_outage_in_every_small_case(scope: OutageScope):
    # Each of one region and two municipalities took no part, is out, or ended at a time of its own.
    for region, umea, lycksele in product(("none", "out", "back"), repeat=3):
        states = {"region": (region, 1), "umea": (umea, 2), "lycksele": (lycksele, 3)}
        parts = [
            PartInOutage(
                kind=PrincipalKind.REGION if name == "region" else PrincipalKind.MUNICIPALITY,
                ended_at=at(minute) if state == "back" else None,
            )
            for name, (state, minute) in states.items()
            if state != "none"
        ]
        there = {name for name, (state, _) in states.items() if state != "none"}
        towns = there - {"region"}
        leading = there & {"region"} if scope is BOTH or not towns else towns
        leading = leading or towns
        over = bool(leading) and all(states[name][0] == "back" for name in leading)
        wanted = at(max(states[name][1] for name in leading)) if over else None
        assert closed_since(scope, parts) == wanted, (scope, states)


def test_what_is_said_later_holds_from_its_own_moment_on():
    choices = [ScopeRow(scope, at(minute)) for scope in OutageScope for minute in (0, 10, 20)]
    for said in product(choices, repeat=3):
        # The same scope said again corrects from when: it stands in the former's place.
        rows = [row for row, after in pairwise([*said, None]) if not after or after.scope is not row.scope]
        for minute in range(-5, 30, 5):
            # Written out on a line of minutes, one row over the other.
            line = dict.fromkeys(range(-5, 30, 5), rows[0].scope)
            first = min(rows, key=lambda row: row.since)
            begins = [row.scope for row in rows if row.since == first.since][-1]
            for m in line:
                if at(m) < first.since:
                    line[m] = begins
            for row in rows:
                for m in line:
                    if at(m) >= row.since:
                        line[m] = row.scope
            assert scope_at(rows, at(minute)) == line[minute], (said, minute)


def test_the_same_scope_said_again_corrects_from_when_it_holds():
    rows = [ScopeRow(BOTH, at(0)), ScopeRow(TOWNS, at(5)), ScopeRow(TOWNS, at(50))]
    assert [scope_at(rows, at(minute)) for minute in (4, 30, 50)] == [BOTH, BOTH, TOWNS]


def test_of_an_outage_nobody_speaks_of_no_scope_is_known():
    with pytest.raises(ValueError, match="no scope"):
        scope_at([], NOON)


def test_the_region_is_not_cut_off_where_only_the_municipalities_are():
    assert [
        cut_off(scope, kind)
        for scope, kind in product((BOTH, TOWNS), (PrincipalKind.REGION, PrincipalKind.MUNICIPALITY))
    ] == [True, True, False, True]
