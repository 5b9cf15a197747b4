"""Chains that were joined taken apart: as they were, whatever was logged and whoever was at it at the same time."""

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from django.forms import model_to_dict
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.services.versions import ChangedMeanwhile
from outage.models import CareChain, CareChainEvent, ChainJoin, ChainState, Handover, Outage
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import logs_of
from outage.queries.joining import differing, pairs_between
from outage.queries.states import states_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.services.care_chains import change_details
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.joining import join_chains, undo_join
from tests.factories import (
    County,
    at_once,
    chain_facts,
    end_for_all,
    make_chain,
    make_county,
    make_event,
    make_outage,
    tell,
)
from tests.integration.outage.joining import NAME, join, live, owed, rows_of, to_ring, two_chains, undo
from tests.integration.outage.ticking import mark, rows
from tests.long import runs


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
    # Whoever was told of it while they were one has been told (`test_parting`).
    assert to_ring(county, other) == set()
    call.chain = get_chain(county.alva, other.pk)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Nej", answers={})


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


def states(chain: CareChain) -> set[tuple[object, ...]]:
    return {state.content for state in ChainState.objects.filter(chain=chain)}


def owing(chain: CareChain) -> list[tuple[object, ...]]:
    """How it stands, but for the rows by which a place is named and an event's time told: to undo a join writes new
    ones. Of each event its first row stands.
    """
    former = {row.pk: row.supersedes_id for row in CareChainEvent.objects.exclude(supersedes=None)}

    def first_row(message: str) -> str:
        kind, _, pk = message.partition(":")
        if kind != "event":
            return message
        event = UUID(pk)
        while event in former:
            event = former[event]
        return f"event:{event}"

    rows = ChainState.objects.filter(chain=chain).order_by("what", "position")
    return [
        tuple(
            first_row(value) if name == "message" else value
            for name, value in model_to_dict(row).items()
            if name not in ("id", "named_in", "corrects")
        )
        for row in rows
    ]


def join_at_random(random: Random, county: County, kept: CareChain, other: CareChain) -> None:
    kept, other = (get_chain(county.alva, chain.pk) for chain in (kept, other))
    logs = logs_of([kept.pk, other.pk])
    same, seen = {}, set()
    for pair in pairs_between(logs[kept.pk], logs[other.pk]):
        same[pair] = not seen & set(pair) and random.random() < 0.7
        seen |= set(pair) if same[pair] else set()
    picks = {name: random.choice(["kept", "other"]) for name in differing(kept.details, other.details)}
    said = {"happened_at": random.choice(["kept", "other"])}
    join(county, kept, other, choices=picks, same=same, said=said)


def as_worked_out(county: County, chain: CareChain) -> set[tuple[object, ...]]:
    """How a chain stands as its rows say now; each row with a place of its own among them."""
    chain = get_chain(county.alva, chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    orders = [row.order for row in (*log.events, *log.handovers, *log.versions)]
    assert len(set(orders)) == len(orders)
    return {state.content for state in states_of(chain, log)}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(2, full=300)))
def test_whatever_was_logged_undo_gives_back_what_was_owed(county: County, outage: Outage, seed: int):
    random = Random(seed)
    chains = kept, other = two_chains(county, outage, by=county.alva)
    for _ in range(random.randint(2, 9)):
        act(random, county, random.choice(chains))
    before = [(owed(county, chain), owing(chain)) for chain in chains]
    join_at_random(random, county, *chains)
    assert states(kept) == as_worked_out(county, kept)
    assert states(other) == set()
    undo(county, kept)
    assert [(owed(county, chain), owing(chain)) for chain in chains] == before


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(2, full=300)))
def test_whatever_is_logged_while_joined_stands_and_counts_before_and_after(
    county: County, outage: Outage, seed: int
):
    random = Random(1000 + seed)
    chains = two_chains(county, outage, by=county.alva)
    kept = chains[0]
    for _ in range(random.randint(2, 6)):
        act(random, county, random.choice(chains))
    join_at_random(random, county, *chains)
    before = rows_of()
    for _ in range(random.randint(2, 6)):
        act(random, county, kept)
        assert states(kept) == as_worked_out(county, kept)
    undo(county, kept)
    for was, now in zip(before, rows_of(), strict=True):
        assert set(was) <= set(now)
    for chain in chains:
        assert states(chain) == as_worked_out(county, chain)
    # Each can be changed, and joined again.
    for chain in chains:
        act(random, county, chain)
    join_at_random(random, county, *chains)
    assert states(kept) == as_worked_out(county, kept)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_the_same_chain_to_different_ones_the_second_is_refused():
    county = make_county()
    outage = make_outage(county.alva)
    ids = [make_chain(county, outage, patient_name=NAME).pk for _ in range(3)]

    def joining(kept: UUID, other: UUID):
        # Each has read both before anybody joins them: whoever reads later is given the joined one.
        both = {"kept": get_chain(county.alva, kept), "other": get_chain(county.alva, other)}
        picks = dict.fromkeys(differing(both["kept"].details, both["other"].details), "kept")
        return lambda: join_chains(by=county.alva, client_id=uuid4(), choices=picks, same={}, **both)

    one, two, three = ids

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
    assert states(kept) == {state.content for state in states_of(chain, log)}


