"""A moment as two fields: a time as people type it (10.52, 10:52, 1052) and a date, today by default."""

import re
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from outage.rules.wording import STOCKHOLM

_NO_TIME = "Ange klockslag."
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[.:,]?([0-5][0-9])")


class ClockTimeField(forms.CharField):
    """A time of day as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 8)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        """Read 10.52, 10:52, 1052 or 9.05; raise ValidationError in Swedish for anything else."""
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        match = _TIME.fullmatch(text)
        if not match:
            raise ValidationError("Skriv tiden som 10.52.")
        return time(int(match[1]), int(match[2]))

    def validate(self, value: Any) -> None:
        """A time of midnight is a time, though Python once called it false."""
        if self.required and value is None:
            raise ValidationError(_NO_TIME, code="required")

    def run_validators(self, value: Any) -> None:
        """The reading is the validation."""


class MomentWidget(forms.MultiWidget):
    """A box for the time and one for the date."""

    template_name = "_components/moment_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "kl": forms.TextInput(
                    {"inputmode": "numeric", "autocomplete": "off", "size": 6, "maxlength": 8}
                ),
                "dag": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            },
            attrs,
        )

    def decompress(self, value: datetime | None) -> list[Any]:
        """Take a moment apart, in Stockholm."""
        if value is None:
            return ["", ""]
        local = value.astimezone(STOCKHOLM)
        return [f"{local:%H.%M}", local.date()]


class MomentField(forms.MultiValueField):
    """A moment in Stockholm, given as an aware datetime. Both clock changes are minded."""

    widget = MomentWidget

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.get("required", True)
        kwargs.setdefault("error_messages", {"required": _NO_TIME, "incomplete": _NO_TIME})
        fields = (ClockTimeField(required=required), forms.DateField(required=False))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, values: list[Any]) -> datetime | None:
        """Join time and date; no date means today. Raise ValidationError for a time that the clock skips."""
        at: time | None = values[0] if values else None
        on: date | None = values[1] if len(values) > 1 else None
        if at is None:
            if on:
                raise ValidationError(_NO_TIME)
            return None
        now = timezone.now()
        return in_stockholm(on or now.astimezone(STOCKHOLM).date(), at, now)


def in_stockholm(on: date, at: time, now: datetime) -> datetime:
    """Give the aware moment of a wall clock time in Stockholm.

    Of an hour that comes twice the later one that is not ahead of `now` is meant: one logs what has just happened.
    """
    first = datetime.combine(on, at, STOCKHOLM)
    second = first.replace(fold=1)
    if first.astimezone(UTC).astimezone(STOCKHOLM).time() != at:
        raise ValidationError("Klockan ställdes om då: tiden finns inte. Ange en annan tid.")
    return second if second.astimezone(UTC) <= now else first
