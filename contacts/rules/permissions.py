"""What each role may do, and how far: one table, every right × every role × a border. README.md prints it."""

from collections.abc import Mapping

from .labelled import Labelled


class Role(Labelled):
    """The assignment a person has at a unit."""

    STAFF = "staff", "Vårdpersonal"
    COORDINATOR = "coordinator", "Samordnare"
    ADMIN = "admin", "Administratör"
    LOG_REVIEWER = "log_reviewer", "Loggranskare"
    ROUTINE_OWNER = "routine_owner", "Rutinansvarig"


class Right(Labelled):
    """One thing that a role may be allowed to do."""

    REPORT_OUTAGE = "report_outage", "anmäla driftstopp"
    START_DRILL = "start_drill", "öva driftstopp"
    END_OUTAGE = "end_outage", "avsluta driftstopp"
    LOG_CARE = "log_care", "logga samtal och händelser"
    READ_CARE = "read_care", "läsa vårdkedjor"
    EMERGENCY_OPEN = "emergency_open", "nödöppna vårdkedjor"
    PRINT_SHEET = "print_sheet", "skriva ut blanketter"
    MARK_REGISTRATION = "mark_registration", "kvittera efterregistrering"
    TICK_CHECKLIST = "tick_checklist", "bocka av checklistor"
    HANDLE_SHEETS = "handle_sheets", "hantera blad"
    COUNT_SHEETS = "count_sheets", "räkna enheternas blad"
    DECIDE_DISPOSAL = "decide_disposal", "föra in gallringsbeslut"
    CONFIRM_PURGE = "confirm_purge", "bekräfta gallring"
    DECIDE_LATE = "decide_late", "avgöra sena uppgifter"
    MANAGE_DIRECTORY = "manage_directory", "ändra kontakter"
    MANAGE_PEOPLE = "manage_people", "förvalta personer"
    REVIEW_LOG = "review_log", "granska loggen"
    FOLLOW_DECISIONS = "follow_decisions", "följa upp avgöranden"
    SEE_OVERVIEW = "see_overview", "läsa lägesbilden"
    READ_REPORT = "read_report", "läsa rapporten"
    CLOSE_OUTAGE = "close_outage", "stänga driftstopp"


class Border(Labelled):
    """How far a right reaches, seen from the unit of the assignment."""

    # Its own rows, those of units joined into it, and the care chains it takes part in.
    UNIT = "unit", "egen enhet"
    BRANCH = "branch", "egen verksamhetsgren"
    PRINCIPAL = "principal", "egen huvudman"
    # An outage and a checklist say nothing about anybody.
    ALL = "all", "alla"


_CARE = {Role.STAFF: Border.UNIT, Role.COORDINATOR: Border.UNIT}
_IN_EMERGENCY = dict.fromkeys(_CARE, Border.BRANCH)

# An administrator keeps people and the directory, a reviewer reads who did what, the routine's owner counts: none of
# them has a need of patients' data.
TABLE: Mapping[Right, Mapping[Role, Border]] = {
    Right.REPORT_OUTAGE: dict.fromkeys((*_CARE, Role.ADMIN), Border.ALL),
    # Everybody sees it, as an outage.
    Right.START_DRILL: {Role.COORDINATOR: Border.ALL},
    Right.END_OUTAGE: dict.fromkeys((Role.COORDINATOR, Role.ADMIN), Border.PRINCIPAL),
    Right.LOG_CARE: _CARE,
    Right.READ_CARE: _CARE,
    Right.EMERGENCY_OPEN: _IN_EMERGENCY,
    Right.PRINT_SHEET: _CARE,
    Right.MARK_REGISTRATION: _CARE,
    Right.TICK_CHECKLIST: _CARE | {Role.ADMIN: Border.UNIT},
    Right.HANDLE_SHEETS: _CARE,
    Right.COUNT_SHEETS: {Role.COORDINATOR: Border.BRANCH, Role.ADMIN: Border.PRINCIPAL},
    Right.DECIDE_DISPOSAL: {Role.ADMIN: Border.PRINCIPAL},
    # Whoever decides on disposal proposes, and a second person confirms: where there is one administrator, the one who
    # answers for the routine, who sees all of the principal as well, and no patients.
    Right.CONFIRM_PURGE: dict.fromkeys((Role.ADMIN, Role.ROUTINE_OWNER), Border.PRINCIPAL),
    Right.DECIDE_LATE: {Role.COORDINATOR: Border.BRANCH},
    Right.MANAGE_DIRECTORY: {Role.ADMIN: Border.PRINCIPAL},
    Right.MANAGE_PEOPLE: {Role.ADMIN: Border.PRINCIPAL},
    Right.REVIEW_LOG: {Role.LOG_REVIEWER: Border.BRANCH},
    Right.FOLLOW_DECISIONS: {Role.ROUTINE_OWNER: Border.PRINCIPAL},
    # It counts, and names no patient.
    Right.SEE_OVERVIEW: {Role.STAFF: Border.UNIT, Role.COORDINATOR: Border.BRANCH},
    Right.READ_REPORT: {Role.COORDINATOR: Border.BRANCH, Role.ROUTINE_OWNER: Border.PRINCIPAL},
    # What other branches have left is a number; they leave it open themselves, where anybody there may.
    Right.CLOSE_OUTAGE: {Role.COORDINATOR: Border.BRANCH},
}

RIGHTS: dict[Role, Mapping[Right, Border]] = {
    role: {right: reach[role] for right, reach in TABLE.items() if role in reach} for role in Role
}
"""The same table, role by role."""


def role_may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]


def border_of(role: Role, right: Right) -> Border:
    """How far the right reaches; raises KeyError where the role has it not."""
    return RIGHTS[role][right]


def roles_with(right: Right) -> list[Role]:
    return [role for role in Role if role_may(role, right)]
