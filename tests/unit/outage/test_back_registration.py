"""R4 over every order of events, against a reading of each chain as a word.

The second formulation knows no state: a chain's admissions and discharges are written as a word (B for a
stay from before the outage, A, D), and regular expressions say which words are sound and cut them into stays.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from outage.rules.back_registration import (
    Before,
    ChainStatus,
    back_registration,
    by_hand,
    done_elsewhere,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, What
from tests.long import runs
from tests.routine_table import KINDS
from tests.unit.outage.back_registration import EVENTS, INFORMATION, LETTERS, ROUTINE, Row, decide, row


def by_the_word(letters: str, scope: str, before: str, status: str) -> list[Row]:
    """The second formulation: the rows wanted for a chain whose events are `letters`, in time order."""
    if status == "wrong_patient":
        return []
    places = [str(place) for place, letter in enumerate(letters) if letter in "ADE"]
    moves = "".join(letter for letter in letters if letter in "ADE").replace("E", "D")
    word = ("B" if before == "admitted" else "") + moves
    rows: list[Row] = []

    hand = None
    if moves:
        if status == "deceased":
            hand = 13
        elif scope == "municipalities_only":
            hand = 14
        elif before == "unknown" and word.startswith("D"):
            hand = 12
        elif not re.fullmatch(r"B|(BD)?(AD)*A?", word):
            hand = 11
    stays = [] if hand else [(found.group(), found.start()) for found in re.finditer(r"BD|AD|A", word)]
    if hand:
        rows.append(("decide", "admission_or_discharge", None, None, tuple(places), hand))
    shift = len(word) - len(moves)
    for stay, start in stays:
        own = tuple(places[max(0, start - shift) : start - shift + len(stay)])
        if stay == "BD":
            rows.append(("register", "discharge", "inpatient", "R4.4", own, 3))
        elif stay == "AD":
            rows.append(("do_not_register", "stay", None, "R4.3", own, 2))
        else:
            rows.append(("register", "admission", "inpatient", "R4.1", own, 1))

    sip = [place for place, letter in enumerate(letters) if letter in "SsIiwW"]
    untold: list[str] = []
    if set(letters) & set("SIW"):
        by_hand = ("decide", "sip_invitation", None, None, tuple(map(str, sip)))
        if status == "deceased":
            rows.append((*by_hand, 13))
        elif scope == "municipalities_only" or (hand in (11, 12) and before != "admitted"):
            rows.append((*by_hand, 16))
        elif not hand and re.fullmatch(r"(AD)+", word):
            rows.append((*by_hand, 10))
        else:
            rows.append(("register", "sip_invitation", "outpatient", "R4.5", by_hand[4], 5))
    else:
        kept = [place for place in sip if letters[place] != "w" or "D" in letters[place:]]
        untold += [str(place) for place in sip if place not in kept]
        if kept:
            rows.append(("do_not_register", "information", None, "R4.2", tuple(map(str, kept)), 6))
    for place, letter in enumerate(letters):
        if letter == "P" and "D" not in letters[place:]:
            untold.append(str(place))
        elif letter in INFORMATION + "P":
            rows.append(("do_not_register", "information", None, "R4.2", (str(place),), 4))
    if status == "deceased":
        # Nobody is owed it any more: what was told and what was not of a SIP are one.
        for place in untold:
            own = (place,)
            if letters[int(place)] == "w":
                own = tuple(map(str, sip))
                rows = [found for found in rows if found[5] != 6]
            rows.append(
                ("do_not_register", "information", None, None, own, 4 if letters[int(place)] == "P" else 6)
            )
        rows = list(dict.fromkeys(rows))
    elif untold:
        rows.append(("decide", "information", None, None, tuple(sorted(untold)), 17))
    return sorted(rows, key=lambda found: int(found[4][0]))


def words(alphabet: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        for letters in product(alphabet, repeat=length):
            yield "".join(letters)


def compare(alphabet: str, longest: int) -> int:
    settings = list(product(OutageScope, Before, ChainStatus))
    compared = 0
    for letters in words(alphabet, longest):
        events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
        for scope, before, status in settings:
            tasks = back_registration(
                routine=ROUTINE, scope=scope, before=before, status=status, events=events
            )
            got = [row(task) for task in tasks]
            wanted = by_the_word(letters, scope, before, status)
            if got != wanted:
                pytest.fail(f"{letters!r} {scope} {before} {status}:\ngot    {got}\nwanted {wanted}")
            compared += 1
    return compared


@pytest.mark.long
@pytest.mark.clause("R4.1")
@pytest.mark.clause("R4.2")
@pytest.mark.clause("R4.3")
@pytest.mark.clause("R4.4")
@pytest.mark.clause("R4.5")
def test_every_order_of_up_to_six_events() -> None:
    longest = runs(5, full=6)
    assert compare("ADpSs", longest) == sum(5**n for n in range(longest + 1)) * 18


@pytest.mark.long
def test_every_order_of_up_to_five_events_some_withdrawn() -> None:
    longest = runs(4, full=5)
    assert compare("ADSad", longest) == sum(5**n for n in range(longest + 1)) * 18


@pytest.mark.slow
def test_every_order_of_up_to_three_events_of_every_kind() -> None:
    every_way = "".join(LETTERS)
    assert {kind for kind, _ in LETTERS.values()} == set(KINDS)
    assert compare(every_way, 3) == sum(len(every_way) ** n for n in range(4)) * 18


@pytest.mark.long
@pytest.mark.clause("R4.2")
@pytest.mark.clause("R4.5")
def test_every_order_of_up_to_five_events_some_untold() -> None:
    longest = runs(4, full=5)
    assert compare("AEDPwS", longest) == sum(6**n for n in range(longest + 1)) * 18
    assert compare("ADWsI", longest) == sum(5**n for n in range(longest + 1)) * 18


def test_every_event_that_counts_stands_in_exactly_one_task() -> None:
    for letters, before in product(words("ADpSsaPw", 4), Before):
        tasks = decide(letters, before=before)
        named = [name for task in tasks for name in task.events]
        assert sorted(named) == [str(place) for place, letter in enumerate(letters) if letter != "a"]


def test_a_stay_decided_by_hand_has_no_other_outcome_beside_it() -> None:
    of_a_stay = {What.ADMISSION, What.DISCHARGE, What.STAY, What.ADMISSION_OR_DISCHARGE}
    for letters, before, status in product(words("ADS", 5), Before, ChainStatus):
        found = [
            task.what for task in decide(letters, before=before, status=status) if task.what in of_a_stay
        ]
        assert What.ADMISSION_OR_DISCHARGE not in found or len(found) == 1


def test_a_task_has_the_same_key_each_time_and_no_other_task_has_it() -> None:
    for letters in words("ADpS", 4):
        keys = [task.key for task in decide(letters)]
        assert keys == [task.key for task in decide(letters)]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("letters", "before", "key"),
    [
        ("A", Before.NOT_ADMITTED, "1-elsewhere"),
        ("D", Before.ADMITTED, "3-elsewhere"),
        ("S", Before.ADMITTED, "5-elsewhere"),
    ],
)
def test_what_no_unit_of_ours_enters_is_decided_by_hand_under_its_key(
    letters: str, before: Before, key: str
) -> None:
    (task,) = decide(letters, before=before)
    found = done_elsewhere(ROUTINE, task)
    said = (found.decision, found.by, found.clause, found.outcomes)
    assert said == (Decision.DECIDE, None, None, (key,))
    assert (found.key, found.events, found.what, found.case) == (task.key, task.events, task.what, task.case)


@pytest.mark.clause("R4.5")
def test_a_sip_that_is_past_is_case_16_under_its_key() -> None:
    (task,) = decide("S", before=Before.ADMITTED)
    found = by_hand(ROUTINE, task, "16-past")
    assert (found.case, found.outcomes, found.decision, found.by) == (16, ("16-past",), Decision.DECIDE, None)
    assert (found.key, found.events, found.what) == (task.key, task.events, task.what)


def test_every_task_that_a_party_does_can_be_nobodys() -> None:
    does = {outcome.what for outcome in ROUTINE.outcomes.values() if outcome.by}
    for what in does:
        assert done_elsewhere(ROUTINE, replace(decide("S", before=Before.ADMITTED)[0], what=what)).by is None
