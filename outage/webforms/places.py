"""The field of a place: one of a list, or a word for a place that is in none."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

from contacts.models import Principal, Unit
from contacts.rules.parties import OutpatientKind, Party, WardKind, outpatient_kind_for
from contacts.rules.swedish_text import search_key
from outage.models import OtherPlace

# The place is in no list: its name, kind and number are typed.
OTHER = "other"
OTHER_LABEL = "Annan: skriv vilken"
NOT_KNOWN_YET = "Inte angiven än"
# The field of each party's place.
PLACE_FIELDS = {
    Party.INPATIENT: "ward_unit",
    Party.MUNICIPALITY: "municipality",
    Party.OUTPATIENT: "outpatient_unit",
}
# Room for what a call keeps of the place it reached.
_LONGEST_NAME = 180


class _ListedThenWords(ModelChoiceIterator):  # type: ignore[type-arg]
    field: "PlaceField"

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield from super().__iter__()
        yield from self.field.words.items()


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A place of a list, or one of `words`, which is returned as it is; None where it is not known yet."""

    iterator = _ListedThenWords

    def __init__(self, *, words: Mapping[str, str], **kwargs: Any) -> None:
        self.words = words
        super().__init__(queryset=None, required=False, **kwargs)

    def to_python(self, value: Any) -> Model | str | None:
        return value if value in self.words else super().to_python(value)


def name_field(label: str) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=_LONGEST_NAME, widget=widget)


def outpatient_kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Slag av öppenvård",
        choices=[("", "Den som avdelningen kräver"), *OutpatientKind.choices()],
        required=False,
    )


def refuse_wrong_name(form: forms.Form, party: Party, listed: Iterable[Unit] | Iterable[Principal]) -> None:
    """Refuses the name of an unlisted place that is chosen nowhere, or that the list has."""
    place, name = PLACE_FIELDS[party], form.cleaned_data.get(f"other_{party}", "")
    if place in form.errors:
        return
    if name and not form.cleaned_data.get(place):
        label = form.fields[place].label
        form.add_error(f"other_{party}", f"Välj Annan under {label}, eller ta bort namnet.")
    elif form.cleaned_data.get(place) == OTHER:
        known = [p for p in listed if search_key(name) in map(search_key, p.names)]
        if known and search_key(name) not in {search_key(p.name) for p in known}:
            form.add_error(f"other_{party}", f"{name} heter nu {known[0].name}. Välj den i listan.")
        elif known:
            form.add_error(f"other_{party}", f"{name} finns i listan. Välj den där.")


def others_chosen(
    data: Mapping[str, Any], parties: Iterable[Party], ward_kind: WardKind
) -> dict[Party, OtherPlace]:
    """The unlisted places, of those of `parties`, in a form that was filled in for a ward of `ward_kind`."""
    kinds = {Party.INPATIENT: ward_kind.value, Party.OUTPATIENT: outpatient_kind_for(ward_kind).value}
    return {
        party: OtherPlace(data[f"other_{party}"], kinds.get(party, ""), data[f"other_{party}_number"])
        for party in parties
        if data[PLACE_FIELDS[party]] == OTHER
    }
