"""Who must do what about an event, by the own end and the region's: every case of the table in decision 16."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from outage.routine import current_routine
from outage.rules.after_end import Back, Counts, counts, was_known
from outage.rules.back_registration import Before, ChainStatus, LoggedEvent, back_registration, to_check
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Effect

R4, CHECK, DIRECT = Counts.BY_R4, Counts.TO_CHECK, Counts.DIRECT
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
# An end as an event sees it: none or later, earlier and said before the event was logged, earlier and said after.
IN, KNOWN, UNKNOWN = Back(after=False), Back(after=True, known=True), Back(after=True, known=False)
ENTERED = [(Effect.ADMISSION, False), (Effect.DISCHARGE, False), (Effect.SIP, True)]
# By the end that counts: what somebody enters, and what nobody enters afterwards.
TABLE = {IN: (R4, R4), KNOWN: (DIRECT, DIRECT), UNKNOWN: (CHECK, DIRECT)}


@pytest.mark.parametrize("own", TABLE)
@pytest.mark.parametrize("region", [None, *TABLE])
def test_every_case(own: Back, region: Back | None) -> None:
    decides = region or own
    for effect, dated in ENTERED:
        assert counts(effect, own, region, dated=dated) is TABLE[decides][0]
    # An initiative to a SIP without a date is nobody's to enter, and still is one with the SIP.
    assert counts(Effect.SIP, own, region) is TABLE[decides][1]
    # What is only told follows the end of whoever has logged it.
    assert counts(Effect.INFORMATION, own, region) is TABLE[own][1]


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("end", "said", "known"),
    [
        pytest.param(-MINUTE, -MINUTE, True, id="said before it was logged"),
        pytest.param(-MINUTE, MINUTE, True, id="said in the minute it was logged"),
        pytest.param(-MINUTE, 2 * MINUTE, False, id="said after it was logged"),
        pytest.param(timedelta(0), -MINUTE, False, id="in the minute of the end"),
        pytest.param(MINUTE, MINUTE, False, id="before the end"),
        pytest.param(None, -MINUTE, False, id="said not to be back"),
    ],
)
def test_whether_the_end_was_known(end: timedelta | None, said: timedelta, known: bool) -> None:
    rows = [(AT + said, None if end is None else AT + end)]
    assert was_known(AT, AT + MINUTE, rows) is known


def test_what_was_said_last_before_it_was_logged_counts() -> None:
    said = [None, -2, None, -3]
    for length in range(1, len(said) + 1):
        rows = [
            (AT - timedelta(minutes=9 - place), end and AT + end * MINUTE)
            for place, end in enumerate(said[:length])
        ]
        assert was_known(AT, AT, rows) is (said[length - 1] is not None)
    assert not was_known(AT, AT, [])


@pytest.mark.parametrize("status", list(ChainStatus))
def test_each_is_a_task_of_its_own_that_keeps_its_key(status: ChainStatus) -> None:
    routine = current_routine()
    kinds = ["admission", "discharge", "sip_invitation"]
    events = [
        LoggedEvent(f"{kind}2", kind, AT - place * MINUTE, line=kind) for place, kind in enumerate(kinds)
    ]
    found = to_check(routine, status, events)
    wanted = {
        ChainStatus.OK: [("sip:sip_invitation", "outpatient"), ("stay:discharge", "inpatient")],
        ChainStatus.DECEASED: [("stay:discharge", "inpatient")],
        ChainStatus.WRONG_PATIENT: [],
    }[status]
    admission = [("stay:admission", "inpatient")] if wanted else []
    assert [(task.key, task.by) for task in found] == [*wanted, *admission]
    assert {task.decision.value for task in found} <= {"register"}
    # It has the key that it has where R4 counts it: a tick follows it past the end and back.
    for event, before in product(events[:2], (Before.ADMITTED, Before.NOT_ADMITTED)):
        inside = back_registration(
            routine=routine,
            scope=OutageScope.BOTH_PRINCIPALS,
            before=before,
            status=ChainStatus.OK,
            events=[event],
        )
        assert inside[0].key == to_check(routine, ChainStatus.OK, [event])[0].key
