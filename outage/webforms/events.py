"""Forms about an event: corrected, taken back, a discharge left open."""

from typing import Any

from django import forms

from contacts.rules.parties import Party
from contacts.webforms.fields import AsksQuestions
from outage.models import CareChainEvent
from outage.rules.routine import Routine

from .moments import MomentField
from .particulars import particular_field, stored_particular


class CorrectEventForm(AsksQuestions):
    """Correct one event: what was wrong stays, struck through."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    happened_at = MomentField(label="När hände det?")
    reason = forms.CharField(label="Varför rättas det?", max_length=300)
    told_rightly = forms.TypedChoiceField(
        label="Har de som redan är underrättade fått rätt uppgift?",
        choices=[("ja", "Ja, de fick rätt uppgift"), ("nej", "Nej, de ska ringas igen")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ja eller nej."},
    )

    def __init__(self, *args: Any, event: CareChainEvent, routine: Routine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = routine.message(event.kind).particulars_for(Party(event.sender))
        self.fields["happened_at"].initial = event.happened_at
        for name in self._names:
            value = event.particulars.get(name, "")
            self.fields[f"p-{name}"] = particular_field(name)
            self.fields[f"p-{name}"].initial = "\n".join(value) if isinstance(value, list) else value
        self.order_fields(["client_id", "happened_at", *(f"p-{name}" for name in self._names), "reason"])

    def particulars(self) -> dict[str, Any]:
        """Give the particulars as they are stored; call after `is_valid`."""
        return {name: stored_particular(self.cleaned_data.get(f"p-{name}")) for name in self._names}


class ReasonForm(forms.Form):
    """Take something back: only the reason is asked for."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Varför?", max_length=300)


class OpenItemForm(forms.Form):
    """Leave a discharge with somebody not told: who answers for it and why (R1.6)."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    recipient = forms.CharField(max_length=200, widget=forms.HiddenInput)
    responsible = forms.CharField(label="Vem tar hand om det? Namn och enhet", max_length=200)
    reason = forms.CharField(label="Varför är mottagaren inte underrättad?", max_length=300)
