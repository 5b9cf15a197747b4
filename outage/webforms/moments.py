"""Fields of a moment (a time as people type it and a date), of a time of day alone and of a day."""

from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.rules.errors import Question, RuleError
from contacts.webforms.fields import AsksQuestions, DateField
from outage.rules.clock import as_utc
from outage.rules.moments import (
    NO_TIME,
    Years,
    ask_day,
    ask_hour,
    ask_opened,
    both_hours,
    check_past,
    check_year,
    other_day,
    read_as_opened,
    read_clock,
    read_moment,
    read_side,
    read_time,
    years_around,
)
from outage.rules.wording import STOCKHOLM, clock_time, day_and_time, local_day, which_hour

# Room for "i förrgår kl. 10.52" and for "02.52 sommartid".
_LONGEST_TIME = 30


def this_minute() -> datetime:
    """The moment that a form starts with, to the second."""
    return timezone.now().replace(second=0, microsecond=0)


def keep_within(form: forms.Form, years: Years) -> None:
    """Refuses, in every moment and day of `form`, years outside `years`."""
    for field in form.fields.values():
        if isinstance(field, MomentField | DayField):
            field.years = years


class ClockTimeField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_TIME, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = "" if value is None else str(value).strip()
        try:
            return self.read(text) if text else None
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong

    def read(self, text: str) -> Any:
        return read_clock(text)

    def validate(self, value: Any) -> None:
        """Only None is empty: midnight is a time."""
        if self.required and value is None:
            raise ValidationError(NO_TIME, code="required")

    def run_validators(self, value: Any) -> None:
        """The reading is the validation."""


class _TimeAndWordField(ClockTimeField):
    """A time of day, with "igår", "sommartid" and the like beside it: the word for a day, the time and the side."""

    def read(self, text: str) -> tuple[str, time, str]:
        text, side = read_side(text)
        return *read_time(text), side


class DayField(DateField):
    """A day, in `years`: those around today where a form says no others."""

    years: Years | None = None

    def to_python(self, value: Any) -> date | None:
        found = super().to_python(value)
        if found is None:
            return None
        try:
            self.check(found)
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong
        return found

    def check(self, on: date) -> None:
        check_year(on, self.years or years_around(timezone.now()))


class PastDayField(DayField):
    """A day that is asked for and may not lie ahead."""

    def __init__(self, *, label: str) -> None:
        messages = {"required": "Ange dag.", "invalid": "Skriv dagen som 2026-11-24."}
        super().__init__(label=label, error_messages=messages)

    def check(self, on: date) -> None:
        check_past(on, timezone.localdate())


class _AnyDayField(DayField):
    """The date of a moment, whose year is checked when the day is known."""

    years = (date.min.year, date.max.year)


class MomentWidget(forms.MultiWidget):
    """A field for the time and one for the date; hidden, the moment that the two showed from the start, and when that
    was.
    """

    template_name = "_components/moment_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "kl": forms.TextInput({"inputmode": "numeric", "size": 6, "maxlength": _LONGEST_TIME}),
                "dag": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                "visad": forms.HiddenInput(),
                "sidan": forms.HiddenInput(),
            },
            attrs,
        )

    def decompress(self, value: datetime | None) -> list[Any]:
        """In Stockholm."""
        opened = timezone.localtime(timezone=STOCKHOLM).isoformat(timespec="seconds")
        if value is None:
            return ["", "", "", opened]
        local = value.astimezone(STOCKHOLM)
        return [clock_time(value), local.date(), local.isoformat(), opened]


