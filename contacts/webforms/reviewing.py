"""What of the audit log is shown."""

from datetime import datetime, timedelta

from django import forms

from contacts.rules.labelled import Labelled

from .search import LONGEST_TEXT


class Which(Labelled):
    ALL = "allt", "Allt"
    MARKED = "forst", "Att titta på först"


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
    """Which rows, whose, since when, and the page. Invalid values are ignored."""

    visa = forms.ChoiceField(required=False, choices=Which.choices())
    person = forms.CharField(label="Person", required=False, max_length=LONGEST_TEXT, empty_value="")
    tid = forms.ChoiceField(label="Tid", required=False, choices=Period.choices())
    sida = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def which(self) -> Which:
        return Which(self._said("visa") or Which.ALL)

    @property
    def period(self) -> Period:
        return Period(self._said("tid") or Period.MONTH)

    @property
    def person_text(self) -> str:
        return self._said("person")

    @property
    def page(self) -> str:
        return self._said("sida") or "1"

    def since(self, now: datetime) -> datetime | None:
        return now - _LENGTH[self.period] if self.period in _LENGTH else None

    @property
    def sought(self) -> dict[str, str]:
        """What stands sealed in the address; nothing where nothing was chosen."""
        return {name: value for name in ("person", "tid") if (value := self._said(name))}

    def _said(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")
