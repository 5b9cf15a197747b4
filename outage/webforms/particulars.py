"""The form fields of a message's particulars, by their names in the routine's content, and how they are stored."""

from datetime import date, time
from typing import Any

from django import forms

from outage.rules.routine import Particular

from .moments import ClockTimeField, DayField


class LinesField(forms.CharField):
    """Several values, one per line, as a list without blanks or repeats."""

    # A participant's line is also the key of the calls to that person.
    longest = 180

    def clean(self, value: Any) -> Any:
        written = (line.strip() for line in super().clean(value).splitlines())
        lines = [line for line in dict.fromkeys(written) if line]
        if any(len(line) > self.longest for line in lines):
            raise forms.ValidationError(
                f"En rad är för lång. Skriv högst {self.longest} tecken på varje rad."
            )
        return lines


def particular_field(name: str) -> forms.Field:
    """`name` is that in the routine's content."""
    label = Particular(name).label
    if name.endswith("_date"):
        return DayField(label=label, required=False)
    if name.endswith("_time"):
        return ClockTimeField(label=label, required=False)
    if name == "participants":
        return LinesField(
            label=label,
            required=False,
            max_length=2000,
            widget=forms.Textarea({"rows": 3}),
            help_text="En per rad: namn, roll och telefon. Alla ska ringas (R3.9).",
        )
    return forms.CharField(label=label, required=False, max_length=1000, widget=forms.Textarea({"rows": 2}))


def stored_particular(value: Any) -> Any:
    """A cleaned particular as it is stored: dates and times as text, participants as a list of lines."""
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H.%M}"
    return value
