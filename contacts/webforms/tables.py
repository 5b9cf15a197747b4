"""The form of a file that is one table, shown before it is imported."""

import json

from django import forms

from contacts.webforms.fields import SentOnce

REPAIR, KEEP = "repair", "keep"


class TableForm(forms.Form):
    """A table that came in with a file, on its way through our pages."""

    table = forms.CharField(strip=False, widget=forms.HiddenInput)

    def clean_table(self) -> list[list[str]]:
        """Raises ValidationError for what no preview of ours contains."""
        try:
            table = json.loads(self.cleaned_data["table"])
        except (ValueError, RecursionError) as wrong:
            raise forms.ValidationError("Välj filen igen.") from wrong
        rows = table if isinstance(table, list) else [table]
        if not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
            raise forms.ValidationError("Välj filen igen.")
        return rows


class ConfirmTableForm(TableForm, SentOnce):
    """A file is to be imported as it was shown: its table, and the mark of what it would do."""

    mark = forms.CharField(max_length=64)


class LettersForm(TableForm):
    """Whether letters that look wrong are put right; nobody has answered yet."""

    letters = forms.ChoiceField(
        choices=[(REPAIR, "Rätta tecknen"), (KEEP, "Läs filen som den är: tecknen är rätt")],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ett svar.", "invalid_choice": "Välj ett av svaren."},
    )
