"""The pages of sheets as the tests meet them: opened, read, and a step taken as the browser would."""

from typing import Any

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from forms.models import Sheet
from tests.integration.outage.pages import Fields, fields_of, read


def opened(client: Client, by: Acting, name: str, *args: Any, **query: str) -> HttpResponse:
    """Open a page as somebody."""
    client.force_login(by.user)
    return client.get(reverse(name, args=args), query)


def text_of(page: BeautifulSoup) -> str:
    """White space normalized."""
    return " ".join(page.get_text(" ").split())


def form_for(page: BeautifulSoup, word: str) -> Fields | None:
    """What the form of a step would send as it stands; None where the step is not offered."""
    found = [form for form in page.select("form") if form.select_one(f'input[name="steg"][value="{word}"]')]
    return fields_of(found[0]) if found else None


def take(client: Client, by: Acting, sheet: Sheet, word: str, **typed: Any) -> HttpResponse:
    """Take a step as the browser would: open the page, fill in the form, send it."""
    fields = form_for(read(opened(client, by, "sheet", sheet.serial)).main, word)
    assert fields is not None, f"{word} is not offered"
    return client.post(reverse("sheet_step", args=[sheet.serial]), fields | typed)


def offered(client: Client, by: Acting, sheet: Sheet) -> set[str]:
    """The words of the steps that a sheet's page offers."""
    page = read(opened(client, by, "sheet", sheet.serial)).main
    return {box["value"] for box in page.select('input[name="steg"]')}
