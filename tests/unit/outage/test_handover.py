from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from outage.rules.handover import (
    CallFacts,
    Checked,
    Direction,
    ReadBack,
    check_handover,
    handover_warnings,
    signature,
)
from outage.rules.informing import FAILED, CallOutcome

NOW = datetime(2026, 1, 20, 9, 52, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "direction": Direction.GIVEN,
    "outcome": CallOutcome.REACHED,
    "recipient": "municipality",
    "at": NOW,
    "spoken_to": "Elva Elvasson",
    "spoken_to_unit": "Umeå kommun",
    "number": "090-16 10 00",
    "read_back": ReadBack.DONE,
}


def errors(tells: bool = True, **changes: Any) -> set[str]:
    return set(check_handover(CallFacts(**GOOD | changes), now=NOW, tells=tells))


@pytest.mark.clause("R2.5")
def test_a_full_handover_has_no_errors() -> None:
    assert errors() == set()


@pytest.mark.clause("R2.4")
@pytest.mark.clause("R2.5")
def test_what_is_required_over_every_direction_outcome_and_read_back() -> None:
    for direction, outcome, read_back in product(Direction, CallOutcome, (None, *ReadBack)):
        got_through = outcome in (CallOutcome.REACHED, CallOutcome.RELAYED)
        wanted = set()
        if direction == "given":
            wanted.add("number")
        if direction == "received" and not got_through:
            wanted.add("outcome")
        if got_through:
            wanted |= {"spoken_to", "spoken_to_unit"}
        if got_through and read_back == "not_possible":
            wanted.add("read_back_reason")
        found = errors(
            direction=direction,
            outcome=outcome,
            read_back=read_back,
            spoken_to=" ",
            spoken_to_unit="",
            number="",
        )
        assert found == wanted, (direction, outcome, read_back)


@pytest.mark.parametrize("comment", ["", "  ", "Patienten har avlidit"])
def test_what_a_call_tells_of_over_every_direction_and_outcome(comment: str) -> None:
    for direction, outcome in product(Direction, CallOutcome):
        found = errors(tells=False, direction=direction, outcome=outcome, comment=comment)
        enough = outcome in FAILED or (direction == "received" and bool(comment.strip()))
        assert ("messages" in found) is not enough, (direction, outcome)


def test_the_call_back_over_every_direction_outcome_and_answer() -> None:
    for direction, outcome, checked, asks in product(Direction, CallOutcome, (None, *Checked), (True, False)):
        wanted = set()
        if outcome not in FAILED:
            if asks and direction == "received" and checked is None:
                wanted.add("checked")
            if checked == "not_possible":
                wanted.add("checked_reason")
        elif direction == "received":
            wanted.add("outcome")
        call = CallFacts(**GOOD | {"direction": direction, "outcome": outcome, "checked": checked})
        found = check_handover(call, now=NOW, tells=True, asks_back=asks)
        assert set(found) == wanted, (direction, outcome, checked, asks)
    said = CallFacts(**GOOD | {"checked": Checked.NOT_POSSIBLE, "checked_reason": "Växeln stängd."})
    assert check_handover(said, now=NOW, tells=True, asks_back=True) == {}


@pytest.mark.parametrize("outcome", sorted(FAILED))
def test_a_failed_try_needs_only_the_number_and_the_time(outcome: CallOutcome) -> None:
    assert errors(outcome=outcome, spoken_to="", spoken_to_unit="", read_back=None) == set()


@pytest.mark.clause("R2.5")
def test_a_name_is_asked_for_in_plain_words() -> None:
    found = check_handover(CallFacts(**GOOD | {"spoken_to": ""}), now=NOW, tells=True)
    assert found == {"spoken_to": "Skriv namnet på den du talade med."}


def test_a_participant_without_a_unit() -> None:
    assert errors(spoken_to_unit="", recipient="participant:Dotter") == set()


def test_whom_the_call_was_with_is_asked_for() -> None:
    assert errors(recipient="") == {"recipient"}


def test_a_message_must_be_chosen() -> None:
    assert errors(tells=False) == {"messages"}
    assert errors(tells=False, outcome=CallOutcome.BUSY) == set()


@pytest.mark.parametrize(
    ("ahead", "fields"),
    [(timedelta(minutes=2), set()), (timedelta(minutes=2, seconds=1), {"at"}), (-timedelta(days=2), set())],
)
def test_a_call_is_not_in_the_future_but_clocks_differ_a_little(ahead: timedelta, fields: set[str]) -> None:
    assert errors(at=NOW + ahead) == fields


def test_a_time_is_required_and_has_a_zone() -> None:
    assert errors(at=None) == {"at"}
    with pytest.raises(ValueError, match="aware"):
        errors(at=datetime(2026, 1, 20, 9))


def test_a_call_before_the_outage_warns_and_does_not_stop() -> None:
    before = NOW - timedelta(hours=1)
    assert set(
        handover_warnings(outcome=CallOutcome.REACHED, at=before, earliest=NOW, read_back=ReadBack.DONE)
    ) == {"at"}
    assert errors(at=before) == set()


def test_read_back_is_wanted_but_only_of_one_who_was_reached() -> None:
    assert set(handover_warnings(outcome=CallOutcome.REACHED, at=NOW)) == {"read_back"}
    assert handover_warnings(outcome=CallOutcome.BUSY, at=NOW, earliest=NOW) == {}


@pytest.mark.clause("R2.5")
def test_the_signature_leaves_out_what_is_not_there() -> None:
    assert signature("Alva Ek", "Sjuksköterska", "Avd 3", "SE2321000222-AB12") == (
        "Alva Ek, Sjuksköterska, Avd 3 (SE2321000222-AB12)"
    )
    assert signature("Alva Ek", " ", "Avd 3") == "Alva Ek, Avd 3"
