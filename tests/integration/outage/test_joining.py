"""Two chains of the same patient joined: read as one, nothing lost, and taken apart again."""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from contacts.models import AuditEntry, Principal, Unit
from contacts.rules.errors import NotAllowed, Question, RuleError
from contacts.rules.parties import Party, WardKind
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Duty, Handover, Outage
from outage.queries.care_chains import find_chains, get_chain, get_event, logs_of, visible_chains
from outage.queries.joined import standing_join
from outage.queries.joining import differing, pairs_between
from outage.queries.owed import owed_by_unit
from outage.queries.tasks import tasks_of
from outage.routine import get_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageScope
from outage.rules.told import PlaceChange
from outage.services.care_chains import change_details
from outage.services.duties import duties_of
from outage.services.events import complete_discharge, correct_event, withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.joining import join_chains, undo_join
from tests.factories import (
    County,
    at_once,
    chain_facts,
    make_chain,
    make_county,
    make_event,
    make_outage,
    tell,
)

NAME = "Tolvan Tolvansson"


def two_chains(county: County, outage: Outage, **more) -> tuple[CareChain, CareChain]:
    """One opened by Alva on the ward, one by Disa at the hälsocentral; both take part in both."""
    return (
        make_chain(county, outage, patient_name=NAME),
        make_chain(county, outage, **({"by": county.disa, "patient_name": NAME} | more)),
    )


def join(county: County, kept: CareChain, other: CareChain, same=True, **more) -> ChainJoin:
    """Join two; `same` says whether all that may be one event is, or of each pair."""
    kept, other = get_chain(county.alva, kept.pk), get_chain(county.alva, other.pk)
    logs = logs_of([kept.pk, other.pk])
    pairs = pairs_between(logs[kept.pk], logs[other.pk])
    said = dict.fromkeys(pairs, same) if isinstance(same, bool) else same
    picks = dict.fromkeys(differing(kept.details, other.details), "kept") | more.pop("choices", {})
    return join_chains(
        **({"by": county.alva, "client_id": uuid4(), "choices": picks, "same": said} | more),
        kept=kept,
        other=other,
    )


def undo(county: County, kept: CareChain, **more) -> ChainJoin:
    found = standing_join(get_chain(county.alva, kept.pk))
    assert found is not None
    return undo_join(**({"by": county.alva, "client_id": uuid4(), "reason": "Två olika."} | more), join=found)


def owed(county: County, chain: CareChain) -> set[tuple[object, ...]]:
    """All that is owed about a chain, by whom and to whom."""
    chain = get_chain(county.alva, chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    units = (county.ward, county.other_ward, county.health_centre)
    return {
        (unit.name, o.id, o.target.key, o.state, o.tries, o.notice, o.kind, o.closed, o.retracts)
        for unit in units
        for o in owed_by_unit(chain, log, unit.pk)
    }


def to_ring(county: County, chain: CareChain) -> set[tuple[str, str]]:
    """What the ward is still to tell, and to whom."""
    chain = get_chain(county.alva, chain.pk)
    found = owed_by_unit(chain, logs_of([chain.pk])[chain.pk], county.ward.pk)
    return {(str(o.notice or o.kind), o.target.key) for o in found if o.closed is None}


def rows_of() -> tuple[object, ...]:
    """Every stored row, in all its columns."""
    return tuple(
        sorted(str(sorted(row.items())) for row in model.objects.values())
        for model in (CareChainEvent, Handover, CareChainDetails)
    )


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
    tasks = tasks_of(chain, log, get_routine(outage.routine_id), OutageScope.BOTH_PRINCIPALS)
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


def live(chain: CareChain) -> list[UUID]:
    return [event.pk for event in logs_of([chain.pk])[chain.pk].live_events]


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
        assert list(find_chains(seen, text)) == [kept], text
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


def test_what_is_corrected_is_written_where_it_was_logged_and_stays_corrected_after_undo(
    county: County, outage: Outage
):
    kept, other = two_chains(county, outage)
    theirs = make_event(county.alva, other, outcome=CallOutcome.REACHED)
    call = Handover.objects.get(chain=other)
    join(county, kept, other)
    event = get_event(county.alva, theirs.pk)
    assert event.chain == kept
    corrected = correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=theirs.happened_at + timedelta(minutes=3),
        particulars={},
        reason="Fel tid",
        told_rightly=True,
    )
    new = tell(county.alva, get_chain(county.alva, kept.pk), corrected, to=Party.OUTPATIENT)
    assert (corrected.chain_id, new.chain_id) == (other.pk, kept.pk)
    assert to_ring(county, kept) == set()
    undo(county, kept)
    assert live(other) == [corrected.pk]
    assert to_ring(county, other) == {("admission", "outpatient")}
    call.chain = get_chain(county.alva, other.pk)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Nej", answers={})


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


def test_what_was_chosen_goes_back_with_undo_and_what_was_changed_since_stays(county: County, outage: Outage):
    kept, other = two_chains(
        county, outage, by=county.alva, ward_unit=county.other_ward, before=Before.ADMITTED
    )
    join(county, kept, other, choices={"ward": "other", "before": "other"})
    now = get_chain(county.alva, kept.pk)
    assert now.details.ward_unit == county.other_ward
    change_details(
        by=county.alva,
        chain=now,
        client_id=uuid4(),
        replaces=now.details_id,
        facts=chain_facts(
            county, patient_name="Nytt Namn", ward_unit=county.other_ward, before=Before.ADMITTED
        ),
    )
    undo(county, kept)
    back = get_chain(county.alva, kept.pk).details
    assert (back.ward_unit, back.before, back.patient_name) == (county.ward, "not_admitted", "Nytt Namn")
    assert get_chain(county.alva, other.pk).details.ward_unit == county.other_ward


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


