"""Whom a call can be with and what can be told in it, as the form of a call offers them."""

from dataclasses import dataclass

from django.forms import BoundField

from contacts.rules.whom_to_call import NumberToRing


@dataclass(frozen=True, slots=True)
class RecipientOption:
    """Somebody the call can be with, and what follows from choosing it; a place not known yet can not be rung."""

    key: str
    party: str
    place: str
    label: str
    number: str
    numbers: tuple[NumberToRing, ...]
    chosen: bool
    unknown: bool


@dataclass(slots=True)
class MessageOption:
    """A message that can be ticked: one logged already or a new one, with the fields it opens.

    `repeats` is when a message of the same kind was logged last: the new one is then a second of its kind.
    """

    value: str
    label: str
    hint: str
    sender: str
    is_logged: bool
    chosen: bool
    told: tuple[str, ...] = ()
    fields: tuple[BoundField, ...] = ()
    repeats: str = ""

    @property
    def box_id(self) -> str:
        """The id of its tick box."""
        return "msg-" + self.value.replace(":", "-")
