"""Case 13: a patient who died with nothing logged of how the stay ended, and what nobody need hear any more."""

from dataclasses import replace

import pytest

from outage.rules.back_registration import Before, ChainStatus, LoggedEvent, Task, missing_move
from outage.rules.routine import Decision
from tests.unit.outage.back_registration import EVENTS, ROUTINE, decide


def test_what_a_dead_patients_parties_were_not_told_is_needless_and_nothing_to_decide() -> None:
    for letters, case in (("P", 4), ("w", 6), ("sw", 6)):
        (task,) = decide(letters, status=ChainStatus.DECEASED)
        assert (task.case, task.decision, task.clause) == (case, Decision.DO_NOT_REGISTER, None)
        assert "avlidit" in task.why
        assert "redan lämnad" not in task.why
    (discharge,) = decide("E", status=ChainStatus.DECEASED)
    assert (discharge.case, discharge.decision) == (13, Decision.DECIDE)


def died(before: Before, *logged: LoggedEvent, in_region: bool = True, on_ward: bool = True) -> Task | None:
    asked = {"in_region": in_region, "on_ward": on_ward, "status": ChainStatus.DECEASED}
    return missing_move(routine=ROUTINE, before=before, events=logged, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", Before)
@pytest.mark.parametrize("on_ward", [True, False])
@pytest.mark.parametrize("letters", ["", "p", "a", "d"])
def test_case_13_who_died_in_the_ward_or_was_in_before_is_decided_about_with_no_move_logged(
    before: Before, on_ward: bool, letters: str
) -> None:
    events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
    task = died(before, *events, on_ward=on_ward)
    assert (task is not None) == (on_ward or before is Before.ADMITTED)
    if task:
        assert (task.case, task.decision, task.events, task.key) == (13, Decision.DECIDE, (), "stay:")
        assert "avlidit" in task.why


def test_case_13_with_no_move_is_nobodys_where_one_is_logged_or_the_log_is_not_the_regions() -> None:
    assert died(Before.ADMITTED, EVENTS["A", 0]) is None
    assert died(Before.ADMITTED, EVENTS["E", 0]) is None
    assert died(Before.ADMITTED, in_region=False) is None
    stood, left = (replace(EVENTS[letter, 0], in_system=True) for letter in "AD")
    assert died(Before.UNKNOWN, stood, on_ward=False) is not None
    assert died(Before.UNKNOWN, stood, left) is None
