"""What the look at every page needs: which pages each test looks at, the demo's people, and who looks."""

import contextlib
from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from contacts.access import Acting, acting_for
from contacts.models import Membership, User
from outage.models import CareChain
from tests.browser.looking import faults, focus_ring

if TYPE_CHECKING:
    from tests.browser.conftest import Windows

# The pages each test looks at, by the name of their address; together they are all there are.
PAGES = {
    "test_pages_before_an_outage": {
        "account_login",
        "one_time_code",
        "emergency_log_in",
        "account",
        "status",
        "report_outage",
        "start_drill",
        "checklists",
        "routine",
        "contacts",
    },
    "test_laege_and_the_pages_of_a_call": {
        "status",
        "chain_call",
        "log_call",
        "correct_call",
        "withdraw_call",
        "move_call",
    },
    "test_the_pages_of_a_care_chain": {
        "chains",
        "new_chain",
        "paste_patients",
        "opened_patients",
        "open_patient",
        "open_elsewhere",
        "chain",
        "chain_call",
        "edit_chain",
        "join_chain",
        "undo_join",
        "correct_event",
        "withdraw_event",
        "leave_open",
    },
    "test_the_other_pages_in_an_outage": {
        "report_outage",
        "change_outage",
        "record_support",
        "end_outage",
        "overview",
        "overview_wall",
        "checklists",
        "checklist",
        "routine",
        "back_registration",
        "outage_files",
        "contacts",
        "hand_over_shift",
        "held_form",
        "shift",
        "shift_handover",
        "choose_assignment",
        "status",
    },
    "test_pages_after_an_outage": {
        "back_registration",
        "status",
        "chain",
        "chains",
        "reports",
        "report",
        "closing",
        "leave_at_closing",
        "reopen_outage",
    },
    "test_the_pages_of_bringing_in_a_file": {
        "import_directory",
        "work",
        "import_choices",
        "import_preview",
        "import_undo",
    },
    "test_the_pages_of_finding_a_number": {"contacts", "advanced_search", "unit", "take_out"},
    "test_the_pages_of_those_who_keep_contacts": {
        "contact",
        "contact_edit",
        "contact_new",
        "keep_contacts",
        "keep_units",
        "main_switchboard",
        "emergency_codes",
        "unit_edit",
        "unit_new",
        "verify_contacts",
    },
    "test_the_pages_of_a_second_step": {
        "account_reauthenticate",
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_authenticate",
        "usersessions_list",
    },
    "test_the_pages_of_people": {
        "second_factor",
        "keep_people",
        "code_slips",
        "person",
        "person_code",
        "person_new",
        "person_edit",
        "assignment_new",
        "assignment_edit",
        "import_staff",
    },
    "test_the_pages_of_joining": {
        "contact",
        "join_contact",
        "join_contacts",
        "undo_contact_join",
        "unit_edit",
        "join_unit",
        "join_units",
        "undo_unit_join",
    },
    "test_the_pages_of_the_jour": {"unit", "rota", "turn_new", "turn_edit", "import_rota"},
    "test_the_pages_of_those_who_read_what_was_done": {
        "review_log",
        "review_row",
        "review_samples",
        "review_sample",
        "review_report",
        "decisions",
    },
    "test_the_pages_of_the_paper": {
        "sheets",
        "sheet",
        "new_sheets",
        "sheet_batch",
        "void_batch",
        "scan",
        "scan_result",
        "waiting_pages",
        "waiting_page",
        "enter_sheet",
        "binder",
        "my_work",
        "work",
        "verify_file",
        "disposal",
    },
    "test_the_pages_of_gallring": {
        "purges",
        "purge",
        "purge_withdraw",
        "late_entries",
        "late_entry",
        "chain",
    },
}


class Demo:
    """The demo as the people in it see it."""

    def __init__(self, windows: "Windows") -> None:
        self.windows = windows

    def acting(self, name: str) -> Acting:
        user = User.objects.get(username=f"demo.{name}")
        first = Membership.objects.filter(user=user).order_by("pk")[0]
        acting = acting_for(user, first.pk)
        assert acting is not None
        return acting

    def window(self, name: str) -> Page:
        return self.windows.open(self.acting(name))

    def chain(self, name: str) -> CareChain:
        chains = CareChain.objects.filter(principal__kind="region")
        return next(chain for chain in chains if chain.details.patient_name.startswith(name))


class Looker:
    """Goes from page to page and collects what is wrong, so that one run tells of every page."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.names: set[str] = set()
        self.looks = 0

    def look(self, page: Page, address: str = "", *, starts: bool = True) -> None:
        """Look at `address`, or at the page as it stands. `starts`: the first thing to do has the focus."""
        if address:
            page.goto(address)
        # What was pressed is answered in the page as it stands.
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        name = page.evaluate("location.pathname")
        with contextlib.suppress(Resolver404):
            self.names.add(resolve(name).url_name or "")
        ring = focus_ring(page) if starts else None
        if starts and ring is None:
            self.found.append(f"{name}: nothing has the focus")
        if ring and (ring["outlineStyle"] == "none" or float(ring["outlineWidth"].removesuffix("px")) < 2):
            self.found.append(f"{name}: the focus does not show: {ring}")
        self.looks += 1
        self.found += [f"{name}: {fault}" for fault in faults(page, self.looks)]
