"""Whose patient it was, over every way a chain of three versions can have named its wards."""

from itertools import product

import pytest

from outage.rules.doers import Named, ward_at
from outage.rules.told import PlaceChange

UNITS = (1, 2, None)
HOWS = (None, *PlaceChange)


def slowly(named: list[Named], order: int) -> int | None:
    """Each version's ward is first put right by what was said of it later, step by step; then the last own one."""
    right = [one.unit for one in named]
    for place in reversed(range(len(named) - 1)):
        later = named[place + 1]
        stays = later.how is None and later.unit == named[place].unit
        if stays or later.how in (PlaceChange.MISTAKE, PlaceChange.SAME):
            right[place] = right[place + 1]
    in_force = [place for place, one in enumerate(named) if one.order <= order] or [0]
    before = [named[place].unit for place in range(in_force[-1])]
    return next((unit for unit in (right[in_force[-1]], *reversed(before)) if unit), None)


@pytest.mark.clause("R4.4")
def test_it_is_the_ward_in_force_as_it_was_put_right_since():
    count = 0
    for units in product(UNITS, repeat=3):
        for hows in product(HOWS, repeat=2):
            named = [
                Named(n * 2, unit, how)
                for n, (unit, how) in enumerate(zip(units, (None, *hows), strict=True))
            ]
            for order in (-1, 1, 3, 5):
                assert ward_at(named, order) == slowly(named, order), (named, order)
                count += 1
    assert count == 27 * 16 * 4
