"""Every right × every role, against a table written the other way round: what each right is for."""

from itertools import product

import pytest

from contacts.rules.permissions import RIGHTS, Right, Role, role_may

EVERYBODY = {Role.STAFF, Role.COORDINATOR, Role.ADMIN}
CARE = {Role.STAFF, Role.COORDINATOR}
WHO_MAY: dict[str, set[Role]] = {
    "report_outage": EVERYBODY,
    "tick_checklist": EVERYBODY,
    "end_outage": {Role.COORDINATOR, Role.ADMIN},
    "log_care": CARE,
    "read_care": CARE,
    "emergency_open": CARE,
    "print_sheet": CARE,
    "mark_registration": CARE,
    "manage_directory": {Role.ADMIN},
    "handle_sheets": CARE,
    "decide_disposal": {Role.ADMIN},
}


@pytest.mark.parametrize(("right", "role"), list(product(Right, Role)))
def test_a_role_has_exactly_the_rights_it_needs(right: Right, role: Role):
    assert role_may(role, right) is (role in WHO_MAY[right.value])


def test_who_keeps_the_directory_has_no_errand_in_patients_data():
    assert not RIGHTS[Role.ADMIN] & {
        Right.READ_CARE,
        Right.LOG_CARE,
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
