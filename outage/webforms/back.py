"""The form of one task of efterregistrering."""

from typing import Any

from django import forms

from contacts.webforms.fields import SentOnce


class TurnForm(SentOnce):
    """Who does a task; `holder` is a person's id, empty for nobody, `was` the one that the page showed."""

    task = forms.CharField(max_length=4000, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
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

    def facts(self, own: int) -> dict[str, Any]:
        """By the names the service uses; call after `is_valid`. `own` is the id of who sent it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in ("page", "taken")}
        return facts | {"holder": own if self.cleaned_data["taken"] else facts["holder"]}


class MarkForm(SentOnce):
    # What a person types and chooses; the rest is the page's own.
    TYPED = ("choice", "entered")

    task = forms.CharField(max_length=4000, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    done = forms.TypedChoiceField(
        choices=[("1", "Klart"), ("0", "Inte klart")],
        coerce=lambda value: value == "1",
        widget=forms.HiddenInput,
    )
    choice = forms.CharField(
        label="Vad bestämdes",
        required=False,
        max_length=300,
        error_messages={"max_length": "Skriv högst 300 tecken om vad som bestämdes."},
    )
    entered = forms.NullBooleanField(label="Infört", required=False)
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """By the names the service uses; call after `is_valid`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "page"}
