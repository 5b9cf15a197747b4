"""That a place was told is a fact: let go of, corrected there and back, told by itself (domain.md 3, R2.1)."""

import pytest

from outage.rules.back_registration import Before, ChainStatus
from outage.rules.told import IdentityChange, Notice, PlaceChange
from tests.unit.outage.owed_chain import BOTH, CENTRE, MISTAKE, MOVED, TOWN, WARD, Chain, notice

pytestmark = pytest.mark.clause("R2.1")

LET_GO = [(MOVED, Notice.NO_LONGER_YOURS), (MISTAKE, Notice.NOT_YOURS)]


def let_go(chain: Chain, how: PlaceChange, heard: Notice) -> None:
    """The patient goes from town a to town b, and town a hears of it."""
    to = chain.known({TOWN: "town:b"}, {TOWN: how})
    chain.call("town:a", notice(heard, to))


def owed_at(chain: Chain, place: str) -> set[str]:
    return {what for where, what in chain.owed if where == place}


@pytest.mark.parametrize(("how", "heard"), LET_GO)
def test_who_heard_of_a_death_hears_that_it_was_none_after_the_patient_is_theirs_no_more(
    how: PlaceChange, heard: Notice
) -> None:
    chain = Chain()
    chain.told(*BOTH)
    died = chain.known(status=ChainStatus.DECEASED)
    chain.call("town:a", notice(Notice.DECEASED, died))
    let_go(chain, how, heard)
    assert owed_at(chain, "town:a") == set()
    lives = chain.known(status=ChainStatus.OK)
    assert owed_at(chain, "town:a") == {notice(Notice.NOT_DECEASED, lives)}
    chain.call("town:a", notice(Notice.NOT_DECEASED, lives))
    assert owed_at(chain, "town:a") == set()


@pytest.mark.parametrize(("how", "heard"), LET_GO)
@pytest.mark.parametrize("withdrawn", [True, False])
def test_what_a_place_was_told_is_taken_back_and_corrected_there_though_it_is_theirs_no_more(
    how: PlaceChange, heard: Notice, withdrawn: bool
) -> None:
    chain = Chain()
    event = chain.told(*BOTH, kind="discharge")
    let_go(chain, how, heard)
    new = chain.withdrawn(event) if withdrawn else chain.corrected(event)
    assert owed_at(chain, "town:a") == {new}
    chain.call("town:a", new)
    assert owed_at(chain, "town:a") == set()


def test_a_correction_heard_in_between_is_known_when_the_patient_comes_back() -> None:
    chain = Chain()
    event, report = chain.told(*BOTH), chain.told(*BOTH, kind="discharge_report")
    let_go(chain, *LET_GO[0])
    chain.call("town:a", chain.corrected(event))
    chain.known({TOWN: "town:a"}, {TOWN: MOVED})
    assert owed_at(chain, "town:a") == {report}


def test_who_was_told_the_wrong_number_hears_the_right_one_though_the_patient_is_theirs_no_more() -> None:
    chain = Chain()
    chain.told(*BOTH)
    let_go(chain, *LET_GO[0])
    right = chain.known(identity=IdentityChange.SAID_WRONG, patient=("2", "tolvan"))
    assert owed_at(chain, "town:a") == {notice(Notice.IDENTITY, right)}
    chain.call("town:a", notice(Notice.IDENTITY, right))
    assert owed_at(chain, "town:a") == set()


@pytest.mark.clause("R3.9")
@pytest.mark.parametrize("at_once", [True, False])
def test_one_who_takes_part_by_name_knows_the_sip_though_the_patient_is_theirs_no_more(at_once: bool) -> None:
    chain = Chain()
    chain.known(names={"heimdall": "unit:centre"})
    chain.told("unit:centre")
    to = chain.known({CENTRE: "unit:clinic"}, {CENTRE: MOVED})
    sip = chain.event("sip_invitation", CENTRE, participants=("Heimdall",))
    gone = notice(Notice.NO_LONGER_YOURS, to)
    assert owed_at(chain, "unit:centre") == {sip, gone}
    for told in [(sip, gone)] if at_once else [(sip,), (gone,)]:
        chain.call("unit:centre", *told)
    assert owed_at(chain, "unit:centre") == set()
    new = chain.corrected(sip)
    assert owed_at(chain, "unit:centre") == {new}
    chain.call("unit:centre", new)
    died = chain.known(status=ChainStatus.DECEASED)
    assert owed_at(chain, "unit:centre") == {notice(Notice.DECEASED, died)}


@pytest.mark.clause("R3.9")
@pytest.mark.parametrize("place", ["", "Rum 3"])
def test_a_rebooking_is_owed_to_all_who_were_to_take_part_and_the_former_message_to_nobody(
    place: str,
) -> None:
    chain = Chain()
    sip = {"kind": "sip_invitation", "sender": CENTRE}
    first = chain.event(
        **sip, participants=("Anna", "Eva"), said={"sip_date": "1", "sip_time": "13.00", "sip_place": place}
    )
    chain.call("participant:anna", first)
    new = chain.event(**sip, participants=("Bo",), said={"sip_date": "2"})
    owed = {("town:a", new), ("participant:bo", new), ("participant:anna", new)}
    # What the new message does not say is still to be told.
    assert chain.owed == owed | ({("town:a", first), ("participant:eva", first)} if place else set())
    chain.withdrawn(new)
    assert chain.owed == {("town:a", first), ("participant:eva", first)}


