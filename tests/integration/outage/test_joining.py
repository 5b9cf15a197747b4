"""Two chains of the same patient joined: read as one, nothing lost, and taken apart again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contacts.models import AuditEntry
from contacts.rules.errors import NotAllowed, Question, RuleError
from contacts.rules.parties import Party, WardKind
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, ChainJoin, Outage
from outage.queries.care_chains import find_chains, get_chain, get_event, visible_chains
from outage.queries.chain_log import logs_of
from outage.queries.joining import differing, pairs_between
from outage.queries.owed import owed_by_unit
from outage.queries.tasks import tasks_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.told import PlaceChange
from outage.services.care_chains import change_details
from outage.services.events import complete_discharge, correct_event, withdraw_event
from outage.services.handovers import log_call
from outage.services.joining import join_chains, undo_join
from tests.factories import (
    County,
    call_facts,
    chain_facts,
    make_chain,
    make_event,
    tell,
)
from tests.integration.outage.joining import NAME, join, live, rows_of, to_ring, two_chains, undo


def test_an_event_that_is_the_same_counts_once_and_whoever_heard_it_in_either_chain_has_heard_it(
    county: County, outage: Outage
):
    kept, other = two_chains(county, outage)
    mine = make_event(county.alva, kept, to=Party.MUNICIPALITY, outcome=CallOutcome.REACHED)
    make_event(county.alva, other, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    assert to_ring(county, kept) == {("admission", "outpatient")}
    join(county, kept, other)
    assert to_ring(county, kept) == set()
    log = logs_of([kept.pk])[kept.pk]
    assert [event.pk for event in log.live_events] == [mine.pk]
    assert (len(log.events), len(log.handovers)) == (2, 2)


@pytest.mark.clause("R4.2")
def test_events_that_are_two_stand_both_and_are_decided_by_hand(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    for chain, to in ((kept, Party.MUNICIPALITY), (other, Party.OUTPATIENT)):
        make_event(county.alva, chain, to=to, outcome=CallOutcome.REACHED)
    join(county, kept, other, same=False)
    assert to_ring(county, kept) == {("admission", "outpatient"), ("admission", "municipality")}
    chain = get_chain(county.alva, kept.pk)
    log = logs_of([kept.pk])[kept.pk]
    tasks = tasks_of(chain, log)
    assert any(len(task.events) == 2 for task in tasks)


def test_who_heard_what_was_corrected_in_the_other_chain_is_still_owed_the_correction(
    county: County, outage: Outage
):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept, outcome=CallOutcome.REACHED)
    wrong = make_event(county.alva, other, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    correct_event(
        by=county.alva,
        event=wrong,
        client_id=uuid4(),
        happened_at=wrong.happened_at + timedelta(minutes=5),
        particulars={},
        reason="Fel tid",
        told_rightly=False,
    )
    join(county, kept, other)
    assert to_ring(county, kept) == {("admission", "outpatient")}
    tell(
        county.alva,
        get_chain(county.alva, kept.pk),
        get_event(county.alva, live(kept)[0]),
        to=Party.OUTPATIENT,
    )
    assert to_ring(county, kept) == set()


def test_a_place_that_was_not_chosen_and_has_heard_is_asked_about_and_rung(county: County, outage: Outage):
    kept, other = two_chains(county, outage, ward_unit=county.ward, outpatient_unit=county.health_centre)
    change_details(
        by=county.alva,
        chain=other,
        client_id=uuid4(),
        replaces=other.details_id,
        facts=chain_facts(
            county, patient_name=NAME, outpatient_unit=county.clinic, ward_kind=WardKind.PSYCHIATRIC
        ),
    )
    other = get_chain(county.alva, other.pk)
    make_event(county.alva, other, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    with pytest.raises(Question) as asked:
        join(county, kept, other, answers={})
    assert asked.value.key == "place-outpatient"
    join(county, kept, other, answers={"place-outpatient": PlaceChange.MISTAKE.value})
    assert ("not_yours", f"place:unit:{county.clinic.pk}") in to_ring(county, kept)
    assert to_ring(county, kept) >= {("admission", "outpatient"), ("admission", "municipality")}


def test_each_thing_that_differs_is_chosen_and_what_only_one_knows_is_taken(county: County, outage: Outage):
    kept = make_chain(
        county, outage, patient_name=NAME, identity="", municipality=None, before=Before.UNKNOWN
    )
    other = make_chain(
        county,
        outage,
        patient_name="Tolvan Tolvanson",
        before=Before.ADMITTED,
        protected_identity=True,
        status=ChainStatus.DECEASED,
        status_reason="Avled 09.30",
    )
    assert differing(kept.details, other.details) == ["patient_name", "before", "status"]
    with pytest.raises(RuleError) as refused:
        join_chains(by=county.alva, kept=kept, other=other, client_id=uuid4(), choices={}, same={})
    assert refused.value.field == "pick-patient_name"
    join(county, kept, other, choices={"before": "other", "status": "other"})
    details = get_chain(county.alva, kept.pk).details
    assert (details.patient_name, details.identity_number) == (NAME, "191212121212")
    assert (details.before, details.status, details.status_reason) == ("admitted", "deceased", "Avled 09.30")
    assert details.municipality == county.municipality
    assert details.protected_identity


def test_no_row_of_either_is_moved_or_changed_and_both_keep_a_trace(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    for chain in (kept, other):
        make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    before = rows_of()
    join(county, kept, other)
    undo(county, kept)
    after = rows_of()
    for was, now in zip(before, after, strict=True):
        assert set(was) <= set(now)
    for chain in (kept, other):
        actions = AuditEntry.objects.filter(chain=chain.pk).values_list("action", flat=True)
        assert {"chain.joined", "chain.join_undone"} <= set(actions)


def test_the_joined_chain_is_in_no_list_is_found_by_either_identity_and_leads_to_the_kept_one(
    county: County, outage: Outage
):
    kept, other = two_chains(county, outage, patient_name="Berit Påhittad", identity="20121212-1212")
    join(county, kept, other)
    seen = visible_chains(county.disa, outage)
    assert list(seen) == [kept]
    for text in ("Berit", "201212121212", "191212121212", "Tolvan"):
        assert list(find_chains(county.disa, text, outage)) == [kept], text
    assert get_chain(county.disa, other.pk) == kept
    undo(county, kept)
    assert list(visible_chains(county.disa, outage)) == [kept, other]
    assert get_chain(county.disa, other.pk) == other


def test_who_opened_the_other_chain_sees_the_kept_one_though_it_names_them_nowhere(
    county: County, outage: Outage
):
    kept = make_chain(county, outage, patient_name=NAME)
    other = make_chain(county, outage, by=county.bo, patient_name=NAME, ward_unit=county.ward)
    join(county, kept, other)
    assert list(visible_chains(county.bo, outage)) == [kept]
    assert list(visible_chains(county.cissi, outage)) == []


def test_an_event_that_counts_as_another_can_not_be_changed_by_itself(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept)
    theirs = make_event(county.alva, other)
    join(county, kept, other)
    event = get_event(county.alva, theirs.pk)
    with pytest.raises(RuleError, match="samma som en i"):
        withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Nej")
    undo(county, kept)
    withdraw_event(by=county.alva, event=get_event(county.alva, theirs.pk), client_id=uuid4(), reason="Nej")


def test_a_discharge_that_was_closed_in_the_other_chain_is_closed(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept, "discharge", outcome=CallOutcome.BUSY)
    theirs = make_event(county.alva, other, "discharge", outcome=CallOutcome.REACHED)
    tell(county.alva, other, theirs, to=Party.OUTPATIENT)
    done = complete_discharge(by=county.alva, event=get_event(county.alva, theirs.pk))
    join(county, kept, other)
    again = complete_discharge(by=county.alva, event=get_event(county.alva, live(kept)[0]))
    assert again == done


def test_what_can_not_be_joined_is_refused(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    third = make_chain(county, outage, patient_name=NAME)
    wrong = make_chain(
        county, outage, patient_name=NAME, status=ChainStatus.WRONG_PATIENT, status_reason="Fel"
    )
    with pytest.raises(RuleError, match="samma vårdkedja"):
        join(county, kept, kept)
    with pytest.raises(RuleError, match="fel patient"):
        join(county, kept, wrong)
    with pytest.raises(NotAllowed):
        join(county, kept, other, by=county.adam)
    join(county, kept, other)
    with pytest.raises(RuleError, match="redan sammanförd"):
        join(county, third, kept)
    join(county, kept, third)
    with pytest.raises(RuleError, match="redan sammanförd"):
        join_chains(
            by=county.alva,
            kept=make_chain(county, outage, patient_name=NAME),
            other=CareChain.objects.select_related("details").get(pk=other.pk),
            client_id=uuid4(),
            choices={},
            same={},
        )
    first = ChainJoin.objects.order_by("pk")[0]
    with pytest.raises(RuleError, match="Upplös den först"):
        undo_join(by=county.alva, join=first, client_id=uuid4(), reason="Två")
    undo(county, kept)
    undo(county, kept)
    assert CareChain.objects.filter(joined_to__isnull=False).count() == 0


def test_a_pair_nobody_was_asked_about_or_did_not_answer_joins_nothing(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    for chain in (kept, other):
        make_event(county.alva, chain)
    with pytest.raises(RuleError, match="för varje par"):
        join(county, kept, other, same={})
    with pytest.raises(ChangedMeanwhile):
        join_chains(
            by=county.alva,
            kept=kept,
            other=other,
            client_id=uuid4(),
            choices={},
            same={("a", "b"): True},
        )
    assert not ChainJoin.objects.exists()


DATES = {"sip_date": "2026-12-01"}, {"sip_date": "2026-12-03"}


def two_sips(county: County, outage: Outage, mine: dict, theirs: dict) -> tuple[CareChain, CareChain]:
    """The same kallelse in two chains; the kommun heard the kept chain's, a daughter the other's."""
    kept, other = two_chains(county, outage, by=county.disa)
    for chain, said, to in ((kept, mine, "municipality"), (other, theirs, "participant:Dotter")):
        make_event(
            county.disa,
            get_chain(county.disa, chain.pk),
            "sip_invitation",
            sender=Party.OUTPATIENT,
            to=to,
            outcome=CallOutcome.REACHED,
            **{"participants": ["Dotter"]} | said,
        )
    return kept, other


def sip_of(chain: CareChain) -> dict[str, object]:
    (event,) = logs_of([chain.pk])[chain.pk].live_events
    return event.particulars


def disa_rings(county: County, chain: CareChain) -> set[str]:
    here = get_chain(county.disa, chain.pk)
    found = owed_by_unit(here, logs_of([chain.pk])[chain.pk], county.health_centre.pk)
    return {o.target.key for o in found if o.closed is None and o.kind == "sip_invitation"}


@pytest.mark.parametrize(("chosen", "rung"), [("kept", "participant:Dotter"), ("other", "municipality")])
def test_of_two_dates_the_one_that_is_chosen_holds_and_who_heard_the_other_is_rung(
    county: County, outage: Outage, chosen: str, rung: str
):
    kept, other = two_sips(county, outage, *DATES)
    pairs = dict.fromkeys(pairs_between(*(logs_of([c.pk])[c.pk] for c in (kept, other))), True)
    with pytest.raises(RuleError, match="vilken") as refused:
        join_chains(by=county.alva, kept=kept, other=other, client_id=uuid4(), choices={}, same=pairs)
    assert refused.value.field.endswith("sip_date")
    join(county, kept, other, said={"sip_date": chosen})
    assert sip_of(kept)["sip_date"] == DATES[chosen == "other"]["sip_date"]
    assert disa_rings(county, kept) == {rung}
    undo(county, kept)
    assert [sip_of(chain)["sip_date"] for chain in (kept, other)] == [said["sip_date"] for said in DATES]
    assert disa_rings(county, kept) == {"participant:Dotter"}
    assert disa_rings(county, other) == {"municipality"}


def test_each_thing_an_event_says_is_chosen_by_itself_and_a_time_goes_with_its_date(
    county: County, outage: Outage
):
    mine = {"sip_date": "2026-12-01", "sip_time": "10:00", "sip_place": "Medicin 2"}
    theirs = {"sip_date": "2026-12-03", "sip_place": "Hemma"}
    kept, other = two_sips(county, outage, mine, theirs)
    join(county, kept, other, said={"sip_date": "other"})
    assert sip_of(kept) == {"participants": ["Dotter"], "sip_date": "2026-12-03", "sip_place": "Medicin 2"}
    # Nobody heard both.
    assert disa_rings(county, kept) == {"municipality", "participant:Dotter"}


def test_what_only_the_other_chain_says_of_an_event_is_not_lost(county: County, outage: Outage):
    kept, other = two_sips(county, outage, DATES[0], DATES[0] | {"sip_time": "10:00"})
    join(county, kept, other)
    assert sip_of(kept)["sip_time"] == "10:00"
    assert disa_rings(county, kept) == {"municipality"}


def test_when_it_happened_is_chosen_and_nobody_is_rung_about_the_minutes(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept, to=Party.MUNICIPALITY, outcome=CallOutcome.REACHED)
    ago = timedelta(minutes=40)
    late = make_event(county.alva, other, ago=ago, to=Party.OUTPATIENT, outcome=CallOutcome.REACHED)
    join(county, kept, other, said={"happened_at": "other"})
    assert [row.happened_at for row in logs_of([kept.pk])[kept.pk].live_events] == [late.happened_at]
    assert to_ring(county, kept) == set()


def test_what_was_said_anew_while_joined_stays_when_the_join_is_undone(county: County, outage: Outage):
    kept, other = two_sips(county, outage, *DATES)
    join(county, kept, other, said={"sip_date": "other"})
    correct_event(
        by=county.disa,
        event=get_event(county.disa, live(kept)[0]),
        client_id=uuid4(),
        happened_at=get_event(county.disa, live(kept)[0]).happened_at,
        particulars={"sip_date": "2026-12-07"},
        reason="Ombokad",
        told_rightly=False,
    )
    undo(county, kept)
    assert [sip_of(chain)["sip_date"] for chain in (kept, other)] == ["2026-12-07", "2026-12-03"]


def test_whether_it_stands_in_the_system_is_chosen_too(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    at = outage.current.started_at - timedelta(minutes=10)
    for chain, stands in ((kept, "nej"), (other, "ja")):
        log_call(
            by=county.alva,
            chain=chain,
            client_id=uuid4(),
            facts=call_facts(),
            messages=[Message(kind="admission", sender=Party.INPATIENT, happened_at=at)],
            answers={f"stands-in-system-{at:%d%H%M}": stands},
        )
    join(county, kept, other, said={"happened_at": "other"})
    assert [event.in_system for event in logs_of([kept.pk])[kept.pk].live_events] == [True]
    undo(county, kept)
    stand = [[e.in_system for e in logs_of([chain.pk])[chain.pk].live_events] for chain in (kept, other)]
    assert stand == [[False], [True]]
