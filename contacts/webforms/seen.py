"""Rows changed in the administration: whoever saves second sees what the other saved, and chooses."""

from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.forms import UserChangeForm

from contacts.rules.errors import CHANGED_MEANWHILE

from .differences import fingerprints, form_differences


class SeenForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refused once where the row is no longer what it was when the page was made; sent again it is saved."""

    seen = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = partial(fingerprints, self) if self.instance.pk else ""

    def clean(self) -> dict[str, Any]:
        """Shows beside what was typed what stands now."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        stands = type(self)(instance=self.instance)
        if data.get("seen") and data["seen"] != fingerprints(stands):
            differ = form_differences(self, stands, by="seen")
            told = [f"{each.label}: nu står {each.old}, du skrev {each.new}." for each in differ]
            self.add_error(None, [CHANGED_MEANWHILE, *told])
        return data


class SeenUserForm(SeenForm, UserChangeForm):  # type: ignore[type-arg]
    """The same of a person."""
