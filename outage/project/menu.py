"""Which entry of the menu each page belongs to, by the names of their addresses."""

# Each entry of the main menu, the entries of the menu below it, and the pages of each besides itself.
_MENU: dict[str, dict[str, str]] = {
    "status": {"": "report_outage start_drill change_outage end_outage record_support"},
    "overview": {},
    "reports": {"": "report closing closing_now leave_at_closing"},
    "chains": {
        "": "log_call new_chain paste_patients opened_patients chain open_patient open_elsewhere edit_chain join_chain "
        "undo_join chain_call correct_call withdraw_call move_call correct_event withdraw_event leave_open",
    },
    "back_registration": {"": "outage_files reopen_outage"},
    "shift": {"": "hand_over_shift shift_handover"},
    "checklists": {"": "checklist"},
    "contacts": {
        "contacts": "contact unit rota turn_new turn_edit import_rota confirm_rota",
        "keep_contacts": "contact_new contact_edit join_contact join_contacts undo_contact_join main_switchboard "
        "keep_units unit_new unit_edit join_unit join_units undo_unit_join emergency_codes",
        "import_directory": "import_preview import_choices import_undo",
        "keep_people": "person_new person person_edit person_code assignment_new assignment_edit import_staff "
        "confirm_staff second_factor code_slips",
        "take_out": "contact_list",
    },
    "review_log": {"review_log": "review_row", "review_samples": "review_sample"},
    "sheets": {
        "sheets": "sheet enter_sheet",
        "new_sheets": "sheet_batch void_batch",
        "scan": "scan_result",
        "waiting_pages": "waiting_page",
        "my_work": "work work_file",
        "purges": "purge purge_withdraw",
        "late_entries": "late_entry",
    },
}
# Entries of a menu below that have no pages but their own.
_ALONE = {
    "contacts": ("advanced_search", "verify_contacts"),
    "review_log": ("review_report",),
    "sheets": ("binder", "verify_file", "disposal"),
}
_PLACES = {
    page: (entry, below)
    for entry, menu in _MENU.items()
    for below, pages in menu.items()
    for page in (*pages.split(), *([below] if below else []))
} | {page: (entry, page) for entry, pages in _ALONE.items() for page in pages}


def place_of(page: str) -> tuple[str, str]:
    """The entry of the main menu and that of the menu below it; "" for none. An entry is not its own."""
    return _PLACES.get(page, ("", ""))
