"""A join of two different patients undone: who was told by the wrong number or name is told anew, by whoever rang."""

from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import log_of
from outage.queries.owed import owed_by_unit
from outage.queries.standing import completion_of
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.told import Notice
from outage.services.care_chains import change_details
from outage.services.events import complete_discharge, withdraw_event
from outage.services.handovers import log_call
from outage.services.states import rebuilt
from tests.factories import County, call_facts, make_chain, make_event, tell
from tests.integration.outage.joining import join, to_ring, undo
from tests.integration.outage.pages import read

ONE, TWO = ("Berta Ettan", "19480101-9847"), ("Berta Tvåan", "19480110-9804")
TOLD = (Party.MUNICIPALITY, Party.OUTPATIENT)
BOTH = {("discharge", "municipality"), ("discharge", "outpatient")}


def two_patients(county: County, outage: Outage, one=ONE, two=TWO) -> tuple[CareChain, CareChain]:
    chains = [make_chain(county, outage, patient_name=name, identity=number) for name, number in (one, two)]
    return chains[0], chains[1]


def joined(county: County, kept: CareChain, other: CareChain, who: str, **more) -> CareChain:
    join(county, kept, other, same=False, choices={"identity": who, "patient_name": who}, **more)
    return get_chain(county.alva, kept.pk)


def retracted(county: County, chain: CareChain) -> set[tuple[str, str]]:
    """What the ward is to tell was not about the chain's patient after all, and to whom."""
    chain = get_chain(county.alva, chain.pk)
    found = owed_by_unit(chain, log_of(chain.pk), county.ward.pk)
    return {(o.kind, o.target.key) for o in found if o.retracts and o.closed is None}


def calls(chain: CareChain) -> list[Handover]:
    return log_of(chain.pk).live_handovers


def as_kept(*chains: CareChain) -> Collection[object]:
    """In what the kept states are not as the log says."""
    return list(rebuilt(CareChain.objects.filter(pk__in=[chain.pk for chain in chains]), write=False))


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("who", ["kept", "other"])
@pytest.mark.parametrize("about", ["kept", "other"])
def test_a_discharge_counts_only_for_the_patient_whose_name_was_heard(
    county: County, outage: Outage, who: str, about: str
):
    kept, other = two_patients(county, outage)
    whose, others = (other, kept) if about == "other" else (kept, other)
    discharge = make_event(county.alva, whose, "discharge")
    now = joined(county, kept, other, who)
    for to in TOLD:
        tell(county.disa, now, discharge, to=to)
    complete_discharge(by=county.alva, event=get_event(county.alva, discharge.pk))
    undo(county, kept)
    if who == about:
        assert to_ring(county, whose) == retracted(county, others) == set()
    else:
        assert to_ring(county, whose) == BOTH
        assert retracted(county, whose) == set()
        # Who lies there still has been called discharged.
        assert to_ring(county, others) == retracted(county, others) == BOTH
        assert log_of(others.pk).live_events == []
    event, log = get_event(county.alva, discharge.pk), log_of(whose.pk)
    assert (completion_of(event.chain, log, event) is not None) is (who == about)
    assert as_kept(kept, other) == []


