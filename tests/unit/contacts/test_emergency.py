"""The rules of the emergency log-in."""

from datetime import UTC, datetime, timedelta

import pytest

from contacts.rules.emergency import LONGEST_NOTE, ROLES, EmergencyReason, check_reason, holds
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right, Role, role_may

NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("expires", [NOW - SECOND, NOW, NOW + SECOND])
def test_a_sheet_holds_while_it_is_the_newest_and_not_too_old(newest: bool, expires: datetime):
    assert holds(newest, expires, NOW) == ((newest, expires) == (True, NOW + SECOND))


@pytest.mark.parametrize("reason", [*EmergencyReason, "", "annat"])
@pytest.mark.parametrize(
    "note", ["", " ", "Kortläsaren är trasig", "x" * LONGEST_NOTE, "x" * (LONGEST_NOTE + 1)]
)
def test_a_reason_is_one_of_the_list_and_another_is_said_in_words(reason: str, note: str):
    lacks = None
    if reason not in set(EmergencyReason):
        lacks = "reason"
    elif len(note) > LONGEST_NOTE or (reason == EmergencyReason.OTHER and not note.strip()):
        lacks = "note"
    if lacks is None:
        check_reason(reason, note)
        return
    with pytest.raises(RuleError) as refused:
        check_reason(reason, note)
    assert refused.value.field == lacks


def test_it_is_for_those_who_care_for_patients_and_never_for_keepers():
    assert {role for role in Role if role_may(role, Right.LOG_CARE)} == ROLES
    for right in (Right.MANAGE_PEOPLE, Right.MANAGE_DIRECTORY, Right.DECIDE_DISPOSAL):
        assert not any(role_may(role, right) for role in ROLES)