def test_an_undo_without_a_reason_or_a_second_one_writes_nothing(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    made = join(county, kept, other)
    with pytest.raises(RuleError, match="varför"):
        undo(county, kept, reason=" ")
    press = uuid4()
    made.kept = get_chain(county.alva, kept.pk)
    first = undo_join(by=county.alva, join=made, client_id=press, reason="Två")
    assert undo_join(by=county.alva, join=made, client_id=press, reason="Två") == first
    with pytest.raises(ChangedMeanwhile):
        undo_join(by=county.alva, join=made, client_id=uuid4(), reason="Två")


def act(random: Random, county: County, chain: CareChain) -> None:
    """Something that may happen to a chain."""
    chain = get_chain(county.alva, chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    events = log.live_events
    what = random.choice(["event", "event", "tell", "tell", "correct", "withdraw", "place", "status"])
    to = random.choice([Party.MUNICIPALITY, Party.OUTPATIENT])
    how = random.choice([CallOutcome.REACHED, CallOutcome.REACHED, CallOutcome.BUSY])
    if what == "event" or not events:
        kind = random.choice(["admission", "preliminary_ready", "ready_for_discharge", "discharge"])
        make_event(county.alva, chain, kind, ago=timedelta(minutes=random.randint(1, 90)), to=to, outcome=how)
    elif what == "tell":
        tell(county.alva, chain, random.choice(events), to=to, outcome=how)
    elif what in ("correct", "withdraw"):
        event = get_event(county.alva, random.choice(events).pk)
        if what == "withdraw":
            withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Nej")
        else:
            correct_event(
                by=county.alva,
                event=event,
                client_id=uuid4(),
                happened_at=event.happened_at,
                particulars={},
                reason="Fel",
                told_rightly=random.random() < 0.5,
            )
    else:
        facts = chain_facts(
            county,
            patient_name=NAME,
            ward_unit=random.choice([county.ward, county.other_ward]),
            municipality=county.municipality,
            outpatient_unit=random.choice([county.health_centre, another_centre()]),
            status=random.choice([ChainStatus.OK, ChainStatus.DECEASED])
            if what == "status"
            else ChainStatus.OK,
            status_reason="Avled",
        )
        change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)


def another_centre() -> Unit:
    """A second hälsocentral."""
    found, _ = Unit.objects.get_or_create(
        principal=Principal.objects.get(kind="region"),
        name="Ålidhems hälsocentral",
        outpatient_kind="health_centre",
    )
    return found


def duties(chain: CareChain) -> set[tuple[object, ...]]:
    stored = Duty.objects.filter(chain=chain)
    return {(d.unit_id, d.rank, d.since, d.awaits, d.unless_back_id) for d in stored}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_was_logged_undo_gives_back_what_was_owed(county: County, outage: Outage, seed: int):
    random = Random(seed)
    chains = two_chains(county, outage, by=county.alva)
    for _ in range(random.randint(2, 9)):
        act(random, county, random.choice(chains))
    before = [(owed(county, chain), duties(chain)) for chain in chains]
    kept, other = (get_chain(county.alva, chain.pk) for chain in chains)
    logs = logs_of([kept.pk, other.pk])
    same, seen = {}, set()
    for pair in pairs_between(logs[kept.pk], logs[other.pk]):
        same[pair] = not seen & set(pair) and random.random() < 0.7
        seen |= set(pair) if same[pair] else set()
    picks = {name: random.choice(["kept", "other"]) for name in differing(kept.details, other.details)}
    join(county, kept, other, choices=picks, same=same)
    joined = get_chain(county.alva, kept.pk)
    log = logs_of([kept.pk])[kept.pk]
    orders = [row.order for row in (*log.events, *log.handovers, *log.versions)]
    assert len(set(orders)) == len(orders)
    made = {(d.unit_id, d.rank, d.since, d.awaits, d.unless_back_id) for d in duties_of(joined, log)}
    assert duties(kept) == made
    assert duties(other) == set()
    undo(county, kept)
    assert [(owed(county, chain), duties(chain)) for chain in chains] == before


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_the_same_chain_to_different_ones_the_second_is_refused():
    county = make_county()
    outage = make_outage(county.alva)
    one, two, three = (make_chain(county, outage, patient_name=NAME) for _ in range(3))

    def joining(kept: CareChain, other: CareChain):
        return lambda: join(county, kept, other)

    results = at_once([joining(one, two), joining(three, two), joining(two, one)])
    assert sum(isinstance(result, ChainJoin) for result in results) == 1
    assert all(isinstance(result, ChainJoin | RuleError) or result is None for result in results)
    assert CareChain.objects.filter(joined_to__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_calls_logged_while_chains_are_joined_are_all_there_and_counted():
    county = make_county()
    outage = make_outage(county.alva)
    kept, other = two_chains(county, outage)
    mine = make_event(county.alva, kept)
    theirs = make_event(county.alva, other)
    chains = [get_chain(county.alva, chain.pk) for chain in (kept, other)]
    results = at_once(
        [
            lambda: tell(county.alva, chains[0], mine, to=Party.MUNICIPALITY),
            lambda: join(county, kept, other),
            lambda: tell(county.disa, chains[1], theirs, to=Party.OUTPATIENT),
        ]
    )
    assert all(isinstance(r, Handover | ChainJoin | ChangedMeanwhile) for r in results), results
    chain = get_chain(county.alva, kept.pk)
    assert Handover.objects.count() == 2 + sum(isinstance(r, Handover) for r in results)
    log = logs_of([kept.pk])[kept.pk]
    made = {(d.unit_id, d.rank, d.since, d.awaits, d.unless_back_id) for d in duties_of(chain, log)}
    assert duties(kept) == made
