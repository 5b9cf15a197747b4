"""What is left open when an outage is closed: who takes care of it, and why."""

from django import forms

from contacts.webforms.fields import SentOnce


class LeaveForm(SentOnce):
    """`seen` names what stood on the page."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    responsible = forms.CharField(
        label="Vem tar hand om det?",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Skriv vem som tar hand om det."},
    )
    reason = forms.CharField(
        label="Varför lämnas det öppet?",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="Inga patientuppgifter.",
        error_messages={"required": "Skriv varför det lämnas öppet."},
    )
