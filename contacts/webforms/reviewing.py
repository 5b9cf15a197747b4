"""What of the audit log is shown, drawn and reported, and what is said of a row."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from contacts.rules.labelled import Labelled
from contacts.rules.reviewing import FEWEST_DRAWN, LONGEST_NOTE, MOST_DRAWN, USUALLY_DRAWN, Verdict, may_say

from .fields import DateField, SentOnce
from .search import LONGEST_TEXT

_UNTIL_TOO_EARLY = "Sista dagen är före den första."


class Which(Labelled):
    ALL = "allt", "Allt"
    MARKED = "forst", "Att titta på först"
    AWAITING = "folj", "Att följa upp"


class Period(Labelled):
    DAY = "dygn", "Senaste dygnet"
    WEEK = "vecka", "Senaste veckan"
    MONTH = "manad", "Senaste 30 dagarna"
    EVER = "alla", "All tid"


_LENGTH = {
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=30),
}


class ReviewForm(forms.Form):
    """Which rows, whose, about whom, from when to when, and the page. Invalid values are ignored.

    Days given in `fran` and `till` go before `tid`.
    """

    visa = forms.ChoiceField(required=False, choices=Which.choices())
    person = forms.CharField(label="Person", required=False, max_length=LONGEST_TEXT, empty_value="")
    enhet = forms.CharField(label="Enhet", required=False, max_length=LONGEST_TEXT, empty_value="")
    patient = forms.CharField(label="Patient", required=False, max_length=40, empty_value="")
    fran = DateField(label="Från dag", required=False)
    till = DateField(label="Till dag", required=False)
    tid = forms.ChoiceField(label="Tid", required=False, choices=Period.choices())
    sida = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def which(self) -> Which:
        return Which(self._said("visa") or Which.ALL)

    @property
    def period(self) -> Period:
        return Period(self._said("tid") or Period.MONTH)

    def text(self, name: str) -> str:
        return self._said(name)

    @property
    def page(self) -> str:
        return self._said("sida") or "1"

    def since(self, now: datetime) -> datetime | None:
        if self._day("fran") or self._day("till"):
            return start_of(self._day("fran"))
        return now - _LENGTH[self.period] if self.period in _LENGTH else None

    def until(self) -> datetime | None:
        return end_of(self._day("till"))

    @property
    def sought(self) -> dict[str, str]:
        """What stands sealed in the address; nothing where nothing was chosen."""
        names = ("person", "enhet", "patient", "fran", "till", "tid")
        return {name: value for name in names if (value := self._said(name))}

    def _said(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def _day(self, name: str) -> date | None:
        self.is_valid()
        found: date | None = self.cleaned_data.get(name)
        return found


def start_of(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def end_of(day: date | None) -> datetime | None:
    """The first moment after it."""
    return start_of(day + timedelta(days=1)) if day and day < date.max else None


class _Days(forms.Form):
    """Two days, both included. `days` are its moments, after `is_valid`."""

    since = DateField(label="Från dag", error_messages={"required": "Välj första dagen."})
    until = DateField(label="Till dag", error_messages={"required": "Välj sista dagen."})

    def clean_until(self) -> date | None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            raise forms.ValidationError(_UNTIL_TOO_EARLY)
        return until

    @property
    def days(self) -> tuple[datetime, datetime]:
        since, until = start_of(self.cleaned_data["since"]), end_of(self.cleaned_data["until"])
        return since or timezone.now(), until or timezone.now()


class ReportForm(_Days):
    pass


class SampleForm(_Days, SentOnce):
    count = forms.IntegerField(
        label="Antal rader",
        min_value=FEWEST_DRAWN,
        max_value=MOST_DRAWN,
        initial=USUALLY_DRAWN,
        error_messages={"required": "Skriv hur många.", "invalid": "Skriv ett antal."},
    )


class NoteForm(SentOnce):
    verdict = forms.ChoiceField(
        label="Bedömning",
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj en bedömning."},
    )
    text = forms.CharField(
        label="Anteckning",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 4}),
        help_text="Skriv inte vad som står om patienten.",
    )

    def __init__(self, *args: Any, before: Sequence[Verdict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [(v.value, v.label) for v in Verdict if may_say(v, before)]
