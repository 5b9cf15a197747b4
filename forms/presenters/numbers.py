"""A number as it stands on paper: whose it is, when it answers, and what one should know before ringing it."""

from dataclasses import dataclass
from textwrap import shorten

from contacts.rules.doubt import READ_THE_REMARK, Doubt
from contacts.rules.hours_text import hours_words
from contacts.rules.whom_to_call import NumberToRing
from outage.rules.wording import clock_time, day_and_year, lower_first


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number with whose it is, when it answers, and its marks in words. `unsure` has the remark that is to be read
    for its hours; `when` ends with it.
    """

    name: str
    number: str
    when: str = ""
    unverified: bool = False
    flagged: bool = False
    unsure: str = ""


# A remark may be as long as half a page.
_REMARK_LETTERS = 80


def number_line(number: NumberToRing) -> NumberLine:
    """A number to ring as it is printed; "internt 59090" for an extension."""
    when = lower_first(hours_words(number.hours))
    if number.duty_ends:
        when = f"jour till {day_and_year(number.duty_ends)} {clock_time(number.duty_ends)}"
    unsure = ""
    if number.doubt is not Doubt.NONE:
        unsure = f"{READ_THE_REMARK}: {shorten(number.remark, _REMARK_LETTERS, placeholder=' …')}"
    return NumberLine(
        name=number.entry_name,
        number=unbroken(number.shown),
        when=", ".join(filter(None, [when, unsure])),
        unverified=not number.verified,
        flagged=number.flagged,
        unsure=unsure,
    )


def unbroken(number: str) -> str:
    """A number that stays on one line where there is room for it."""
    return number.replace(" ", "\N{NO-BREAK SPACE}")
