"""From an empty installation to the reviewer: the right person is let in again and again, and who it was is seen.

Nothing is laid in beforehand but by the pages and the one command, and each person comes in by another way.
"""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Unit
from outage.models import CareChain, Handover, HeldForm
from tests.browser.conftest import Windows
from tests.browser.looking import faults
from tests.browser.steps import (
    add_app,
    add_passkey,
    choose_other_end,
    choose_password,
    expect_logged_in,
    follow,
    open_chain,
    print_emergency_codes,
    report_outage,
    save_call,
    show_card,
    speak_to,
    tick_message,
    use_emergency_code,
)
from tests.browser.test_one_computer import TYPED, type_a_call
from tests.clock import Clock
from tests.factories import PASSWORD, SKELLEFTEA
from tests.integration.log_in.openid_steps import ALVA, WARD, told_of_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REGION, PATIENT, NUMBER = "Region Västerbotten", "Asta Provberg", "19380214-9805"
HEADINGS = "Användarnamn;Förnamn;Efternamn;HSA-id;Enhet;Roll;Titel"
HERS = (
    f"alva;Alva;Påhittad;{ALVA};Medicin 2;Vårdpersonal;Sjuksköterska",
    "esa;Esa;Påhittad;;Medicin 2;Samordnare;Sjuksköterska",
    "greta;Greta;Loggbäck;;Medicin 2;Loggranskare;Jurist",
)
THEIRS = ("cissi;Cissi;Påhittad;;Biståndsenheten;Vårdpersonal;Biståndshandläggare",)


def appoint(windows: Windows, username: str, name: str, principal: str) -> Page:
    """By the command; logged in, with the second step that an administrator must have."""
    said = StringIO()
    given = {"name": name, "username": username, "email": f"{username}@exempel.se", "principal": principal}
    call_command("first_administrator", **given, stdout=said)
    code = re.search(r"Engångskod: +(\S+)", said.getvalue())
    assert code is not None
    admin = windows.open()
    choose_password(admin, username, code[1])
    admin.goto("/kontakter/enhet/ny/")
    add_app(admin)
    return admin


def add_unit(admin: Page, name: str, kind: str, of: str, hsa_id: str = "") -> None:
    admin.goto("/kontakter/enhet/ny/")
    admin.get_by_label("Namn").fill(name)
    admin.get_by_label(kind).select_option(of)
    admin.get_by_label("HSA-id").fill(hsa_id)
    admin.get_by_role("button", name="Lägg till enheten").click()
    expect(admin.get_by_text(f"{name} är tillagd.")).to_be_visible()


def bring_in(admin: Page, folder: Path, rows: tuple[str, ...]) -> None:
    file = folder / "personal.csv"
    file.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    admin.goto("/kontakter/personer/las-in/")
    admin.get_by_label("Välj en fil").set_input_files(file)
    admin.get_by_role("button", name="Visa vad filen ändrar").click()
    admin.get_by_role("button", name=re.compile("^Läs in")).click()
    expect(admin.get_by_text("Personallistan är inläst")).to_be_visible()


def code_for(admin: Page, name: str) -> str:
    """The one-time code that the administrator hands over."""
    admin.goto("/kontakter/personer/")
    admin.get_by_role("link", name=name).click()
    admin.get_by_role("button", name="Gör en engångskod").click()
    return admin.locator(".code-text").inner_text()


