"""Fields for what people type about a contact: clock times and days of the year."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contacts.rules.availability import day_words, parse_clock, parse_day
from contacts.rules.errors import RuleError
from contacts.rules.hours import is_month_day


class ClockField(forms.CharField):
    """A clock time as people type it: "8", "8.30", "08:30". Given as a time, None where nothing is typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "size": 6}
        super().__init__(required=False, max_length=15, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> time | None:
        """Read the time; raise ValidationError in Swedish for anything else."""
        if isinstance(value, time):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_clock(text)
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong

    def run_validators(self, value: Any) -> None:
        """The reading is the validation."""

    def prepare_value(self, value: Any) -> Any:
        """Write a time as it is written elsewhere: 08.30."""
        return f"{value:%H.%M}" if isinstance(value, time) else value


class DayField(forms.CharField):
    """A day of the year as people type it: "15 juni" or "15/6". Given as "MM-DD", "" where nothing is typed."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"size": 12})
        super().__init__(required=False, max_length=20, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        """Read the day; raise ValidationError in Swedish for anything else."""
        text = str(value or "").strip()
        try:
            return parse_day(text) if text else ""
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong

    def run_validators(self, value: Any) -> None:
        """The reading is the validation."""

    def prepare_value(self, value: Any) -> Any:
        """Write a stored day as it is read: 15 juni."""
        return day_words(value) if isinstance(value, str) and is_month_day(value) else value
