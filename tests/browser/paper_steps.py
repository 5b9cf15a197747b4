"""What a nurse does with paper: prints it, scans it, enters a row of it, has it checked and destroyed."""

import re

from django.urls import reverse
from playwright.sync_api import Page, expect

from forms.models import Sheet, SheetFate
from tests.browser.steps import fill_in_moment, press_to_print, ready
from tests.clock import TUESDAY

HAPPENED = TUESDAY.replace(hour=10, minute=20)
WRITTEN = TUESDAY.replace(hour=10, minute=25)


def issue(page: Page, kind: str, count: int, *, copies: bool = False) -> bytes:
    page.goto(reverse("new_sheets"))
    page.get_by_role("radio", name=kind).check()
    if copies:
        page.get_by_label("Med patientens exemplar").check()
    page.get_by_label("Antal blad").fill(str(count))
    page.get_by_role("button", name="Utfärda bladen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(kind)
    return press_to_print(page, re.compile("^Skriv ut"))


def scan(page: Page, content: bytes) -> None:
    page.goto(reverse("scan"))
    page.locator("input[type=file]").set_input_files(
        {"name": "skanning.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.get_by_role("button", name="Läs in skanningen").click()
    expect(page.get_by_role("status").filter(has_text="Skannat")).to_be_visible()


def fates(sheet: Sheet) -> list[str]:
    return list(SheetFate.objects.filter(sheet=sheet).order_by("number").values_list("fate", flat=True))


def show_row(page: Page, sheet: Sheet, button: str) -> None:
    """Go to the form of a row of the sheet: about its own patient, or the first one to choose; `button` shows it."""
    page.goto(reverse("enter_sheet", args=[sheet.serial]))
    if sheet.chain_id is None:
        page.get_by_label("Patient", exact=True).select_option(index=1)
    if sheet.chain_id is None or not page.locator(".call-form").count():
        page.get_by_role("button", name=button).click()
    expect(page.locator(".paper-picture img").first).to_be_visible()


def fill_in_row(page: Page, place: str, message: str) -> None:
    """Type what stands on the row, but for what only a call that we made has."""
    page.get_by_role("radio", name=place).check()
    fill_in_moment(page, "Samtalets tid", HAPPENED)
    page.get_by_role("group", name="Vad sades?").get_by_role("checkbox", name=message).first.check()
    page.get_by_role("textbox", name=re.compile("^(Namn på den|Talade)")).fill("Anita Björkvad")
    page.get_by_role("radio", name="Upprepat", exact=True).check()
    page.get_by_label("Signatur på bladet").fill("Berit B, usk")
    fill_in_moment(page, "Skrevs på bladet", WRITTEN)


def save_row(page: Page) -> None:
    page.get_by_role("button", name="Spara och nästa rad").click()
    expect(page.get_by_role("heading", name=re.compile(r"Infört från bladet \(1\)"))).to_be_visible()


def check(page: Page) -> None:
    """Take the second look at the sheet now shown."""
    ready(page, page.get_by_role("button", name="Granska bladet"))
    for tick in page.locator(".sheet-ticks input").all():
        tick.check()
    page.get_by_role("button", name="Granska bladet").click()


def destroy(page: Page) -> None:
    page.get_by_role("button", name="Skriv upp att bladet är förstört").click()
    expect(page.get_by_role("heading", name="Bladet har ett öde")).to_be_visible()
