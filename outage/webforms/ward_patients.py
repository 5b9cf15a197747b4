"""The forms of a pasted list: the list itself, and each patient that was read from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.rules.parties import OutpatientKind, Party, WardKind, outpatient_kind_for, ward_kind_for
from contacts.webforms.fields import NumberField, SentOnce
from outage.models import ChainFacts
from outage.queries.care_chains import municipalities, wards
from outage.rules.back_registration import Before
from outage.rules.pasted_list import (
    MOST_PATIENTS,
    PERHAPS_PHONE,
    SEVERAL_NUMBERS,
    PastedList,
    PastedPatient,
    read_pasted,
)
from outage.rules.pasted_numbers import as_written
from outage.rules.told import NOT_ADMITTED

from .identities import IdentityField
from .places import (
    NOT_KNOWN_YET,
    OTHER,
    OTHER_LABEL,
    PlaceField,
    name_field,
    others_chosen,
    outpatient_kind_field,
    refuse_wrong_name,
)

_LONGEST_LIST = 50_000
_TYPED = {"autocomplete": "off"}
_BEFORE = Before.choices()
# In what is set for all marked rows: leave it as it is, and what is empty in a row.
AS_IT_IS = ""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Places:
    """The municipalities and the öppenvård to choose among, read once for all rows."""

    towns: Mapping[str, Principal]
    clinics: Mapping[str, Unit]

    @classmethod
    def read(cls) -> "Places":
        return cls(
            towns={str(row.pk): row for row in municipalities()},
            clinics={str(row.pk): row for row in wards(Party.OUTPATIENT)},
        )

    @property
    def town_choices(self) -> list[tuple[str, str]]:
        return [("", NOT_KNOWN_YET), *((pk, row.name) for pk, row in self.towns.items())]

    @property
    def clinic_choices(self) -> list[tuple[str, str]]:
        return [("", NOT_KNOWN_YET), *((pk, row.name) for pk, row in self.clinics.items())]

    @property
    def towns_in_row(self) -> list[tuple[str, str]]:
        return [*self.town_choices, (OTHER, OTHER_LABEL)]

    @property
    def clinics_in_row(self) -> list[tuple[str, str]]:
        return [*self.clinic_choices, (OTHER, OTHER_LABEL)]


class PasteForm(SentOnce):
    ward_unit = PlaceField(
        label="Avdelning", empty_label="Välj avdelning", words={NOT_ADMITTED: "Inte inlagda"}
    )
    text = forms.CharField(
        label="Avdelningens patienter",
        max_length=_LONGEST_LIST,
        strip=False,
        widget=forms.Textarea({"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
        help_text="En patient på varje rad, som journalsystemet ger den. Bara nummer och namn tas. "
        f"Högst {MOST_PATIENTS} patienter åt gången.",
        error_messages={
            "required": "Klistra in listan.",
            "max_length": f"Listan är för lång. Klistra in högst {MOST_PATIENTS} patienter åt gången.",
        },
    )

    def __init__(self, *args: Any, acting: Acting, places: Sequence[str] = (), **kwargs: Any) -> None:
        """`places` are names that occur in such lists and are no patients'."""
        own = {"ward_unit": acting.unit.pk} if Party.INPATIENT in acting.parties else {}
        kwargs["initial"] = own | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["ward_unit"].queryset = wards(Party.INPATIENT)
        self._places = places
        self.pasted = PastedList((), ())

    def clean_text(self) -> str:
        """Refuses a list without patients, and one with too many."""
        text: str = self.cleaned_data["text"]
        names = [*self._places, *(name for unit in self.fields["ward_unit"].queryset for name in unit.names)]
        self.pasted = read_pasted(text, timezone.localdate(), names)
        count = len(self.pasted.patients)
        if not count:
            raise forms.ValidationError("Inget personnummer finns i listan. Klistra in både nummer och namn.")
        if count > MOST_PATIENTS:
            raise forms.ValidationError(
                f"Listan har {count} patienter. Klistra in högst {MOST_PATIENTS} åt gången."
            )
        return text


