"""The forms of searching the directory."""

from typing import Any

from django import forms

from contacts.rules.directory_search import ContactColumn, SearchField

LONGEST_TEXT = 100
# As many as there are fields, so that each can be asked about once (R5.6).
TEXTS = len(SearchField)


class ContactSearchForm(forms.Form):
    q = forms.CharField(label="Sök kontakt", required=False, max_length=LONGEST_TEXT, empty_value="")
    sida = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def sought(self) -> dict[str, str]:
        """What was typed, after validation; empty for nothing."""
        text = self.cleaned_data.get("q", "")
        return {"q": text} if text else {}


class AdvancedSearchForm(forms.Form):
    """Up to four search texts, each with the field it applies to, and which page of what was found (R5.6)."""

    sida = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, field in enumerate(SearchField, start=1):
            self.fields[f"text{number}"] = forms.CharField(
                label=f"Söktext {number}",
                required=False,
                max_length=LONGEST_TEXT,
                empty_value="",
                widget=forms.TextInput({"spellcheck": "false"}),
            )
            self.fields[f"falt{number}"] = forms.ChoiceField(
                label=f"Söktext {number} gäller",
                required=False,
                choices=SearchField.choices(),
                initial=field.value,
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"text{n}"], self[f"falt{n}"]) for n in range(1, TEXTS + 1)]

    def texts(self) -> list[tuple[SearchField, str]]:
        """What is sought, after validation; a field that is left out is the line's first one."""
        data = self.cleaned_data
        return [
            (SearchField(data.get(f"falt{n}") or field.value), data.get(f"text{n}", ""))
            for n, field in enumerate(SearchField, start=1)
        ]

    @property
    def sought(self) -> dict[str, str]:
        """What was typed, each text with its field; empty for nothing."""
        data = self.cleaned_data
        if not any(text for _, text in self.texts()):
            return {}
        return {field.name: data[field.name] for row in self.rows() for field in row if data.get(field.name)}

    def wrong(self) -> bool:
        """Whether a search text or its field cannot be used. A wrong page number is the first page."""
        return bool(set(self.errors) - {"sida"})


class ContactColumnsForm(forms.Form):
    kolumn = forms.MultipleChoiceField(
        label="Fler kolumner",
        required=False,
        choices=ContactColumn.choices(),
        widget=forms.CheckboxSelectMultiple,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
