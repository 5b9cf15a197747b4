"""Every right × every role × the border, against a table written the other way round: what each right is for."""

from itertools import product

import pytest

from contacts.presenters.permissions import permission_table
from contacts.rules.permissions import RIGHTS, TABLE, Border, Right, Role, border_of, role_may, roles_with
from tests.architecture.tree import ROOT

EVERYBODY = {Role.STAFF, Role.COORDINATOR, Role.ADMIN}
CARE = {Role.STAFF, Role.COORDINATOR}
WHO_MAY: dict[str, set[Role]] = {
    "report_outage": EVERYBODY,
    "start_drill": {Role.COORDINATOR},
    "tick_checklist": EVERYBODY,
    "end_outage": {Role.COORDINATOR, Role.ADMIN},
    "log_care": CARE,
    "read_care": CARE,
    "print_sheet": CARE,
    "mark_registration": CARE,
    "manage_directory": {Role.ADMIN},
    "handle_sheets": CARE,
    "decide_disposal": {Role.ADMIN},
    "confirm_purge": {Role.ADMIN, Role.ROUTINE_OWNER},
    "decide_late": {Role.COORDINATOR},
    "emergency_open": CARE,
    "count_sheets": {Role.COORDINATOR, Role.ADMIN},
    "manage_people": {Role.ADMIN},
    "review_log": {Role.LOG_REVIEWER},
    "follow_decisions": {Role.ROUTINE_OWNER},
    "see_overview": CARE,
    "read_report": {Role.COORDINATOR, Role.ROUTINE_OWNER},
    "close_outage": {Role.COORDINATOR},
}
# How far each role reaches with what it may do; a unit's own where nothing else is said.
REACH: dict[Role, dict[str, Border]] = {
    Role.STAFF: {"report_outage": Border.ALL, "emergency_open": Border.BRANCH},
    Role.COORDINATOR: {
        "report_outage": Border.ALL,
        "start_drill": Border.ALL,
        "end_outage": Border.PRINCIPAL,
        "emergency_open": Border.BRANCH,
        "count_sheets": Border.BRANCH,
        "decide_late": Border.BRANCH,
        "see_overview": Border.BRANCH,
        "read_report": Border.BRANCH,
        "close_outage": Border.BRANCH,
    },
    Role.ADMIN: {
        "report_outage": Border.ALL,
        "end_outage": Border.PRINCIPAL,
        "count_sheets": Border.PRINCIPAL,
        "decide_disposal": Border.PRINCIPAL,
        "confirm_purge": Border.PRINCIPAL,
        "manage_directory": Border.PRINCIPAL,
        "manage_people": Border.PRINCIPAL,
    },
    Role.LOG_REVIEWER: {"review_log": Border.BRANCH},
    Role.ROUTINE_OWNER: {
        "confirm_purge": Border.PRINCIPAL,
        "follow_decisions": Border.PRINCIPAL,
        "read_report": Border.PRINCIPAL,
    },
}


@pytest.mark.parametrize(("right", "role"), list(product(Right, Role)))
def test_a_role_has_exactly_the_rights_it_needs(right: Right, role: Role):
    assert role_may(role, right) is (role in WHO_MAY[right.value])


@pytest.mark.parametrize(("role", "right"), [(role, right) for role in Role for right in RIGHTS[role]])
def test_a_right_reaches_as_far_as_the_role_needs(role: Role, right: Right):
    assert border_of(role, right) is REACH[role].get(right.value, Border.UNIT)


def test_there_is_a_row_for_each_right_and_both_ways_of_reading_say_the_same():
    assert list(TABLE) == list(Right)
    assert {(role, right, RIGHTS[role][right]) for role in Role for right in RIGHTS[role]} == {
        (role, right, border) for right, reach in TABLE.items() for role, border in reach.items()
    }
    assert roles_with(Right.REVIEW_LOG) == [Role.LOG_REVIEWER]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_REVIEWER, Role.ROUTINE_OWNER])
def test_who_does_not_care_for_patients_has_no_errand_in_their_data(role: Role):
    assert not RIGHTS[role].keys() & {
        Right.READ_CARE,
        Right.LOG_CARE,
        Right.EMERGENCY_OPEN,
        Right.PRINT_SHEET,
        Right.MARK_REGISTRATION,
        Right.HANDLE_SHEETS,
    }


@pytest.mark.parametrize("right", Right)
def test_what_one_may_not_do_can_be_said_in_swedish(right: Right):
    sentence = f"Din roll får inte {right.label}."
    assert right.label.split()[0].endswith("a"), sentence


def test_roles_are_told_apart_by_their_names():
    assert len({role.label for role in Role}) == len(Role)


def test_the_readme_prints_the_table_as_it_stands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = text.partition("<!-- permission table -->\n")[2].partition("<!-- /permission table -->")[0]
    assert printed == permission_table()
