"""R4 case by case, in the words a person reads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from outage.rules.back_registration import (
    Before,
    ChainStatus,
    LoggedEvent,
    Task,
    back_registration,
    missing_move,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, What
from tests.unit.outage.back_registration import (
    EVENTS,
    INFORMATION,
    ROUTINE,
    START,
    Row,
    decide,
    event,
    row,
    said,
)

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
@pytest.mark.parametrize("letter", INFORMATION)
def test_case_4_information_already_passed_on(letter: str) -> None:
    (task,) = decide(letter)
    assert said([task]) == [(4, NO_INFORMATION, "R4.2")]
    assert task.why == "Informationen är redan lämnad per telefon."


@pytest.mark.clause("R4.2")
@pytest.mark.parametrize(
    ("letters", "outcome"), [("PD", "4-later"), ("pD", "4-later"), ("DP", "17"), ("Dp", "4")]
)
def test_case_4_before_a_discharge_that_was_told_does_not_say_that_all_were_told_of_it(
    letters: str, outcome: str
) -> None:
    (task,) = (task for task in decide(letters, before=Before.ADMITTED) if task.case != 3)
    assert task.outcomes == (outcome,)
    assert ("senare utskrivning" in task.why) == (outcome == "4-later")


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
    assert "fel patient" in ROUTINE.back_registration.wrong_patient


@pytest.mark.clause("R1.2")
def test_case_14_only_the_municipalities_were_cut_off() -> None:
    tasks = decide("ADpS", scope=OutageScope.MUNICIPALITIES_ONLY)
    assert [task.case for task in tasks] == [14, 4, 16]


@pytest.mark.clause("R4.6")
def test_case_15_everyone_acknowledges() -> None:
    found = ROUTINE.acknowledge
    assert found.clause == "R4.6"
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


@pytest.mark.clause("R4.2")
def test_case_17_stays_where_who_takes_part_by_name_is_told_of_no_discharge() -> None:
    events = [replace(event("w", 0), invited=True), event("D", 1)]
    tasks = back_registration(
        routine=ROUTINE,
        scope=OutageScope.BOTH_PRINCIPALS,
        before=Before.ADMITTED,
        status=ChainStatus.OK,
        events=events,
    )
    assert [task.case for task in tasks] == [17, 3]


@pytest.mark.clause("R4.2")
def test_case_17_stays_where_others_told_of_the_discharge_as_nobody_knows_whom() -> None:
    events = [event("P", 0), replace(event("D", 1), ours=False)]
    tasks = back_registration(
        routine=ROUTINE,
        scope=OutageScope.BOTH_PRINCIPALS,
        before=Before.ADMITTED,
        status=ChainStatus.OK,
        events=events,
    )
    assert [task.case for task in tasks] == [17, 3]


@pytest.mark.clause("R4.3")
def test_case_2_with_the_discharge_untold_is_not_registered_but_rung_about() -> None:
    (told,), (untold,) = decide("AD"), decide("AE")
    assert (untold.case, untold.decision, untold.clause) == (2, Decision.DO_NOT_REGISTER, "R4.3")
    assert "men ring" in untold.do
    assert "ring" not in told.do


def missing(before: Before = Before.UNKNOWN, *letters: str, **changed: object) -> Task | None:
    asked = {"in_region": True, "on_ward": True, "status": ChainStatus.OK} | changed
    events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
    return missing_move(routine=ROUTINE, before=before, events=events, **asked)  # type: ignore[arg-type]


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
    # Who went on from a stay while the region had the system is not known to be in still.
    assert scoped(("A", BOTH), ("D", ALONE)) == [(14, "01")]
    assert scoped(("A", BOTH), ("D", BOTH), ("A", BOTH), ("D", ALONE), ("A", BOTH)) == [
        (2, "01"),
        (14, "23"),
        (1, "4"),
    ]
    assert scoped(("A", BOTH), ("A", BOTH), ("D", ALONE)) == [(11, "01"), (14, "2")]
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
    # Said not to be in the system, and an admission stands there.
    assert in_system("A", "D", Before.NOT_ADMITTED) == [(3, "0")]
    assert in_system("A", "A", Before.NOT_ADMITTED) == [(11, "0")]
    assert in_system("A", "DA", Before.NOT_ADMITTED) == [(3, "0"), (1, "1")]
    assert in_system("D", "A", Before.NOT_ADMITTED) == [(1, "0")]


def test_a_task_is_known_by_the_line_logged_first_through_its_corrections() -> None:
    late = replace(EVENTS["A", 0], id="later version", line="first version", at=START + timedelta(minutes=1))
    early = replace(EVENTS["A", 1], at=START)
    tasks = back_registration(
        routine=ROUTINE, scope=BOTH, before=Before.NOT_ADMITTED, status=ChainStatus.OK, events=[late, early]
    )
    assert [(task.events, task.key) for task in tasks] == [(("1", "later version"), "stay:first version")]
