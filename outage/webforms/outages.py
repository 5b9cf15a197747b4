"""Forms about the outage itself."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from contacts.rules.errors import RuleError
from contacts.webforms.differences import Opened
from outage.rules.moments import check_start
from outage.rules.outage_status import OUTAGE_SCOPE_LABELS, OutageScope

from .moments import MomentField, this_minute


class OutageForm(Opened, forms.Form):
    """Anmäl driftstopp, and change of what is known of it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    # The report that is changed, where one is.
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scope = forms.ChoiceField(
        label="Vilka är utan systemet?",
        choices=[
            (OutageScope.BOTH_PRINCIPALS.value, OUTAGE_SCOPE_LABELS[OutageScope.BOTH_PRINCIPALS]),
            (OutageScope.MUNICIPALITIES_ONLY.value, OUTAGE_SCOPE_LABELS[OutageScope.MUNICIPALITIES_ONLY]),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vilka som är utan systemet."},
    )
    scope_from = MomentField(
        label="Om du ändrar vilka, eller om den tiden var fel: från när?",
        required=False,
        help_text="Det som hände dessförinnan räknas som förut. Gällde det hela tiden: ange starten.",
    )
    started_at = MomentField(label="När började det?")
    sees = forms.CharField(
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
        """Refuse a start that is a slip of the key; one that is known already stays."""
        at: datetime = self.cleaned_data["started_at"]
        if at != self.initial.get("started_at"):
            try:
                check_start(at, timezone.now())
            except RuleError as wrong:
                raise forms.ValidationError(wrong.reason) from wrong
        return at

    def clean(self) -> dict[str, Any]:
        """A changed scope holds from a time; with an unchanged one a time that somebody typed corrects that."""
        data = self.cleaned_data
        changed = self._scope and data.get("scope") != self._scope
        if changed and "scope_from" in data and not data["scope_from"]:
            self.add_error("scope_from", "Ange från när det gäller.")
        return data

    @property
    def scope_from_typed(self) -> bool:
        """Whether somebody wrote another time than the box showed by itself; ask after `is_valid`."""
        return not self.fields["scope_from"].unchanged

    def facts(self) -> dict[str, Any]:
        """Give what was filled in, by the names the service uses; call after `is_valid`."""
        data = self.cleaned_data
        return {
            "scope": OutageScope(data["scope"]),
            "scope_from": data.get("scope_from"),
            "started_at": data["started_at"],
            "expected_end_at": data["expected_end_at"],
            "planned": data["planned"],
            "sees": data["sees"],
        }


class SupportForm(forms.Form):
    """One's own support was rung (R1.1)."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    at = MomentField(label="När ringde du?")
    case_number = forms.CharField(label="Ärendenummer", required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = this_minute


class EndForm(forms.Form):
    """The system is back."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    ended_at = MomentField(label="När kom systemet tillbaka?")


class ReopenForm(forms.Form):
    """The end was said too early."""

    client_id = forms.UUIDField()
