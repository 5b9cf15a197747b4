"""Batches of blank sheets: what is issued blank, how many at once, and the parts they are printed in."""

from dataclasses import dataclass

from contacts.rules.errors import RuleError

LARGEST = 500
PART_SIZE = 25
BLANK = ("care_chain", "log_sheet", "sip", "sip_invitation")
"""The kinds that are issued blank, by the names that content files have for them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a batch, printed as one file: its sheets are `first` to `last`, counted from 1."""

    number: int
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def check_count(count: int) -> None:
    """Raises RuleError, with its field, where so many sheets are not issued at once."""
    if not 1 <= count <= LARGEST:
        raise RuleError(f"Utfärda 1–{LARGEST} blad åt gången.", field="count")


def parts_of(count: int) -> tuple[Part, ...]:
    """In order: each sheet is in exactly one part."""
    return tuple(
        Part(number, first, min(first + PART_SIZE - 1, count))
        for number, first in enumerate(range(1, count + 1, PART_SIZE), 1)
    )


def part_of(count: int, number: int) -> Part | None:
    return next((part for part in parts_of(count) if part.number == number), None)
