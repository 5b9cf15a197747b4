"""The form of a care chain: the patient and the places."""

from dataclasses import fields
from typing import Any

from django import forms
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import Party, WardKind
from contacts.webforms.differences import Opened, is_untouched, let_follow
from contacts.webforms.fields import AsksQuestions, NumberField
from outage.models import CareChain, ChainFacts
from outage.queries.care_chains import municipalities, wards
from outage.queries.naming import shown_identity
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.identity import classify_identity
from outage.rules.told import NOT_ADMITTED, PlaceChange
from outage.rules.ward_kinds import kind_of_place, misfit

from .identities import IdentityField
from .places import (
    NOT_KNOWN_YET,
    OTHER,
    OTHER_LABEL,
    PLACE_FIELDS,
    PlaceField,
    name_field,
    others_chosen,
    outpatient_kind_field,
    refuse_wrong_name,
)

# Beside the ward itself, the fields that say where a patient is who is at home, or on a ward in no list.
_OF_HOME = ("outpatient_unit", "other_outpatient", "other_outpatient_kind")
_OF_UNLISTED = ("other_inpatient",)


class ChainForm(Opened, AsksQuestions):
    """A number that cannot be read is kept as typed."""

    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    identity = IdentityField(
        label="Personnummer eller annat nummer",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "text"}),
        help_text="ÅÅÅÅMMDD-NNNN. Samordningsnummer, reservnummer eller okänt går också att spara.",
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
        help_text="Kryssa i när journalen säger det. Namn och plats visas då bara på vårdkedjans egen sida. "
        "Ring upp på ett nummer ur katalogen.",
    )
    ward_unit = PlaceField(
        label="Avdelning",
        empty_label="Välj avdelning",
        words={OTHER: OTHER_LABEL, NOT_ADMITTED: "Inte inlagd"},
    )
    other_inpatient = name_field("Avdelningens namn")
    other_inpatient_number = NumberField(label="Avdelningens nummer")
    ward_kind = forms.ChoiceField(
        label="Slag av avdelning",
        choices=[("", "Som avdelningen"), *WardKind.choices()],
        required=False,
        help_text="På psykiatrisk avdelning är öppenvården den psykiatriska (R3.10).",
    )
    municipality = PlaceField(label="Kommun", empty_label=NOT_KNOWN_YET, words={OTHER: OTHER_LABEL})
    other_municipality = name_field("Kommunens namn")
    other_municipality_number = NumberField(label="Kommunens nummer")
    outpatient_unit = PlaceField(
        label="Hälsocentral eller psykiatrisk öppenvård",
        empty_label=NOT_KNOWN_YET,
        words={OTHER: OTHER_LABEL},
    )
    other_outpatient = name_field("Öppenvårdens namn")
    other_outpatient_kind = outpatient_kind_field()
    other_outpatient_number = NumberField(label="Öppenvårdens nummer")
    before = forms.ChoiceField(
        choices=Before.choices(),
        widget=forms.RadioSelect,
        error_messages={"required": "Välj ja, nej eller vet inte."},
    )
    status = forms.ChoiceField(
        label="Läge", choices=ChainStatus.choices(), required=False, widget=forms.RadioSelect
    )
    status_reason = forms.CharField(label="Varför", required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        acting: Acting,
        chain: CareChain | None = None,
        former: CareChain | None = None,
        system: str = "systemet",
        **kwargs: Any,
    ) -> None:
        """`chain` is the one that is changed, `former` that of an earlier outage, where a new one is opened; `system`
        is what the outage is of.
        """
        kwargs.setdefault("initial", {})
        known = _from_chain(chain or former)
        stands = chain or former
        self._is_change = chain is not None
        self._kind_was = WardKind(stands.details.ward_kind) if stands else None
        if former:
            # Whether the patient was in the system is another question now, and how that chain ended is its own.
            for name in ("before", "replaces", "status", "status_reason"):
                del known[name]
        kwargs["initial"] = {**known, **_own_places(acting, chain or former), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        self.fields["before"].label = f"Var patienten inskriven i {system} när driftstoppet började?"
        self.fields["ward_unit"].queryset = wards(Party.INPATIENT)
        self.fields["outpatient_unit"].queryset = wards(Party.OUTPATIENT)
        self.fields["municipality"].queryset = municipalities()
        for party in PLACE_FIELDS:
            number = f"other_{party}_number"
            self.fields[number].known = frozenset({self.initial.get(number, "")})
        if chain is None:
            del self.fields["status"], self.fields["status_reason"]

    def clean_identity(self) -> str:
        """Keeps what was typed; of ten digits it is said, when the form is saved, which century they were read as."""
        typed: str = self.cleaned_data["identity"]
        read = classify_identity(typed, timezone.localdate())
        if read.century_guessed:
            self.fields["identity"].note = f"Numret är läst som född {read.born}: {read.display}."
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuses an öppenvård of the wrong kind (R3.10), and a typed place not chosen or already listed."""
        data = super().clean() or self.cleaned_data
        for party, name in PLACE_FIELDS.items():
            refuse_wrong_name(self, party, self.fields[name].queryset)
        self._check_kinds(data)
        return data

    def _check_kinds(self, data: dict[str, Any]) -> None:
        if not {"ward_unit", "outpatient_unit", "ward_kind"}.isdisjoint(self.errors):
            return
        ward, outpatient = data.get("ward_unit"), data.get("outpatient_unit")
        kind = data.get("other_outpatient_kind", "") if outpatient == OTHER else ""
        if isinstance(outpatient, Unit):
            kind = outpatient.outpatient_kind
        if data["ward_kind"] and self._is_kind_of_former_place(data, ward):
            data["ward_kind"] = ""
            let_follow(self, "ward_kind")
        follows = _kind_of(ward, kind, self._kind_was)
        if not data["ward_kind"]:
            if follows is None:
                self.add_error("ward_kind", "Välj om avdelningen är somatisk eller psykiatrisk.")
                return
            data["ward_kind"] = follows.value
        as_ward = ward != NOT_ADMITTED and follows == data["ward_kind"]
        if wrong := misfit(WardKind(data["ward_kind"]), kind, follows=as_ward):
            beside = "other_outpatient_kind" if outpatient == OTHER else "outpatient_unit"
            for name, why in zip(("ward_kind", beside), wrong, strict=True):
                if why:
                    self.add_error(name, why)

    def _is_kind_of_former_place(self, data: dict[str, Any], ward: Any) -> bool:
        """Whether a kind was only filled in, as that of a place that has been changed since."""
        place = ("ward_unit", *(_OF_HOME if ward == NOT_ADMITTED else _OF_UNLISTED if ward == OTHER else ()))
        if not is_untouched(self, "ward_kind") or is_untouched(self, *place):
            return False
        if ward == OTHER and self._is_change and is_untouched(self, "ward_unit"):
            # Only a name: it is asked whether that is another place.
            return data.get(f"answer-place-{Party.INPATIENT}", "") not in ("", PlaceChange.SAME)
        return True

    def facts(self) -> ChainFacts:
        """Call after `is_valid`."""
        filled = self.cleaned_data
        data = {f.name: filled[f.name] for f in fields(ChainFacts) if f.name in filled}
        ward_kind = WardKind(data["ward_kind"])
        # A word in the place of a place names none.
        data |= {name: None for name in PLACE_FIELDS.values() if isinstance(data[name], str)}
        data |= {
            "ward_kind": ward_kind,
            "before": Before(data["before"]),
            "status": ChainStatus(data.get("status") or ChainStatus.OK),
            "not_admitted": filled["ward_unit"] == NOT_ADMITTED,
            "others": others_chosen(filled, PLACE_FIELDS, ward_kind),
        }
        return ChainFacts(**data)


def _kind_of(ward: Any, outpatient_kind: str, was: WardKind | None) -> WardKind | None:
    """As `kind_of_place`, of what is chosen. Where nothing is that is said, and somatic does till then."""
    if not ward:
        return WardKind.SOMATIC
    listed = ward.ward_kind if isinstance(ward, Unit) else ""
    return kind_of_place(listed=listed, at_home=ward == NOT_ADMITTED, outpatient=outpatient_kind, was=was)


def _from_chain(chain: CareChain | None) -> dict[str, Any]:
    if chain is None:
        return {}
    details = chain.details
    facts = details.facts
    found: dict[str, Any] = {
        **{f.name: getattr(facts, f.name) for f in fields(ChainFacts)},
        "replaces": details.pk,
        "identity": shown_identity(details),
        "ward_unit": NOT_ADMITTED if facts.not_admitted else details.ward_unit_id,
        "municipality": details.municipality_id,
        "outpatient_unit": details.outpatient_unit_id,
    }
    at_home, outpatient = facts.not_admitted, facts.outpatient_unit
    ward = NOT_ADMITTED if at_home else facts.ward_unit
    follows = _kind_of(ward, outpatient.outpatient_kind if outpatient else "", None)
    if (ward and facts.ward_kind == follows) and not (at_home and outpatient is None):
        # It follows from the place, also from the next that is chosen.
        found["ward_kind"] = ""
    for party, place in facts.others.items():
        found |= {
            PLACE_FIELDS[party]: OTHER,
            f"other_{party}": place.name,
            f"other_{party}_kind": place.kind,
            f"other_{party}_number": place.number,
        }
    return found


def _own_places(acting: Acting, chain: CareChain | None) -> dict[str, Any]:
    """Fills in the own unit where it is one of the parties: one thing less to choose."""
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
