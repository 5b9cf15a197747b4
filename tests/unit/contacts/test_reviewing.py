"""What may be said of a row after what was said before."""

from itertools import product

import pytest

from contacts.rules.reviewing import Verdict, is_chain_code, may_say

FINE, FOLLOW_UP, FOLLOWED_UP = Verdict.FINE, Verdict.FOLLOW_UP, Verdict.FOLLOWED_UP


@pytest.mark.parametrize("before", [[], *map(list, product(Verdict)), *map(list, product(Verdict, Verdict))])
def test_a_row_that_is_to_be_followed_up_waits_until_it_was(before: list[Verdict]):
    awaits = before[-1:] == [FOLLOW_UP]
    assert {verdict: may_say(verdict, before) for verdict in Verdict} == {
        FINE: not awaits,
        FOLLOW_UP: True,
        FOLLOWED_UP: awaits,
    }


@pytest.mark.parametrize(
    ("text", "is_code"),
    [("0aF91234", True), ("0aF9123", False), ("0aF912345", False), ("0aG91234", False), ("0af 1234", False)],
)
def test_a_code_is_eight_digits_of_an_id(text: str, is_code: bool):
    assert is_chain_code(text) is is_code
