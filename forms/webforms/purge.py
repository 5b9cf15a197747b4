"""The forms of gallring, and of what is written after it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from contacts.webforms.fields import DateField, NoPatientField, SentOnce
from forms.rules.purge import AT_LEAST, LateOutcome

_LONGEST = 2000


class _StepForm(SentOnce):
    """`seen` is the number of the last step that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)


class _GoingOnForm(_StepForm):
    anyway = forms.BooleanField(
        label="Gallra fast det finns utskrivningar som alla inte vet om", required=False
    )


class ProposeForm(_GoingOnForm):
    on = DateField(
        label="Gallras den dag",
        required=True,
        help_text="Tidigast i morgon. En annan person bekräftar, och kan stoppa gallringen till och med dagen innan.",
        error_messages={"required": "Välj en dag."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Time for the second person to come to work.
        week = timezone.localdate() + max(AT_LEAST, timedelta(days=7))
        kwargs["initial"] = {"on": week} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)


class ConfirmForm(_GoingOnForm):
    """One press."""


class WithdrawForm(_StepForm):
    reason = NoPatientField(
        label="Varför tas gallringen tillbaka?",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Skriv varför."},
    )


class LateForm(SentOnce):
    outage = forms.TypedChoiceField(label="Vilket driftstopp gäller det?", coerce=UUID)
    who = forms.CharField(
        label="Vem gäller det?",
        max_length=300,
        help_text="Namn och personnummer, så som det står på papperet.",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Skriv vem det gäller."},
    )
    when = forms.CharField(
        label="När hände det?",
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Skriv när det hände."},
    )
    text = forms.CharField(
        label="Vad hände, och vem fick veta det?",
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Skriv vad som hände."},
    )

    def __init__(self, *args: Any, outages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outage"].choices = outages

    def said(self) -> list[tuple[str, str]]:
        """Call after `is_valid`."""
        return [(str(self.fields[name].label), self.cleaned_data[name]) for name in ("who", "when", "text")]


class LateDecisionForm(SentOnce):
    """`seen` is how many decisions there were."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    outcome = forms.TypedChoiceField(
        label="Vad ska göras med uppgiften?",
        coerce=LateOutcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad som ska göras."},
    )
    reason = forms.CharField(
        label="Varför?",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Skriv varför."},
    )

    def __init__(self, *args: Any, system: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [
            (each.value, each.label.format(system=system)) for each in LateOutcome
        ]
