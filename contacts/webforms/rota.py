"""The forms of the jour."""

from datetime import datetime
from typing import Any

from django import forms

from contacts.models import RotaTurn
from contacts.rules.rota import Turn
from contacts.webforms.differences import Opened
from contacts.webforms.fields import (
    AsksQuestions,
    ClockField,
    DateField,
    NoPatientField,
    NumberField,
    SentOnce,
)

WEEKLY, ONCE = "weekly", "once"
_NO_DAY, _NO_TIME = {"required": "Ange dag."}, "Ange klockslag, till exempel 16.00."


class TurnForm(Opened, AsksQuestions):
    """A turn of the jour at one unit; `version` is the row that it would take the place of."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    nobody = forms.BooleanField(label="Ingen jour den här tiden", required=False)
    who = NoPatientField(label="Vem har jour?", required=False, max_length=100, help_text="")
    number = NumberField(
        label="Nummer", help_text="Ett som kan ringas utifrån. En intern anknytning visas inte först."
    )
    weekly = forms.ChoiceField(
        label="Hur ofta?",
        choices=[(WEEKLY, "Varje vecka"), (ONCE, "En gång, som undantag från det som gäller varje vecka")],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj hur ofta."},
    )
    starts_on = DateField(label="Från dag", error_messages=_NO_DAY)
    starts_at = ClockField(label="Från kl.")
    ends_on = DateField(label="Till dag", error_messages=_NO_DAY)
    ends_at = ClockField(label="Till kl.")
    until = DateField(label="Sista dag", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = _NO_TIME

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("nobody"):
            for name in ("who", "number"):
                if data.get(name):
                    self.add_error(name, "Töm rutan, eller kryssa ur Ingen jour.")
        elif not data.get("who") and "who" not in self.errors:
            self.add_error("who", "Skriv vem som har jour, eller kryssa i Ingen jour.")
        return data

    def turn(self) -> Turn:
        """What was filled in; call after `is_valid`."""
        data = self.cleaned_data
        return Turn(
            who=data["who"],
            number=data["number"],
            starts=datetime.combine(data["starts_on"], data["starts_at"]),
            ends=datetime.combine(data["ends_on"], data["ends_at"]),
            weekly=data["weekly"] == WEEKLY,
            until=data["until"],
        )


def initial_of(row: RotaTurn) -> dict[str, Any]:
    columns = ("who", "number", "starts_on", "starts_at", "ends_on", "ends_at", "until")
    told = {name: getattr(row, name) for name in columns}
    return told | {"nobody": not row.who, "weekly": WEEKLY if row.weekly else ONCE}


class WithdrawForm(SentOnce):
    version = forms.CharField(max_length=40)
