"""The form of the emergency log-in."""

from django import forms

from contacts.rules.emergency import LONGEST_NOTE, NO_REASON, EmergencyReason
from contacts.webforms.fields import NoPatientField
from contacts.webforms.passwords import LogInNameField


class EmergencyForm(forms.Form):
    """Who, the code from the paper, and why."""

    username = LogInNameField()
    code = forms.CharField(
        label="Nödkod",
        max_length=60,
        help_text="Stora eller små bokstäver, med eller utan bindestreck.",
        error_messages={"required": "Skriv en kod från bladet med nödkoder."},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    reason = forms.ChoiceField(
        label="Varför kan du inte logga in som vanligt?",
        choices=EmergencyReason.choices(),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), NO_REASON),
    )
    note = NoPatientField(
        label="Kommentar",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Behövs vid Annat. Inga patientuppgifter.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
