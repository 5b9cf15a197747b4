"""Who the patient is changes while a call about them is typed: the call is of whom the page showed, or it is asked."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from contacts.access import Acting
from contacts.models import Principal
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import log_of
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.rules.told import Notice
from outage.services.care_chains import change_details
from outage.services.handovers import correct_call
from outage.services.states import rebuilt
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.joining import join, to_ring, undo
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_call_pages import REACHED, opened, send

ONE, TWO = ("Vera Xett", "19480101-9847"), ("Vera Ytva", "19480110-9804")
DISCHARGE = REACHED | {"messages": ["new:discharge:inpatient"], "read_back": "done"}
AS_SHOWN, AS_NOW = {"answer-as-whom": "then"}, {"answer-as-whom": "now"}


def rename(
    county: County, chain: CareChain, *, by: Acting | None = None, asked_of: bool = False, **facts
) -> None:
    """What that means is asked where somebody has been told of the patient."""
    now = get_chain(county.alva, chain.pk)
    change_details(
        by=by or county.alva,
        chain=now,
        client_id=uuid4(),
        replaces=now.details_id,
        facts=replace(now.details.facts, **facts),
        answers={"identity": "said_wrong"} if asked_of else {},
    )


def patient(county: County, outage: Outage, who: tuple[str, str]) -> CareChain:
    return make_chain(county, outage, patient_name=who[0], identity=who[1])


def to_put_right(county: County, chain: CareChain) -> set[str]:
    """Who is owed a call about who the patient is."""
    return {key for what, key in to_ring(county, chain) if what == Notice.IDENTITY}


def asked(client: Client, chain: CareChain, fields, **answer):
    """Sends the form, which asks, and then what it asked with the answer."""
    page = read(send(client, chain, fields, **DISCHARGE))
    assert "Välj ett svar." in errors_of(page)
    [question] = [
        one for one in page.main.find_all("fieldset") if one.find("input", {"name": "answer-as-whom"})
    ]
    return question.get_text(" "), send(client, chain, fields_of(form_of(page, method="post")), **answer)


@pytest.mark.parametrize("told_before", [False, True])
@pytest.mark.parametrize("changed", [{"identity": TWO[1]}, {"patient_name": TWO[0]}])
def test_who_was_told_of_the_patient_as_the_page_showed_them_is_owed_who_it_is(
    county: County, outage: Outage, client: Client, clock: Clock, told_before: bool, changed
):
    chain = patient(county, outage, ONE)
    if told_before:
        tell(county.alva, chain, make_event(county.alva, chain, "admission"), to=Party.OUTPATIENT)
    fields = opened(client, county, chain)
    clock.shift(timedelta(seconds=5))
    rename(county, chain, asked_of=told_before, **changed)
    question, answer = asked(client, chain, fields, **AS_SHOWN)
    assert "av Alva" in question
    assert ONE[0] in question
    assert answer.status_code == 302
    call = log_of(chain.pk).live_handovers[-1]
    assert call.shown_as.patient_name == ONE[0]
    assert to_put_right(county, chain) == {"municipality", *(["outpatient"] if told_before else [])}
    page = read(client.get(f"/vardkedja/{chain.pk}/")).main.get_text(" ")
    assert "Patienten nämndes som" in page
    assert list(rebuilt(CareChain.objects.filter(pk=chain.pk), write=False)) == []


def test_who_was_told_of_the_patient_as_they_stand_now_is_owed_nothing_of_it(
    county: County, outage: Outage, client: Client, clock: Clock
):
    chain = patient(county, outage, ONE)
    fields = opened(client, county, chain)
    clock.shift(timedelta(seconds=5))
    rename(county, chain, identity=TWO[1])
    _, answer = asked(client, chain, fields, **AS_NOW)
    assert answer.status_code == 302
    assert log_of(chain.pk).live_handovers[-1].shown_as is None
    assert to_put_right(county, chain) == set()


@pytest.mark.parametrize("facts", [{"protected_identity": True}, {"before": Before.ADMITTED}])
def test_what_is_not_who_the_patient_is_may_change_meanwhile(
    county: County, outage: Outage, client: Client, facts
):
    chain = patient(county, outage, ONE)
    fields = opened(client, county, chain)
    rename(county, chain, **facts)
    assert "as-whom" not in send(client, chain, fields, **DISCHARGE).content.decode()
    assert not Handover.objects.exclude(shown_as=None).exists()


def test_of_a_call_before_the_change_its_time_says_as_whom(
    county: County, outage: Outage, client: Client, clock: Clock
):
    chain = patient(county, outage, ONE)
    fields = opened(client, county, chain)
    clock.shift(timedelta(minutes=3))
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED, to=Party.OUTPATIENT)
    rename(county, chain, asked_of=True, identity=TWO[1])
    assert send(client, chain, fields, **DISCHARGE).status_code == 302
    assert to_put_right(county, chain) == {"municipality", "outpatient"}


@pytest.mark.parametrize("minutes", [0, 3])
@pytest.mark.parametrize("answer", [AS_SHOWN, AS_NOW])
def test_a_call_typed_on_a_chain_that_was_joined_meanwhile_goes_with_the_patient_that_was_shown(
    county: County, outage: Outage, client: Client, clock: Clock, minutes: int, answer
):
    kept, other = patient(county, outage, ONE), patient(county, outage, TWO)
    fields = opened(client, county, other)
    clock.shift(timedelta(minutes=minutes, seconds=5))
    join(county, kept, other, same=False, answers={"identity": "said_wrong"})
    question, sent = asked(client, other, fields, **answer)
    assert f"sammanfördes med vårdkedja {kept.number}" in question
    assert sent.status_code == 302
    shown = answer == AS_SHOWN
    assert to_put_right(county, kept) == ({"municipality"} if shown else set())
    undo(county, kept)
    whose, others = (other, kept) if shown else (kept, other)
    standing = {pk: [row.kind for row in log_of(pk).live_events] for pk in (whose.pk, others.pk)}
    assert standing == {whose.pk: ["discharge"], others.pk: []}
    assert [len(log_of(chain.pk).live_handovers) for chain in (whose, others)] == [1, 0]
    assert list(rebuilt(CareChain.objects.filter(pk__in=[kept.pk, other.pk]), write=False)) == []


def test_a_call_typed_while_two_were_joined_is_not_logged_on_the_one_it_was_not_about(
    county: County, outage: Outage, client: Client, clock: Clock
):
    kept, other = patient(county, outage, ONE), patient(county, outage, TWO)
    join(county, kept, other, same=False, answers={"identity": "said_wrong"})
    fields = opened(client, county, other)
    clock.shift(timedelta(seconds=5))
    undo(county, kept)
    question, sent = asked(client, other, fields, **AS_SHOWN)
    assert "Sammanföringen upplöstes" in question
    assert TWO[0] in question
    assert sent.status_code == 422
    page = read(sent)
    assert f"Samtalet gällde vårdkedja {kept.number}" in page.main.get_text(" ")
    assert page.main.find("input", {"name": "spoken_to"})["value"] == REACHED["spoken_to"]
    assert not Handover.objects.exists()


def test_the_question_names_who_changed_the_patient_and_when_and_not_who_wrote_last(
    county: County, outage: Outage, client: Client, clock: Clock
):
    chain = patient(county, outage, ONE)
    fields = opened(client, county, chain)
    clock.shift(timedelta(minutes=1))
    rename(county, chain, identity=TWO[1])
    clock.shift(timedelta(minutes=2))
    rename(county, chain, by=county.esa, before=Before.ADMITTED)
    question, _ = asked(client, chain, fields | {"at_kl": ["10.54"]})
    assert "Patientens nummer eller namn ändrades 10.53 av Alva Påhittad medan du skrev." in question


@pytest.mark.parametrize("part_again", [False, True])
def test_the_question_names_who_joined_or_parted_and_when(
    county: County, outage: Outage, client: Client, clock: Clock, part_again: bool
):
    kept = make_chain(county, outage, by=county.disa, patient_name=ONE[0], identity=ONE[1])
    other = patient(county, outage, TWO)
    fields = opened(client, county, other)
    clock.shift(timedelta(minutes=1))
    join(county, kept, other, by=county.esa, same=False, answers={"identity": "said_wrong"})
    if part_again:
        fields = opened(client, county, other)
        clock.shift(timedelta(minutes=1))
        undo(county, kept, by=county.esa)
    clock.shift(timedelta(minutes=2))
    # Whoever mended something else afterwards is not who did it.
    rename(county, other if part_again else kept, by=county.disa, before=Before.ADMITTED)
    question, _ = asked(client, other, fields)
    happened = "Sammanföringen upplöstes 10.54" if part_again else "sammanfördes med vårdkedja 1 10.53"
    assert f"{happened} av Esa Påhittad medan du skrev." in question


def test_a_corrected_call_is_still_of_whom_the_page_showed(
    county: County, outage: Outage, client: Client, clock: Clock
):
    chain = patient(county, outage, ONE)
    fields = opened(client, county, chain)
    clock.shift(timedelta(seconds=5))
    rename(county, chain, identity=TWO[1])
    asked(client, chain, fields, **AS_SHOWN)
    [call] = log_of(chain.pk).live_handovers
    correct_call(
        by=county.alva,
        handover=get_handover(county.alva, call.pk),
        client_id=uuid4(),
        facts=replace(call.facts, comment="Ringde igen."),
        reason="Glömde.",
    )
    assert to_put_right(county, chain) == {"municipality"}


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.NO_ANSWER])
@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_place_that_was_changed_meanwhile_is_told_of_and_the_call_is_with_the_one_shown(
    county: County, outage: Outage, client: Client, outcome: CallOutcome, meanwhile: bool
):
    chain = patient(county, outage, ONE)
    mala = Principal.objects.create(name="Malå kommun", short_name="Malå", kind="municipality")
    fields = opened(client, county, chain) if meanwhile else {}
    rename(county, chain, municipality=mala)
    fields = fields or opened(client, county, chain)
    answer = send(client, chain, fields, **DISCHARGE | {"outcome": outcome})
    assert answer.status_code == 302
    [call] = log_of(chain.pk).live_handovers
    assert call.place_name == ("Skellefteå kommun" if meanwhile else "Malå kommun")
    said = "Kommun ändrades till Malå kommun medan du skrev. Samtalet står med Skellefteå kommun, som sidan visade."
    assert (said in read(client.get("/")).get_text()) is meanwhile
