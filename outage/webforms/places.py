"""The field of a place: one of a list, or a word for a place that is in none."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

from contacts.rules.parties import OUTPATIENT_KIND_LABELS
from contacts.rules.swedish_text import search_key

# The place is in no list: its name, kind and number are typed.
OTHER = "other"
OTHER_LABEL = "Annan: skriv vilken"
NOT_KNOWN_YET = "Inte angiven än"
# Room for what a call keeps of the place it reached.
_LONGEST_NAME = 180


class _ListedThenWords(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield from super().__iter__()
        yield from self.field.words.items()


class PlaceField(forms.ModelChoiceField):
    """A place of a list, or one of `words`, which is given as it is; None where nobody knows it yet."""

    iterator = _ListedThenWords

    def __init__(self, *, words: Mapping[str, str], **kwargs: Any) -> None:
        self.words = words
        super().__init__(queryset=None, required=False, **kwargs)

    def to_python(self, value: Any) -> Model | str | None:
        """One of the list, a word, or None."""
        return value if value in self.words else super().to_python(value)


def name_field(label: str) -> forms.CharField:
    """The field of the name of a place that is in no list."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=_LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


def outpatient_kind_field() -> forms.ChoiceField:
    """The field of the kind of an öppenvård that is in no list."""
    return forms.ChoiceField(
        label="Slag av öppenvård",
        choices=[("", "Den som avdelningen kräver")]
        + [(k.value, v) for k, v in OUTPATIENT_KIND_LABELS.items()],
        required=False,
    )


def wrong_name(label: str, chosen: object, name: str, listed: Iterable[str]) -> str:
    """What is wrong with the name of a place in no list: it is chosen nowhere, or the list has it; "" for nothing."""
    if name and not chosen:
        return f"Välj Annan under {label}, eller ta bort namnet."
    if chosen == OTHER and search_key(name) in {search_key(other) for other in listed}:
        return f"{name} finns i listan. Välj den där."
    return ""