def test_who_hears_that_it_was_another_owes_nothing_more(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    discharge = make_event(county.alva, other, "discharge")
    now = joined(county, kept, other, "kept")
    tell(county.disa, now, discharge)
    undo(county, kept)
    gone = next(row for row in log_of(kept.pk).events if row.withdraws)
    tell(county.alva, get_chain(county.alva, kept.pk), gone)
    tell(county.alva, get_chain(county.alva, other.pk), discharge)
    assert to_ring(county, kept) == set()
    assert to_ring(county, other) == {("discharge", "outpatient")}


def test_one_call_about_both_stands_where_it_was_heard_signed_by_who_made_it(
    county: County, outage: Outage, client: Client
):
    kept, other = two_patients(county, outage)
    mine = make_event(county.alva, kept)
    theirs = make_event(county.alva, other, "discharge")
    now = joined(county, kept, other, "kept")
    made = tell(county.disa, now, mine, theirs)
    undo(county, kept)
    # Alva undid it, and has rung nobody.
    stands = next(call for call in calls(kept) if call.supersedes_id == made.pk)
    assert (stands.user, stands.unit, stands.signature) == (made.user, made.unit, made.signature)
    assert (stands.recorded_at, stands.code_id) == (made.recorded_at, made.code_id)
    assert ("admission", "municipality") not in to_ring(county, kept)
    assert retracted(county, kept) == {("discharge", "municipality")}
    assert to_ring(county, other) == BOTH
    client.force_login(county.alva.user)
    page = " ".join(read(client.get(reverse("chain", args=[kept.pk]))).main.get_text(" ").split())
    assert f"Skrivet på nytt: Sammanföringen med vårdkedja {other.number} är upplöst." in page
    assert "Rättat" not in page


def test_of_one_patient_a_call_about_both_is_signed_in_both_by_who_made_it(county: County, outage: Outage):
    kept, other = two_patients(county, outage, two=ONE)
    mine, theirs = make_event(county.alva, kept), make_event(county.alva, other, "discharge")
    made = tell(county.disa, joined(county, kept, other, "kept"), mine, theirs)
    undo(county, kept)
    for chain in (kept, other):
        assert [call.user for call in calls(chain)][-1] == made.user
    assert [row.user for row in log_of(kept.pk).handovers if row.withdraws] == []


def test_what_was_said_before_the_join_and_entered_later_was_said_of_its_own(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    discharge = make_event(county.alva, other, "discharge")
    now = joined(county, kept, other, "kept")
    made = make_event(county.alva, now).happened_at
    tell(county.disa, now, discharge, at=made)
    undo(county, kept)
    assert to_ring(county, other) == {("discharge", "outpatient")}
    assert retracted(county, kept) == set()


def test_an_event_that_was_logged_in_both_is_told_where_it_was_heard(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    mine = make_event(county.alva, kept, "discharge")
    make_event(county.alva, other, "discharge")
    join(county, kept, other, same=True, choices={"identity": "other", "patient_name": "other"})
    tell(county.disa, get_chain(county.alva, kept.pk), mine)
    undo(county, kept)
    assert retracted(county, other) == set()
    assert to_ring(county, other) == {("discharge", "outpatient")}
    assert to_ring(county, kept) == BOTH


def test_a_correction_and_what_takes_it_back_are_heard_of_the_same_one(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    discharge = make_event(county.alva, other, "discharge")
    now = joined(county, kept, other, "kept")
    tell(county.disa, now, discharge)
    withdraw_event(
        by=county.alva, event=get_event(county.alva, discharge.pk), client_id=uuid4(), reason="Nej"
    )
    gone = next(row for row in log_of(kept.pk).events if row.withdraws)
    tell(county.disa, get_chain(county.alva, kept.pk), gone)
    undo(county, kept)
    # Who heard it heard it taken back, of the same one; the other was never spoken of.
    assert to_ring(county, kept) == to_ring(county, other) == set()


@pytest.mark.parametrize("who", ["kept", "other"])
def test_who_heard_that_one_is_the_other_hears_who_it_is(county: County, outage: Outage, who: str):
    kept, other = two_patients(county, outage)
    for chain in (kept, other):
        make_event(county.alva, chain, "preliminary_ready", outcome=CallOutcome.REACHED)
    now = joined(county, kept, other, who, answers={"identity": "said_wrong"})
    (notice,) = {(o.notice, o.id) for o in owed_by_unit(now, log_of(kept.pk), county.ward.pk) if o.notice}
    assert notice[0] is Notice.IDENTITY
    told = [Message(notice=Notice.IDENTITY, change_id=int(notice[1].partition(":")[2]))]
    facts = call_facts(Party.MUNICIPALITY)
    log_call(by=county.disa, chain=now, client_id=uuid4(), facts=facts, messages=told)
    undo(county, kept)
    wrong, right = (other, kept) if who == "kept" else (kept, other)
    assert ("identity", "municipality") in to_ring(county, wrong)
    assert ("identity", "municipality") not in to_ring(county, right)
    again = get_chain(county.alva, wrong.pk).details
    assert (again.patient_name, again.identity_number) == (
        wrong.details.patient_name,
        wrong.details.identity_number,
    )


def test_who_heard_while_they_were_one_that_it_is_a_third_one_hears_who_it_is(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    make_event(county.alva, other, "preliminary_ready", outcome=CallOutcome.REACHED)
    now = joined(county, kept, other, "other")
    third = change_details(
        by=county.alva,
        chain=now,
        client_id=uuid4(),
        replaces=now.details_id,
        facts=replace(now.details.facts, patient_name="Cilla Trean", identity="19480120-9802"),
        answers={"identity": "said_wrong"},
    )
    now = get_chain(county.alva, kept.pk)
    told = [Message(notice=Notice.IDENTITY, change_id=third.pk)]
    facts = call_facts(Party.MUNICIPALITY)
    log_call(by=county.disa, chain=now, client_id=uuid4(), facts=facts, messages=told)
    undo(county, kept)
    assert ("identity", "municipality") in to_ring(county, other)
    assert as_kept(kept, other) == []


def test_who_heard_that_the_other_is_dead_hears_that_it_is_not(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    make_event(county.alva, kept, "admission", outcome=CallOutcome.REACHED)
    now = joined(county, kept, other, "other", answers={"identity": "said_wrong"})
    facts = now.details.facts
    dead = change_details(
        by=county.alva,
        chain=now,
        client_id=uuid4(),
        replaces=now.details_id,
        facts=replace(facts, status=ChainStatus.DECEASED, status_reason="Avled"),
    )
    told = [Message(notice=Notice.DECEASED, change_id=dead.pk)]
    log_call(
        by=county.disa,
        chain=get_chain(county.alva, kept.pk),
        client_id=uuid4(),
        facts=call_facts(Party.MUNICIPALITY),
        messages=told,
    )
    undo(county, kept)
    assert ("deceased", "municipality") in to_ring(county, kept)
    assert ("not_deceased", "municipality") in to_ring(county, other)


def test_a_chain_can_be_joined_again_after_two_were_parted(county: County, outage: Outage):
    kept, other = two_patients(county, outage)
    discharge = make_event(county.alva, other, "discharge")
    tell(county.disa, joined(county, kept, other, "kept"), discharge)
    undo(county, kept)
    joined(county, kept, other, "other", answers={"identity": "said_wrong"})
    assert as_kept(kept, other) == []
    undo(county, kept)
    assert as_kept(kept, other) == []
    assert ("discharge", "municipality") in retracted(county, kept)


# What is said while they are one is said of the kept one.
@pytest.mark.parametrize(("which", "since"), [("kept", False), ("other", False), ("kept", True)])
@pytest.mark.parametrize("same_number", [False, True], ids=["two numbers", "one number"])
def test_protected_personal_data_are_let_go_of_no_patient_they_may_be_of(
    county: County, outage: Outage, client: Client, which: str, since: bool, same_number: bool
):
    chains = two_patients(county, outage, two=(TWO[0], ONE[1] if same_number else TWO[1]))
    protected = {"kept": chains[0], "other": chains[1]}[which]

    def protect(chain: CareChain) -> None:
        now = get_chain(county.alva, chain.pk)
        facts = replace(now.details.facts, protected_identity=True)
        change_details(by=county.alva, chain=now, client_id=uuid4(), replaces=now.details_id, facts=facts)

    if not since:
        protect(protected)
    picks = {"identity": "kept"} if not same_number else {}
    join(
        county,
        *chains,
        same=False,
        choices={"patient_name": "kept"} | picks,
        answers={"identity": "said_wrong"},
    )
    if since:
        protect(chains[0])
    client.force_login(county.alva.user)
    undoing = client.get(reverse("undo_join", args=[chains[0].pk]))
    undo(county, chains[0])
    found = [get_chain(county.alva, chain.pk).details.protected_identity for chain in chains]
    both = since or same_number
    assert found == [both or which == "kept", both or which == "other"]
    assert "Efteråt gäller det båda vårdkedjorna" in undoing.content.decode()
    assert as_kept(*chains) == []
