"""A join undone: calls logged while two chains were one are known where what they told of is, nothing twice."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import logs_of
from outage.queries.standing import completion_of
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import complete_discharge, withdraw_event
from tests.factories import County, chain_facts, make_chain, make_event, tell
from tests.integration.outage.joining import NAME, join, live, owed, to_ring, undo
from tests.integration.outage.pages import fields_of, form_of, read

TOLD = (Party.MUNICIPALITY, Party.OUTPATIENT)


def two_of_the_ward(county: County, outage: Outage) -> tuple[CareChain, CareChain]:
    return make_chain(county, outage, patient_name=NAME), make_chain(county, outage, patient_name=NAME)


def calls(chain: CareChain) -> list[Handover]:
    return logs_of([chain.pk])[chain.pk].live_handovers


def withdraw(county: County, event) -> None:
    withdraw_event(by=county.alva, event=get_event(county.alva, event.pk), client_id=uuid4(), reason="Nej")


def test_who_was_told_while_joined_is_told_after_undo_and_owed_what_takes_it_back(
    county: County, outage: Outage
):
    kept, other = two_of_the_ward(county, outage)
    theirs = make_event(county.alva, other, "discharge")
    join(county, kept, other)
    now = get_chain(county.alva, kept.pk)
    for to in TOLD:
        tell(county.disa, now, theirs, to=to)
    complete_discharge(by=county.alva, event=get_event(county.alva, theirs.pk))
    undo(county, kept)
    assert to_ring(county, other) == set()
    # Whoever made the call made it, whoever undid the join.
    assert [call.user for call in calls(other)] == [county.alva.user, county.disa.user, county.disa.user]
    assert calls(kept) == []
    log = logs_of([other.pk])[other.pk]
    assert completion_of(get_chain(county.alva, other.pk), log, log.live_events[0])
    withdraw(county, theirs)
    assert to_ring(county, other) == {("discharge", "municipality"), ("discharge", "outpatient")}
    assert to_ring(county, kept) == set()


def test_a_call_about_both_is_one_of_each_after_undo_and_counts_once_when_joined_again(
    county: County, outage: Outage
):
    kept, other = two_of_the_ward(county, outage)
    mine, theirs = make_event(county.alva, kept), make_event(county.alva, other, "discharge")
    join(county, kept, other)
    now = get_chain(county.alva, kept.pk)
    tell(county.alva, now, mine, theirs)
    tell(county.alva, now, mine, theirs, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY)
    before = owed(county, kept)
    undo(county, kept)
    assert to_ring(county, kept) == {("admission", "outpatient")}
    assert to_ring(county, other) == {("discharge", "outpatient")}
    told = [[m.event_id for m in call.messages.all()] for chain in (kept, other) for call in calls(chain)]
    assert told == [[mine.pk]] * 3 + [[theirs.pk]] * 3
    join(county, kept, other)
    assert owed(county, kept) == before


def mark_wrong(county: County, chain: CareChain, **answers: str) -> None:
    now = get_chain(county.alva, chain.pk)
    change_details(
        by=county.alva,
        chain=now,
        client_id=uuid4(),
        replaces=now.details_id,
        facts=chain_facts(
            county, patient_name=NAME, status=ChainStatus.WRONG_PATIENT, status_reason="Fel patient"
        ),
        answers=answers,
    )


def test_a_joined_chain_goes_with_the_wrong_patient_only_when_asked(county: County, outage: Outage):
    kept, other = two_of_the_ward(county, outage)
    theirs = make_event(county.alva, other, "discharge", outcome=CallOutcome.REACHED)
    join(county, kept, other)
    with pytest.raises(Question, match=f"sammanförd med vårdkedja {other.number}"):
        mark_wrong(county, kept)
    with pytest.raises(RuleError, match="Upplös"):
        mark_wrong(county, kept, **{"joined-too": "nej"})
    assert live(kept) == [theirs.pk]


@pytest.mark.parametrize("heard", [False, True])
def test_what_went_only_with_the_join_is_given_back_by_undo(county: County, outage: Outage, heard: bool):
    kept, other = two_of_the_ward(county, outage)
    mine = make_event(county.alva, kept)
    theirs = make_event(county.alva, other, "discharge", outcome=CallOutcome.REACHED)
    tell(county.alva, other, theirs, to=Party.OUTPATIENT)
    own = make_event(county.alva, other, "preliminary_ready")
    complete_discharge(by=county.alva, event=get_event(county.alva, theirs.pk))
    withdraw(county, own)
    before = owed(county, other)
    join(county, kept, other)
    mark_wrong(county, kept, **{"joined-too": "ja"})
    assert live(kept) == []
    if heard:
        now = get_chain(county.alva, kept.pk)
        gone = next(e for e in logs_of([kept.pk])[kept.pk].events if e.supersedes_id == theirs.pk)
        tell(county.alva, now, gone)
    undo(county, kept)
    log = logs_of([other.pk])[other.pk]
    assert [event.kind for event in log.live_events] == ["discharge"]
    assert live(kept) == [], mine
    if heard:
        assert ("discharge", "municipality") in to_ring(county, other)
    else:
        assert owed(county, other) == before
        assert completion_of(get_chain(county.alva, other.pk), log, log.live_events[0])
    # It can be changed like any other.
    withdraw(county, log.live_events[0])
    assert live(other) == []


def test_the_form_asks_about_the_joined_chain(county: County, outage: Outage, client: Client):
    kept, other = two_of_the_ward(county, outage)
    make_event(county.alva, other, "discharge")
    join(county, kept, other)
    client.force_login(county.alva.user)
    address = reverse("edit_chain", args=[kept.pk])
    typed = fields_of(form_of(read(client.get(address)))) | {
        "status": "wrong_patient",
        "status_reason": "Fel",
    }
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert f"vårdkedja {other.number}. Det som är loggat där" in read(answer).get_text(" ", strip=True)


def test_what_can_be_joined_the_other_way_says_so(county: County, outage: Outage):
    one, (two, three) = make_chain(county, outage, patient_name=NAME), two_of_the_ward(county, outage)
    join(county, two, three)
    with pytest.raises(
        RuleError, match=f"tvärtom: öppna vårdkedja {two.number} och välj vårdkedja {one.number}"
    ):
        join(county, one, two)
    assert join(county, two, one).kept == two