@pytest.mark.parametrize(("told", "owed"), [("town:a", {"town:a"}), ("", set())])
def test_a_correction_of_what_stands_in_the_system_is_owed_to_those_reached(
    told: str, owed: set[str]
) -> None:
    chain = Chain()
    event = chain.told(*filter(None, [told]), kind="preliminary_ready", in_system=True)
    assert chain.owed == set()
    new = chain.corrected(event, in_system=True)
    assert chain.owed == {(place, new) for place in owed}


@pytest.mark.parametrize("before", sorted(Before))
@pytest.mark.parametrize("kinds", [("admission",), ("admission", "discharge"), ("discharge", "admission")])
def test_one_whose_admission_stands_in_the_system_was_in_it(before: Before, kinds: tuple[str, ...]) -> None:
    chain = Chain()
    chain.known(before=before)
    for kind in kinds:
        event = chain.event(kind, in_system=True)
        if kind == "discharge":
            chain.withdrawn(chain.corrected(event, in_system=True))
    died = chain.known(status=ChainStatus.DECEASED)
    assert chain.owed == {(place, notice(Notice.DECEASED, died)) for place in BOTH}


def test_one_whose_discharge_stands_in_the_system_was_not_in_it() -> None:
    chain = Chain()
    chain.event("admission", in_system=True)
    out = chain.event("discharge", in_system=True)
    chain.known(status=ChainStatus.DECEASED)
    assert chain.owed == {(place, out) for place in BOTH}


@pytest.mark.parametrize(("by", "owed"), [("unit:ward", False), ("unit:other", True)])
def test_who_made_the_change_is_not_rung_about_it(by: str, owed: bool) -> None:
    chain = Chain()
    chain.told("unit:ward", kind="admission_reply", sender=CENTRE)
    died = chain.known(status=ChainStatus.DECEASED, by=by)
    assert (("unit:ward", notice(Notice.DECEASED, died)) in chain.owed) is owed
    chain.known(status=ChainStatus.OK)
    to = chain.known({WARD: "unit:ward2"}, {WARD: MOVED}, by=by)
    assert (("unit:ward", notice(Notice.NO_LONGER_YOURS, to)) in chain.owed) is owed


@pytest.mark.parametrize(("by", "owed"), [("unit:cottage", False), ("unit:ward", True)])
def test_a_cottage_that_logged_it_as_the_ward_is_not_told_of_it_as_the_oppenvard(by: str, owed: bool) -> None:
    chain = Chain(held=frozenset({WARD, CENTRE}))
    chain.known({WARD: "unit:cottage", CENTRE: "unit:cottage"})
    event = chain.event(by=by)
    assert owed_at(chain, "unit:cottage") == set()
    chain.known({WARD: "unit:ward"}, {WARD: MISTAKE})
    assert owed_at(chain, "unit:cottage") == ({event} if owed else set())


@pytest.mark.parametrize(("rightly", "owed"), [(True, False), (False, True)])
def test_who_was_told_what_it_says_again_needs_no_call(rightly: bool, owed: bool) -> None:
    chain = Chain()
    first = chain.told(
        "town:a", kind="preliminary_ready", said={"preliminary_date": "2026-12-01", "comment": ""}
    )
    second = chain.corrected(first, said={"preliminary_date": "2026-12-05"})
    third = chain.corrected(second, rightly=rightly, said={"preliminary_date": "2026-12-01"})
    assert (("town:a", third) in chain.owed) is owed
    assert ("unit:centre", third) in chain.owed


def test_a_comment_mended_after_another_date_does_not_make_the_old_date_right() -> None:
    chain = Chain()
    first = chain.told("town:a", kind="preliminary_ready", said={"preliminary_date": "2026-12-01"})
    second = chain.corrected(first, said={"preliminary_date": "2026-12-05"})
    third = chain.corrected(second, rightly=True, said={"preliminary_date": "2026-12-05", "comment": "x"})
    assert ("town:a", third) in chain.owed


def test_a_number_that_was_put_back_was_said_right() -> None:
    right, wrong = ("1", "tolvan"), ("2", "tolvan")
    chain = Chain()
    chain.known(patient=right)
    chain.told(*BOTH)
    change = chain.known(patient=wrong, identity=IdentityChange.SAID_WRONG)
    assert chain.owed == {(place, notice(Notice.IDENTITY, change)) for place in BOTH}
    # Another mistake in the writing puts nothing back.
    chain.known(patient=("2", "tolvan t"), identity=IdentityChange.WRITTEN_WRONG)
    assert len(chain.owed) == 2
    chain.known(patient=right, identity=IdentityChange.WRITTEN_WRONG)
    assert chain.owed == set()
