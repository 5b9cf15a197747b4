"""The form of a care chain: the patient and the places."""

from dataclasses import fields
from typing import Any

from django import forms
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import WARD_KIND_LABELS, Party, WardKind
from contacts.webforms.fields import AsksQuestions
from outage.models import CareChain, ChainFacts
from outage.presenters.care import details_of, shown_identity
from outage.queries.care_chains import municipalities, wards
from outage.rules.back_registration import BEFORE_LABELS, CHAIN_STATUS_LABELS, Before, ChainStatus
from outage.rules.identity import classify_identity


class ChainForm(AsksQuestions):
    """Open a care chain, or change what is known of one. A number that cannot be read is kept as typed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    identity = forms.CharField(
        label="Personnummer, samordningsnummer eller reservnummer",
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "text"}),
        help_text="ÅÅÅÅMMDD-NNNN. Ett reservnummer eller okänt nummer går också att spara.",
    )
    patient_name = forms.CharField(
        label="Patientens namn",
        required=False,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    protected_identity = forms.BooleanField(
        label="Skyddade personuppgifter",
        required=False,
        help_text="Namn och plats visas då bara på vårdkedjans egen sida. Ring upp på ett nummer ur katalogen.",
    )
    ward_unit = forms.ModelChoiceField(
        label="Avdelning", queryset=None, required=False, empty_label="Välj avdelning"
    )
    ward_kind = forms.ChoiceField(
        label="Slag av avdelning",
        choices=[("", "Som avdelningen")] + [(k.value, v) for k, v in WARD_KIND_LABELS.items()],
        required=False,
        help_text="På psykiatrisk avdelning är öppenvården den psykiatriska (R3.10).",
    )
    municipality = forms.ModelChoiceField(
        label="Kommun", queryset=None, required=False, empty_label="Välj kommun"
    )
    outpatient_unit = forms.ModelChoiceField(
        label="Hälsocentral eller psykiatrisk öppenvård",
        queryset=None,
        required=False,
        empty_label="Välj enhet",
    )
    before = forms.ChoiceField(
        label="Var patienten inskriven i systemet när driftstoppet började?",
        choices=[(b.value, label) for b, label in BEFORE_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ja, nej eller vet inte."},
    )
    status = forms.ChoiceField(
        label="Läge",
        choices=[(s.value, label) for s, label in CHAIN_STATUS_LABELS.items()],
        required=False,
        widget=forms.RadioSelect,
    )
    status_reason = forms.CharField(label="Varför", required=False, max_length=200)

    def __init__(self, *args: Any, acting: Acting, chain: CareChain | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {**_from_chain(chain), **_own_places(acting, chain), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        self.fields["ward_unit"].queryset = wards(Party.INPATIENT)
        self.fields["outpatient_unit"].queryset = wards(Party.OUTPATIENT)
        self.fields["municipality"].queryset = municipalities()
        if chain is None:
            del self.fields["status"], self.fields["status_reason"]

    def clean_identity(self) -> str:
        """Keep what was typed; of ten digits say, when the form is saved, which century they were read as."""
        typed: str = self.cleaned_data["identity"]
        read = classify_identity(typed, timezone.localdate())
        if read.century_guessed:
            self.fields["identity"].note = f"Numret är läst som född {read.born}: {read.display}."
        return typed

    def clean(self) -> dict[str, Any]:
        """Take the kind of ward from the ward where it was not said; refuse an öppenvård of the wrong kind (R3.10)."""
        data = super().clean() or self.cleaned_data
        ward = data.get("ward_unit")
        if not data.get("ward_kind"):
            data["ward_kind"] = ward.ward_kind if ward else WardKind.SOMATIC.value
        outpatient = data.get("outpatient_unit")
        psychiatric = data["ward_kind"] == WardKind.PSYCHIATRIC
        if outpatient and outpatient.is_psychiatric != psychiatric:
            wanted = "en psykiatrisk öppenvård" if psychiatric else "en hälsocentral"
            kind = "psykiatrisk" if psychiatric else "somatisk"
            self.add_error("outpatient_unit", f"Patienten ligger på {kind} avdelning. Välj {wanted} (R3.10).")
        return data

    def facts(self) -> ChainFacts:
        """What was filled in; ask after `is_valid`."""
        data = {f.name: self.cleaned_data[f.name] for f in fields(ChainFacts) if f.name in self.cleaned_data}
        data |= {
            "ward_kind": WardKind(data["ward_kind"]),
            "before": Before(data["before"]),
            "status": ChainStatus(data.get("status") or ChainStatus.OK),
        }
        return ChainFacts(**data)


def _from_chain(chain: CareChain | None) -> dict[str, Any]:
    if chain is None:
        return {}
    details = details_of(chain)
    facts = details.facts
    return {
        **{f.name: getattr(facts, f.name) for f in fields(ChainFacts)},
        "replaces": details.pk,
        "identity": shown_identity(details),
        "ward_unit": details.ward_unit_id,
        "municipality": details.municipality_id,
        "outpatient_unit": details.outpatient_unit_id,
    }


def _own_places(acting: Acting, chain: CareChain | None) -> dict[str, Any]:
    """Fill in the own unit where it is one of the parties: one thing less to choose."""
    if chain is not None:
        return {}
    own: dict[str, Any] = {}
    if Party.INPATIENT in acting.parties:
        own["ward_unit"] = acting.unit.pk
    elif Party.OUTPATIENT in acting.parties:
        own["outpatient_unit"] = acting.unit.pk
    elif not acting.principal.is_region:
        own["municipality"] = acting.principal.pk
    return own
