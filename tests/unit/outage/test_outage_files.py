"""Files of an outage: how a row stands, in which parts a log is typeset, what a file is called."""

from datetime import date
from itertools import product

import pytest

from outage.presenters.outage_files import LOG_HEADINGS, TASK_HEADINGS
from outage.rules.outage_files import OutageFile, RowState, file_name, part_of, parts_of, row_state


def test_each_row_says_how_it_stands():
    """By a second formulation, over every case."""
    for withdraws, replaced, taken_back, double in product((False, True), repeat=4):
        found = row_state(withdraws=withdraws, replaced=replaced, taken_back=taken_back, double=double)
        said = {
            RowState.WITHDRAWAL: withdraws,
            RowState.WITHDRAWN: not withdraws and replaced and taken_back,
            RowState.CORRECTED: not withdraws and replaced and not taken_back,
            RowState.DOUBLE: not withdraws and not replaced and double,
            RowState.STANDS: not (withdraws or replaced or double),
        }
        assert [state for state, holds in said.items() if holds] == [found]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_parts_have_each_once_and_one_that_is_added_is_in_the_last(size: int):
    before: list[list[int]] = []
    for count in range(305):
        every = list(range(count))
        parts = [every[part_of(number, size)] for number in parts_of(count, size)]
        assert [one for part in parts for one in part] == every
        assert all(len(part) == size for part in parts[:-1])
        assert before[:-1] == parts[: max(0, len(before) - 1)]
        before = parts
    assert list(parts_of(0)) == [1]


def test_a_name_has_the_day_and_the_part():
    began = date(2026, 11, 24)
    assert file_name(OutageFile.LOG, began, "csv") == "logg-2026-11-24.csv"
    assert file_name(OutageFile.TASKS, began, "xlsx") == "att-registrera-2026-11-24.xlsx"
    assert file_name(OutageFile.LOG, began, "pdf", 2) == "logg-2026-11-24-del-2.pdf"


def test_no_two_columns_are_called_the_same():
    for headings in (LOG_HEADINGS, TASK_HEADINGS):
        assert all(headings)
        assert len(set(headings)) == len(headings)
