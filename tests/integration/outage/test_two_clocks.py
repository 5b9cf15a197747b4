"""Two servers whose clocks differ by some seconds: what is said last is what was written last."""

from datetime import timedelta

import pytest

from outage.models import CareChain, Outage
from outage.queries.shift import calls_to_ring_back
from tests.clock import Clock
from tests.factories import County, make_event, tell


@pytest.mark.parametrize("seconds", [-7, 0, 7])
@pytest.mark.parametrize("asks_last", [True, False])
def test_a_call_that_asks_to_be_rung_back_is_left_as_the_last_one_says(
    county: County, outage: Outage, chain: CareChain, clock: Clock, seconds: int, asks_last: bool
):
    # Both calls are of the same minute.
    clock.shift(timedelta(seconds=20))
    event = make_event(county.alva, chain)
    for asks in (not asks_last, asks_last):
        tell(county.alva, chain, event, call_back="0910-00 00 00 kl 16" if asks else "")
        clock.shift(timedelta(seconds=seconds))
    assert len(calls_to_ring_back(county.alva, outage)) == asks_last
