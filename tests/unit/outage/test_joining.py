"""Which events of two chains of one patient may be the same, and what may be said of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.rules.joining import (
    NEAR,
    differing_in,
    is_heard_as,
    is_protected_alone,
    pairs_to_ask_about,
    said_together,
    same_events,
    stays_with_other,
)
from outage.rules.told import EventRow

AT = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)


def event(
    name: str, kind: str = "admission", sender: Party = Party.INPATIENT, later: timedelta = timedelta()
):
    return EventRow(id=name, order=1, at=AT + later, kind=kind, sender=sender)


def test_only_events_of_one_kind_and_sender_near_in_time_are_asked_about():
    kinds = ("admission", "discharge")
    times = (timedelta(), NEAR, -NEAR, NEAR + timedelta(minutes=1))
    mine = event("mine")
    for kind, sender, later in product(kinds, Party, times):
        theirs = event("theirs", kind, sender, later)
        expected = kind == "admission" and sender is Party.INPATIENT and abs(later) <= NEAR
        assert pairs_to_ask_about([mine], [theirs]) == ([("mine", "theirs")] if expected else [])


def test_the_nearest_pair_is_asked_about_first_and_every_pair_is():
    kept = [event("a"), event("b", later=timedelta(hours=3))]
    other = [event("x", later=timedelta(hours=2)), event("y", later=timedelta(minutes=5))]
    assert pairs_to_ask_about(kept, other) == [("a", "y"), ("b", "x"), ("a", "x"), ("b", "y")]


def test_each_pair_is_answered_and_no_event_is_two():
    asked = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    for said in product((True, False, None), repeat=4):
        answers = {pair: yes for pair, yes in zip(asked, said, strict=True) if yes is not None}
        yes = [pair for pair, answer in answers.items() if answer]
        twice = any(len({pair[side] for pair in yes}) < len(yes) for side in (0, 1))
        if None in said or twice:
            with pytest.raises(RuleError) as refused:
                same_events(asked, answers)
            assert refused.value.field == "same"
        else:
            assert same_events(asked, answers) == yes


def test_what_two_say_together_is_what_was_chosen_and_a_time_is_never_put_to_anothers_date():
    said = [
        {"sip_date": date, "sip_time": time, "sip_place": place}
        for date, time, place in product(("", "1", "2"), ("", "10", "11"), ("", "Hemma", "Medicin 2"))
    ]
    for ours, his in product(said, repeat=2):
        mine, theirs = (
            replace(event(name, "sip_invitation"), said=s) for name, s in (("a", ours), ("b", his))
        )
        names = differing_in(mine, theirs)
        for picks in product(("kept", "other"), repeat=len(names)):
            choices = dict(zip(names, picks, strict=True))
            found = said_together(mine, theirs, choices)
            for name in ("sip_date", "sip_place"):
                either = [ours[name], his[name]]
                assert found.get(name, "") == (
                    either[choices[name] == "other"] if name in choices else either[0] or either[1]
                )
            if "sip_date" in choices:
                assert "sip_time" not in choices
                assert (
                    found.get("sip_time", "") == (his if choices["sip_date"] == "other" else ours)["sip_time"]
                )
            elif "sip_time" not in choices:
                assert found.get("sip_time", "") == (ours["sip_time"] or his["sip_time"])


def test_the_number_says_of_whom_somebody_heard_and_where_none_was_said_the_name():
    for heard, own in product(product(("", "1", "2"), ("", "anna", "bo")), repeat=2):
        if heard[0] and own[0]:
            assert is_heard_as(heard, own) is (heard[0] == own[0])
        elif heard[0]:
            # The number of somebody else, or who was not known to have one.
            assert not is_heard_as(heard, own)
        else:
            assert is_heard_as(heard, own) is (heard[1] == own[1])


@pytest.mark.parametrize(
    ("about_other", "as_kept", "as_other", "found"),
    [
        # Heard as the one of them.
        (True, False, True, True),
        (False, False, True, True),
        (True, True, False, False),
        (False, True, False, False),
        # As both: of the same number or name.
        (True, True, True, True),
        (False, True, True, False),
        # As neither: said wrong.
        (True, False, False, False),
        (False, False, False, False),
    ],
)
def test_what_was_told_stays_with_whom_it_was_heard_of(about_other, as_kept, as_other, found):
    assert stays_with_other(about_other, as_kept=as_kept, as_other=as_other) is found


@pytest.mark.parametrize(
    ("own", "together", "said_since", "same_number"), list(product([False, True], repeat=4))
)
def test_who_may_have_protected_personal_data_has_it_when_two_are_parted(
    own, together, said_since, same_number
):
    found = is_protected_alone(own, together=together, said_since=said_since, same_number=same_number)
    if own:
        assert found
    elif not together:
        assert not found, "taken away while they were one, or never said"
    else:
        # Said of the other one before they were joined, who is somebody else.
        assert found is not (not said_since and not same_number)
