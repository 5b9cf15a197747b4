"""What is owed to whom, over random logs, against the second formulation in tests/model."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import randoms

from tests.long import runs
from tests.model.owing import Owing
from tests.model.random_log import debts_of, records, standing
from tests.model.record import Record

QUIET = settings(
    max_examples=runs(40, full=2_000),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
@pytest.mark.clause("R2.1")
@QUIET
@given(records())
def test_what_is_owed_is_what_the_second_formulation_says(record: Record) -> None:
    found, wanted = debts_of(record, standing(record)), set(Owing(record).debts())
    assert (found - wanted, wanted - found) == (set(), set())


@pytest.mark.long
@QUIET
@given(records(), randoms(use_true_random=False))
def test_the_order_in_which_rows_are_written_changes_nothing(record: Record, random: Random) -> None:
    wanted = debts_of(record, standing(record))
    for rows in (record.lines, record.calls):
        random.shuffle(rows)
    again = standing(record)
    random.shuffle(again.events)
    assert debts_of(record, again) == wanted
