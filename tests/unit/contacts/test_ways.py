"""Two ways to a unit, one not on the region's own telephony: over every mix of numbers up to three."""

from itertools import combinations_with_replacement

import pytest

from contacts.rules.ways import MissingWay, WayIn, missing_ways, on_region_telephony

SERIES = ("090-785", "0910-77")
# number, the region's, goes down with the region's telephony: without series said, and with.
WAYS = [
    (WayIn("090-785 00 00", True), True, True),
    (WayIn("0910-77 10 00", True), True, True),
    (WayIn("090-16 10 00", True), True, False),
    (WayIn("59090", True), True, True),
    (WayIn("070-174 06 05", True), False, False),
    (WayIn("0953-140 00", False), False, False),
    (WayIn("090-785 90 00", False), False, True),
    (WayIn("070-174 06 06", False), False, False),
    (WayIn("123", False), None, None),
    (WayIn("", True), None, None),
]
NO_WAY = {"123", ""}


@pytest.mark.parametrize(("way", "unsaid", "said"), WAYS[:-2])
def test_which_numbers_go_down_with_the_regions_telephony(way: WayIn, unsaid: bool, said: bool):
    assert on_region_telephony(way, ()) is unsaid
    assert on_region_telephony(way, SERIES) is said


@pytest.mark.parametrize("series", [(), SERIES])
def test_what_a_unit_lacks_over_every_mix_of_ways(series: tuple[str, ...]):
    for count in range(4):
        for mix in combinations_with_replacement(WAYS, count):
            numbers = {way.number for way, _, _ in mix} - NO_WAY
            outside = [
                way
                for way, unsaid, said in mix
                if way.number not in NO_WAY and not (said if series else unsaid)
            ]
            lacking = missing_ways([way for way, _, _ in mix], series)
            assert (MissingWay.SECOND in lacking) is (len(numbers) < 2), mix
            assert (MissingWay.OUTSIDE in lacking) is (not outside), mix
            assert len(lacking) == len(set(lacking))


def test_one_number_in_two_spellings_is_one_way():
    ways = [WayIn("070-174 06 05", True), WayIn("+46 70 174 06 05", True)]
    assert missing_ways(ways) == (MissingWay.SECOND,)


@pytest.mark.parametrize("missing", MissingWay)
def test_what_is_missing_is_said_in_swedish(missing: MissingWay):
    assert missing.label.endswith(".")
