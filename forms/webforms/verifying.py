"""The form that asks where a file comes from."""

from django import forms


class VerifyForm(forms.Form):
    """The type of the file is decided by its contents, so its name is not validated."""

    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil.", "invalid": "Välj en fil."},
    )
