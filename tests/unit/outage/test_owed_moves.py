"""Who is owed a call when a place, the patient or its life is another than was thought (domain.md 3, R2.1, R3.10)."""

import pytest

from contacts.rules.parties import WardKind
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.told import (
    NOT_ADMITTED,
    IdentityChange,
    Notice,
    PlaceChange,
)
from tests.unit.outage.owed_chain import BOTH, CENTRE, MISTAKE, MOVED, SAME, TOWN, WARD, Chain, notice

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