@pytest.mark.parametrize("same", [True, False])
def test_ticks_of_both_follow_and_go_back(county: County, outage: Outage, same: bool):
    kept, other = two_chains(county, outage)
    make_event(county.alva, kept, outcome=CallOutcome.REACHED)
    make_event(county.alva, other, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    task = rows(county.alva, other)[0]
    mark(county.alva, get_chain(county.alva, other.pk), task)
    assert done(county, other) == 1
    join(county, kept, other, same=same)
    # The one admission is entered; of two it is not known which one was.
    assert done(county, kept) == (1 if same else 0)
    undo(county, kept)
    assert (done(county, kept), done(county, other)) == (0, 1)


def test_a_tick_set_while_joined_stays_with_what_it_is_about(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, other, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    join(county, kept, other)
    for task in rows(county.alva, kept):
        mark(county.alva, get_chain(county.alva, kept.pk), task)
    assert done(county, kept) == len(rows(county.alva, kept)) >= 1
    undo(county, kept)
    assert done(county, other) >= 1
    assert not any(row.undo for row in rows(county.alva, kept))


DAYS = {"kept": "2026-12-01", "other": "2026-12-03"}


def sip_sent_from_both(county: County, outage: Outage) -> tuple[CareChain, CareChain]:
    """A kallelse in each of two chains, told and ticked as sent, and then joined as one event."""
    kept, other = (
        make_chain(county, outage, patient_name=NAME, before=Before.ADMITTED, by=by)
        for by in (county.alva, county.disa)
    )
    chains = kept, other
    for chain, day in zip(chains, DAYS.values(), strict=True):
        said = {"sip_date": day, "sip_time": "13.00", "sip_place": "Heimdall", "participants": ["Dotter"]}
        make_event(
            county.disa,
            chain,
            "sip_invitation",
            sender=Party.OUTPATIENT,
            outcome=CallOutcome.REACHED,
            **said,
        )
    end_for_all(county, outage, timezone.now())
    for chain in reversed(chains):
        (task,) = (row for row in rows(county.disa, chain) if row.decision == Decision.REGISTER)
        mark(county.disa, get_chain(county.disa, chain.pk), task)
    join(county, *chains)
    return chains


@pytest.mark.clause("R4.5")
@pytest.mark.parametrize("newest", ["kept", "other"])
def test_a_call_to_a_sip_that_was_sent_from_both_is_undone_where_it_does_not_hold(
    county: County, outage: Outage, newest: str
):
    kept, other = sip_sent_from_both(county, outage)
    if newest == "other":
        # Ticked again in the other chain last.
        undo(county, kept)
        task = rows(county.disa, other)[0]
        for done_ in (False, True):
            mark(county.disa, get_chain(county.disa, other.pk), task, done=done_)
        join(county, kept, other)
    shown = {(row.done, row.undo, dict(row.typed)["Datum"]) for row in rows(county.disa, kept)}
    assert shown == {(True, False, "tis 1 dec"), (False, True, "tors 3 dec")}
    (sent,) = (row for row in rows(county.disa, kept) if row.undo)
    assert len({row.place for row in rows(county.disa, kept)}) == 2
    mark(county.disa, get_chain(county.disa, kept.pk), sent, done=False)
    assert [(row.done, row.undo) for row in rows(county.disa, kept)] == [(True, False)]
    undo(county, kept)
    assert (done(county, kept), done(county, other)) == (1, 0)


def test_a_tick_taken_away_while_joined_leaves_the_other_one_to_be_undone(county: County, outage: Outage):
    kept, _ = sip_sent_from_both(county, outage)
    (holds,) = (row for row in rows(county.disa, kept) if row.done)
    mark(county.disa, get_chain(county.disa, kept.pk), holds, done=False)
    (left,) = rows(county.disa, kept)
    assert (left.done, left.changed, left.changes) == (False, True, (("Datum", "tors 3 dec", "tis 1 dec"),))
    mark(county.disa, get_chain(county.disa, kept.pk), left)
    assert [(row.done, row.undo) for row in rows(county.disa, kept)] == [(True, False)]


def test_who_heard_another_date_in_the_other_chain_hears_the_one_that_holds(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    for chain, day in zip((kept, other), DAYS.values(), strict=True):
        to = Party.MUNICIPALITY if chain is other else Party.OUTPATIENT
        make_event(
            county.alva, chain, "preliminary_ready", to=to, outcome=CallOutcome.REACHED, preliminary_date=day
        )
    join(county, kept, other)
    assert to_ring(county, kept) == {("preliminary_ready", "municipality")}


def done(county: County, chain: CareChain) -> int:
    """How many tasks of a chain are done."""
    return sum(row.done for row in rows(county.alva, chain))
