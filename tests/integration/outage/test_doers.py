"""The ward that discharged a patient keeps the chain in sight and enters the discharge, wherever the patient is."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting, acting_for
from contacts.models import Unit
from contacts.queries.versions import version_of
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party, WardKind
from contacts.rules.permissions import Role
from contacts.services.units import UnitFacts, change_unit
from outage.models import CareChain, CareChainEvent, ChainState, OtherPlace, Outage, StateKind
from outage.presenters.status import chain_row
from outage.queries.care_chains import get_chain, units_of_chain, visible_chains
from outage.queries.closing import open_things
from outage.queries.shift import open_now
from outage.queries.states import states_for
from outage.rules.back_registration import Before
from outage.rules.closing import Holds
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.told import PlaceChange
from outage.services.care_chains import change_details
from outage.services.events import withdraw_event
from outage.services.states import rebuilt, settle_recent
from tests.factories import County, end_for_all, make_chain, make_event, person, tell
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_seen import assert_said_alike
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def psychiatric(county: County) -> Acting:
    return person("petra", county.psychiatric_ward)


def change(by: Acting, chain: CareChain, answers: dict[str, str] | None = None, **more) -> CareChain:
    chain = get_chain(by, chain.pk)
    facts = replace(chain.details.facts, **more)
    change_details(
        by=by, chain=chain, client_id=uuid4(), replaces=chain.details.pk, facts=facts, answers=answers
    )
    return CareChain.objects.get(pk=chain.pk)


def discharged(county: County, outage: Outage, opener: Acting, by: Acting, **more) -> CareChain:
    """A patient who was in the system before, and whose discharge `by` has told everybody of."""
    chain = make_chain(county, outage, opener, before=Before.ADMITTED, **more)
    event = make_event(by, get_chain(by, chain.pk), "discharge", outcome=CallOutcome.REACHED)
    tell(by, get_chain(by, chain.pk), event, to=Party.OUTPATIENT)
    return chain


def at_home(county: County, outage: Outage, opener: Acting, _by: Acting) -> CareChain:
    return make_chain(county, outage, opener)


def doers(chain: CareChain, *people: Acting) -> list[list[bool]]:
    """Of each, whether each task to enter is its own; nothing where the chain is not in sight."""
    found = []
    for by in people:
        seen = visible_chains(by, chain.outage).filter(pk=chain.pk).exists()
        found.append([row.mine for row in rows(by, chain) if row.decision == "register"] if seen else [])
    return found


def held_by_tasks(county: County, outage: Outage) -> set[int]:
    return {thing.unit_id for thing in open_things(county.region, outage) if thing.what is Holds.TASK}


def test_the_ward_enters_the_discharge_of_a_patient_who_is_no_longer_admitted(county: County, outage: Outage):
    chain = discharged(county, outage, county.disa, county.alva)
    change(county.alva, chain, ward_unit=None, not_admitted=True)
    assert doers(chain, county.alva, county.bo, county.disa) == [[True], [], [False]]
    assert county.ward.pk in units_of_chain(chain.pk)
    assert_said_alike(county.region, [outage])
    assert not [*rebuilt(CareChain.objects.all(), write=False)]
    ended = end_for_all(county, outage, timezone.now())
    assert held_by_tasks(county, ended) == {county.ward.pk}
    assert [each.done for each in open_now(county.alva, ended).registering] == [(0, 1)]
    mark(county.alva, get_chain(county.alva, chain.pk), rows(county.alva, chain)[0])
    assert doers(chain, county.alva) == [[True]]
    assert held_by_tasks(county, ended) == set()


def test_an_installation_from_before_is_given_it_by_its_upgrade(county: County, outage: Outage):
    chain = discharged(county, outage, county.disa, county.alva)
    change(county.alva, chain, ward_unit=None, not_admitted=True)
    ChainState.objects.filter(what=StateKind.TO_ENTER).delete()
    assert doers(chain, county.alva) == [[]]
    settle_recent()
    assert doers(chain, county.alva) == [[True]]


def test_nobody_else_enters_it_who_opened_the_chain(county: County, outage: Outage, psychiatric: Acting):
    on_ward = {"ward_unit": county.psychiatric_ward, "ward_kind": WardKind.PSYCHIATRIC}
    chain = discharged(county, outage, county.alva, psychiatric, outpatient_unit=county.clinic, **on_ward)
    assert doers(chain, county.alva, psychiatric) == [[False], [True]]
    change(psychiatric, chain, ward_unit=None, not_admitted=True)
    assert doers(chain, county.alva, psychiatric) == [[False], [True]]
    assert held_by_tasks(county, end_for_all(county, outage, timezone.now())) == {county.psychiatric_ward.pk}


def test_who_named_itself_by_mistake_and_logs_for_the_ward_does_not_enter_it(
    county: County, outage: Outage, psychiatric: Acting
):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    said = {"kind": "admission_reply", "sender": Party.OUTPATIENT, "to": Party.INPATIENT}
    make_event(county.disa, chain, outcome=CallOutcome.REACHED, **said)
    places = {"ward_unit": county.psychiatric_ward, "ward_kind": WardKind.PSYCHIATRIC}
    right = {"place-inpatient": PlaceChange.MISTAKE, "place-outpatient": PlaceChange.MISTAKE}
    change(county.alva, chain, right, outpatient_unit=county.clinic, **places)
    make_event(county.alva, get_chain(county.alva, chain.pk), "discharge")
    assert doers(chain, county.alva, psychiatric) == [[False], [True]]


def test_each_ward_enters_its_own_where_the_patient_came_to_another(county: County, outage: Outage):
    chain = discharged(county, outage, county.alva, county.alva)
    change(county.alva, chain, ward_unit=None, not_admitted=True)
    change(county.alva, chain, ward_unit=county.other_ward, not_admitted=False)
    make_event(county.bo, get_chain(county.bo, chain.pk), "admission")
    assert doers(chain, county.alva, county.bo) == [[True, False], [False, True]]
    units = held_by_tasks(county, end_for_all(county, outage, timezone.now()))
    assert units == {county.ward.pk, county.other_ward.pk}


def test_an_admission_is_entered_by_the_ward_of_now_and_where_that_is_none_of_ours_the_last_decides(
    county: County, outage: Outage
):
    chain = make_chain(county, outage, county.disa)
    event = make_event(county.alva, get_chain(county.alva, chain.pk), outcome=CallOutcome.REACHED)
    tell(county.alva, get_chain(county.alva, chain.pk), event, to=Party.OUTPATIENT)
    change(county.alva, chain, ward_unit=county.other_ward)
    assert doers(chain, county.alva, county.bo) == [[], [True]]
    elsewhere = {Party.INPATIENT: OtherPlace("Sundsvalls sjukhus", WardKind.SOMATIC)}
    change(county.bo, chain, ward_unit=None, others=elsewhere)
    assert doers(chain, county.alva, county.bo) == [[], []]
    assert visible_chains(county.bo, outage).filter(pk=chain.pk).exists()
    assert [row.decision for row in rows(county.bo, chain)] == ["decide"]


def test_of_a_discharge_that_others_logged_it_is_asked_which_ward_it_was(county: County, outage: Outage):
    chain = discharged(county, outage, county.disa, county.disa)
    with pytest.raises(Question):
        change(county.disa, chain, {}, ward_unit=county.other_ward)
    change(county.disa, chain, {"place-inpatient": PlaceChange.MISTAKE}, ward_unit=county.other_ward)
    assert doers(chain, county.alva, county.bo) == [[], [True]]
    change(county.disa, chain, {"place-inpatient": PlaceChange.MOVED}, ward_unit=county.ward)
    assert doers(chain, county.alva, county.bo) == [[False], [True]]


def test_who_entered_what_is_taken_back_still_sees_it(county: County, outage: Outage):
    chain = discharged(county, outage, county.disa, county.alva)
    change(county.alva, chain, ward_unit=None, not_admitted=True)
    end_for_all(county, outage, timezone.now())
    mark(county.alva, get_chain(county.alva, chain.pk), rows(county.alva, chain)[0])
    change(county.disa, chain, before=Before.NOT_ADMITTED)
    assert [(row.mine, row.changed) for row in rows(county.alva, chain) if row.entered] == [(True, True)]
    event = CareChainEvent.objects.select_related("unit", "user").get(chain=chain)
    event.chain = get_chain(county.alva, chain.pk)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Gällde en annan.")
    tell(county.alva, event.chain, event.superseded_by)
    assert [row.mine for row in rows(county.alva, chain) if row.undo] == [True]


def test_nobody_keeps_it_who_has_nothing_to_enter(county: County, outage: Outage):
    chain = make_chain(county, outage, county.disa)
    change(county.alva, chain, ward_unit=None, not_admitted=True)
    assert doers(chain, county.alva) == [[]]
    assert not ChainState.objects.filter(chain=chain, what=StateKind.TO_ENTER).exists()


@pytest.mark.parametrize("kept", [True, False])
def test_whoever_takes_a_chain_out_of_sight_is_told_on_lage(
    county: County, outage: Outage, client: Client, kept: bool
):
    chain = (discharged if kept else at_home)(county, outage, county.disa, county.alva)
    client.force_login(county.alva.user)
    address = reverse("edit_chain", args=[chain.pk])
    sent = fields_of(form_of(read(client.get(address)), method="post")) | {"ward_unit": "not_admitted"}
    if not kept:
        # With nothing logged the form asks whether the patient lay there.
        asked = fields_of(form_of(read(client.post(address, sent)), method="post"))
        sent = asked | {"answer-place-inpatient": PlaceChange.MISTAKE.value}
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == (reverse("chain", args=[chain.pk]) if kept else reverse("status"))
    assert ("hör inte längre till er enhet" in answer.content.decode()) is not kept


OTHER = OtherPlace("Sundsvalls sjukhus", number="060-18 10 00")


def nobodys(county: County, outage: Outage, what: str) -> tuple[CareChain, Acting]:
    """A chain whose holder is not the party that enters what is logged in it, and that holder."""
    if what == "sip":
        chain = make_chain(
            county,
            outage,
            county.alva,
            before=Before.ADMITTED,
            outpatient_unit=None,
            others={Party.OUTPATIENT: OTHER},
        )
        received = {"sender": Party.OUTPATIENT, "to": Party.OUTPATIENT, "sip_date": "2026-12-01"}
        kind, holder = "sip_invitation", county.alva
    else:
        away = {"not_admitted": True} if what == "gone" else {"others": {Party.INPATIENT: OTHER}}
        before = Before.NOT_ADMITTED if what == "admission" else Before.ADMITTED
        chain = make_chain(county, outage, county.disa, before=before, ward_unit=None, **away)
        received = {"to": Party.INPATIENT}
        kind, holder = "admission" if what == "admission" else "discharge", county.disa
    more = {"direction": Direction.RECEIVED, "outcome": CallOutcome.REACHED}
    make_event(holder, chain, kind, **(received | more))
    return chain, holder


@pytest.mark.parametrize("what", ["admission", "gone", "discharge", "sip"])
def test_what_no_unit_of_ours_enters_its_holder_decides_by_hand(county: County, outage: Outage, what: str):
    chain, holder = nobodys(county, outage, what)
    chain.outage = ended = end_for_all(county, outage, timezone.now())
    (row,) = (row for row in rows(holder, chain) if row.decision != "do_not_register")
    assert (row.decision, row.mine, row.who) == ("decide", True, "")
    assert held_by_tasks(county, ended) == {holder.unit.pk}
    assert [each.done for each in open_now(holder, ended).registering] == [(0, 1)]
    mark(holder, chain, row, choice="Sundsvall gör det", entered=False)
    assert held_by_tasks(county, ended) == set()
    assert [each.done for each in open_now(holder, ended).registering] == [(1, 1)]


def test_once_the_ward_is_one_of_ours_it_enters_what_was_nobodys(county: County, outage: Outage):
    chain, _ = nobodys(county, outage, "gone")
    change(county.disa, chain, {"place-inpatient": "mistake"}, ward_unit=county.ward, not_admitted=False)
    assert doers(chain, county.alva, county.disa) == [[True], [False]]


def test_of_what_the_regions_units_enter_the_municipality_has_nothing(county: County, outage: Outage):
    chain = make_chain(county, outage, county.cissi)
    make_event(
        county.cissi, chain, to=Party.INPATIENT, direction=Direction.RECEIVED, outcome=CallOutcome.REACHED
    )
    assert [(row.decision, row.mine) for row in rows(county.cissi, chain)] == [("register", False)]


def test_what_holds_up_the_closing_somebody_can_mark_whoever_lost_its_kind(county: County, outage: Outage):
    chain, _ = nobodys(county, outage, "gone")
    change(county.disa, chain, {"place-inpatient": "mistake"}, ward_unit=county.ward, not_admitted=False)
    Unit.objects.filter(pk=county.ward.pk).update(ward_kind="")
    ended = end_for_all(county, outage, timezone.now())
    assert held_by_tasks(county, ended) == {county.ward.pk}
    assert [row.mine for row in rows(acting_for(county.alva.user), chain) if row.decision == "register"] == [
        True
    ]


@pytest.mark.parametrize("kept", [True, False])
def test_a_unit_stays_what_it_is_while_it_stands_in_a_chain(county: County, outage: Outage, kept: bool):
    rut = person("rut", Unit.objects.create(principal=county.region, name="Katalogen"), Role.ADMIN)
    if kept:
        make_chain(county, outage, county.alva)
    centre = county.health_centre
    facts = {"name": centre.name, "ward_kind": WardKind.SOMATIC}
    change = partial(change_unit, by=rut, unit=centre, client_id=uuid4(), version=version_of(centre))
    if not kept:
        assert change(facts=UnitFacts(**facts)).parties == {Party.INPATIENT}
        return
    with pytest.raises(RuleError, match="står i vårdkedjor") as refused:
        change(facts=UnitFacts(**facts))
    assert refused.value.field == "outpatient_kind"
    # What it is more than before, or is called, keeps nothing.
    facts |= {"name": "Morö Backe", "outpatient_kind": centre.outpatient_kind}
    assert change(facts=UnitFacts(**facts)).parties == {Party.INPATIENT, Party.OUTPATIENT}


def test_the_ward_that_was_left_still_says_whom_it_told_itself(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, county.alva, before=Before.ADMITTED)
    make_event(county.alva, chain, "preliminary_ready", outcome=CallOutcome.REACHED)
    change(county.alva, chain, {"place-inpatient": "moved"}, ward_unit=county.other_ward)

    def told(by: Acting) -> bool:
        kept = states_for(by.unit.pk, [get_chain(by, chain.pk)])[chain.pk]
        marks = chain_row(by, get_chain(by, chain.pk), kept, timezone.now()).marks
        return next(mark.text for mark in marks if mark.party is Party.MUNICIPALITY).startswith("Underrättad")

    assert (told(county.alva), told(county.bo)) == (True, True)
    # Who has told nobody has not.
    assert not told(county.disa)
    assert not [*rebuilt(CareChain.objects.all(), write=False)]
