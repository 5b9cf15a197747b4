"""Who knows what, and who is still owed what, by the places that calls reached (domain.md 3, R1.6, R2.1, R3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from random import Random

import pytest

from contacts.rules.parties import Party, WardKind
from outage.routine import current_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import FAILED, CallOutcome, DischargeState, InformState
from outage.rules.owed import ChainStanding
from outage.rules.told import (
    NOT_ADMITTED,
    CallRow,
    EventRow,
    IdentityChange,
    Notice,
    PlaceChange,
    Version,
    notice_id,
)

NOON = datetime(2026, 1, 20, 11, tzinfo=UTC)
WARD, TOWN, CENTRE = Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT
PLACES = {WARD: "unit:ward", TOWN: "town:a", CENTRE: "unit:centre"}
MOVED, MISTAKE, SAME = PlaceChange.MOVED, PlaceChange.MISTAKE, PlaceChange.SAME
REACHED = CallOutcome.REACHED
REGION = frozenset({WARD, CENTRE})


@dataclass
class Chain:
    """A chain as its rows are written, one minute apart."""

    ours: frozenset[Party] = REGION
    held: frozenset[Party] = REGION
    versions: list[Version] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)
    entered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    rows: int = 0

    def __post_init__(self) -> None:
        self.known()

    def _next(self) -> int:
        self.rows += 1
        return self.rows

    def known(
        self, places: Mapping[Party, str] = {}, changed: Mapping[Party, PlaceChange] = {}, **more: object
    ) -> str:
        """What is known from now on, all else as before."""
        order = self._next()
        former = self.versions[-1] if self.versions else None
        base = former or Version("v", 0, NOON, PLACES, WardKind.SOMATIC, ChainStatus.OK, Before.NOT_ADMITTED)
        version = replace(
            base,
            id=f"v{order}",
            order=order,
            at=NOON + timedelta(minutes=order),
            places={party: key for party, key in {**base.places, **places}.items() if key},
            changed=changed,
            **{"identity": None} | more,
        )
        self.versions.append(version)
        return version.id

    def event(self, kind: str = "admission", sender: Party = WARD, **more: object) -> str:
        order = self._next()
        at = more.pop("at", NOON + timedelta(minutes=order))
        self.events.append(EventRow(f"e{order}", order, at, kind, sender, **more))
        return f"e{order}"

    def corrected(self, event: str, *, rightly: bool = False, **more: object) -> str:
        old = next(row for row in self.events if row.id == event)
        facts = {"participants": old.participants, "at": old.at} | more
        return self.event(old.kind, old.sender, supersedes=event, told_rightly=rightly, **facts)

    def withdrawn(self, event: str) -> str:
        old = next(row for row in self.events if row.id == event)
        return self.event(old.kind, old.sender, supersedes=event, withdraws=True)

    def call(self, place: str, *told: str, outcome: CallOutcome = REACHED, received: bool = False) -> str:
        order = self._next()
        at = NOON + timedelta(minutes=order)
        self.calls.append(CallRow(f"c{order}", order, at, place, outcome, frozenset(told), received))
        return f"c{order}"

    def call_withdrawn(self, call: str) -> None:
        self.calls = [row for row in self.calls if row.id != call]

    @property
    def standing(self) -> ChainStanding:
        return ChainStanding(
            routine=current_routine(),
            versions=self.versions,
            events=self.events,
            calls=self.calls,
            ours=self.ours,
            held=self.held,
            entered=self.entered,
            back=self.back,
        )

    @property
    def owed(self) -> set[tuple[str, str]]:
        """What is still to be told: the place or person, and the id of the event or the notice."""
        return {(o.target.place, o.id) for o in self.standing.owed() if o.closed is None and not o.answer}

    @property
    def answers(self) -> set[tuple[str, str]]:
        """The answers that are not given yet: the place, and their kind."""
        return {(o.target.place, o.id) for o in self.standing.owed() if o.closed is None and o.answer}

    @property
    def closed(self) -> set[tuple[str, str, str]]:
        return {(o.target.place, o.id, str(o.closed)) for o in self.standing.owed() if o.closed}

    def told(self, *places: str, **more: object) -> str:
        """An event that each of `places` was told of."""
        event = self.event(**more)
        for place in places:
            self.call(place, event)
        return event


BOTH = ("town:a", "unit:centre")


def notice(what: Notice, version: str) -> str:
    return notice_id(what, version)


# How far somebody has been told


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("length", range(4))
def test_every_order_of_calls(length: int) -> None:
    # Second formulation: the state is the best rung any call has reached on a ladder.
    ladder = dict.fromkeys(CallOutcome, 1) | {CallOutcome.RELAYED: 2, CallOutcome.REACHED: 3}
    states = [InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED]
    for outcomes in product(CallOutcome, repeat=length):
        chain = Chain()
        event = chain.event()
        for outcome in outcomes:
            chain.call("town:a", event, outcome=outcome)
        rung = max((ladder[outcome] for outcome in outcomes), default=0)
        municipality, centre = chain.standing.standings(chain.events[0])
        assert municipality.state is states[rung]
        assert municipality.tries == sum(ladder[outcome] == 1 for outcome in outcomes)
        assert municipality.last_at == (chain.calls[-1].at if outcomes else None)
        assert centre.state is InformState.STILL_TO_RING
        assert (("town:a", event) in chain.owed) is (rung < 3)


@pytest.mark.clause("R1.6")
def test_a_discharge_over_every_standing_and_every_open_item() -> None:
    ways = [None, CallOutcome.BUSY, CallOutcome.RELAYED, REACHED]
    for outcomes in product(ways, repeat=2):
        chain = Chain()
        event = chain.event("discharge")
        for place, outcome in zip(BOTH, outcomes, strict=True):
            if outcome:
                chain.call(place, event, outcome=outcome)
        missing = {place for place, outcome in zip(BOTH, outcomes, strict=True) if outcome is not REACHED}
        for left_open in ((), BOTH[:1], BOTH[1:], BOTH):
            wanted = DischargeState.INCOMPLETE
            if not missing:
                wanted = DischargeState.COMPLETE
            elif missing <= set(left_open):
                wanted = DischargeState.LEFT_OPEN
            assert chain.standing.discharge_state(chain.events[0], left_open) is wanted
        assert chain.owed == {(place, event) for place in missing}


def test_a_discharge_rests_on_the_first_call_that_told_each() -> None:
    chain = Chain()
    event = chain.event("discharge")
    first = chain.call("town:a", event)
    chain.call("town:a", event)
    centre = chain.call("unit:centre", event)
    assert chain.standing.told_by(chain.events[0]) == {"town:a": first, "unit:centre": centre}


def test_what_comes_first() -> None:
    chain = Chain()
    chain.told(*BOTH)
    chain.known(status=ChainStatus.DECEASED)
    chain.call("town:a", notice(Notice.DECEASED, "v5"))
    chain.known(status=ChainStatus.OK)
    chain.event("discharge_report")
    chain.event("discharge")
    ranks = {(o.notice or o.kind): o.rank for o in chain.standing.owed()}
    assert ranks == {Notice.NOT_DECEASED: 0, "discharge": 1, "discharge_report": 2}


# Corrections and retractions


@pytest.mark.parametrize("rightly", list(product([True, False], repeat=3)))
def test_a_chain_of_corrections_is_owed_from_the_last_that_was_told_wrongly(
    rightly: tuple[bool, ...],
) -> None:
    chain = Chain()
    version = chain.told(*BOTH)
    for right in rightly:
        version = chain.corrected(version, rightly=right)
    assert chain.owed == (set() if all(rightly) else {(place, version) for place in BOTH})
    chain.call("town:a", version)
    assert chain.owed == (set() if all(rightly) else {("unit:centre", version)})


@pytest.mark.parametrize("told", [(), BOTH[:1], BOTH[1:], BOTH])
@pytest.mark.parametrize("rightly", [True, False])
def test_a_retraction_is_owed_to_exactly_those_reached_with_any_version(
    told: tuple[str, ...], rightly: bool
) -> None:
    chain = Chain()
    event = chain.told(*told)
    chain.call("unit:centre", event, outcome=CallOutcome.RELAYED)
    gone = chain.withdrawn(chain.corrected(event, rightly=rightly))
    assert chain.owed == {(place, gone) for place in told}
    for place in told:
        chain.call(place, gone)
    assert chain.owed == set()


def test_a_call_taken_back_leaves_nothing_to_retract() -> None:
    chain = Chain()
    event = chain.event()
    call = chain.call("town:a", event)
    gone = chain.withdrawn(event)
    assert chain.owed == {("town:a", gone)}
    chain.call_withdrawn(call)
    assert chain.owed == set()


@pytest.mark.clause("R3.9")
def test_a_participant_taken_away_hears_of_it_and_a_new_one_is_told() -> None:
    chain = Chain()
    both = ("Dotter", "Chef")
    event = chain.told(
        "town:a", "participant:dotter", kind="sip_invitation", sender=CENTRE, participants=both
    )
    assert chain.owed == {("participant:chef", event)}
    new = chain.corrected(event, participants=("Chef", "Kurator"))
    assert chain.owed == {
        ("town:a", new),
        ("participant:dotter", new),
        ("participant:chef", new),
        ("participant:kurator", new),
    }
    gone = chain.withdrawn(new)
    assert chain.owed == {("town:a", gone), ("participant:dotter", gone)}


def test_a_participant_who_is_a_place_of_the_chain_is_rung_once() -> None:
    chain = Chain()
    chain.known(names={"umeå kommun": "town:a", "medicin 2": "unit:ward"})
    event = chain.event("sip_invitation", CENTRE, participants=("Umeå  Kommun", "Medicin 2"))
    assert chain.owed == {("town:a", event), ("unit:ward", event)}
    chain.call("participant:UMEÅ KOMMUN", event)
    assert chain.owed == {("unit:ward", event)}


# Places


@pytest.mark.parametrize(("how", "heard"), [(MOVED, Notice.NO_LONGER_YOURS), (MISTAKE, Notice.NOT_YOURS)])
def test_the_new_place_is_owed_what_stands_and_the_former_what_it_means(
    how: PlaceChange, heard: Notice
) -> None:
    chain = Chain()
    event = chain.told(*BOTH)
    to = chain.known({TOWN: "town:b"}, {TOWN: how})
    assert chain.owed == {("town:b", event), ("town:a", notice(heard, to))}
    chain.call("town:a", notice(heard, to))
    chain.call("town:b", event)
    assert chain.owed == set()


@pytest.mark.parametrize("outcome", sorted({*FAILED, CallOutcome.RELAYED}))
def test_a_former_place_that_was_not_reached_is_owed_nothing(outcome: CallOutcome) -> None:
    chain = Chain()
    event = chain.told("unit:centre")
    chain.call("town:a", event, outcome=outcome)
    chain.known({TOWN: "town:b"}, {TOWN: MOVED})
    assert chain.owed == {("town:b", event)}


def test_a_former_place_that_heard_the_retraction_needs_to_hear_no_more() -> None:
    chain = Chain()
    event = chain.told(*BOTH)
    gone = chain.withdrawn(event)
    chain.call("town:a", gone)
    chain.known({TOWN: "town:b"}, {TOWN: MOVED})
    assert chain.owed == {("unit:centre", gone)}


@pytest.mark.parametrize("knows_of_the_move", [True, False])
def test_back_at_the_first_place(knows_of_the_move: bool) -> None:
    chain = Chain()
    first = chain.told(*BOTH)
    to = chain.known({TOWN: "town:b"}, {TOWN: MOVED})
    if knows_of_the_move:
        chain.call("town:a", notice(Notice.NO_LONGER_YOURS, to))
    second = chain.told("unit:centre", "town:b", kind="discharge_report")
    back = chain.known({TOWN: "town:a"}, {TOWN: MOVED})
    unheard = {first, second} if knows_of_the_move else {second}
    assert chain.owed == {("town:a", event) for event in unheard} | {
        ("town:b", notice(Notice.NO_LONGER_YOURS, back))
    }


def test_a_spelling_mended_is_no_move() -> None:
    chain = Chain()
    chain.known({TOWN: "other:1"}, {TOWN: MOVED})
    event = chain.told("other:1", "unit:centre")
    chain.known({TOWN: "other:2"}, {TOWN: SAME})
    assert chain.owed == set()
    new = chain.corrected(event)
    assert chain.owed == {("other:2", new), ("unit:centre", new)}
    chain.call("other:1", new)
    assert chain.owed == {("unit:centre", new)}


def test_a_place_nobody_knows_yet_is_owed_the_call() -> None:
    chain = Chain()
    chain.known({TOWN: ""})
    event = chain.told("unit:centre")
    assert chain.owed == {("", event)}
    chain.known({TOWN: "town:b"})
    assert chain.owed == {("town:b", event)}


def test_one_at_home_has_no_ward_to_tell() -> None:
    chain = Chain(ours=frozenset({TOWN}), held=frozenset({TOWN}))
    event = chain.event("municipality_ready", TOWN)
    assert chain.owed == {("unit:ward", event), ("unit:centre", event)}
    chain.known({WARD: NOT_ADMITTED})
    assert chain.owed == {("unit:centre", event)}


def test_a_unit_that_is_two_parties_never_rings_itself() -> None:
    chain = Chain()
    chain.known({WARD: "unit:cottage", CENTRE: "unit:cottage"})
    admission = chain.event()
    sip = chain.event("sip_invitation", CENTRE, participants=("Dotter",))
    assert chain.owed == {
        ("town:a", admission),
        ("town:a", sip),
        ("participant:dotter", sip),
    }
    assert chain.answers == {("town:a", "admission_reply")}


@pytest.mark.clause("R3.10")
def test_after_a_psychiatric_swap_the_clinic_owes_its_own_reply() -> None:
    chain = Chain()
    event = chain.told(*BOTH)
    reply = chain.told("town:a", kind="admission_reply", sender=CENTRE)
    assert (chain.owed, chain.answers) == ({("unit:ward", reply)}, set())
    swap = chain.known(
        {WARD: "unit:psychiatry", CENTRE: "unit:clinic"},
        {WARD: MOVED, CENTRE: MOVED},
        ward_kind=WardKind.PSYCHIATRIC,
    )
    assert chain.owed == {
        ("unit:clinic", event),
        ("unit:centre", notice(Notice.NO_LONGER_YOURS, swap)),
    }
    assert chain.answers == {("town:a", "admission_reply"), ("unit:psychiatry", "admission_reply")}
    assert chain.closed == {("unit:psychiatry", reply, "former_place")}


# The patient


def test_the_identity_that_was_said_wrong_is_one_call_to_each_reached_before() -> None:
    chain = Chain()
    event = chain.told("town:a")
    chain.known(identity=IdentityChange.WRITTEN_WRONG)
    assert chain.owed == {("unit:centre", event)}
    right = chain.known(identity=IdentityChange.SAID_WRONG)
    assert chain.owed == {("unit:centre", event), ("town:a", notice(Notice.IDENTITY, right))}
    chain.call("unit:centre", event)
    chain.call("town:a", notice(Notice.IDENTITY, right))
    assert chain.owed == set()
    again = chain.known(identity=IdentityChange.SAID_WRONG)
    assert chain.owed == {(place, notice(Notice.IDENTITY, again)) for place in BOTH}


def test_after_a_death_all_but_the_discharge_is_struck_through() -> None:
    chain = Chain()
    report = chain.told("town:a", kind="discharge_report")
    out = chain.event("discharge")
    died = chain.known(status=ChainStatus.DECEASED)
    assert chain.owed == {
        ("town:a", out),
        ("unit:centre", out),
        ("town:a", notice(Notice.DECEASED, died)),
    }
    assert chain.closed == {("unit:centre", report, "deceased")}


def test_of_one_who_was_in_the_system_before_every_place_hears_of_the_death() -> None:
    chain = Chain()
    chain.known(before=Before.ADMITTED)
    died = chain.known(status=ChainStatus.DECEASED)
    assert chain.owed == {(place, notice(Notice.DECEASED, died)) for place in BOTH}


def test_a_death_set_in_error_is_owed_to_each_who_heard_of_it() -> None:
    chain = Chain()
    chain.told(*BOTH)
    died = chain.known(status=ChainStatus.DECEASED)
    # Another change of the details is no other death.
    chain.known(before=Before.NOT_ADMITTED)
    assert chain.owed == {(place, notice(Notice.DECEASED, died)) for place in BOTH}
    chain.call("town:a", notice(Notice.DECEASED, died))
    lives = chain.known(status=ChainStatus.OK)
    assert chain.owed == {("town:a", notice(Notice.NOT_DECEASED, lives))}
    chain.call("town:a", notice(Notice.NOT_DECEASED, lives))
    assert chain.owed == set()


# Whose it is to tell


def test_what_others_send_is_not_ours_to_tell() -> None:
    chain = Chain()
    chain.event("municipality_ready", TOWN)
    assert chain.owed == set()


def test_what_an_out_of_county_ward_rang_us_about_is_not_ours_to_tell() -> None:
    chain = Chain(held=frozenset({CENTRE}))
    chain.known({WARD: "other:1"})
    chain.event("discharge", WARD)
    assert chain.owed == set()


def test_what_the_receivers_own_log_says_needs_no_call() -> None:
    chain = Chain()
    event = chain.told("town:a")
    received = chain.call("unit:centre", event, received=True)
    centre = chain.standing.standings(chain.events[0])[1]
    assert (centre.state, centre.received) == (InformState.INFORMED, True)
    assert chain.owed == set()
    new = chain.corrected(event)
    assert chain.owed == {("town:a", new), ("unit:centre", new)}
    chain.call_withdrawn(received)
    chain.withdrawn(new)
    assert {place for place, _ in chain.owed} == {"town:a"}


@pytest.mark.clause("R4.2")
def test_what_is_entered_is_told_through_the_system_where_the_reader_is_back_but_a_discharge_never() -> None:
    chain = Chain(back=frozenset({"town:a"}))
    report, out = chain.event("discharge_report"), chain.event("discharge")
    chain.entered = frozenset({report, out})
    assert chain.owed == {("unit:centre", report), ("town:a", out), ("unit:centre", out)}
    assert chain.closed == {("town:a", report, "entered")}


# The order in which rows were written


def test_the_order_in_which_rows_are_read_does_not_matter() -> None:
    chain = Chain()
    admission = chain.told(*BOTH)
    report = chain.event("discharge_report")
    to = chain.known({TOWN: "town:b"}, {TOWN: MISTAKE})
    chain.call("town:a", notice(Notice.NOT_YOURS, to), outcome=CallOutcome.BUSY)
    chain.call("town:b", admission, outcome=CallOutcome.RELAYED)
    chain.corrected(admission, rightly=True)
    chain.withdrawn(report)
    chain.call("unit:centre", report)
    chain.event("sip_invitation", CENTRE, participants=("Dotter", "Chef"))
    wanted = chain.owed
    assert len(wanted) >= 6
    for events in permutations(chain.events):
        calls = Random(str(events)).sample(chain.calls, len(chain.calls))
        assert replace_rows(chain, list(events), calls).owed == wanted


def test_it_does_not_matter_whether_the_call_its_correction_or_the_events_came_first() -> None:
    """A told, its call corrected to another place, the event corrected: whatever was typed first, the same is owed."""
    found = set()
    for orders in permutations(range(2, 5)):
        chain = Chain()
        chain.events = [
            EventRow("e1", orders[0], NOON, "admission", WARD),
            EventRow("e2", orders[1], NOON, "admission", WARD, supersedes="e1"),
        ]
        # As it was corrected: it got to the hälsocentral, not to the municipality.
        chain.calls = [CallRow("c1", orders[2], NOON, "unit:centre", REACHED, frozenset({"e1"}))]
        found.add(frozenset(chain.owed))
    assert found == {frozenset({("town:a", "e2"), ("unit:centre", "e2")})}


def replace_rows(chain: Chain, events: list[EventRow], calls: list[CallRow]) -> Chain:
    other = Chain(ours=chain.ours, held=chain.held)
    other.versions, other.events, other.calls = chain.versions, events, calls
    return other
