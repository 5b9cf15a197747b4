"""The form that asks where a file comes from."""

from django import forms


class VerifyForm(forms.Form):
    """A file. What it is, is decided by what it holds, so nothing is asked of its name."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil.", "invalid": "Välj en fil."},
    )
