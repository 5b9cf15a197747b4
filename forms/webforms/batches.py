"""The form that issues blank sheets."""

from django import forms

from contacts.webforms.fields import SentOnce
from forms.models import BLANK_KINDS
from forms.rules.batch import LARGEST

_HOW_MANY = f"Skriv ett antal, 1–{LARGEST}."


class NewSheetsForm(SentOnce):
    kind = forms.ChoiceField(
        label="Vilken blankett?",
        choices=[(kind.value, kind.label) for kind in BLANK_KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj en blankett.", "invalid_choice": "Välj en blankett i listan."},
    )
    copies = forms.BooleanField(
        label="Med patientens exemplar till varje SIP-blankett",
        required=False,
        help_text="Patienten behåller det. Det har ett eget löpnummer och skrivs ut direkt efter sin SIP-blankett.",
    )
    count = forms.IntegerField(
        label="Antal blad",
        min_value=1,
        max_value=LARGEST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], _HOW_MANY),
    )
