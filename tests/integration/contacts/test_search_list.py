"""Searches as people type them: the right hit is among the first three."""

import pytest

from tests.searches.reading import asked_in, lay, misses

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R5.6")]
LISTS = ("first_half.txt", "second_half.txt", "hard.txt")
SHARE = 0.95


def test_there_are_two_hundred_of_them():
    assert sum(len(asked_in(name)) for name in LISTS) >= 200


@pytest.mark.parametrize(
    ("name", "where"), sorted({(name, each.where) for name in LISTS for each in asked_in(name)})
)
def test_nearly_all_have_the_right_one_among_the_first_three(name: str, where: str):
    lay(where)
    asked = [each for each in asked_in(name) if each.where == where]
    missed = misses(name, where)
    assert len(missed) <= len(asked) * (1 - SHARE), "\n".join(missed)
