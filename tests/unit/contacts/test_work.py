"""The line of long work: everybody takes turns, and nobody has more than so much in it."""

from collections.abc import Iterator
from itertools import product

import pytest

from contacts.rules.work import MOST_IN_LINE, LineFull, turn_in_line

ASKS = "abc"
BEGINS = "-"


def played(steps: tuple[str, ...]) -> Iterator[tuple[str, int, list[str]]]:
    """Of each piece of work that is begun whose it is, how many of their own lay before it when it was asked for, and
    who was begun meanwhile. One is done at a time: what is begun has ended when the next is.
    """
    line: list[tuple[int, int, str, int, list[str]]] = []
    in_hand: tuple[int, str] | None = None
    for number, step in enumerate((*steps, *BEGINS * len(steps))):
        everybody = [(turn, who) for turn, _, who, *_ in line] + ([in_hand] if in_hand else [])
        if step != BEGINS:
            own = [turn for turn, who in everybody if who == step]
            turn = turn_in_line(own, [turn for turn, _ in everybody])
            before = sum(who == step for _, _, who, *_ in line)
            line.append((turn, number, step, before, []))
        elif line:
            turn, _, who, before, begun = min(line)
            line = [each for each in line if each[1] != min(line)[1]]
            for *_, others in line:
                others.append(who)
            in_hand = turn, who
            yield who, before, begun
        else:
            in_hand = None


@pytest.mark.parametrize("length", range(1, 8))
def test_whoever_asks_waits_for_one_of_each_other_for_each_of_their_own(length: int):
    for steps in product(ASKS + BEGINS, repeat=length):
        for who, before, begun in played(steps):
            assert begun.count(who) == before, steps
            for other in set(ASKS) - {who}:
                assert begun.count(other) <= before + 2, steps


def test_of_one_who_asked_for_much_only_what_is_in_hand_comes_before_another_s_first():
    assert "".join(who for who, *_ in played((*"aaaaaa", "-", "b", "c", "b"))) == "abcabaaaa"


def test_an_empty_line_begins_anew():
    assert turn_in_line([], []) == 0
    assert turn_in_line([], [7, 9, 8]) == 7
    assert turn_in_line([9], [7, 9]) == 10


def test_nobody_has_more_in_the_line_than_so_much():
    full = list(range(MOST_IN_LINE))
    assert turn_in_line(full[1:], full) == MOST_IN_LINE
    with pytest.raises(LineFull, match=f"Du har redan {MOST_IN_LINE} utskrifter och filer i kö"):
        turn_in_line(full, full)
