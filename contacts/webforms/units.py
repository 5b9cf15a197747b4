"""The form of a unit."""

from typing import Any

from django import forms

from contacts.models import MunicipalKind
from contacts.rules.errors import RuleError
from contacts.rules.hsa import LONGEST_HSA_ID, tidy_hsa_id
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.webforms.differences import Opened
from contacts.webforms.fields import AsksQuestions, NoPatientField

_NO_FACTS = ("client_id", "version")
_REGION_ONLY = ("ward_kind", "outpatient_kind")


class UnitForm(Opened, AsksQuestions):
    """A unit of one principal; the kinds are those that a unit of that principal may have."""

    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    name = NoPatientField(
        label="Namn", max_length=200, help_text="", error_messages={"required": "Skriv ett namn."}
    )
    ward_kind = forms.ChoiceField(
        label="Vårdavdelning", required=False, choices=[("", "Ingen vårdavdelning"), *WardKind.choices()]
    )
    outpatient_kind = forms.ChoiceField(
        label="Öppenvård",
        required=False,
        choices=[("", "Ingen öppenvård"), *OutpatientKind.choices()],
        help_text="En sjukstuga är både vårdavdelning och hälsocentral.",
    )
    municipal_kind = forms.ChoiceField(
        label="Kommunal enhet", required=False, choices=[("", "Annan"), *MunicipalKind.choices()]
    )
    hsa_id = forms.CharField(label="HSA-id", required=False, max_length=2 * LONGEST_HSA_ID)
    active = forms.BooleanField(label="Enheten är i bruk", required=False, initial=True)

    def __init__(self, *args: Any, of_region: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("municipal_kind",) if of_region else _REGION_ONLY:
            del self.fields[name]

    def clean_hsa_id(self) -> str:
        try:
            return tidy_hsa_id(self.cleaned_data["hsa_id"])
        except RuleError as wrong:
            raise forms.ValidationError(wrong.reason) from wrong

    def facts(self) -> dict[str, Any]:
        """By the names the service uses; call after `is_valid`."""
        return {k: v for k, v in self.cleaned_data.items() if k in self.base_fields and k not in _NO_FACTS}
