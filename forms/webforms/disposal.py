"""The form of a disposal decision."""

from django import forms

from contacts.webforms.fields import NoPatientField, SentOnce
from outage.webforms.moments import PastDayField


class DecisionForm(SentOnce):
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    allows = forms.TypedChoiceField(
        label="Får papperet förstöras när det är skannat och granskat?",
        choices=[("ja", "Ja, papper får förstöras"), ("nej", "Nej, papper får inte förstöras")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ja eller nej."},
    )
    reference = NoPatientField(
        label="Beslutets beteckning",
        max_length=200,
        help_text="Till exempel diarienummer. Den står på varje blad som förstörs. Inga patientuppgifter.",
        error_messages={"required": "Skriv beslutets beteckning."},
    )
    decided_on = PastDayField(label="Beslutat den dag")
    note = NoPatientField(
        label="Anmärkning", required=False, max_length=300, widget=forms.Textarea({"rows": 2})
    )