class PatientRowForm(forms.Form):
    fields: dict[str, Any]
    marked = forms.BooleanField(required=False)
    identity = IdentityField(label="Nummer", widget=forms.TextInput(_TYPED))
    patient_name = forms.CharField(
        label="Namn", required=False, max_length=200, widget=forms.TextInput(_TYPED)
    )
    protected_identity = forms.BooleanField(label="Skyddade personuppgifter", required=False)
    before = forms.ChoiceField(label="I systemet före", choices=_BEFORE, initial=Before.UNKNOWN.value)
    municipality = forms.ChoiceField(label="Kommun", required=False)
    other_municipality = name_field("Kommunens namn")
    other_municipality_number = NumberField(label="Kommunens nummer")
    outpatient_unit = forms.ChoiceField(label="Öppenvård", required=False)
    other_outpatient = name_field("Öppenvårdens namn")
    other_outpatient_kind = outpatient_kind_field()
    other_outpatient_number = NumberField(label="Öppenvårdens nummer")

    def __init__(self, *args: Any, patient: PastedPatient, places: Places, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "identity": patient.identity,
            "patient_name": patient.name,
            "protected_identity": patient.protected,
        }
        super().__init__(*args, **kwargs)
        self._places = places
        self.fields["municipality"].choices = places.towns_in_row
        self.fields["outpatient_unit"].choices = places.clinics_in_row
        if patient.to_choose:
            # Which is the patient's is for a person to say.
            found = [(as_written(number), as_written(number)) for number in patient.numbers]
            self.fields["identity"] = forms.ChoiceField(
                label="Nummer", choices=[("", "Välj nummer"), *found], required=False
            )
        self.patient = patient

    @property
    def has_other_town(self) -> bool:
        """Whether an unlisted municipality is chosen, or something is said of one."""
        return self._has_other("municipality", "other_municipality", "other_municipality_number")

    @property
    def has_other_clinic(self) -> bool:
        typed = ("other_outpatient", "other_outpatient_kind", "other_outpatient_number")
        return self._has_other("outpatient_unit", *typed)

    def _has_other(self, place: str, *typed: str) -> bool:
        return self[place].value() == OTHER or any(self[name].value() for name in typed)

    def check_for(self, ward: Unit | str | None) -> None:
        """Put what keeps a marked patient from being opened on `ward` beside the fields."""
        if self.patient.to_choose and not self.cleaned_data.get("identity"):
            self.add_error("identity", PERHAPS_PHONE if self.patient.perhaps_phone else SEVERAL_NUMBERS)
        refuse_wrong_name(self, Party.MUNICIPALITY, self._places.towns.values())
        refuse_wrong_name(self, Party.OUTPATIENT, self._places.clinics.values())
        kind = self._outpatient_kind()
        if kind and isinstance(ward, Unit) and kind is not outpatient_kind_for(WardKind(ward.ward_kind)):
            other = self.cleaned_data.get("outpatient_unit") == OTHER
            self.add_error(
                "other_outpatient_kind" if other else "outpatient_unit",
                "Fel slag av öppenvård för avdelningen (R3.10).",
            )

    def _outpatient_kind(self) -> OutpatientKind | None:
        """None where nothing that is known determines it."""
        chosen = self.cleaned_data.get("outpatient_unit", "")
        clinic = self._places.clinics.get(chosen)
        kind = self.cleaned_data.get("other_outpatient_kind") if chosen == OTHER else ""
        kind = clinic.outpatient_kind if clinic else kind
        return OutpatientKind(kind) if kind else None

    def facts(self, ward: Unit | str | None) -> ChainFacts:
        """For a patient on `ward`; call after `is_valid`."""
        data = self.cleaned_data
        kind = self._outpatient_kind()
        # A patient at home has the öppenvård, which tells the kind.
        of_home = ward_kind_for(kind) if kind else WardKind.SOMATIC
        ward_kind = WardKind(ward.ward_kind) if isinstance(ward, Unit) else of_home
        return ChainFacts(
            identity=data["identity"],
            patient_name=data["patient_name"],
            ward_kind=ward_kind,
            before=Before(data["before"]),
            protected_identity=data["protected_identity"],
            ward_unit=ward if isinstance(ward, Unit) else None,
            not_admitted=ward == NOT_ADMITTED,
            municipality=self._places.towns.get(data["municipality"]),
            outpatient_unit=self._places.clinics.get(data["outpatient_unit"]),
            others=others_chosen(data, (Party.MUNICIPALITY, Party.OUTPATIENT), ward_kind),
        )


class ForAllForm(forms.Form):
    """What is set for all marked rows by one press; a field left as it is changes none."""

    before = forms.ChoiceField(label="I systemet före", required=False)
    municipality = forms.ChoiceField(label="Kommun", required=False)
    outpatient_unit = forms.ChoiceField(label="Öppenvård", required=False)
    fields: dict[str, Any]
    prefix = "all"

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (_, *choices) in {
            "before": [("", ""), *_BEFORE],
            "municipality": places.town_choices,
            "outpatient_unit": places.clinic_choices,
        }.items():
            unknown = [] if name == "before" else [(UNKNOWN, NOT_KNOWN_YET)]
            self.fields[name].choices = [(AS_IT_IS, "Ändra inte"), *unknown, *choices]

    def chosen(self) -> dict[str, str]:
        """The fields to set, each with the value a row has; call after `is_valid`."""
        return {
            name: "" if value == UNKNOWN and name != "before" else value
            for name, value in self.cleaned_data.items()
            if value != AS_IT_IS
        }