class MomentField(forms.MultiValueField):
    """A moment in Stockholm, as an aware datetime in `years`: those around today where a form says no others.

    `note` is how the words for a day were read, to be said when the form is saved; `unchanged`: what came in is what
    the fields showed. `near` is the moment whose day the form has filled in, where the fields show none; `sure`: it is
    said, or was shown, in which of the two hours of October it was. `as_opened`: the moment as it read when the page
    was opened, where that was another day.
    """

    widget = MomentWidget
    years: Years | None = None
    note = ""
    unchanged = False
    near: datetime | None = None
    sure = True
    as_opened: datetime | None = None

    def __init__(self, **kwargs: Any) -> None:
        required = kwargs.get("required", True)
        kwargs.setdefault("error_messages", {"required": NO_TIME, "incomplete": NO_TIME})
        fields = (
            _TimeAndWordField(required=required),
            _AnyDayField(required=False),
            forms.CharField(required=False),
            forms.CharField(required=False),
        )
        super().__init__(fields, require_all_fields=False, **kwargs)
        self._started: datetime | None = None

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Records what the form starts with: an unchanged text is that moment."""
        initial = form.get_initial_for_field(self, field_name)
        self._started = initial if isinstance(initial, datetime) else None
        return super().get_bound_field(form, field_name)

    def compress(self, values: list[Any]) -> datetime | None:
        """No date means today. Raises ValidationError for what can be no moment."""
        read, on, carried, opened = (*values, None, None, None, None)[:4]
        if read is None:
            if on:
                raise ValidationError(NO_TIME)
            return None
        word, at, side = read
        now, shown = timezone.now(), _carried(carried) or self._started
        years = self.years or years_around(now)
        try:
            found = read_moment(word, at, on, now=now, years=years, shown=shown, side=side)
        except RuleError as wrong:
            raise ValidationError(wrong.reason) from wrong
        self.unchanged = shown is not None and as_utc(found) == as_utc(shown)
        self.near = shown or self.near
        self.sure = bool(side or (shown and which_hour(shown) and local_day(shown) == local_day(found)))
        self.as_opened = read_as_opened(
            word, at, on, found=found, now=now, opened=_carried(opened) or now, years=years
        )
        self.note = f"Tiden är läst som {day_and_time(found, now)}." if word else ""
        return found

    def other_day(self, at: datetime, now: datetime) -> datetime | None:
        """As the rule, of the moment that was read."""
        return other_day(at, self.near, now) if self.near else None

    def clean(self, value: Any) -> datetime | None:
        """The hidden moment says nothing by itself: two empty fields are no moment."""
        if isinstance(value, list | tuple) and not any(value[:2]):
            value = ["", ""]
        found: datetime | None = super().clean(value)
        return found


def _carried(text: Any) -> datetime | None:
    """A moment that the page had in a hidden field."""
    with suppress(ValueError, OverflowError):
        return as_utc(datetime.fromisoformat(text or "")).astimezone(STOCKHOLM)
    return None


class AsksOfMoments(AsksQuestions):
    """A form in which moments are typed. Where a date may have been left as the form had it, a new day came while it
    was open, or a time came twice, it is asked what was meant, and the moments are those of the answer.
    """

    def clean(self) -> dict[str, Any]:
        now, data = timezone.now(), self.cleaned_data
        fields = {name: f for name, f in self.fields.items() if isinstance(f, MomentField) and data.get(name)}
        try:
            opened = {name: f.as_opened for name, f in fields.items() if f.as_opened}
            if opened:
                times = {data[name]: at for name, at in opened.items()}
                if ask_opened(times, now).settled(self.answers()) == "opened":
                    data |= opened
            others = {name: other for name, f in fields.items() if (other := f.other_day(data[name], now))}
            for first in list(others)[:1]:
                if ask_day(data[first], others[first], now).settled(self.answers()) == "other":
                    data |= others
            twice = {
                name: both
                for name, f in fields.items()
                if not f.sure and (both := both_hours(data[name], now))
            }
            if twice:
                side = ask_hour([data[name] for name in twice], now).settled(self.answers())
                data |= {name: both[side] for name, both in twice.items()}
        except Question as question:
            self.ask(question)
        return data


def typed_moment(box: forms.BoundField) -> datetime | None:
    """The moment that was posted in a field; None where there is none that can be read."""
    try:
        found: datetime | None = box.field.clean(box.data)
    except ValidationError:
        return None
    return found