def by_card(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    show_card(page)


def pages_shown(reviewer: Page) -> tuple[list[str], str]:
    """The rows of all pages from the one shown on, and everything that stood on them."""
    rows, everything = [], ""
    while True:
        texts = reviewer.locator(".review-rows tbody tr").all_inner_texts()
        rows += [" ".join(row.split()) for row in texts]
        everything += reviewer.content()
        further = reviewer.get_by_role("link", name="Visa nästa")
        if not further.count():
            return rows, everything
        follow(further)


def test_the_right_person_at_the_right_patient_as_the_reviewer_reads_it(
    windows: Windows, tmp_path: Path, settings: Any, clock: Clock
):
    # A passkey belongs to a name: an address of figures has none.
    windows.origin = windows.origin.replace("127.0.0.1", "localhost")
    admin = appoint(windows, "anna.ek", "Anna Ek", REGION)
    add_unit(admin, "Medicin 2", "Vårdavdelning", "Somatisk", WARD)
    add_unit(admin, "Heimdalls hälsocentral", "Öppenvård", "Hälsocentral")
    bring_in(admin, tmp_path, HERS)
    theirs = appoint(windows, "kaj.list", "Kaj List", SKELLEFTEA)
    add_unit(theirs, "Biståndsenheten", "Kommunal enhet", "Biståndshandläggare, samordnare, enhetschef")
    bring_in(theirs, tmp_path, THEIRS)
    codes = print_emergency_codes(admin, Unit.objects.get(name="Medicin 2").pk)

    # Esa: a code, a password, a passkey.
    esa, cissi, greta = windows.open(), windows.open(), windows.open()
    choose_password(esa, "esa", code_for(admin, "Esa Påhittad"))
    esa.goto("/bekrafta/")
    esa.get_by_label("Lösenord").fill(PASSWORD)
    follow(esa.get_by_role("button", name="Fortsätt"))
    passkey = add_passkey(esa)
    esa.goto("/driftstopp/anmal/")
    report_outage(esa, timezone.localtime())
    choose_password(cissi, "cissi", code_for(theirs, "Cissi Påhittad"))
    gretas = code_for(admin, "Greta Loggbäck")

    with told_of_provider(settings, tmp_path) as provider:
        # Alva: her card, and no password.
        windows.elsewhere.append(provider.issuer)
        alva = windows.open()
        alva.clock.install()
        alva.goto("/vardkedjor/ny/")
        assert faults(alva) == []
        by_card(alva, "Logga in med SITHS")
        open_chain(alva, number=NUMBER, name=PATIENT)
        expect(alva.get_by_role("heading", level=1)).to_have_text(PATIENT)
        chain = CareChain.objects.get()
        type_a_call(alva, chain)
        code = alva.get_by_text("Kvittenskod – läs upp den:").locator("strong")
        told = code.inner_text()

        # It is read to Cissi, who is at the municipality and the quicker one to save.
        cissi.goto("/vardkedjor/ny/")
        cissi.get_by_role("textbox", name=re.compile("^Personnummer")).fill(NUMBER)
        cissi.get_by_label("Patientens namn").fill(PATIENT)
        cissi.get_by_label("Avdelning", exact=True).select_option("Medicin 2")
        cissi.get_by_label("Nej", exact=True).check()
        cissi.get_by_role("button", name="Öppna vårdkedjan").click()
        expect(cissi.get_by_role("heading", level=1)).to_have_text(PATIENT)
        hers = cissi.url
        cissi.goto(f"{hers}samtal/?riktning=received")
        choose_other_end(cissi, "Medicin 2")
        tick_message(cissi, "Inskrivning")
        speak_to(cissi, "Alva Påhittad")
        cissi.get_by_label("Deras enhet").fill("Medicin 2")
        cissi.get_by_label("Kvittenskod från den som ringde").fill(told.lower())
        save_call(cissi)
        cissi.goto(hers)
        timeline = cissi.get_by_role("region", name="Tidslinje")
        expect(timeline).to_contain_text("Kvittenskoden väntar på motparten")

        # In the midst of it Esa needs the PC, and has the key with her.
        passkey.carry_to(alva)
        alva.get_by_role("button", name="Byt användare").click()
        alva.get_by_role("button", name="Logga in med passnyckel").click()
        expect(alva).to_have_title(re.compile("^Läge"))
        expect_logged_in(alva, "Esa Påhittad", "Medicin 2")
        expect(alva.locator("body")).not_to_contain_text(TYPED)
        alva.get_by_role("button", name="Byt användare").click()
        by_card(alva, "Logga in med SITHS")
        follow(alva.get_by_role("link", name="Ta fram"))
        expect(alva.get_by_label("Kommentar")).to_have_value(TYPED)
        assert code.inner_text() == told

        # She leaves it; it locks, and her card opens it where she was.
        windows.expect_answer(401)
        clock.shift(timedelta(minutes=16))
        alva.clock.fast_forward("16:00")
        expect(alva).to_have_title(re.compile("^Låst"))
        expect(alva.get_by_label("Lösenord")).to_have_count(0)
        expect(alva.get_by_role("heading", level=1)).to_be_focused()
        assert faults(alva) == []
        by_card(alva, "Lås upp med SITHS")
        expect(alva.get_by_label("Kommentar")).to_have_value(TYPED)
        assert code.inner_text() == told
        save_call(alva)

        alva.goto(f"/vardkedja/{chain.pk}/")
        expect(alva.get_by_role("region", name="Tidslinje")).to_contain_text("Bekräftad av motparten")

        # The provider is down: the envelope.
        alva.get_by_role("button", name="Logga ut").click()
        provider.status = 503
        clock.shift(timedelta(minutes=2))
        windows.expect_answer(503)
        alva.get_by_role("button", name="Logga in med SITHS").click()
        expect(alva.get_by_text("SITHS svarar inte.")).to_be_visible()
        expect(alva.get_by_role("link", name="Använd en nödkod")).to_be_visible()
        assert faults(alva) == []
        alva.goto("/logga-in/")
        expect(alva.get_by_text("SITHS svarade inte nyss.")).to_be_visible()
        assert faults(alva) == []
        use_emergency_code(alva, "alva", codes[0])
        alva.goto(f"/vardkedja/{chain.pk}/")
        expect(alva.get_by_role("heading", level=1)).to_have_text(PATIENT)

    # Greta reads all of it, and nothing of the patient.
    choose_password(greta, "greta", gretas)
    greta.goto("/granskning/")
    add_app(greta)
    greta.goto("/granskning/")
    assert faults(greta) == []
    (first, *rest), everything = pages_shown(greta)
    assert first.endswith("Loggade in med nödkod Skäl: inloggningstjänsten var nere Nej")
    for row in (
        "Utsåg den första administratören Anna Ek, Administration",
        "Gav ett uppdrag Alva Påhittad, Medicin 2, vårdpersonal",
        "Skrev ut nödkoder för en enhet Medicin 2",
        "Skrev ut en engångskod Esa Påhittad",
        "Använde en engångskod Esa Påhittad",
        "Lade till ett andra steg Anna Ek, kodapp",
        "Lade till ett andra steg Esa Påhittad, passnyckel",
        "Fortsatte på ett sparat formulär",
        f"Loggade ett samtal {chain.pk.hex[:8].upper()}",
        f"Bekräftade ett samtal med kvittenskod {chain.pk.hex[:8].upper()}",
    ):
        assert any(row in each for each in rest), row
    for hidden in (PATIENT, "Asta", NUMBER, NUMBER[-4:], TYPED, told, "Cissi", "Biståndsenheten"):
        assert hidden not in everything, hidden
    assert Handover.objects.get(direction="given").user.username == "alva"
    assert not HeldForm.objects.exists()
