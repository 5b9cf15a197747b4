"""The form of one task of efterregistrering."""

from typing import Any

from django import forms

from contacts.webforms.fields import SentOnce

_MARKS = ("task", "seen", "done", "choice", "entered", "client_id")
_TURNS = ("task", "seen", "was", "note", "client_id")


class TaskForm(SentOnce):
    """`done` is the value of the button that marks it; None where another one is pressed: of who does it, or of a note.
    `holder` is a person's id, empty for nobody, `was` the one that the page showed.
    """

    # What a person types and chooses; the rest is the page's own.
    TYPED = ("choice", "entered", "note", "holder")

    task = forms.CharField(max_length=4000, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    done = forms.TypedChoiceField(
        choices=[("1", "Klart"), ("0", "Inte klart")],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
        widget=forms.HiddenInput,
    )
    choice = forms.CharField(
        label="Vad bestämdes",
        required=False,
        max_length=300,
        error_messages={"max_length": "Skriv högst 300 tecken om vad som bestämdes."},
    )
    entered = forms.NullBooleanField(label="Infört", required=False)
    was = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    holder = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    # The button that takes it: what is chosen beside it is not meant.
    taken = forms.BooleanField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Anteckning",
        required=False,
        max_length=300,
        error_messages={"max_length": "Skriv högst 300 tecken i anteckningen."},
    )
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def marks(self) -> bool:
        return bool(self.data.get("done"))

    @property
    def not_saved(self) -> tuple[str, ...]:
        """What of TYPED the pressed button leaves; of what is done nobody is to do anything more."""
        return ("note",) if self.marks else ("choice", "entered")

    def facts(self, own: int) -> dict[str, Any]:
        """By the names of the service of the pressed button; call after `is_valid`. `own` is the id of who sent it."""
        sent = self.cleaned_data
        if self.marks:
            return {name: sent[name] for name in _MARKS}
        return {name: sent[name] for name in _TURNS} | {"holder": own if sent["taken"] else sent["holder"]}
