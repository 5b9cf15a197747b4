"""A fixed set of values, each with the Swedish words that a person is shown."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Its members are written as value and label: `BUSY = "busy", "Upptaget"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Called with a value alone it returns the existing member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and label of each, as fields of forms and rows take them."""
        return [(member.value, member.label) for member in cls]
