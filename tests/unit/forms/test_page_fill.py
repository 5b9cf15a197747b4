"""Rows to write on fill the page that a list ends on, and never stand on a page alone."""

import pytest

from forms.rules.page_fill import PageMeasures, rows_to_fill

# Ten rows of seven millimetres fit the first page, with what stands under the last, eleven the next.
PAGE = PageMeasures(page=90, first=13, again=8, below=5, heads=9, row=10, line=3, edge=1)


@pytest.mark.parametrize(
    ("listed", "rows"),
    [
        (0, 6),
        (1, 5),
        (2, 4),
        (4, 3),
        (5, 2),
        (6, 2),
        (7, 0),
        (10, 0),
        (11, 5),
        (12, 5),
        (17, 2),
        (22, 0),
        (23, 5),
    ],
)
def test_as_many_rows_follow_as_the_last_page_holds(listed: int, rows: int):
    assert rows_to_fill([(7.0, 7.0)] * listed, PAGE, least=2) == rows


def test_one_row_alone_is_none():
    assert rows_to_fill([(7.0, 7.0)] * 7, PAGE, least=1) == 1


def test_the_larger_measure_counts_and_where_the_page_is_in_doubt_there_are_none():
    assert rows_to_fill([(7.0, 10.0)] * 4, PAGE, least=2) == 2
    # They may end on the first page or on the second.
    assert rows_to_fill([(7.0, 10.0)] * 9, PAGE, least=1) == 0


def test_a_row_is_as_high_as_its_longest_cell_and_more_where_lines_are_not_full():
    assert PAGE.height([("", 10), ("kort", 10)]) == (4, 4)
    assert PAGE.height([("a" * 10, 10), ("kort", 10)]) == (4, 7)
    assert PAGE.height([("en\ntv\ntr", 10), ("a" * 18, 10)]) == (10, 10)
