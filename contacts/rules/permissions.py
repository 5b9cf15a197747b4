"""What each role may do. A finite table: every right × every role."""

from enum import StrEnum


class Role(StrEnum):
    """The assignment a person has at a unit."""

    STAFF = "staff"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


ROLE_LABELS: dict[Role, str] = {
    Role.STAFF: "Vårdpersonal",
    Role.COORDINATOR: "Samordnare",
    Role.ADMIN: "Administratör",
}


class Right(StrEnum):
    """One thing that a role may be allowed to do."""

    REPORT_OUTAGE = "report_outage"
    END_OUTAGE = "end_outage"
    LOG_CARE = "log_care"
    READ_CARE = "read_care"
    PRINT_SHEET = "print_sheet"
    MARK_REGISTRATION = "mark_registration"
    TICK_CHECKLIST = "tick_checklist"
    MANAGE_DIRECTORY = "manage_directory"
    HANDLE_SHEETS = "handle_sheets"
    DECIDE_DISPOSAL = "decide_disposal"


RIGHT_LABELS: dict[Right, str] = {
    Right.REPORT_OUTAGE: "anmäla driftstopp",
    Right.END_OUTAGE: "avsluta driftstopp",
    Right.LOG_CARE: "logga samtal och händelser",
    Right.READ_CARE: "läsa vårdkedjor",
    Right.PRINT_SHEET: "skriva ut blanketter",
    Right.MARK_REGISTRATION: "kvittera efterregistrering",
    Right.TICK_CHECKLIST: "bocka av checklistor",
    Right.MANAGE_DIRECTORY: "ändra kontakter",
    Right.HANDLE_SHEETS: "hantera blad",
    Right.DECIDE_DISPOSAL: "föra in gallringsbeslut",
}

_CARE = frozenset(
    {
        Right.REPORT_OUTAGE,
        Right.LOG_CARE,
        Right.READ_CARE,
        Right.PRINT_SHEET,
        Right.MARK_REGISTRATION,
        Right.TICK_CHECKLIST,
        Right.HANDLE_SHEETS,
    }
)

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.STAFF: _CARE,
    Role.COORDINATOR: _CARE | {Right.END_OUTAGE},
    # An administrator keeps the directory and has no errand in patients' data.
    Role.ADMIN: frozenset(
        {
            Right.REPORT_OUTAGE,
            Right.END_OUTAGE,
            Right.MANAGE_DIRECTORY,
            Right.TICK_CHECKLIST,
            Right.DECIDE_DISPOSAL,
        }
    ),
}


def role_may(role: Role, right: Right) -> bool:
    """Tell whether `role` has `right`."""
    return right in RIGHTS[role]
