"""What a reviewer says of a row of the audit log, and how many rows are drawn at random."""

from collections.abc import Sequence

from .labelled import Labelled

LONGEST_NOTE = 500
FEWEST_DRAWN, MOST_DRAWN, USUALLY_DRAWN = 1, 200, 20
CODE_DIGITS = 8


class Verdict(Labelled):
    FINE = "fine", "Utan anmärkning"
    FOLLOW_UP = "follow_up", "Ska följas upp"
    FOLLOWED_UP = "followed_up", "Uppföljd"


def may_say(verdict: Verdict, before: Sequence[Verdict]) -> bool:
    """Whether the next note on a row may say so; `before` is what the former ones said, oldest first."""
    awaits = bool(before) and before[-1] is Verdict.FOLLOW_UP
    return awaits if verdict is Verdict.FOLLOWED_UP else not (awaits and verdict is Verdict.FINE)


def needs_text(verdict: Verdict) -> bool:
    return verdict is not Verdict.FINE


def is_chain_code(text: str) -> bool:
    """Whether it is the code that stands for a care chain in the log: the first eight digits of its id."""
    return len(text) == CODE_DIGITS and all(letter in "0123456789abcdefABCDEF" for letter in text)
