"""Rows changed in the administration: whoever saves second sees what the other saved, and chooses."""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib.auth.forms import UserChangeForm

from contacts.rules.errors import CHANGED_MEANWHILE

from .differences import form_differences


class SeenForm(forms.ModelForm):
    """Refused once where the row is no longer what it was when the page was made; sent again it is saved."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stands = json.dumps(self.initial, sort_keys=True, default=str)
        self._stands = hashlib.sha256(stands.encode()).hexdigest()[:16] if self.instance.pk else ""
        self.initial["seen"] = self._stands

    def clean(self) -> dict[str, Any]:
        """Say beside what was typed what stands now."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("seen") and data["seen"] != self._stands:
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self._stands
            differ = form_differences(self, type(self)(instance=self.instance))
            told = [f"{each.label}: nu står {each.old}, du skrev {each.new}." for each in differ]
            self.add_error(None, [CHANGED_MEANWHILE, *told])
        return data


class SeenUserForm(SeenForm, UserChangeForm):
    """The same of a person."""
