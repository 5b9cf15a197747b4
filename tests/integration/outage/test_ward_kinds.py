"""The kind of ward follows the place: each former place, new place, öppenvård and kind, and both doors (R3.10)."""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party, WardKind
from outage.models import CareChain, OtherPlace, Outage
from outage.rules.back_registration import Before
from outage.rules.told import PlaceChange
from outage.services.care_chains import change_details
from outage.webforms.chains import ChainForm
from tests.factories import County, chain_facts, make_chain
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_moved_on import edited

SOMATIC, PSYCHIATRIC = WardKind.SOMATIC, WardKind.PSYCHIATRIC
KIND_OF = {
    "": "",
    "health_centre": SOMATIC,
    "clinic": PSYCHIATRIC,
    "ward": SOMATIC,
    "psychiatric_ward": PSYCHIATRIC,
}
# The ward, its kind as it is kept, and the öppenvård.
FORMER = [
    ("home", SOMATIC, ""),
    ("home", PSYCHIATRIC, ""),
    ("home", SOMATIC, "health_centre"),
    ("home", PSYCHIATRIC, "clinic"),
    ("ward", SOMATIC, "health_centre"),
    ("ward", SOMATIC, ""),
    ("ward", PSYCHIATRIC, "clinic"),
    ("psychiatric_ward", PSYCHIATRIC, "clinic"),
    ("psychiatric_ward", PSYCHIATRIC, ""),
    ("other", SOMATIC, "health_centre"),
    ("other", PSYCHIATRIC, "clinic"),
]
NEW = ["home", "ward", "psychiatric_ward", "other"]
CLINICS = ["", "health_centre", "clinic"]
KINDS = ["untouched", "", "somatic", "psychiatric"]

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R3.10")]


def at(county: County, outage: Outage, ward: str, kind: WardKind, clinic: str) -> CareChain:
    unit = None if ward in ("home", "other") else getattr(county, ward)
    others = {Party.INPATIENT: OtherPlace("Vård Sundsvall", kind)} if ward == "other" else {}
    return make_chain(
        county,
        outage,
        ward_unit=unit,
        not_admitted=ward == "home",
        ward_kind=kind,
        outpatient_unit=getattr(county, clinic) if clinic else None,
        others=others,
        before=Before.UNKNOWN,
    )


def sent(county: County, chain: CareChain, **changed: Any) -> QueryDict:
    """What a browser sends that changes these fields alone."""
    data = QueryDict(mutable=True)
    form = ChainForm(acting=county.alva, chain=chain)
    for name in form.fields:
        value = changed.get(name, form[name].value())
        if value not in (None, "", False):
            data[name] = str(value)
    return data


def value_of(county: County, ward: str) -> str:
    return {"home": "not_admitted", "other": "other"}.get(ward) or str(getattr(county, ward).pk)


def expected(former: tuple[str, WardKind, str], ward: str, clinic: str, kind: str, filled_in: str) -> str:
    """The kind, or the field that is refused."""
    was_at, was, had = former
    moved = (was_at, had if ward == "home" else "") != (ward, clinic if ward == "home" else "")
    said = filled_in if kind == "untouched" else kind
    if said == filled_in and moved:
        said = ""
    if not said:
        said = KIND_OF.get(ward) or (KIND_OF[clinic] or was if ward == "home" else "")
    if not said:
        return "ward_kind"
    if clinic and KIND_OF[clinic] != said:
        # What somebody set is as likely to be wrong.
        return "outpatient_unit" if KIND_OF.get(ward) == said else "ward_kind"
    return said


@pytest.mark.parametrize("former", FORMER, ids="-".join)
def test_it_follows_the_place_unless_somebody_sets_it(
    county: County, outage: Outage, former: tuple[str, WardKind, str]
):
    chain = at(county, outage, *former)
    filled_in = ChainForm(acting=county.alva, chain=chain)["ward_kind"].value()
    for ward, clinic, kind in product(NEW, CLINICS, KINDS):
        changed = {"ward_unit": value_of(county, ward)}
        changed["outpatient_unit"] = str(getattr(county, clinic).pk) if clinic else ""
        if ward == "other":
            changed["other_inpatient"] = "Vård Sundsvall"
        if kind != "untouched":
            changed["ward_kind"] = kind
        form = ChainForm(sent(county, chain, **changed), acting=county.alva, chain=chain)
        found = form.facts().ward_kind if form.is_valid() else next(iter(form.errors))
        assert found == expected(former, ward, clinic, kind, filled_in), (ward, clinic, kind, form.errors)


def test_a_patient_at_home_who_comes_to_a_psychiatric_ward(county: County, outage: Outage, client: Client):
    chain = at(county, outage, "home", SOMATIC, "")
    client.force_login(county.alva.user)
    clinic = {"outpatient_unit": str(county.clinic.pk)}
    assert edited(client, chain, ward_unit=str(county.psychiatric_ward.pk), **clinic).status_code == 302
    details = CareChain.objects.get(pk=chain.pk).details
    assert (details.ward_kind, details.outpatient_unit) == ("psychiatric", county.clinic)


