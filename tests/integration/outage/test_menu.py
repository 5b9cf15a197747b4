"""The menu shows where one is: every page that belongs to an entry lights it."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone

from outage.services.outages import end_outage
from tests.browser.every_page import PAGES
from tests.factories import make_county, make_outage

pytestmark = pytest.mark.django_db

# The entry of the main menu and that of the menu below it, as they are read.
TABLE = {
    ("Läge", ""): {"status", "report_outage", "start_drill", "change_outage", "record_support", "end_outage"},
    ("Vårdkedjor", ""): {
        "chains",
        "log_call",
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
        "correct_call",
        "withdraw_call",
        "move_call",
        "correct_event",
        "withdraw_event",
        "leave_open",
    },
    ("Överlämning", ""): {"shift", "hand_over_shift", "shift_handover"},
    ("Lägesbild", ""): {"overview"},
    ("Checklistor", ""): {"checklists", "checklist"},
    ("Rutinen", ""): {"routine"},
    ("PRATOR åter i drift", ""): {"back_registration", "outage_files", "reopen_outage"},
    ("Loggkontroll", "Loggen"): {"review_log", "review_row"},
    ("Loggkontroll", "Stickprov"): {"review_samples", "review_sample"},
    ("Loggkontroll", "Rapport"): {"review_report"},
    ("Avgöranden", ""): {"decisions"},
    ("Rapport", ""): {"reports", "report", "closing", "closing_now", "leave_at_closing"},
    ("Kontakter", "Sök"): {"contacts", "contact", "unit", "rota", "turn_new", "turn_edit", "import_rota"},
    ("Kontakter", "Avancerad sökning"): {"advanced_search"},
    ("Kontakter", "Förvalta"): {
        "keep_contacts",
        "contact_new",
        "contact_edit",
        "join_contact",
        "join_contacts",
        "undo_contact_join",
        "main_switchboard",
        "keep_units",
        "unit_new",
        "unit_edit",
        "join_unit",
        "join_units",
        "undo_unit_join",
        "emergency_codes",
    },
    ("Kontakter", "Kontrollera"): {"verify_contacts"},
    ("Kontakter", "Läs in"): {"import_directory", "import_preview", "import_choices", "import_undo"},
    ("Kontakter", "Personer"): {
        "keep_people",
        "person",
        "person_new",
        "person_edit",
        "person_code",
        "assignment_new",
        "assignment_edit",
        "import_staff",
        "second_factor",
        "code_slips",
        # A preview that has to be read anew.
        "confirm_staff",
    },
    ("Kontakter", "Skriv ut och hämta"): {"take_out", "contact_list"},
    ("Blad", "Blad utan öde"): {"sheets", "sheet", "enter_sheet"},
    ("Blad", "Skriv ut tomma blad"): {"new_sheets", "sheet_batch", "void_batch"},
    ("Blad", "Skanna"): {"scan", "scan_result"},
    ("Blad", "Väntande sidor"): {"waiting_pages", "waiting_page"},
    ("Blad", "Beredskapspärm"): {"binder"},
    ("Blad", "Mina utskrifter"): {"my_work", "work"},
    ("Blad", "Kontrollera fil"): {"verify_file"},
    ("Blad", "Gallringsbeslut"): {"disposal"},
    ("Blad", "Gallring"): {"purges", "purge", "purge_withdraw"},
    ("Blad", "Sena uppgifter"): {"late_entries", "late_entry"},
}
NO_ENTRY = {
    # A screen for many has no menu.
    "overview_wall",
    # Of oneself and the log-in.
    "account",
    "account_login",
    "account_reauthenticate",
    "choose_assignment",
    "emergency_log_in",
    "one_time_code",
    "usersessions_list",
    # The page of whatever was held is shown again as it is.
    "held_form",
}
NO_PAGES_OF_THEIR_OWN = {"contact_list", "confirm_staff", "closing_now"}
BELOW = {
    "Kontakter": "contacts/directory/_ways.html",
    "Loggkontroll": "outage/reviewing/_ways.html",
    "Blad": "forms/sheets/_ways.html",
}


def lit(name: str, template: str, request) -> list[tuple[str, str]]:
    request.resolver_match = SimpleNamespace(url_name=name)
    tag = "part" if template.endswith(".jinja") else "include"
    html = Template(f'{{% {tag} "{template}" %}}').render(RequestContext(request))
    menu = BeautifulSoup(html, "html.parser")
    return [(one.text, str(one["aria-current"])) for one in menu.select("[aria-current]")]


def test_every_page_lights_the_entry_it_belongs_to(monkeypatch: pytest.MonkeyPatch, rf: RequestFactory):
    listed = set().union(*TABLE.values())
    pages = {name for name in set().union(*PAGES.values()) if not name.startswith("mfa_")}
    assert listed - NO_PAGES_OF_THEIR_OWN == pages - NO_ENTRY
    county = make_county()
    end_outage(by=county.esa, outage=make_outage(county.alva), ended_at=timezone.now())
    # Who may do everything has every entry.
    monkeypatch.setattr("outage.project.context.can", lambda *_: True)
    request = rf.get("/")
    request.user, request.acting = county.esa.user, county.esa
    wrong = []
    for (entry, below), names in TABLE.items():
        for name in names:
            found = lit(name, "_components/ways.jinja", request)
            found += lit(name, BELOW[entry], request) if below else []
            if [text for text, _ in found] != ([entry, below] if below else [entry]):
                wrong.append(f"{name}: {found}")
    assert wrong == []
    for name in NO_ENTRY:
        assert lit(name, "_components/ways.jinja", request) == []
