"""A ward's patients at once: a municipality and an öppenvård that are in no list, typed in the row of the patient."""

from typing import Any

import pytest
from django.test import Client

from contacts.models import SubmissionClash
from contacts.rules.parties import Party
from outage.models import CareChain, ChainFacts, OtherPlace, Outage
from tests.factories import SKELLEFTEA, County
from tests.integration.outage.pages import Fields
from tests.integration.outage.test_ward_patients import looked_at, send, shown, words

TOWN = {
    "0-municipality": "other",
    "0-other_municipality": "Sundsvalls kommun",
    "0-other_municipality_number": "060191000",
}
CLINIC = {
    "0-outpatient_unit": "other",
    "0-other_outpatient": "Granlo hälsocentral",
    "0-other_outpatient_number": "060181000",
}


@pytest.fixture
def alva(county: County, outage: Outage, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


@pytest.fixture
def fields(alva: Client) -> Fields:
    text = "19900101-9802 Tolvan Tolvansson\n19900102-9819 Åsa Öberg"
    return looked_at(alva, text) | {"0-marked": ["on"]}


def facts() -> ChainFacts:
    details = CareChain.objects.get().details
    assert details is not None
    return details.facts


def refused(client: Client, fields: Fields, error: str, **changed: Any) -> None:
    """It is refused with the sentence, nothing is opened, and all that was typed stands."""
    answer = send(client, fields, "open", **changed)
    assert answer.status_code == 422
    assert error in words(answer)
    assert not CareChain.objects.exists()
    kept = shown(answer)
    assert {name: kept.get(name, [""]) for name in changed} == {name: [v] for name, v in changed.items()}


def test_places_in_no_list_are_kept_as_in_the_form_of_one(alva: Client, fields: Fields):
    assert send(alva, fields, "open", **TOWN, **CLINIC).status_code == 200
    found = facts()
    assert (found.municipality, found.outpatient_unit) == (None, None)
    assert found.others == {
        Party.MUNICIPALITY: OtherPlace("Sundsvalls kommun", "", "060-19 10 00"),
        Party.OUTPATIENT: OtherPlace("Granlo hälsocentral", "health_centre", "060-18 10 00"),
    }


def test_sent_twice_it_is_one_and_with_another_name_both_are_kept(alva: Client, fields: Fields):
    for _ in "12":
        assert send(alva, fields, "open", **TOWN).status_code == 200
    assert CareChain.objects.count() == 1
    other = TOWN | {"0-other_municipality": "Timrå kommun"}
    assert "1 är inte öppnad" in words(send(alva, fields, "open", **other))
    assert SubmissionClash.objects.get().content["others"]["municipality"]["name"] == "Timrå kommun"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        (TOWN | {"0-other_municipality": ""}, "Skriv vad stället heter."),
        (TOWN | {"0-other_municipality": " "}, "Skriv vad stället heter."),
        (TOWN | {"0-other_municipality": SKELLEFTEA.upper()}, "finns i listan. Välj den där."),
        (TOWN | {"0-municipality": ""}, "Välj Annan under Kommun, eller ta bort namnet."),
        (CLINIC | {"0-other_outpatient": ""}, "Skriv vad stället heter."),
        (CLINIC | {"0-other_outpatient": "Heimdalls  hälsocentral"}, "finns i listan. Välj den där."),
        (CLINIC | {"0-outpatient_unit": ""}, "Välj Annan under Öppenvård, eller ta bort namnet."),
        (CLINIC | {"0-other_outpatient_kind": "psychiatric_outpatient"}, "Fel slag av öppenvård"),
    ],
)
def test_what_does_not_fit_is_said_and_all_that_was_typed_stays(
    alva: Client, fields: Fields, changed: dict[str, str], error: str
):
    if changed.get("0-other_municipality") == " ":
        # Blanks are no name; a field gives them back without.
        assert error in words(send(alva, fields, "open", **changed))
        return
    refused(alva, fields, error, **changed)


@pytest.mark.parametrize("kind", ["", "health_centre", "psychiatric_outpatient"])
def test_of_one_who_is_not_admitted_the_typed_kind_tells(alva: Client, fields: Fields, kind: str):
    said = CLINIC | {"0-other_outpatient_kind": kind, "ward_unit": "not_admitted"}
    assert send(alva, fields, "open", **said).status_code == 200
    found = facts()
    assert found.others[Party.OUTPATIENT].kind == (kind or "health_centre")
    assert found.ward_kind == ("psychiatric" if kind.startswith("psy") else "somatic")


@pytest.mark.parametrize("do", ["show", "mark_all", "mark_none", "set"])
def test_what_was_typed_stays_through_every_other_press(alva: Client, fields: Fields, do: str):
    kept = shown(send(alva, fields, do, **TOWN, **CLINIC))
    for name, value in (TOWN | CLINIC).items():
        assert kept[name] == [value]


def test_a_name_left_behind_by_a_place_of_the_list_is_no_hindrance(
    county: County, alva: Client, fields: Fields
):
    assert send(alva, fields, "open", **TOWN | {"0-municipality": county.municipality.pk}).status_code == 200
    assert (facts().municipality, facts().others) == (county.municipality, {})
