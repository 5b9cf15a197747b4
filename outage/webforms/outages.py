"""Forms about the outage itself."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from contacts.rules.errors import RuleError
from contacts.webforms.differences import Opened
from contacts.webforms.fields import NoPatientField
from outage.rules.moments import check_start
from outage.rules.outage_status import OutageFacts, OutageScope

from .moments import AsksOfMoments, MomentField, this_minute


class OutageForm(Opened, AsksOfMoments):
    # The report that is changed, where one is.
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scope = forms.ChoiceField(
        label="Vilka är utan systemet?",
        choices=OutageScope.choices()[::-1],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vilka som är utan systemet."},
    )
    scope_from = MomentField(
        label="Sedan när gäller det?",
        required=False,
        help_text="Fyll i om du ändrar vilka, eller om tiden för en sådan ändring var fel. Det som hände dessförinnan "
        "räknas som förut. Gällde det hela tiden: ange starten.",
    )
    started_at = MomentField(label="När började det?")
    sees = NoPatientField(
        label="Vad ser du?",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text="Till exempel felmeddelandet. Skriv inga patientuppgifter.",
    )
    planned = forms.BooleanField(label="Driftstoppet är planerat", required=False)
    expected_end_at = MomentField(
        label="När väntas det sluta?", required=False, help_text="Lämna tomt om ingen vet."
    )

    def __init__(self, *args: Any, scope: str = "", **kwargs: Any) -> None:
        """`scope` is the one in force, where what is known is changed: from when another holds is asked for then."""
        super().__init__(*args, **kwargs)
        self._scope = scope
        if not scope:
            del self.fields["scope_from"]

    def clean_started_at(self) -> datetime:
        """Refuses a start that is a typing error; one that is known already stays."""
        at: datetime = self.cleaned_data["started_at"]
        if at != self.initial.get("started_at"):
            try:
                check_start(at, timezone.now())
            except RuleError as wrong:
                raise forms.ValidationError(wrong.reason) from wrong
        return at

    def clean(self) -> dict[str, Any]:
        """A changed scope holds from a time; with an unchanged one a time that somebody typed corrects that."""
        data = super().clean()
        changed = self._scope and data.get("scope") != self._scope
        if changed and "scope_from" in data and not data["scope_from"]:
            self.add_error("scope_from", "Ange från när det gäller.")
        return data

    @property
    def scope_from_typed(self) -> bool:
        """Whether somebody wrote another time than the field was prefilled with; call after `is_valid`."""
        return not self.fields["scope_from"].unchanged

    def facts(self) -> OutageFacts:
        """Call after `is_valid`."""
        data = {f.name: self.cleaned_data[f.name] for f in fields(OutageFacts) if f.name in self.cleaned_data}
        return OutageFacts(**data | {"scope": OutageScope(data["scope"])})


class DrillForm(OutageForm):
    """As much of it as a drill needs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["planned"], self.fields["sees"]
        self.fields["started_at"].label = "När ska det ha börjat?"
        self.fields["expected_end_at"].label = "När är övningen slut?"
        self.fields["expected_end_at"].help_text = "Den avslutas för hand, som ett driftstopp."


class SupportForm(AsksOfMoments):
    """One's own support was rung (R1.1)."""

    at = MomentField(label="När ringde du?", initial=this_minute)
    case_number = NoPatientField(label="Ärendenummer", required=False, max_length=60, help_text="")


class EndForm(AsksOfMoments):
    ended_at = MomentField(label="När kom systemet tillbaka?")
    up_between = forms.ChoiceField(
        choices=[
            ("no", "Nej, vi var utan hela tiden: avsluta alla"),
            ("yes", "Ja: sedan anger vi när"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om ni var inne däremellan."},
    )

    def __init__(self, *args: Any, between: str = "", **kwargs: Any) -> None:
        """`between` asks whether the system was back since outages before that are not ended."""
        super().__init__(*args, **kwargs)
        self.fields["up_between"].label = between
        if not between:
            del self.fields["up_between"]
