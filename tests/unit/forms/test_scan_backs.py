"""Which pages of a scan are two sides of one paper: every small scan against what must hold of each."""

from itertools import product

import pytest

from forms.rules.scan_backs import Side, fronts_of
from forms.rules.serial import PageCode

A1, A2, B1 = PageCode("A", 1, "1"), PageCode("A", 2, "1"), PageCode("B", 1, "1")
KINDS = {
    "A": Side(printed=(A1,)),
    "a": Side(printed=(A2,)),
    "B": Side(printed=(B1,)),
    "^": Side(through=(A1,)),
    ".": Side(blank=True),
    "w": Side(),
    "t": Side(torn=True),
    "f": Side(foreign=True),
}


def found(scan: str) -> dict[int, int]:
    return fronts_of([KINDS[letter] for letter in scan])


@pytest.mark.parametrize(
    ("scan", "fronts"),
    [
        ("Aw", {1: 0}),
        ("wA", {0: 1}),
        ("AwBw", {1: 0, 3: 2}),
        ("AwwB", {1: 0, 2: 3}),
        ("Aa", {}),
        ("AaBw", {3: 2}),
        # Three sides are no papers in pairs: writing waits, and what is empty goes with its neighbour.
        ("AwB", {}),
        ("A.B", {1: 0}),
        (".A", {0: 1}),
        (".AB", {0: 1}),
        # Two sheets that follow each other were scanned on one side, so what comes after may be a third.
        ("ABBw", {}),
        ("AB.w", {2: 1}),
        # What may be a front waits, and so does what has a code of somebody else.
        ("At", {}),
        ("Af", {}),
        ("ww", {}),
        # A code that shines through says it, wherever the front lies.
        ("^BwA", {0: 3}),
        ("^^A", {0: 2, 1: 2}),
        ("B^", {}),
    ],
)
def test_backs_of_a_scan(scan, fronts):
    assert found(scan) == fronts


def test_of_every_scan_of_up_to_four_pages():
    for length in range(5):
        for scan in map("".join, product(KINDS, repeat=length)):
            fronts = found(scan)
            for back, front in fronts.items():
                assert scan[back] in "^.w", scan
                assert scan[front] in "AaB", scan
                # Writing goes by its place only with the page it is paired with.
                assert scan[back] != "w" or (length % 2 == 0 and front == back ^ 1), scan
                assert scan[back] != "^" or scan[front] == "A", scan
            for place, letter in enumerate(scan):
                assert letter != "^" or "A" not in scan or place in fronts, scan
