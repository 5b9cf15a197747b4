"""From an empty installation to a nurse at work: a command, a code, a file, a code."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from contacts.models import AuditEntry, User
from tests.browser.conftest import Windows, script_or_none
from tests.browser.looking import faults
from tests.browser.steps import add_app, choose_password, expect_logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@script_or_none
def test_the_first_administrator_brings_in_people_who_log_in_by_code(
    windows: Windows, tmp_path: Path, javascript: bool
):
    admin = windows.open(javascript=javascript)
    admin.goto("/logga-in/")
    expect(admin.get_by_role("heading", name="Ingen kan logga in än")).to_be_visible()
    assert not javascript or faults(admin) == []
    said = StringIO()
    given = {"name": "Anna Ek", "username": "anna.ek", "email": "anna@exempel.se", "principal": "Umeå kommun"}
    call_command("first_administrator", **given, stdout=said)
    code = re.search(r"Engångskod: +(\S+)", said.getvalue())
    assert code is not None
    choose_password(admin, "anna.ek", code[1], "tre gula cyklar")

    # Who keeps people has a second step: there is no other way on.
    admin.goto("/kontakter/enhet/ny/")
    add_app(admin, "tre gula cyklar")

    admin.goto("/kontakter/enhet/ny/")
    admin.get_by_label("Namn").fill("Hemsjukvården")
    admin.get_by_label("Kommunal enhet").select_option("Hemsjukvård")
    admin.get_by_role("button", name="Lägg till enheten").press("Enter")
    expect(admin.get_by_text("Hemsjukvården är tillagd.")).to_be_visible()

    path = tmp_path / "personal.csv"
    rows = ["Användarnamn;Förnamn;Efternamn;Enhet;Roll;Titel", "nils;Nils;Ö;Hemsjukvården;Vårdpersonal;ssk"]
    path.write_text("\n".join(rows), encoding="utf-8")
    admin.goto("/kontakter/personer/las-in/")
    admin.get_by_label("Välj en fil").set_input_files(path)
    admin.get_by_role("button", name="Visa vad filen ändrar").press("Enter")
    admin.get_by_role("button", name="Läs in en person").press("Enter")
    expect(admin.get_by_text("Personallistan är inläst: 1 ny person")).to_be_visible()

    admin.get_by_role("link", name="Nils Ö").click()
    admin.get_by_role("button", name="Gör en engångskod").press("Enter")
    shown = admin.locator(".code-text").inner_text()
    assert not javascript or faults(admin) == []
    admin.get_by_role("link", name="Klar").click()
    expect(admin.get_by_text("Gäller till")).to_be_visible()
    if javascript:
        # The page is kept nowhere: Back asks for the form to be sent again.
        with pytest.raises(PlaywrightError, match="ERR_CACHE_MISS"):
            admin.go_back()

    nurse = windows.open(javascript=javascript)
    choose_password(nurse, "nils", shown, "fyra gröna båtar")
    expect_logged_in(nurse, "Nils Ö", "Hemsjukvården")
    nurse.goto("/konto/")
    expect(nurse.get_by_text("Hemsjukvården, Umeå kommun: Vårdpersonal, ssk")).to_be_visible()
    assert AuditEntry.objects.filter(action="code.used").count() == 2
    assert User.objects.filter(is_superuser=True).count() == 0
