"""The forms of bringing in a directory file."""

from django import forms


class UploadForm(forms.Form):
    """A file. What it is, is decided by what it holds, so nothing is asked of its name."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label="Fil",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil.", "invalid": "Välj en fil."},
        widget=forms.FileInput({"class": "form-control", "accept": ".csv,.txt,.tsv,.xlsx"}),
    )


class ConfirmForm(forms.Form):
    """The word that a file is to be brought in as its preview says."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    retire_missing = forms.BooleanField(required=False)
