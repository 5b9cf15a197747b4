"""The form that tells of a number that does not work."""

from django import forms

STALE = "Ladda om sidan och försök igen."


class FlagForm(forms.Form):
    """A number, and an id made with the page so that a double click is one row."""

    client_id = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})
    number = forms.CharField(max_length=60, error_messages={"required": "Numret saknas."})
