"""Every kind of sheet all its way: printed, written on, scanned badly, matched, entered, checked, destroyed."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from contacts.rules.permissions import Role
from forms.models import Sheet, SheetKind
from forms.services import binder
from forms.specs import get_binder
from outage.models import CareChain, Handover, Outage
from tests.browser.conftest import Windows
from tests.browser.looking import faults
from tests.browser.paper_steps import (
    check,
    destroy,
    fates,
    fill_in_row,
    issue,
    save_row,
    scan,
    show_row,
)
from tests.browser.steps import press_to_print
from tests.factories import County, make_chain, make_event, person, tell
from tests.integration.forms.sheets_made import decide
from tests.long import runs
from tests.paper.scans_made import OFFICE, as_pdf, handwritten, rasterised, worn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Printing = Callable[[Page, CareChain], bytes]
SIPS = (SheetKind.SIP, SheetKind.SIP_INVITATION)
WORDS = ("Anita Björkvad", "0980-319 210", "10.20", "BB", "ringer åter kl. 14")


def button(where: str, name: str) -> Printing:
    def press(page: Page, chain: CareChain) -> bytes:
        page.goto(reverse(where))
        return press_to_print(page, re.compile(f"^{name}"))

    return press


def of_chain(name: str) -> Printing:
    def press(page: Page, chain: CareChain) -> bytes:
        page.goto(reverse("chain", args=[chain.pk]))
        page.get_by_text("Fler utskrifter").first.click()
        return press_to_print(page, re.compile(f"^{name}"))

    return press


def blank(kind: str, *, copies: bool = False) -> Printing:
    return lambda page, chain: issue(page, kind, 1, copies=copies)


def link(where: str, name: str) -> Printing:
    def follow(page: Page, chain: CareChain) -> bytes:
        page.goto(reverse(where))
        address = page.get_by_role("link", name=re.compile(name)).first.get_attribute("href")
        return page.request.get(address or "").body()

    return follow


PRINTED: dict[str, Printing] = {
    "att-ringa": button("status", "Skriv ut listan"),
    "sip-with-copy-blank": blank("SIP-blankett", copies=True),
    "log-sheet-blank": blank("Loggblad"),
    "log-sheet": button("chains", "Skriv ut loggblad"),
    "care-chain": of_chain("Skriv ut blankett"),
    "sip": of_chain("SIP-blankett"),
    "sip-copy": of_chain("SIP, patientens exemplar"),
    "invitation": of_chain("Kallelse till SIP"),
    "invitation-blank": blank("Kallelse till SIP"),
    "att-registrera": button("back_registration", "Skriv ut listan"),
    "vardkedjor": button("chains", "Skriv ut listan"),
    "binder": button("binder", "Skriv ut pärmen"),
    "checklist": link("checklists", "Skriv ut"),
    "contact-list": lambda page, chain: page.request.get(reverse("contact_list")).body(),
    "call-support": lambda page, chain: page.request.get(reverse("call_support")).body(),
}


@pytest.mark.long
@pytest.mark.clause("R2.6")
@pytest.mark.parametrize("way", list(PRINTED)[: runs(2, full=len(PRINTED))])
def test_it_goes_from_the_printer_to_its_end(
    windows: Windows, county: County, outage: Outage, monkeypatch: pytest.MonkeyPatch, way: str
):
    # One blank sheet of each kind in the binder: more are the same once more.
    one = replace(get_binder(), blanks=tuple(replace(blank, count=1) for blank in get_binder().blanks))
    monkeypatch.setattr(binder, "get_binder", lambda: one)
    decide(person("rut", county.ward, Role.ADMIN))
    chain = make_chain(county, outage, county.alva)
    tell(county.alva, chain, make_event(county.alva, chain, ago=timedelta(hours=1)), to="outpatient")
    nurse = windows.open(county.alva)
    pages = list(rasterised(PRINTED[way](nurse, chain)))
    printed = list(Sheet.objects.order_by("printed_at", "place"))
    assert sum(sheet.pages for sheet in printed) == len(pages)
    rng = random.Random(way)
    rng.shuffle(pages)
    scan(nurse, as_pdf([worn(handwritten(page, WORDS, rng), rng, wear=OFFICE) for page in pages]))
    expect(nurse.get_by_text(f"{len(pages)} av {len(pages)} sid")).to_be_visible()
    for sheet in printed:
        if sheet.comes_back:
            goes_to_the_shredder(nurse, sheet)
        elif sheet.patients_copy:
            is_handed_over(nurse, sheet)
        else:
            is_not_followed(nurse, sheet)
    nurse.goto(reverse("sheets"))
    expect(nurse.get_by_role("heading", name=re.compile(r"Blad utan öde.*0"))).to_be_visible()


def goes_to_the_shredder(nurse: Page, sheet: Sheet) -> None:
    assert fates(sheet) == ["printed", "filled", "scanned"]
    rows = Handover.objects.filter(paper_serial=sheet.serial)
    if sheet.kind in SIPS:
        show_row(nurse, sheet, "Visa raden")
        fill_in_row(nurse, "Heimdalls hälsocentral", "Kallelse till SIP")
        for label, text in (("Avtalat datum", "2026-12-01"), ("Deltagare", "Dottern Disa Provdotter")):
            # Asked of a message that no sheet before told of.
            for box in nurse.get_by_role("textbox", name=re.compile(f"^{label}")).all():
                box.fill(text)
    else:
        show_row(nurse, sheet, "Lämnat: vi ringde")
        nurse.get_by_label("Nummer", exact=True).fill("0980-319 210")
        nurse.get_by_role("radio", name="Nådd", exact=True).check()
        fill_in_row(nurse, "Skellefteå kommun", "Inskrivning")
    assert faults(nurse) == []
    save_row(nurse)
    assert [row.paper_signature for row in rows] == ["Berit B, usk"]
    nurse.get_by_role("button", name="Alla rader är införda").click()
    expect(nurse.get_by_role("status").filter(has_text="Alla rader är införda")).to_be_visible()
    nurse.goto(reverse("sheet", args=[sheet.serial]))
    check(nurse)
    destroy(nurse)
    assert fates(sheet) == ["printed", "filled", "scanned", "checked", "destroyed"]
    expect(nurse.get_by_text("Inget mer behöver göras med bladet.")).to_be_visible()


def is_handed_over(nurse: Page, sheet: Sheet) -> None:
    nurse.goto(reverse("sheet", args=[sheet.serial]))
    assert faults(nurse) == []
    nurse.get_by_label("Vem fick bladet?").fill("Patienten")
    nurse.get_by_role("button", name="Lämna över bladet").click()
    expect(nurse.get_by_role("heading", name="Bladet har ett öde")).to_be_visible()
    assert fates(sheet) == ["printed", "given"]


def is_not_followed(nurse: Page, sheet: Sheet) -> None:
    nurse.goto(reverse("sheet", args=[sheet.serial]))
    assert faults(nurse) == []
    expect(nurse.get_by_text("Bladet säger inget om en patient och följs inte.")).to_be_visible()
    expect(nurse.locator(".sheet-step")).to_have_count(0)
