"""Random people in random outages, over the stored rows, the rules and the pages, against a second formulation."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.clock import TUESDAY, standing_at
from tests.long import runs
from tests.model.closing import RandomClosing
from tests.model.stage import build


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.clause("R2.1")
# In parts, so that several processes share them.
@pytest.mark.parametrize("part", range(runs(1, full=20)))
def test_the_log_says_what_the_second_formulation_says(part: int) -> None:
    with standing_at(TUESDAY - timedelta(minutes=1)):
        RandomClosing.stage = build()
    run_state_machine_as_test(
        seed(part)(RandomClosing),
        settings=settings(
            max_examples=runs(2, full=100),
            stateful_step_count=runs(14, full=30),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
