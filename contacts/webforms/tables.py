"""The form of a file that is one table, shown before it is imported."""

import json

from django import forms

from contacts.webforms.fields import SentOnce


class ConfirmTableForm(SentOnce):
    """A file is to be imported as it was shown: its table, and the mark of what it would do."""

    mark = forms.CharField(max_length=64)
    table = forms.CharField(strip=False)

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
