"""What each role may do. A finite table: every right × every role."""

from .labelled import Labelled


class Role(Labelled):
    """The assignment a person has at a unit."""

    STAFF = "staff", "Vårdpersonal"
    COORDINATOR = "coordinator", "Samordnare"
    ADMIN = "admin", "Administratör"


class Right(Labelled):
    """One thing that a role may be allowed to do."""

    REPORT_OUTAGE = "report_outage", "anmäla driftstopp"
    END_OUTAGE = "end_outage", "avsluta driftstopp"
    LOG_CARE = "log_care", "logga samtal och händelser"
    READ_CARE = "read_care", "läsa vårdkedjor"
    PRINT_SHEET = "print_sheet", "skriva ut blanketter"
    MARK_REGISTRATION = "mark_registration", "kvittera efterregistrering"
    TICK_CHECKLIST = "tick_checklist", "bocka av checklistor"
    MANAGE_DIRECTORY = "manage_directory", "ändra kontakter"
    HANDLE_SHEETS = "handle_sheets", "hantera blad"
    DECIDE_DISPOSAL = "decide_disposal", "föra in gallringsbeslut"
    MANAGE_PEOPLE = "manage_people", "förvalta personer"


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
    # An administrator keeps the directory and has no need of patients' data.
    Role.ADMIN: frozenset(
        {
            Right.REPORT_OUTAGE,
            Right.END_OUTAGE,
            Right.MANAGE_DIRECTORY,
            Right.TICK_CHECKLIST,
            Right.DECIDE_DISPOSAL,
            Right.MANAGE_PEOPLE,
        }
    ),
}


def role_may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