def test_what_no_longer_fits_is_asked_for_with_why_and_all_that_was_typed(
    county: County, outage: Outage, client: Client
):
    chain = at(county, outage, "other", PSYCHIATRIC, "clinic")
    client.force_login(county.alva.user)
    answer = edited(client, chain, ward_unit=str(county.ward.pk), patient_name="Nytt Namn")
    assert answer.status_code == 422
    page = read(answer)
    assert "Patienten ligger på somatisk avdelning. Välj en hälsocentral (R3.10)." in errors_of(page)
    shown = fields_of(form_of(page, method="post"))
    assert (shown["patient_name"], shown["ward_kind"]) == (["Nytt Namn"], [""])
    assert shown["outpatient_unit"] == [str(county.clinic.pk)]
    # Whoever means it sets it once more, and is asked.
    asked = client.post(answer.request["PATH_INFO"], shown | {"ward_kind": ["psychiatric"]})
    assert (
        "Medicin 2 är en somatisk avdelning, och slaget är satt till psykiatrisk." in read(asked).get_text()
    )
    again = fields_of(form_of(read(asked), method="post"))
    moved = {"answer-ward-kind": ["ja"], "answer-place-inpatient": ["moved"]}
    answered = client.post(answer.request["PATH_INFO"], again | moved)
    if answered.status_code == 422:
        answered = client.post(
            answer.request["PATH_INFO"], fields_of(form_of(read(answered), method="post")) | moved
        )
    assert answered.status_code == 302
    assert CareChain.objects.get(pk=chain.pk).details.ward_kind == "psychiatric"


def test_a_kind_that_somebody_set_wrong_is_told_beside_it_first_and_beside_the_outpatient_unit(
    county: County, outage: Outage, client: Client
):
    chain = at(county, outage, "ward", SOMATIC, "health_centre")
    client.force_login(county.alva.user)
    page = read(edited(client, chain, ward_kind="psychiatric"))
    kind = (
        "Slag av avdelning är satt till psykiatrisk, men öppenvården är inte en psykiatrisk öppenvård. "
        "Ändra slaget om det är fel."
    )
    clinic = "Är slaget av avdelning rätt? Välj en psykiatrisk öppenvård (R3.10)."
    told = errors_of(page)
    assert told.index(kind) < told.index(clinic)
    for field, said in (("ward_kind", kind), ("outpatient_unit", clinic)):
        box = page.main.find(attrs={"name": field})
        assert said in page.main.find(id=f"id_{field}_error").get_text(), box


@pytest.mark.parametrize("how", PlaceChange)
def test_another_ward_in_no_list_has_a_kind_of_its_own(
    county: County, outage: Outage, client: Client, how: PlaceChange
):
    chain = at(county, outage, "other", SOMATIC, "health_centre")
    client.force_login(county.alva.user)
    asked = edited(client, chain, other_inpatient="Psyk Sundsvall")
    fields = fields_of(form_of(read(asked), method="post")) | {"answer-place-inpatient": [how.value]}
    path = asked.request["PATH_INFO"]
    answer = client.post(path, fields)
    if how is PlaceChange.SAME:
        assert answer.status_code == 302
        return
    page = read(answer)
    assert "Välj om avdelningen är somatisk eller psykiatrisk." in errors_of(page)
    again = fields_of(form_of(page, method="post"))
    assert (again["ward_kind"], again["other_inpatient"]) == ([""], ["Psyk Sundsvall"])
    assert client.post(path, again | {"ward_kind": ["somatic"]}).status_code == 302


MIXED = [
    ({"outpatient": "clinic"}, "outpatient_unit"),
    (
        {"others": {Party.OUTPATIENT: OtherPlace("Kliniken", "psychiatric_outpatient")}},
        "other_outpatient_kind",
    ),
    ({"ward": "", "others": {Party.INPATIENT: OtherPlace("Psyk Sundsvall", "psychiatric")}}, "ward_kind"),
    ({"ward": "psychiatric_ward", "kind": PSYCHIATRIC}, "outpatient_unit"),
]


@pytest.mark.parametrize(("mixed", "field"), MIXED)
def test_the_service_refuses_what_does_not_fit(
    county: County, outage: Outage, chain: CareChain, mixed: dict[str, Any], field: str
):
    places = {
        "ward_unit": getattr(county, mixed.get("ward", "ward"), None),
        "outpatient_unit": getattr(
            county, mixed.get("outpatient", "" if "others" in mixed else "health_centre"), None
        ),
        "others": mixed.get("others", {}),
        "ward_kind": mixed.get("kind", SOMATIC),
    }
    facts = replace(chain.details.facts, **places)
    with pytest.raises(RuleError) as refused:
        change_details(
            by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details.pk, facts=facts, answers={}
        )
    assert refused.value.field == field
    with pytest.raises(RuleError):
        make_chain(county, outage, **places)


def test_the_service_asks_about_a_kind_against_that_of_the_ward_and_not_again(
    county: County, outage: Outage, chain: CareChain
):
    against = {"ward_kind": PSYCHIATRIC, "outpatient_unit": county.clinic}

    def change(answers: dict[str, str], **more: Any) -> None:
        chain.refresh_from_db()
        change_details(
            by=county.alva,
            chain=chain,
            client_id=uuid4(),
            replaces=chain.details.pk,
            facts=replace(chain_facts(county, **against), before=Before.UNKNOWN, **more),
            answers=answers,
        )

    with pytest.raises(Question):
        change({})
    with pytest.raises(RuleError, match="Som avdelningen"):
        change({"ward-kind": "nej"})
    change({"ward-kind": "ja"})
    change({}, patient_name="Tolvan Nyttnamn")
