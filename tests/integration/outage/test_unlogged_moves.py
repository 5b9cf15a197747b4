"""A change of ward that says more than the log: somebody came in again, or left, and no row says so (R1.6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from forms.queries.left import not_known
from outage.models import CareChain, OtherPlace, Outage
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.queries.owed import chains_seen_and_missing
from outage.rules.back_registration import Before
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.rules.told import NOT_ADMITTED
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, tell
from tests.integration.outage.joining import join, undo
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_moved_on import edited
from tests.integration.outage.ticking import mark, rows

AGAIN = "ingen inskrivning är loggad efter utskrivningen"
LEFT = "ingen utskrivning är loggad"
HOME: dict[str, Any] = {"ward_unit": None, "not_admitted": True}
SUNDSVALL: dict[str, Any] = {"ward_unit": None, "others": {Party.INPATIENT: OtherPlace("Sundsvalls sjukhus")}}


def logged(county: County, chain: CareChain, *kinds: str) -> None:
    """Logged by the ward, and everybody told."""
    for kind in kinds:
        event = make_event(county.alva, chain, kind, outcome=CallOutcome.REACHED)
        tell(county.alva, chain, event, to=Party.OUTPATIENT)


def put(by: Acting, chain: CareChain, how: str = "moved", **places: Any) -> None:
    chain = get_chain(by, chain.pk)
    facts = replace(chain.details.facts, **{"not_admitted": False, "others": {}} | places)
    change_details(
        by=by,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=facts,
        answers={f"place-{Party.INPATIENT}": how},
    )


def said(by: Acting, chain: CareChain) -> list[str]:
    """Which moves the list of what is to be entered lacks."""
    return [each for row in rows(by, chain) for each in (AGAIN, LEFT) if each in row.why]


def cases(by: Acting, chain: CareChain) -> list[str]:
    return [row.do for row in rows(by, chain)]


@pytest.fixture
def inside(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, before=Before.ADMITTED)


@pytest.mark.clause("R4.1")
@pytest.mark.parametrize("home_between", [True, False])
@pytest.mark.parametrize("how", ["moved", "mistake"])
def test_who_was_discharged_and_lies_on_a_ward_again_is_asked_about_and_on_the_list(
    county: County, inside: CareChain, client: Client, home_between: bool, how: str
):
    logged(county, inside, "discharge")
    client.force_login(county.alva.user)
    if home_between:
        assert edited(client, inside, ward_unit=NOT_ADMITTED).status_code == 302
    assert said(county.alva, inside) == []
    asked = edited(client, inside, ward_unit=str(county.other_ward.pk))
    assert "Patienten är utskriven." in read(asked).get_text()
    path = reverse("edit_chain", args=[inside.pk])
    answered = fields_of(form_of(read(asked), action=path)) | {f"answer-place-{Party.INPATIENT}": [how]}
    assert client.post(path, answered).status_code == 302
    # After home another ward was another stay, whatever was wrong of home.
    again = how == "moved" or home_between
    assert said(county.alva, inside) == [AGAIN] * again
    page = " ".join(read(client.get(reverse("chain", args=[inside.pk]))).main.get_text(" ").split())
    assert ("Alla som ni ska underrätta är underrättade." in page) is not again
    assert ("Logga inskrivningen" in page) is again
    status = read(client.get(reverse("status"))).main.get_text()
    assert (
        "En patient har kommit till en avdelning eller lämnat den utan att det är loggat." in status
    ) is again
    assert ("Alla som ni ska underrätta är underrättade." in status) is not again
    assert chains_seen_and_missing(county.alva, inside.outage)[1].count() == int(again)
    put(county.alva, inside, ward_unit=county.other_ward)
    make_event(county.bo, get_chain(county.bo, inside.pk))
    assert said(county.alva, inside) == []


@pytest.mark.clause("R4.4")
def test_the_discharge_is_entered_where_the_patient_lay(county: County, inside: CareChain):
    logged(county, inside, "discharge")
    put(county.alva, inside, ward_unit=county.other_ward)
    end_for_all(county, inside.outage, timezone.now())
    found = [dict(row.typed)["Avdelning"] for row in rows(county.alva, inside) if "Skriv ut" in row.do]
    assert found == ["Medicin 2"]


def test_the_same_ward_again_is_a_new_stay(county: County, outage: Outage):
    chain = make_chain(county, outage)
    logged(county, chain, "admission", "discharge")
    put(county.alva, chain, **HOME)
    put(county.alva, chain, ward_unit=county.ward)
    assert said(county.alva, chain) == [AGAIN]
    # It was put right: the patient is at home.
    put(county.alva, chain, "mistake", **HOME)
    assert said(county.alva, chain) == []


def test_the_municipality_is_asked_too(county: County, outage: Outage):
    chain = make_chain(county, outage, county.cissi, before=Before.ADMITTED)
    make_event(county.cissi, chain, "discharge", to=Party.INPATIENT, direction=Direction.RECEIVED,
               outcome=CallOutcome.REACHED)  # fmt: skip
    put(county.cissi, chain, ward_unit=county.other_ward)
    assert said(county.cissi, chain) == [AGAIN]


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("events", [[], ["discharge", "admission"]])
def test_who_leaves_for_another_county_with_no_discharge_is_decided_about(
    county: County, inside: CareChain, events: list[str]
):
    logged(county, inside, *events)
    put(county.alva, inside, **SUNDSVALL)
    assert said(county.alva, inside) == [LEFT]
    # Nobody is told to admit who may not be there.
    assert not any("Skriv in" in do for do in cases(county.alva, inside))
    put(county.alva, inside, ward_unit=county.ward)
    assert said(county.alva, inside) == []


@pytest.mark.parametrize("how", ["moved", "mistake"])
def test_who_lay_on_a_ward_and_is_at_home_with_nothing_logged_is_asked_about(
    county: County, chain: CareChain, client: Client, how: str
):
    client.force_login(county.alva.user)
    assert "Slutenvård var Medicin 2." in read(edited(client, chain, ward_unit=NOT_ADMITTED)).get_text()
    put(county.alva, chain, how, **HOME)
    assert said(county.alva, chain) == [LEFT] * (how == "moved")


def test_who_was_discharged_to_another_county_is_not_in_again(county: County, inside: CareChain):
    logged(county, inside, "discharge")
    put(county.alva, inside, **SUNDSVALL)
    assert said(county.alva, inside) == []


def test_who_came_from_another_county_and_who_was_always_there_have_not_left(county: County, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED, **SUNDSVALL)
    assert said(county.alva, chain) == []
    put(county.alva, chain, ward_unit=county.ward)
    assert said(county.alva, chain) == []


def test_a_discharge_taken_back_leaves_nobody_at_home_unnoticed(county: County, inside: CareChain):
    event = make_event(county.alva, inside, "discharge")
    put(county.alva, inside, **HOME)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel patient.")
    assert said(county.alva, inside) == [LEFT]


@pytest.mark.parametrize("where", ["kept", "other"])
@pytest.mark.parametrize("picked", ["kept", "other"])
def test_joined_chains_that_name_two_wards_say_it_where_that_of_the_discharge_was_not_picked(
    county: County, outage: Outage, where: str, picked: str
):
    # The hälsocentral sees both.
    kept = make_chain(county, outage, before=Before.ADMITTED)
    other = make_chain(county, outage, county.bo, ward_unit=county.other_ward, before=Before.ADMITTED)
    if where == "kept":
        logged(county, kept, "discharge")
    else:
        make_event(county.bo, other, "discharge")
    disas = replace(county, alva=county.disa)
    join(disas, kept, other, choices={"ward": picked})
    assert said(county.disa, kept) == [AGAIN] * (where != picked)
    undo(disas, kept)
    assert said(county.disa, kept) == said(county.disa, other) == []


ALL_TOLD = "Alla som ni ska underrätta är underrättade."


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize(
    ("before", "events"),
    [
        (Before.NOT_ADMITTED, ["admission"]),
        (Before.ADMITTED, ["discharge", "admission"]),
        # What is odd of the stay is decided by hand as well; nobody has been told that the patient left.
        (Before.ADMITTED, ["admission"]),
        (Before.UNKNOWN, ["discharge", "admission"]),
    ],
)
def test_all_pages_that_count_what_is_not_known_count_who_left_after_an_admission_that_is_logged(
    county: County, outage: Outage, client: Client, before: Before, events: list[str]
):
    chain = make_chain(county, outage, before=before)
    logged(county, chain, *events)
    client.force_login(county.alva.user)
    assert ALL_TOLD in words(client, "status")
    put(county.alva, chain, **SUNDSVALL)
    assert said(county.alva, chain) == [LEFT]
    assert chains_seen_and_missing(county.alva, outage)[1].count() == 1
    end_for_all(county, outage, timezone.now())
    assert "1 patient har kommit till en avdelning eller lämnat den" in words(client, "back_registration")
    assert ("Patienter vars in- eller utskrivning ingen har loggat", 1) in not_known(
        county.alva,
        outage_for(county.region, outage.pk),
        chains_seen_and_missing(county.alva, outage)[1].count(),
    )
    task = next(row for row in rows(county.alva, chain) if LEFT in row.why)
    mark(county.alva, get_chain(county.alva, chain.pk), task, choice="Utskriven, alla vet", entered=False)
    assert chains_seen_and_missing(county.alva, outage)[1].count() == 0
    put(county.alva, chain, "mistake", ward_unit=county.ward)
    assert chains_seen_and_missing(county.alva, outage)[1].count() == 0


def words(client: Client, name: str) -> str:
    return " ".join(read(client.get(reverse(name))).main.get_text(" ").split())


@pytest.mark.clause("R4.1")
@pytest.mark.parametrize(
    ("before", "events", "ward", "bids"),
    [
        (Before.NOT_ADMITTED, ["admission"], SUNDSVALL, "skriv in patienten i PRATOR, och skriv ut där"),
        (Before.ADMITTED, [], SUNDSVALL, "skriv ut patienten i PRATOR"),
        (Before.ADMITTED, ["discharge"], {"other": True}, "skriv in patienten i PRATOR"),
    ],
)
def test_what_happened_after_the_end_is_entered_in_the_system_and_no_row_is_asked_for(
    county: County, outage: Outage, clock: Clock, before: Before, events: list[str], ward: Any, bids: str
):
    """The log of an outage that is over for all takes no event from after it: a change of ward may be of either."""
    chain = make_chain(county, outage, before=before)
    logged(county, chain, *events)
    end_for_all(county, outage, timezone.now())
    clock.shift(timedelta(hours=1))
    put(county.alva, chain, **({"ward_unit": county.other_ward} if "other" in ward else ward))
    (found,) = (row for row in rows(county.alva, chain) if AGAIN in row.why or LEFT in row.why)
    assert f"Hände det när PRATOR var åter: {bids}." in found.do
    with pytest.raises(RuleError, match="PRATOR"):
        make_event(county.alva, get_chain(county.alva, chain.pk), "discharge", ago=timedelta(minutes=10))


BEGAN = ("Avdelning i PRATOR före driftstoppet", "Medicin 2")


@pytest.mark.clause("R4.4")
def test_of_who_was_in_the_system_and_changed_ward_both_wards_are_said(county: County, inside: CareChain):
    logged(county, inside, "ready_for_discharge")
    assert [row.typed for row in rows(county.alva, inside)] == [()]
    put(county.alva, inside, ward_unit=county.other_ward)
    row = next(row for row in rows(county.bo, inside) if row.typed)
    assert (row.decision, row.mine) == (Decision.DECIDE, True)
    assert row.do == "Kontrollera vilken avdelning patienten står på i PRATOR. Avgör sedan om den ska ändras."
    assert {BEGAN, ("Avdelning", "Ortopeden")} <= set(row.typed)
    # Nobody lacks an admission for it.
    assert not chains_seen_and_missing(county.bo, inside.outage)[1].ids
    # Out, it is one task, of whoever discharged, and done where the patient stands.
    chain = get_chain(county.bo, inside.pk)
    event = make_event(county.bo, chain, "discharge", outcome=CallOutcome.REACHED)
    tell(county.bo, chain, event, to=Party.OUTPATIENT)
    (row,) = (row for row in rows(county.bo, inside) if row.typed)
    assert (row.clause, row.mine) == ("R4.4", True)
    assert {BEGAN, ("Avdelning", "Ortopeden")} <= set(row.typed)
    put(county.bo, inside, ward_unit=county.other_ward, protected_identity=True)
    (row,) = (row for row in rows(county.bo, inside) if row.typed)
    assert (BEGAN[0], "se vårdkedjan") in row.typed


@pytest.mark.parametrize("how", ["back", "mistake", "admitted here", "not in before"])
def test_who_is_where_the_system_has_them_is_no_decision(
    county: County, outage: Outage, inside: CareChain, how: str
):
    chain = make_chain(county, outage, before=Before.NOT_ADMITTED) if how == "not in before" else inside
    if how == "admitted here":
        chain = make_chain(county, outage)
        logged(county, chain, "admission")
    put(county.alva, chain, "mistake" if how == "mistake" else "moved", ward_unit=county.other_ward)
    if how == "back":
        put(county.bo, chain, ward_unit=county.ward)
    found = rows(county.bo if how != "back" else county.alva, chain)
    assert not any("Kontrollera vilken avdelning" in row.do or BEGAN in row.typed for row in found)
