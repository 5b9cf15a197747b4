"""Why somebody opens a patient: a reason of the list, or one that is written."""

from typing import Any
from uuid import UUID

from django import forms

from contacts.webforms.fields import SentOnce
from outage.rules.opening import NOTE_LETTERS, REASONS, OpeningKind, OpeningReason

_CHOOSE = "Välj ett skäl."


class OpeningForm(SentOnce):
    """Each reason of the list is a button; the other one has a field, which is read with its button alone."""

    kind = OpeningKind.PROTECTED

    reason = forms.ChoiceField(label="Skäl", error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE})
    note = forms.CharField(
        label="Annat skäl",
        required=False,
        max_length=NOTE_LETTERS,
        help_text="Utan patientens namn och nummer.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in REASONS[self.kind]]

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Value and label of each reason that is one press."""
        return [pair for pair in self.fields["reason"].choices if pair[0] != OpeningReason.OTHER]

    def facts(self) -> dict[str, Any]:
        """Call after `is_valid`."""
        data = self.cleaned_data
        return {
            "client_id": data["client_id"],
            "reason": OpeningReason(data["reason"]),
            "note": data["note"],
        }


class EmergencyForm(OpeningForm):
    """Carries the number by which the patient was searched for, and which of the chains found it is."""

    kind = OpeningKind.EMERGENCY

    number = forms.CharField(max_length=100, widget=forms.HiddenInput)
    chain = forms.UUIDField(widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """Call after `is_valid`."""
        found: UUID = self.cleaned_data["chain"]
        return super().facts() | {"number": self.cleaned_data["number"], "chain_id": found}
