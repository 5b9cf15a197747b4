"""Care chains: opened in number order, changed by new rows, taken back whole when logged on the wrong patient."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from contacts.models import AuditEntry, Unit
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party, WardKind
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, CareChainDetails, CareChainEvent, Outage
from outage.presenters.care import patient_on_own_page
from outage.presenters.owed import OwedCall, calls_owed
from outage.queries.care_chains import find_chains, get_chain, history_of
from outage.queries.chain_log import logs_of
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.call_errors import CallErrors
from outage.services.care_chains import change_details, open_chain
from outage.webforms.chains import ChainForm
from tests.clock import TUESDAY
from tests.factories import (
    TOLVAN,
    County,
    at_once,
    chain_facts,
    make_chain,
    make_county,
    make_event,
    make_outage,
    same_id,
    tell,
)


def test_chains_are_numbered_in_the_order_they_are_opened_whoever_opens_them(county: County, outage: Outage):
    opened = [make_chain(county, outage, by) for by in (county.alva, county.cissi, county.disa)]
    assert [chain.number for chain in opened] == [1, 2, 3]
    assert [chain.principal for chain in opened] == [county.region, county.municipality, county.region]
    rows = AuditEntry.objects.filter(action="chain.opened").order_by("pk")
    assert [(row.chain, row.unit) for row in rows] == [
        (chain.pk, by.unit)
        for chain, by in zip(opened, (county.alva, county.cissi, county.disa), strict=True)
    ]


@pytest.mark.django_db(transaction=True)
def test_chains_opened_at_the_same_time_get_a_number_each():
    county = make_county()
    outage = make_outage(county.alva)
    people = [county.alva, county.bo, county.cissi, county.disa]
    at_once([lambda by=by: make_chain(county, outage, by) for by in people])
    assert sorted(CareChain.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_a_chain_sent_twice_is_one_chain(county: County, outage: Outage):
    facts = chain_facts(county)
    for _ in "12":
        again = open_chain(by=county.alva, outage=outage, client_id=same_id(1), facts=facts)
    assert again.pk == same_id(1)
    assert CareChain.objects.count() == CareChainDetails.objects.count() == 1
    with pytest.raises(IdClash):
        open_chain(
            by=county.alva, outage=outage, client_id=same_id(1), facts=replace(facts, patient_name="Annan")
        )


@pytest.mark.django_db(transaction=True)
def test_the_same_chain_sent_twice_at_the_same_time_is_one_chain():
    county = make_county()
    outage = make_outage(county.alva)
    facts = chain_facts(county)
    results = at_once(
        [lambda: open_chain(by=county.alva, outage=outage, client_id=same_id(1), facts=facts)] * 4
    )
    assert [result.pk for result in results] == [same_id(1)] * 4
    assert CareChain.objects.count() == CareChainDetails.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "stored", "shown", "warns"),
    [
        (TOLVAN, "191212121212", "19121212-1212", False),
        ("191212121213", "191212121213", "19121212-1213", True),
        ("19121312-9801", "19121312-9801", "19121312-9801", True),
        ("VB12AB345678", "VB12AB345678", "VB12AB345678", True),
        ("okänd man, blå jacka", "okänd man, blå jacka", "okänd man, blå jacka", True),
        ("", "", "", True),
    ],
)
def test_an_identity_that_looks_wrong_warns_and_never_blocks(
    county: County, outage: Outage, typed: str, stored: str, shown: str, warns: bool
):
    chain = make_chain(county, outage, identity=typed)
    assert chain.details is not None
    assert chain.details.identity_number == stored
    patient = patient_on_own_page(chain, TUESDAY)
    assert patient.identity == shown
    assert bool(patient.warnings) is warns


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"patient_name": " ", "identity": ""}, "patient_name"),
        ({"ward_unit": None}, "ward_unit"),
        ({"status": ChainStatus.DECEASED}, "status_reason"),
    ],
)
def test_what_a_chain_cannot_be_without_is_asked_for_at_its_field(
    county: County, outage: Outage, missing: dict[str, Any], field: str
):
    with pytest.raises(RuleError) as refused:
        make_chain(county, outage, **missing)
    assert refused.value.field == field
    assert not CareChain.objects.exists()


def test_kommun_and_oppenvard_may_be_found_out_later_and_are_owed_all_the_same(
    county: County, outage: Outage
):
    chain = make_chain(county, outage, municipality=None, outpatient_unit=None)
    event = log_try(county, chain)
    calls = owed(county, chain)
    assert [(call.recipient.key, call.place, call.unknown) for call in calls] == [
        ("municipality", "Ta reda på kommun", True),
        ("outpatient", "Ta reda på hälsocentral", True),
    ]
    with pytest.raises(CallErrors) as refused:
        tell(county.alva, chain, event)
    assert set(refused.value.fields) == {"recipient"}
    change(county, chain, chain.details_id, municipality=county.municipality)
    tell(county.alva, chain, event)
    assert [call.recipient.key for call in owed(county, chain)] == ["outpatient"]


def log_try(county: County, chain: CareChain) -> CareChainEvent:
    """An admission, first told to somebody who is none of the parties."""
    return make_event(county.alva, chain, "admission", to="participant:Dotter", outcome=CallOutcome.BUSY)


def test_an_administrator_opens_no_chain(county: County, outage: Outage):
    with pytest.raises(NotAllowed):
        make_chain(county, outage, county.adam)


def change(county: County, chain: CareChain, replaces: int, **facts: Any) -> CareChainDetails:
    return change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=replaces,
        facts=replace(get_chain(county.alva, chain.pk).details.facts, **facts),
    )


def test_a_change_is_a_new_row_and_the_second_of_two_is_told(county: County, chain: CareChain):
    seen = chain.details_id
    first = change(county, chain, seen, patient_name="Rättad Rättadsson")
    with pytest.raises(ChangedMeanwhile):
        change(county, chain, seen, patient_name="För Sen")
    assert get_chain(county.alva, chain.pk).details == first
    assert [row.pk for row in history_of(chain.pk)] == [seen, first.pk]
    assert first.replaces_id == seen
    assert AuditEntry.objects.filter(action="chain.changed").count() == 1


@pytest.mark.parametrize("replaces", ["another chain's row", "a row that is not there"])
def test_a_change_replaces_a_row_of_its_own_chain_only(
    county: County, outage: Outage, chain: CareChain, replaces: str
):
    other = make_chain(county, outage)
    with pytest.raises(ChangedMeanwhile):
        change(county, chain, other.details_id if replaces.startswith("another") else 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_time_one_is_told_of_the_other():
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    seen = chain.details_id
    names = ("Ett Namn", "Annat Namn", "Tredje Namn")
    results = at_once([partial(change, county, chain, seen, patient_name=name) for name in names])
    assert sum(isinstance(result, CareChainDetails) for result in results) == 1
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 2
    assert CareChainDetails.objects.count() == 2


def owed(county: County, chain: CareChain) -> list[OwedCall]:
    chain = get_chain(county.alva, chain.pk)
    return calls_owed(
        acting=county.alva,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        now=TUESDAY,
    )


def test_the_wrong_patient_takes_every_event_back_and_those_who_were_told_are_to_be_told(
    county: County, chain: CareChain
):
    told = make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    make_event(county.alva, chain, "discharge_report", outcome=CallOutcome.RELAYED)
    make_event(county.alva, chain, "ready_for_discharge", outcome=CallOutcome.BUSY)
    tell(county.alva, chain, told, to=Party.OUTPATIENT)
    change(
        county,
        chain,
        chain.details_id,
        status=ChainStatus.WRONG_PATIENT,
        status_reason="Två med samma namn.",
    )
    log = logs_of([chain.pk])[chain.pk]
    assert not log.live_events
    taken_back = [event for event in log.events if event.withdraws]
    assert {event.kind for event in taken_back} == {"admission", "discharge_report", "ready_for_discharge"}
    assert {event.reason for event in taken_back} == {"Loggad på fel patient: Två med samma namn."}
    calls = owed(county, chain)
    said = f"Gällde inte {log.versions[-1].patient_name}: inskrivning"
    assert [(call.recipient.key, [m.label for m in call.messages]) for call in calls] == [
        ("municipality", [said]),
        ("outpatient", [said]),
    ]


def chain_form(county: County, **changed: Any) -> ChainForm:
    data = {
        "client_id": str(uuid4()),
        "identity": TOLVAN,
        "patient_name": "Tolvan Tolvansson",
        "ward_unit": county.ward.pk,
        "municipality": county.municipality.pk,
        "outpatient_unit": county.health_centre.pk,
        "before": "not_admitted",
    }
    return ChainForm(data | changed, acting=county.alva)


@pytest.mark.clause("R3.10")
@pytest.mark.parametrize("stated", [None, WardKind.SOMATIC, WardKind.PSYCHIATRIC])
@pytest.mark.parametrize("ward", ["ward", "psychiatric_ward"])
@pytest.mark.parametrize("outpatient", ["health_centre", "clinic"])
def test_the_oppenvard_is_the_one_that_follows_the_ward(
    county: County, ward: str, outpatient: str, stated: WardKind | None
):
    ward_unit, outpatient_unit = getattr(county, ward), getattr(county, outpatient)
    form = chain_form(
        county, ward_unit=ward_unit.pk, outpatient_unit=outpatient_unit.pk, ward_kind=stated or ""
    )
    psychiatric = (stated or ward_unit.ward_kind) == "psychiatric"
    fits = psychiatric == (outpatient == "clinic")
    assert form.is_valid() is fits
    if fits:
        assert form.facts().ward_kind is (WardKind.PSYCHIATRIC if psychiatric else WardKind.SOMATIC)
    else:
        wanted = "en psykiatrisk öppenvård" if psychiatric else "en hälsocentral"
        assert f"Välj {wanted} (R3.10)." in form.errors["outpatient_unit"][0]


@pytest.mark.parametrize(
    ("who", "field", "place"),
    [
        ("alva", "ward_unit", "ward"),
        ("disa", "outpatient_unit", "health_centre"),
        ("cissi", "municipality", "municipality"),
    ],
)
def test_the_own_place_is_filled_in(county: County, who: str, field: str, place: str):
    form = ChainForm(acting=county.somebody(who))
    assert form[field].value() == getattr(county, place).pk
    assert [f for f in ("ward_unit", "outpatient_unit", "municipality") if form[f].value()] == [field]


def test_units_out_of_use_are_not_offered(county: County):
    Unit.objects.filter(pk=county.ward.pk).update(active=False)
    assert "ward_unit" in chain_form(county).errors


@pytest.mark.parametrize(
    # Names and parts of numbers lie encrypted: all that one may see are read, and then those that are found.
    ("text", "found", "queries"),
    [
        ("tolvan", True, 2),
        ("örjan", False, 1),
        ("TOLVANSSON tolv", True, 2),
        ("19121212-1212", True, 1),
        ("1212", True, 2),
        ("19121212-1213", False, 1),
        ("pnr 19121212-1212", True, 1),
        ("Pnr:121212-1212", True, 1),
        ("Tolvan personnr. 19121212 1212", True, 2),
    ],
)
def test_a_search_finds_by_name_and_by_number(
    county: County, outage: Outage, text: str, found: bool, queries: int, django_assert_num_queries
):
    make_chain(county, outage, patient_name="Örja Ek", identity="")
    wanted = make_chain(county, outage, patient_name="Tolvan Tolvansson")
    with django_assert_num_queries(queries):
        hits = list(find_chains(county.alva, text, outage))
    assert hits == ([wanted] if found else [])


def test_a_search_finds_a_reserve_number_by_its_letters(county: County, outage: Outage):
    chain = make_chain(county, outage, patient_name="", identity="vb12ab345678")
    assert list(find_chains(county.alva, "VB12AB", outage)) == [chain]
    assert list(find_chains(county.alva, "vb12ab345678", outage)) == [chain]
