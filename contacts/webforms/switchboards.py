"""The form that chooses a principal's main switchboard."""

from collections.abc import Iterable
from typing import Any

from django import forms

from contacts.models import DirectoryEntry
from contacts.rules.phone import display

from .differences import Opened
from .fields import SentOnce


class MainSwitchboardForm(Opened, SentOnce):
    """One of the principal's switchboards in use. `chosen()` gives it, after `is_valid`."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    entry = forms.ChoiceField(
        label="Huvudväxel",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Välj en växel.",
            "invalid_choice": "Växeln är inte längre i bruk. Välj en annan.",
        },
    )

    def __init__(self, *args: Any, choices: Iterable[DirectoryEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._switchboards = {str(entry.pk): entry for entry in choices}
        self.fields["entry"].choices = [
            (pk, f"{entry.name}, {_number_of(entry)}") for pk, entry in self._switchboards.items()
        ]

    def chosen(self) -> DirectoryEntry:
        return self._switchboards[self.cleaned_data["entry"]]


def _number_of(entry: DirectoryEntry) -> str:
    return ", ".join(display(phone.number) for phone in entry.phones) or "nummer saknas"
