"""R4 over every order of events, against a reading of each chain as a word.

The second formulation knows no state: a chain's admissions and discharges are written as a word (B for a
stay from before the outage, A, D), and regular expressions say which words are sound and cut them into stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product

import pytest

from outage.routine import current_routine
from outage.rules.back_registration import (
    Before,
    ChainStatus,
    LoggedEvent,
    Task,
    back_registration,
    missing_admission,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, What

ROUTINE = current_routine()
START = datetime(2026, 1, 20, 7, tzinfo=UTC)
SIP_DAY = date(2026, 1, 27)

# One letter for each way an event can count; a small a, d or z is a withdrawn A, D or S; P, w, W and E are p, s, S
# and D of which somebody has not been told; N starts another SIP.
LETTERS = {
    "A": ("admission", None),
    "D": ("discharge", None),
    "S": ("sip_invitation", SIP_DAY),
    "s": ("sip_invitation", None),
    "I": ("sip_initiative", SIP_DAY),
    "i": ("sip_initiative", None),
    "r": ("admission_reply", None),
    "p": ("preliminary_ready", None),
    "u": ("discharge_report", None),
    "k": ("ready_for_discharge", None),
    "m": ("municipality_ready", None),
    "a": ("admission", None),
    "d": ("discharge", None),
    "z": ("sip_invitation", SIP_DAY),
    "P": ("preliminary_ready", None),
    "w": ("sip_invitation", None),
    "W": ("sip_invitation", SIP_DAY),
    "E": ("discharge", None),
    "N": ("sip_invitation", SIP_DAY),
}
WITHDRAWN = "adz"
UNTOLD = "PwWE"

Row = tuple[str, str, str | None, str | None, tuple[str, ...], int]


def event(letter: str, place: int) -> LoggedEvent:
    kind, sip_date = LETTERS[letter]
    at = START + timedelta(minutes=place)
    return LoggedEvent(
        str(place),
        kind,
        at,
        withdrawn=letter in WITHDRAWN,
        sip_date=sip_date,
        told=letter not in UNTOLD,
        new_sip=letter == "N",
    )


EVENTS = {(letter, place): event(letter, place) for letter in LETTERS for place in range(6)}


def row(task: Task) -> Row:
    return (task.decision, task.what, task.by, task.clause, task.events, task.case)


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

    # The letters of each SIP, cut where another one starts, with their places; a comma stands for all else.
    line = "".join(letter if letter in "SsIiwWN" else "," for letter in letters)
    sips = [
        tuple(place for place in range(found.start(), found.end()) if line[place] != ",")
        for found in re.finditer(r"N[^N]*|^[^N]+", line)
    ]
    untold: list[str] = []
    for sip in filter(None, sips):
        own = tuple(map(str, sip))
        if {line[place] for place in sip} & set("SIWN"):
            if status == "deceased":
                case = 13
            elif scope == "municipalities_only" or (hand in (11, 12) and before != "admitted"):
                case = 16
            elif not hand and re.fullmatch(r"(AD)+", word):
                case = 10
            else:
                rows.append(("register", "sip_invitation", "outpatient", "R4.5", own, 5))
                continue
            rows.append(("decide", "sip_invitation", None, None, own, case))
            continue
        kept = [place for place in sip if line[place] != "w" or "D" in letters[place:]]
        untold += [str(place) for place in sip if place not in kept]
        if kept:
            rows.append(("do_not_register", "information", None, "R4.2", tuple(map(str, kept)), 6))
    for place, letter in enumerate(letters):
        if letter == "P" and "D" not in letters[place:]:
            untold.append(str(place))
        elif letter in "rpukmP":
            rows.append(("do_not_register", "information", None, "R4.2", (str(place),), 4))
    if untold:
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


@pytest.mark.slow
@pytest.mark.clause("R4.1")
@pytest.mark.clause("R4.2")
@pytest.mark.clause("R4.3")
@pytest.mark.clause("R4.4")
@pytest.mark.clause("R4.5")
def test_every_order_of_up_to_six_events() -> None:
    assert compare("ADpSs", 6) == sum(5**n for n in range(7)) * 18


@pytest.mark.slow
def test_every_order_of_up_to_five_events_some_withdrawn() -> None:
    assert compare("ADSad", 5) == sum(5**n for n in range(6)) * 18


@pytest.mark.slow
def test_every_order_of_up_to_three_events_of_every_kind() -> None:
    every_way = "".join(LETTERS)
    assert {kind for kind, _ in LETTERS.values()} == set(ROUTINE.messages)
    assert compare(every_way, 3) == sum(len(every_way) ** n for n in range(4)) * 18


@pytest.mark.slow
@pytest.mark.clause("R4.2")
@pytest.mark.clause("R4.5")
def test_every_order_of_up_to_five_events_some_untold() -> None:
    assert compare("AEDPwS", 5) == sum(6**n for n in range(6)) * 18
    assert compare("ADWsN", 5) == sum(5**n for n in range(6)) * 18


def test_every_event_that_counts_stands_in_exactly_one_task() -> None:
    for letters, before in product(words("ADpSsaPwN", 4), Before):
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


def decide(
    letters: str,
    *,
    before: Before = Before.NOT_ADMITTED,
    status: ChainStatus = ChainStatus.OK,
    scope: OutageScope = OutageScope.BOTH_PRINCIPALS,
) -> tuple[Task, ...]:
    events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
    return back_registration(routine=ROUTINE, scope=scope, before=before, status=status, events=events)


def said(tasks: Sequence[Task]) -> list[tuple[int, str, str | None]]:
    return [(task.case, task.do, task.clause) for task in tasks]


ADMIT = "Skriv in patienten i PRATOR."
DISCHARGE = "Skriv ut patienten i PRATOR."
NO_STAY = "Registrera inte vårdtillfället i PRATOR."
NO_INFORMATION = "Skriv inte in informationen i PRATOR."
INVITE = "Skicka kallelsen till SIP i PRATOR."


@pytest.mark.clause("R4.1")
def test_case_1_admitted_and_still_in() -> None:
    (task,) = decide("A")
    assert said([task]) == [(1, ADMIT, "R4.1")]
    assert task.decision is Decision.REGISTER
    assert task.by == "inpatient"


@pytest.mark.clause("R4.3")
def test_case_2_admitted_and_discharged() -> None:
    (task,) = decide("AD")
    assert said([task]) == [(2, NO_STAY, "R4.3")]
    assert (task.decision, task.by, task.events) == (Decision.DO_NOT_REGISTER, None, ("0", "1"))


@pytest.mark.clause("R4.4")
def test_case_3_in_before_and_discharged() -> None:
    (task,) = decide("D", before=Before.ADMITTED)
    assert said([task]) == [(3, DISCHARGE, "R4.4")]


@pytest.mark.clause("R4.2")
@pytest.mark.parametrize("letter", "rpukm")
def test_case_4_information_already_passed_on(letter: str) -> None:
    (task,) = decide(letter)
    assert said([task]) == [(4, NO_INFORMATION, "R4.2")]
    assert task.why == "Informationen är redan lämnad per telefon."


@pytest.mark.clause("R4.5")
@pytest.mark.parametrize("letter", "SI")
def test_case_5_a_sip_with_an_agreed_date(letter: str) -> None:
    (task,) = decide(letter)
    assert said([task]) == [(5, INVITE, "R4.5")]
    assert task.by == "outpatient"


@pytest.mark.clause("R4.2")
@pytest.mark.parametrize("letter", "si")
def test_case_6_a_sip_without_a_date(letter: str) -> None:
    assert said(decide(letter)) == [(6, "Skicka ingen kallelse till SIP i PRATOR.", "R4.2")]


@pytest.mark.clause("R4.1")
@pytest.mark.clause("R4.4")
def test_case_7_in_before_discharged_and_in_again() -> None:
    assert said(decide("DA", before=Before.ADMITTED)) == [(3, DISCHARGE, "R4.4"), (1, ADMIT, "R4.1")]


@pytest.mark.clause("R4.3")
@pytest.mark.clause("R4.4")
def test_case_8_in_before_discharged_in_again_and_discharged_again() -> None:
    assert said(decide("DAD", before=Before.ADMITTED)) == [(3, DISCHARGE, "R4.4"), (2, NO_STAY, "R4.3")]


@pytest.mark.clause("R4.1")
@pytest.mark.clause("R4.3")
def test_case_9_in_and_out_and_in_again() -> None:
    assert said(decide("ADA")) == [(2, NO_STAY, "R4.3"), (1, ADMIT, "R4.1")]


@pytest.mark.clause("R4.5")
def test_case_10_a_sip_agreed_for_one_who_came_and_went() -> None:
    stay, sip = decide("ADS")
    assert stay.case == 2
    assert (sip.case, sip.decision, sip.by, sip.clause) == (10, Decision.DECIDE, None, None)
    assert "finns då inte i PRATOR" in sip.why


@pytest.mark.clause("R4.5")
@pytest.mark.parametrize(("letters", "before"), [("DADS", Before.ADMITTED), ("ADSA", Before.NOT_ADMITTED)])
def test_not_case_10_when_the_patient_is_in_the_system_after_all(letters: str, before: Before) -> None:
    assert 5 in {task.case for task in decide(letters, before=before)}


@pytest.mark.parametrize(
    ("letters", "before", "odd"),
    [
        ("AA", Before.NOT_ADMITTED, ["inskriven två gånger"]),
        ("A", Before.ADMITTED, ["redan inskriven i PRATOR"]),
        ("D", Before.NOT_ADMITTED, ["utskriven utan att vara inskriven"]),
        ("ADD", Before.UNKNOWN, ["utskriven utan att vara inskriven"]),
        ("DAA", Before.ADMITTED, ["inskriven två gånger"]),
        ("AADD", Before.NOT_ADMITTED, ["inskriven två gånger", "utskriven utan att vara inskriven"]),
        ("ADAA", Before.ADMITTED, ["redan inskriven i PRATOR", "inskriven två gånger"]),
    ],
)
def test_case_11_says_what_is_odd(letters: str, before: Before, odd: list[str]) -> None:
    (task,) = decide(letters, before=before)
    assert (task.case, task.decision, task.clause, task.by) == (11, Decision.DECIDE, None, None)
    every = ["inskriven två gånger", "redan inskriven i PRATOR", "utskriven utan att vara inskriven"]
    assert [words for words in every if words in task.why] == sorted(odd, key=every.index)


def test_case_12_not_known_whether_the_patient_was_in_before() -> None:
    (task,) = decide("D", before=Before.UNKNOWN)
    assert (task.case, task.decision) == (12, Decision.DECIDE)
    assert [task.case for task in decide("A", before=Before.UNKNOWN)] == [1]


def test_case_13_the_patient_died() -> None:
    stay, sip = decide("ADS", status=ChainStatus.DECEASED)
    assert (stay.case, stay.what) == (13, What.ADMISSION_OR_DISCHARGE)
    assert (sip.case, sip.decision, sip.what) == (13, Decision.DECIDE, What.SIP_INVITATION)
    assert all("avlidit" in task.why for task in (stay, sip))
    assert [task.case for task in decide("p", status=ChainStatus.DECEASED)] == [4]


def test_case_13_logged_on_the_wrong_patient_gives_nothing_and_keeps_the_reason() -> None:
    assert decide("ADS", status=ChainStatus.WRONG_PATIENT) == ()
    assert "fel patient" in ROUTINE.wrong_patient


@pytest.mark.clause("R1.2")
def test_case_14_only_the_municipalities_were_cut_off() -> None:
    tasks = decide("ADpS", scope=OutageScope.MUNICIPALITIES_ONLY)
    assert [task.case for task in tasks] == [14, 4, 16]


@pytest.mark.clause("R4.6")
def test_case_15_everyone_acknowledges() -> None:
    found = ROUTINE.acknowledge
    assert (found.case, found.clause) == ("15", "R4.6")
    assert list(found.parties) == ["inpatient", "municipality", "outpatient"]
    assert found.do == "Kvittera meddelandena i PRATOR."


def test_when_it_happened_decides_not_when_it_was_written() -> None:
    events = [EVENTS[letter, place] for place, letter in enumerate("ADpAS")]

    def ask(given: Sequence[LoggedEvent]) -> tuple[Row, ...]:
        tasks = back_registration(
            routine=ROUTINE,
            scope=OutageScope.BOTH_PRINCIPALS,
            before=Before.NOT_ADMITTED,
            status=ChainStatus.OK,
            events=given,
        )
        return tuple(row(task) for task in tasks)

    assert {ask(order) for order in permutations(events)} == {ask(events)}


def test_equal_times_count_in_the_order_given() -> None:
    admission = LoggedEvent("in", "admission", START)
    discharge = LoggedEvent("out", "discharge", START)

    def cases(*events: LoggedEvent) -> list[int]:
        found = back_registration(
            routine=ROUTINE,
            scope=OutageScope.BOTH_PRINCIPALS,
            before=Before.ADMITTED,
            status=ChainStatus.OK,
            events=events,
        )
        return [task.case for task in found]

    assert cases(discharge, admission) == [3, 1]
    assert cases(admission, discharge) == [11]


def test_a_kind_the_routine_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no message type"):
        back_registration(
            routine=ROUTINE,
            scope=OutageScope.BOTH_PRINCIPALS,
            before=Before.ADMITTED,
            status=ChainStatus.OK,
            events=[LoggedEvent("1", "fax", START)],
        )


@pytest.mark.clause("R4.5")
def test_one_sip_is_one_call_to_send_from_its_first_message_through_every_rebooking() -> None:
    tasks = decide("ipSI")
    assert [(task.case, task.events) for task in tasks] == [(5, ("0", "2", "3")), (4, ("1",))]
    assert tasks[0].key == "sip:0"


@pytest.mark.clause("R4.5")
def test_another_sip_is_another_call() -> None:
    assert [(task.case, task.events) for task in decide("SNs")] == [(5, ("0",)), (5, ("1", "2"))]


@pytest.mark.parametrize(
    ("letters", "before", "status", "scope", "words"),
    [
        ("AAS", Before.NOT_ADMITTED, ChainStatus.OK, OutageScope.BOTH_PRINCIPALS, "inte känt om patienten"),
        ("DS", Before.UNKNOWN, ChainStatus.OK, OutageScope.BOTH_PRINCIPALS, "inte känt om patienten"),
        ("S", Before.ADMITTED, ChainStatus.OK, OutageScope.MUNICIPALITIES_ONLY, "enbart kommunerna var utan"),
    ],
)
def test_case_16_a_sip_that_may_not_be_for_the_system(
    letters: str, before: Before, status: ChainStatus, scope: OutageScope, words: str
) -> None:
    sip = decide(letters, before=before, status=status, scope=scope)[-1]
    assert (sip.case, sip.decision, sip.what, sip.by) == (16, Decision.DECIDE, What.SIP_INVITATION, None)
    assert words in sip.why
    assert decide("AS", before=Before.ADMITTED)[-1].case == 5


@pytest.mark.clause("R4.2")
def test_case_17_what_somebody_has_not_been_told_is_one_decision() -> None:
    told, untold = decide("pPwP")
    assert (told.case, told.events) == (4, ("0",))
    assert (untold.case, untold.decision, untold.what) == (17, Decision.DECIDE, What.INFORMATION)
    assert untold.events == ("1", "2", "3")
    assert "redan lämnad per telefon" not in untold.why


@pytest.mark.clause("R4.2")
def test_case_17_ends_with_a_later_discharge_that_was_told() -> None:
    assert [task.case for task in decide("APD")] == [2, 4]
    assert [task.case for task in decide("AwD")] == [2, 6]
    assert [task.case for task in decide("APE")] == [2, 17]
    assert [task.case for task in decide("ADP")] == [2, 17]


@pytest.mark.clause("R4.3")
def test_case_2_with_the_discharge_untold_is_not_registered_but_rung_about() -> None:
    (told,), (untold,) = decide("AD"), decide("AE")
    assert (untold.case, untold.decision, untold.clause) == (2, Decision.DO_NOT_REGISTER, "R4.3")
    assert "men ring" in untold.do
    assert "ring" not in told.do


def missing(before: Before = Before.UNKNOWN, *letters: str, **changed: object) -> Task | None:
    asked = {"in_region": True, "on_ward": True, "status": ChainStatus.OK} | changed
    events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
    return missing_admission(routine=ROUTINE, before=before, events=events, **asked)  # type: ignore[arg-type]


def test_case_18_a_patient_on_a_ward_whom_nobody_has_admitted() -> None:
    for before in (Before.UNKNOWN, Before.NOT_ADMITTED):
        task = missing(before, "p", "a")
        assert task is not None
        assert (task.case, task.decision, task.events, task.key) == (18, Decision.DECIDE, (), "stay:")


@pytest.mark.parametrize(
    "task",
    [
        missing(Before.ADMITTED),
        missing(Before.UNKNOWN, "A"),
        missing(Before.UNKNOWN, "D"),
        missing(in_region=False),
        missing(on_ward=False),
        missing(status=ChainStatus.DECEASED),
        missing(status=ChainStatus.WRONG_PATIENT),
    ],
)
def test_not_case_18(task: Task | None) -> None:
    assert task is None


BOTH, ALONE = OutageScope.BOTH_PRINCIPALS, OutageScope.MUNICIPALITIES_ONLY


def scoped(*logged: tuple[str, OutageScope], before: Before = Before.NOT_ADMITTED) -> list[tuple[int, str]]:
    """The cases of events that each happened under a scope of its own, now that the other scope is in force."""
    events = [replace(EVENTS[letter, place], scope=scope) for place, (letter, scope) in enumerate(logged)]
    tasks = back_registration(
        routine=ROUTINE, scope=logged[-1][1], before=before, status=ChainStatus.OK, events=events
    )
    return [(task.case, "".join(task.events)) for task in tasks]


@pytest.mark.clause("R1.2")
def test_each_event_has_the_scope_it_happened_under() -> None:
    assert scoped(("A", BOTH), ("p", ALONE)) == [(1, "0"), (4, "1")]
    assert scoped(("A", BOTH), ("D", BOTH), ("A", ALONE)) == [(2, "01"), (14, "2")]
    assert scoped(("A", ALONE), ("p", BOTH)) == [(14, "0"), (4, "1")]
    assert scoped(("S", ALONE), ("s", BOTH)) == [(16, "01")]
    assert scoped(("s", ALONE), ("S", BOTH)) == [(5, "01")]


@pytest.mark.clause("R1.2")
def test_after_events_the_region_had_the_system_for_it_is_not_known_what_stands_there() -> None:
    assert scoped(("A", ALONE), ("D", BOTH)) == [(14, "0"), (12, "1")]
    assert scoped(("D", ALONE), ("A", BOTH), before=Before.ADMITTED) == [(14, "0"), (1, "1")]


def in_system(letter: str, then: str, before: Before = Before.UNKNOWN) -> list[tuple[int, str]]:
    stood = replace(event(letter, 9), at=START - timedelta(hours=1), in_system=True)
    events = [*(EVENTS[each, place] for place, each in enumerate(then)), stood]
    tasks = back_registration(
        routine=ROUTINE, scope=BOTH, before=before, status=ChainStatus.OK, events=events
    )
    return [(task.case, "".join(task.events)) for task in tasks]


@pytest.mark.clause("R4.4")
def test_what_stands_in_the_system_is_outside_r4_and_says_whether_the_patient_was_in() -> None:
    assert in_system("A", "D") == [(3, "0")]
    assert in_system("D", "D") == [(11, "0")]
    assert in_system("S", "") == []
    assert in_system("D", "D", Before.ADMITTED) == [(3, "0")]


def test_a_task_is_known_by_the_line_logged_first_through_its_corrections() -> None:
    late = replace(EVENTS["A", 0], id="later version", line="first version", at=START + timedelta(minutes=1))
    early = replace(EVENTS["A", 1], at=START)
    tasks = back_registration(
        routine=ROUTINE, scope=BOTH, before=Before.NOT_ADMITTED, status=ChainStatus.OK, events=[late, early]
    )
    assert [(task.events, task.key) for task in tasks] == [(("1", "later version"), "stay:first version")]
