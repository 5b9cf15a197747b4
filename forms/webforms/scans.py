"""The forms of scanning: files to read, what a page that waits is."""

from typing import Any

from django import forms

from contacts.webforms.fields import SentOnce
from forms.rules.scan_finding import AsideReason
from forms.rules.serial import MOST_PAGES

TYPES = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.heic,.heif,.webp"


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or more, as a list. Their type is decided by their contents, not by their names."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(file, initial) for file in data or [None]]


class ScanForm(SentOnce):
    files = FilesField(  # type: ignore[assignment]
        label="Skanning",
        allow_empty_file=True,
        error_messages={"required": "Välj en fil.", "invalid": "Välj en fil."},
        widget=_FilesInput({"class": "form-control", "accept": TYPES}),
    )


class MatchForm(forms.Form):
    serial = forms.CharField(
        label="Löpnummer",
        max_length=40,
        error_messages={"required": "Skriv löpnumret."},
        widget=forms.TextInput({"class": "form-control", "spellcheck": "false"}),
    )
    sheet_page = forms.IntegerField(
        label="Sida",
        min_value=1,
        max_value=MOST_PAGES,
        error_messages={
            "required": "Skriv vilken sida.",
            "invalid": "Skriv sidan med siffror.",
            "min_value": "Sidorna räknas från 1.",
            "max_value": "Så många sidor har inget blad.",
        },
        widget=forms.NumberInput({"class": "form-control", "min": "1", "inputmode": "numeric"}),
    )
    back = forms.BooleanField(label="Det är baksidan av den sidan", required=False)


class AsideForm(forms.Form):
    reason = forms.ChoiceField(
        label="Varför",
        choices=AsideReason.choices(),
        error_messages={"required": "Välj varför."},
        widget=forms.RadioSelect,
    )


class UndoForm(forms.Form):
    """`told` names what was said about the page."""

    told = forms.CharField(max_length=30, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Vad är fel?", max_length=300, error_messages={"required": "Skriv vad som är fel."}
    )
