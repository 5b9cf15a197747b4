"""What was learned of an outage."""

from django import forms

from contacts.webforms.fields import DateField, NoPatientField, SentOnce

_LONGEST = 2000


class LessonForm(SentOnce):
    text = NoPatientField(
        label="Vad lärde vi oss?",
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Skriv vad ni lärde er."},
    )
    owner = forms.CharField(
        label="Vem tar hand om det?",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "list": "owners"}),
        error_messages={"required": "Skriv vem som tar hand om det."},
    )
    due = DateField(label="Klart senast", required=False)
