"""Who is to hear of a SIP when the ward, or another place that takes part in it, becomes another one (R3.9)."""

import pytest

from contacts.rules.parties import Party
from outage.rules.told import NOT_ADMITTED, Notice, PlaceChange

from .owed_chain import CENTRE, MISTAKE, MOVED, TOWN, WARD, Chain, notice

pytestmark = pytest.mark.clause("R3.9")
SIP = {"kind": "sip_invitation", "sender": CENTRE}
NAMES = {
    "medicin 2": "unit:ward",
    "kirurgi 1": "unit:surgery",
    "umeå kommun": "town:a",
    "heimdall": "unit:centre",
}
WHO = ("Medicin 2", "Dotter")


def planned(*told: str, who: tuple[str, ...] = WHO) -> tuple[Chain, str]:
    """A SIP in which the ward takes part by its name, and a daughter; `told` have been reached."""
    chain = Chain()
    chain.known(names=NAMES)
    return chain, chain.told(*told, **SIP, participants=who, said={"sip_date": "1", "sip_time": "13.00"})


def moved(chain: Chain, party: Party = WARD, to: str = "unit:surgery", how: PlaceChange = MOVED) -> str:
    return chain.known({party: to}, {party: how})


ALL = ("town:a", "participant:dotter", "unit:ward")


@pytest.mark.parametrize("how", [MOVED, MISTAKE])
def test_the_new_ward_is_told_of_the_sip_and_the_former_that_it_is_theirs_no_longer(how: PlaceChange) -> None:
    chain, sip = planned(*ALL)
    to = moved(chain, how=how)
    gone = notice(Notice.NO_LONGER_YOURS if how is MOVED else Notice.NOT_YOURS, to)
    assert chain.owed == {("unit:surgery", sip), ("unit:ward", gone)}
    chain.call("unit:surgery", sip)
    chain.call("unit:ward", gone)
    assert chain.owed == set()


def test_a_ward_that_was_not_reached_need_not_be_and_one_not_known_is_still_to_tell() -> None:
    chain, sip = planned(*ALL[:2])
    assert chain.owed == {("unit:ward", sip)}
    moved(chain, to="")
    assert chain.owed == {("", sip)}
    moved(chain)
    assert chain.owed == {("unit:surgery", sip)}


def test_one_who_was_moved_back_after_the_ward_heard_of_it_is_told_anew() -> None:
    chain, sip = planned(*ALL)
    gone = notice(Notice.NO_LONGER_YOURS, moved(chain))
    chain.call("unit:ward", gone)
    moved(chain, to="unit:ward")
    assert chain.owed == {("unit:ward", sip)}


def test_one_who_was_moved_back_before_the_ward_heard_of_it_is_there_still() -> None:
    chain, sip = planned(*ALL)
    moved(chain)
    chain.call("unit:surgery", sip)
    back = moved(chain, to="unit:ward")
    assert chain.owed == {("unit:surgery", notice(Notice.NO_LONGER_YOURS, back))}


def test_at_home_the_ward_takes_part_by_its_name_until_another_takes_over() -> None:
    chain, sip = planned(*ALL[:2])
    moved(chain, to=NOT_ADMITTED)
    assert chain.owed == {("unit:ward", sip)}
    chain.call("unit:ward", sip)
    assert chain.owed == set()
    moved(chain)
    assert {place for place, _ in chain.owed} == {"unit:surgery", "unit:ward"}


def test_a_municipality_that_takes_part_by_its_name_is_taken_over_likewise() -> None:
    chain, sip = planned("town:a", who=("Umeå  Kommun",))
    to = moved(chain, TOWN, "town:b")
    assert chain.owed == {("town:b", sip), ("town:a", notice(Notice.NO_LONGER_YOURS, to))}


def test_who_called_it_takes_part_by_its_name_and_rings_nobody_that_took_over_from_it() -> None:
    chain, _ = planned("town:a", who=("Heimdall",))
    moved(chain, CENTRE, "unit:clinic")
    assert chain.owed == set()


def test_a_ward_named_when_it_was_one_no_longer_takes_part_itself() -> None:
    chain, _ = planned()
    moved(chain)
    sip = chain.event("sip_initiative", CENTRE, participants=("Medicin 2",))
    assert ("unit:ward", sip) in chain.owed
    moved(chain, to="unit:third")
    assert ("unit:ward", sip) in chain.owed
    assert ("unit:third", sip) not in chain.owed


def test_a_name_that_became_the_ward_only_later_is_the_wards() -> None:
    chain = Chain()
    chain.known({WARD: ""}, names=NAMES)
    sip = chain.event(**SIP, participants=("Medicin 2",))
    moved(chain, to="unit:ward")
    assert ("unit:ward", sip) in chain.owed
    moved(chain)
    assert chain.owed == {("town:a", sip), ("unit:surgery", sip)}


def test_a_correction_that_names_the_former_ward_still_is_of_the_same_meeting() -> None:
    chain, sip = planned(*ALL)
    moved(chain)
    chain.call("unit:surgery", sip)
    new = chain.corrected(sip, said={"sip_date": "2"})
    assert {place for place, id_ in chain.owed if id_ == new} == {*ALL, "unit:surgery"}
    # Whoever it was taken from hears of the correction as well: that is what they were reached with.
    chain.call("unit:ward", new, notice(Notice.NO_LONGER_YOURS, chain.versions[-1].id))
    assert {place for place, _ in chain.owed} == {*ALL[:2], "unit:surgery"}


@pytest.mark.parametrize("let_go", [True, False])
def test_a_rebooking_is_owed_to_the_ward_that_took_over_and_to_one_that_does_not_know_it_is_let_go(
    let_go: bool,
) -> None:
    chain, sip = planned(*ALL)
    to = moved(chain)
    chain.call("unit:surgery", sip)
    if let_go:
        chain.call("unit:ward", notice(Notice.NO_LONGER_YOURS, to))
    new = chain.event(**SIP, said={"sip_date": "2"})
    hears = {"town:a", "participant:dotter", "unit:surgery"} | (set() if let_go else {"unit:ward"})
    assert {place for place, id_ in chain.owed if id_ == new} == hears


@pytest.mark.parametrize("rebooked", [True, False])
def test_a_ward_that_a_new_wording_leaves_out_is_told_so_and_not_through_the_system(rebooked: bool) -> None:
    chain, sip = planned(*ALL)
    how = {"participants": ("Dotter",), "said": {"sip_date": "2", "sip_time": "10.00"}}
    new = chain.event(**SIP, **how) if rebooked else chain.corrected(sip, **how)
    assert {(o.target.place, o.retracts) for o in chain.standing.owed if o.id == new} == {
        ("town:a", False),
        ("participant:dotter", False),
        ("unit:ward", True),
    }
    chain.entered, chain.back = frozenset({sip, new}), frozenset({"town:a", "unit:ward"})
    assert chain.owed == {("participant:dotter", new), ("unit:ward", new)}
    chain.call("unit:ward", new)
    assert chain.owed == {("participant:dotter", new)}


def test_a_ward_is_still_asked_by_a_new_date_that_names_nobody_or_names_it() -> None:
    for who in ((), WHO):
        chain, _ = planned(*ALL)
        new = chain.event(**SIP, participants=who, said={"sip_date": "2", "sip_time": "10.00"})
        assert {(o.target.place, o.retracts) for o in chain.standing.owed if o.id == new} == {
            (place, False) for place in ALL
        }
