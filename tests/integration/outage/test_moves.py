"""When a place, the patient or its life is another than was thought: who is rung, and with what (R2.1, R3.10)."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.rules.errors import Question
from contacts.rules.parties import OutpatientKind, Party, WardKind
from outage.models import CareChain, CareChainEvent, Handover, OtherPlace, Outage
from outage.presenters.owed import OwedCall, calls_owed
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.naming import patient_in_short
from outage.queries.owed import chains_with_calls_owed
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from tests.clock import TUESDAY
from tests.factories import (
    SKELLEFTEA,
    County,
    call_facts,
    make_chain,
    make_event,
    messages_owed,
    person,
    tell,
)
from tests.integration.outage.pages import fields_of, form_of, read

pytestmark = pytest.mark.clause("R2.1")


def change(
    county: County, chain: CareChain, answers: dict[str, str] | None = None, **known: object
) -> CareChain:
    """Change what is known of the chain, all else as it stands; give the chain as it is then."""
    details = get_chain(county.alva, chain.pk).details
    assert details is not None
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=details.pk,
        facts=replace(details.facts, **known),
        answers=answers or {},
    )
    return get_chain(county.alva, chain.pk)


def calls(county: County, chain: CareChain, by: Acting | None = None) -> list[OwedCall]:
    acting = by or county.alva
    chain = get_chain(acting, chain.pk)
    found = calls_owed(
        acting=acting,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        now=TUESDAY,
    )
    assert (chain in chains_with_calls_owed(acting, chain.outage)) is bool(found)
    return found


def owed(county: County, chain: CareChain, by: Acting | None = None) -> dict[str, list[str]]:
    """What each place or person is owed, by name."""
    return {call.place: [message.label for message in call.messages] for call in calls(county, chain, by)}


def ring(county: County, chain: CareChain, place: str) -> None:
    """Make the call that is owed to `place`, with all that it is to tell."""
    (call,) = (call for call in calls(county, chain) if call.place == place)
    log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(call.recipient.key),
        messages=messages_owed(call),
    )


def told_both(county: County, chain: CareChain) -> CareChainEvent:
    event = make_event(county.alva, chain, "admission", to="participant:Dotter")
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert owed(county, chain) == {}
    return event


@pytest.fixture
def umea(county: County) -> Principal:
    return Principal.objects.create(name="Umeå kommun", short_name="Umeå", kind="municipality")


@pytest.fixture
def ersboda(county: County) -> Unit:
    return Unit.objects.create(
        principal=county.region, name="Ersboda hälsocentral", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )


MOVED, MISTAKE = {"place-municipality": "moved"}, {"place-municipality": "mistake"}
NO_LONGER, NOT_YOURS = ["Hör inte längre till er"], ["Gällde inte er"]


def test_a_change_of_place_asks_what_it_means_and_writes_nothing_before_that(
    county: County, chain: CareChain, umea: Principal
):
    told_both(county, chain)
    for answers in ({}, {"place-municipality": "same"}, {"place-outpatient": "moved"}):
        with pytest.raises(Question) as asked:
            change(county, chain, answers, municipality=umea)
        assert asked.value.key == "place-municipality"
        assert dict(asked.value.choices) == {
            "moved": "Patienten har flyttat",
            "mistake": "Den förra var fel angiven",
        }
    assert chain.history.count() == 1


def test_a_change_of_place_where_nobody_there_was_reached_asks_nothing(
    county: County, chain: CareChain, umea: Principal
):
    event = make_event(county.alva, chain, "admission", to=Party.MUNICIPALITY)
    tell(county.alva, chain, event, to=Party.MUNICIPALITY, outcome=CallOutcome.RELAYED)
    change(county, chain, municipality=umea)
    assert owed(county, chain) == {"Umeå kommun": ["Inskrivning"], "Heimdalls hälsocentral": ["Inskrivning"]}


@pytest.mark.parametrize(("answers", "notice"), [(MOVED, NO_LONGER), (MISTAKE, NOT_YOURS)])
def test_a_new_municipality_is_owed_what_stands_and_the_former_what_it_means_for_it(
    county: County, chain: CareChain, umea: Principal, answers: dict[str, str], notice: list[str]
):
    told_both(county, chain)
    change(county, chain, answers, municipality=umea)
    assert owed(county, chain) == {"Umeå kommun": ["Inskrivning"], SKELLEFTEA: notice}
    ring(county, chain, SKELLEFTEA)
    assert owed(county, chain) == {"Umeå kommun": ["Inskrivning"]}
    ring(county, chain, "Umeå kommun")
    assert owed(county, chain) == {}


def test_no_row_of_the_event_is_written_by_a_move(county: County, chain: CareChain, umea: Principal):
    event = told_both(county, chain)
    change(county, chain, MOVED, municipality=umea)
    assert list(chain.events.all()) == [event]


def test_the_call_stays_where_it_got_to(county: County, chain: CareChain, umea: Principal):
    told_both(county, chain)
    change(county, chain, MOVED, municipality=umea)
    reached = next(call for call in chain.handovers.all() if call.recipient == Party.MUNICIPALITY)
    assert (reached.place, reached.place_name) == (f"principal:{county.municipality.pk}", SKELLEFTEA)


def test_back_at_a_place_that_heard_of_the_move_it_is_owed_all_that_stands_in_one_call(
    county: County, chain: CareChain, umea: Principal
):
    told_both(county, chain)
    change(county, chain, MOVED, municipality=umea)
    ring(county, chain, SKELLEFTEA)
    report = make_event(county.alva, chain, "discharge_report", to="participant:Dotter")
    tell(county.alva, chain, report, to=Party.OUTPATIENT)
    change(county, chain, municipality=county.municipality)
    assert owed(county, chain) == {SKELLEFTEA: ["Inskrivning", "Utskrivningsrapport"]}


def test_back_at_a_place_that_heard_nothing_of_the_move_it_is_owed_what_it_has_not_heard(
    county: County, chain: CareChain, umea: Principal
):
    told_both(county, chain)
    change(county, chain, MOVED, municipality=umea)
    report = make_event(county.alva, chain, "discharge_report", to="participant:Dotter")
    tell(county.alva, chain, report, to=Party.OUTPATIENT)
    change(county, chain, municipality=county.municipality)
    assert owed(county, chain) == {SKELLEFTEA: ["Utskrivningsrapport"]}


@pytest.mark.clause("R3.10")
def test_after_a_psychiatric_swap_the_halsocentral_hears_who_takes_over(county: County, chain: CareChain):
    told_both(county, chain)
    change(
        county,
        chain,
        {"place-outpatient": "moved"},
        ward_unit=county.psychiatric_ward,
        ward_kind=WardKind.PSYCHIATRIC,
        outpatient_unit=county.clinic,
    )
    assert owed(county, chain) == {}
    assert owed(county, chain, by=person("pia", county.psychiatric_ward)) == {
        "Psykiatriska kliniken": ["Inskrivning"],
        "Heimdalls hälsocentral": ["Hör inte längre till er, Psykiatriska kliniken tar över"],
    }


def test_a_new_health_centre_is_owed_what_the_former_was_told(
    county: County, chain: CareChain, ersboda: Unit
):
    told_both(county, chain)
    change(county, chain, {"place-outpatient": "moved"}, outpatient_unit=ersboda)
    assert owed(county, chain) == {
        "Ersboda hälsocentral": ["Inskrivning"],
        "Heimdalls hälsocentral": ["Hör inte längre till er, Ersboda hälsocentral tar över"],
    }


def test_a_spelling_mended_is_no_move(county: County, chain: CareChain):
    told_both(county, chain)
    elsewhere = {Party.MUNICIPALITY: OtherPlace("Sollefta kommun", "kommun", "0620-68 20 00")}
    change(county, chain, MOVED, municipality=None, others=elsewhere)
    ring(county, chain, SKELLEFTEA)
    ring(county, chain, "Sollefta kommun")
    mended = {Party.MUNICIPALITY: OtherPlace("Sollefteå kommun", "kommun", "0620-68 20 00")}
    change(county, chain, {"place-municipality": "same"}, others=mended)
    assert owed(county, chain) == {}
    moved = {Party.MUNICIPALITY: OtherPlace("Ånge kommun")}
    change(county, chain, MOVED, others=moved)
    assert owed(county, chain) == {"Ånge kommun": ["Inskrivning"], "Sollefteå kommun": NO_LONGER}


def test_another_ward_leaves_the_others_told_and_writes_no_new_event(county: County, chain: CareChain):
    told_both(county, chain)
    change(county, chain, ward_unit=county.other_ward)
    assert owed(county, chain) == {}
    assert chain.events.count() == 1


NAME = {"patient_name": "Tolvan Tolvsson"}


def test_another_name_after_somebody_was_reached_asks_which_it_is(county: County, chain: CareChain):
    change(county, chain, **NAME)
    told_both(county, chain)
    for known in ({"patient_name": "Tolva Tolvsson"}, {"identity": ""}):
        with pytest.raises(Question) as asked:
            change(county, chain, **known)
        assert asked.value.key == "identity"
    change(county, chain, patient_name=" Tolvan  Tolvsson ")


def test_what_was_only_written_wrong_here_owes_nobody_anything(county: County, chain: CareChain):
    told_both(county, chain)
    change(county, chain, {"identity": "written_wrong"}, **NAME)
    assert owed(county, chain) == {}
    assert chain.events.count() == 1


def test_what_was_said_wrong_is_one_call_to_each_reached(county: County, chain: CareChain):
    told_both(county, chain)
    heard = patient_in_short(get_chain(county.alva, chain.pk).details)
    change(county, chain, {"identity": "said_wrong"}, **NAME)
    right = [f"Rätt identitet på patienten (tidigare sagt: {heard})"]
    assert owed(county, chain) == {SKELLEFTEA: right, "Heimdalls hälsocentral": right}
    ring(county, chain, SKELLEFTEA)
    assert owed(county, chain) == {"Heimdalls hälsocentral": right}


def test_another_person_gets_a_chain_of_its_own_and_each_reached_hears_that_it_was_not_the_former(
    county: County, chain: CareChain
):
    told_both(county, chain)
    before = get_chain(county.alva, chain.pk).details
    change(county, chain, {"identity": "other_person"}, **NAME)
    stands = get_chain(county.alva, chain.pk).details
    assert before is not None
    assert stands is not None
    assert (stands.patient_name, stands.status) == (before.patient_name, "wrong_patient")
    assert owed(county, chain) == {
        SKELLEFTEA: [f"Gällde inte {before.patient_name}: inskrivning"],
        "Heimdalls hälsocentral": [f"Gällde inte {before.patient_name}: inskrivning"],
    }
    other = CareChain.objects.exclude(pk=chain.pk).get()
    assert get_chain(county.alva, other.pk).details.patient_name == "Tolvan Tolvsson"
    assert owed(county, other) == {}


def test_the_change_to_another_person_sent_twice_leads_to_that_person(county: County, chain: CareChain):
    told_both(county, chain)
    stands = get_chain(county.alva, chain.pk).details
    sent = {
        "client_id": uuid4(),
        "replaces": stands.pk,
        "facts": replace(stands.facts, **NAME),
        "answers": {"identity": "other_person"},
    }
    first, again = (
        change_details(by=county.alva, chain=get_chain(county.alva, chain.pk), **sent) for _ in "12"
    )
    assert first == again
    assert first.chain_id != chain.pk


def dies(county: County, chain: CareChain) -> None:
    change(county, chain, status=ChainStatus.DECEASED, status_reason="Avled 10.40.")


def test_after_a_death_only_the_discharge_is_still_owed_and_those_reached_hear_of_it(
    county: County, chain: CareChain
):
    told_both(county, chain)
    make_event(county.alva, chain, "discharge_report")
    make_event(county.alva, chain, "discharge")
    dies(county, chain)
    died = ["Utskrivningsmeddelande", "Patienten har avlidit"]
    assert owed(county, chain) == {SKELLEFTEA: died, "Heimdalls hälsocentral": died}


def test_a_death_set_in_error_is_owed_first_to_each_who_heard_of_it(
    county: County, outage: Outage, chain: CareChain
):
    told_both(county, chain)
    dies(county, chain)
    ring(county, chain, SKELLEFTEA)
    change(county, chain, status=ChainStatus.OK, status_reason="")
    assert owed(county, chain) == {SKELLEFTEA: ["Patienten har inte avlidit"]}
    make_event(county.alva, make_chain(county, outage), "discharge")
    assert chains_with_calls_owed(county.alva, outage)[:1] == [chain]


def test_of_who_was_in_the_system_before_every_place_hears_of_the_death(county: County, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    dies(county, chain)
    died = ["Patienten har avlidit"]
    assert owed(county, chain) == {SKELLEFTEA: died, "Heimdalls hälsocentral": died}


def test_a_ward_that_was_its_own_health_centre_tells_the_new_one(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    change(county, chain, outpatient_unit=county.ward)
    event = make_event(county.alva, chain, "admission", to="participant:Dotter")
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    # It is both, so it has nothing to tell itself; as hälsocentral it owes its reply (R3.8).
    assert owed(county, chain) == {SKELLEFTEA: ["Svar på inskrivning"]}
    change(county, chain, outpatient_unit=county.health_centre)
    assert owed(county, chain) == {"Heimdalls hälsocentral": ["Inskrivning"]}


def test_a_sjukstuga_that_is_only_the_ward_answers_for_the_ward_alone(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    alva = replace(county.alva, unit=county.ward)
    make_event(county.disa, chain, "admission_reply", sender=Party.OUTPATIENT)
    make_event(county.alva, chain, "discharge_report")
    chain = get_chain(alva, chain.pk)
    found = calls_owed(
        acting=alva,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        now=TUESDAY,
    )
    assert {kind for call in found for kind in [m.kind for m in call.messages]} == {"discharge_report"}
    assert chain in chains_with_calls_owed(alva, chain.outage)


def test_the_database_too_leaves_out_what_is_another_units_to_tell(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    alva = replace(county.alva, unit=county.ward)
    make_event(county.disa, chain, "sip_initiative", sender=Party.OUTPATIENT)
    assert chain not in chains_with_calls_owed(alva, chain.outage)
    assert chain in chains_with_calls_owed(county.disa, chain.outage)


@pytest.mark.parametrize("chosen", ["as shown", "where the patient is now"])
@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.NO_ANSWER])
def test_a_corrected_call_stays_with_the_place_that_it_was_with(
    county: County, chain: CareChain, umea: Principal, client: Client, outcome: CallOutcome, chosen: str
):
    event = make_event(county.alva, chain, "admission", to="participant:Dotter")
    call = tell(county.alva, chain, event, to=Party.MUNICIPALITY, outcome=outcome)
    change(county, chain, MOVED, municipality=umea)
    client.force_login(county.alva.user)
    path = reverse("correct_call", args=[call.pk])
    page = read(client.get(path))
    marked = page.find("input", attrs={"name": "recipient", "checked": True})
    assert SKELLEFTEA in marked.find_parent("label").text
    (other,) = (
        box for box in page.find_all("input", attrs={"name": "recipient"}) if "Umeå" in box.parent.text
    )
    sent = fields_of(form_of(page, method="post")) | {"reason": ["Fel nummer."]}
    if chosen != "as shown":
        sent["recipient"] = [other["value"]]
    assert client.post(path, sent).status_code == 302
    row = Handover.objects.get(supersedes=call)
    assert (row.recipient, row.place_name) == (
        "municipality",
        SKELLEFTEA if chosen == "as shown" else "Umeå kommun",
    )
