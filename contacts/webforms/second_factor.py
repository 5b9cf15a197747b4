"""The form that chooses for whom a second step is asked."""

from django import forms

from contacts.rules.second_factor import SecondFactor

from .differences import Opened
from .fields import SentOnce


class SecondFactorForm(Opened, SentOnce):
    """`seen` is what stood when the page was opened."""

    seen = forms.ChoiceField(choices=SecondFactor.choices, widget=forms.HiddenInput)
    chosen = forms.ChoiceField(
        label="Vem loggar in i två steg?",
        choices=SecondFactor.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vem."},
    )
