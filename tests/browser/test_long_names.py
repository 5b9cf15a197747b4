"""Names of 200 letters without a blank: no page grows wider than its window, and nothing lies outside it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import CharField, Model, QuerySet, TextField
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from contacts.access import acting_for
from contacts.models import DirectoryEntry, Membership, Principal, Unit, User
from contacts.models.encrypted import EncryptedText, about_column, encrypted
from contacts.rules.parties import Party
from forms.demo.player import make_paper
from forms.models import DisposalDecision, SheetFate
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover, OutageReport
from outage.models.event import OpenItem
from tests.browser.conftest import Windows
from tests.browser.looking import DESKTOP, PHONE, ZOOMED, show
from tests.factories import make_event, tell
from tests.long import runs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = "W"
# What people type, in the tables where it stands; a unique one gets its row's key.
TYPED: dict[type[Model], tuple[str, ...]] = {
    Unit: ("name",),
    Principal: ("name", "short_name", "support_name", "link_text"),
    User: ("first_name", "last_name"),
    Membership: ("title",),
    DirectoryEntry: ("name", "first_name", "last_name", "title", "department", "remark", "owner", "source"),
    CareChainDetails: ("patient_name", "status_reason"),
    Handover: (
        *("spoken_to", "spoken_to_unit", "read_back_reason", "comment", "next_step", "call_back", "reason"),
        *("signature", "number", "paper_signature"),
    ),
    CareChainEvent: ("reason",),
    OpenItem: ("responsible", "reason"),
    OutageReport: ("sees",),
    SheetFate: ("reason", "given_to", "signature"),
    DisposalDecision: ("reference", "note"),
}
# Addresses that answer with a file, end the log-in, or are a part of a page.
NOT_A_PAGE = re.compile(
    r"\.pdf|/pdf$|/bild$|logga-ut|/hamta/|/admin/|att-ringa|/driftstopp/ateroppna|/samtalsstod/|/kontaktlista/"
)


def lengthen() -> None:
    """Make everything that is typed as long as there is room for, past the services: the rows are append-only."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model, names in TYPED.items():
            table = quote(model._meta.db_table)
            for name in names:
                field = model._meta.get_field(name)
                assert isinstance(field, CharField | TextField)
                column, key = quote(field.column), quote(model._meta.pk.column)
                # A signature has room for a name of 200 letters, a title and a unit.
                text = WIDE * (80 if model is User else (field.max_length or 400) - 8)
                if isinstance(field, EncryptedText):
                    lengthen_encrypted(model, name, text)
                    continue
                cursor.execute(
                    f"UPDATE {table} SET {column} = %s || CAST({key} AS VARCHAR(8)) "
                    f"WHERE {column} <> '' OR {column} = 'x'",
                    [text],
                )


def lengthen_encrypted(model: type[Model], name: str, text: str) -> None:
    column = about_column(model, name)
    for row in model._default_manager.all():
        if getattr(row, name):
            lies = encrypted(text, row.data_key_name(), column)
            QuerySet.update(model._default_manager.filter(pk=row.pk), **{name: lies})


def lay_out() -> None:
    """Add to the demo a SIP whose participant has a long name, and lengthen it all."""
    make_paper()
    alva = acting("alva")
    chain = CareChain.objects.filter(principal=alva.principal, details__ward_unit=alva.unit).first()
    assert chain is not None
    who = WIDE * 180
    event = make_event(
        alva,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        sip_date="2026-11-30",
        sip_place=WIDE * 300,
        participants=[who],
        current_services=WIDE * 300,
    )
    tell(alva, chain, event, to=f"participant:{who}", comment=WIDE * 300)
    lengthen()


def acting(name: str) -> Any:
    user = User.objects.get(username=f"demo.{name}")
    found = acting_for(user, Membership.objects.filter(user=user).order_by("pk")[0].pk)
    assert found is not None
    return found


def pages_from(page: Page, start: str, each: int, kinds: dict[str, int]) -> Iterator[str]:
    """Follow the links of every page from `start` on, and give the address of `each` pages of every kind.

    `kinds` counts them; what it has counted before, of another person's pages, is not looked at again, but for
    `start`.
    """
    waiting, seen = [start], {start}
    while waiting:
        address = waiting.pop(0)
        try:
            kind = resolve(urlsplit(address).path).url_name or address
        except Resolver404:
            continue
        if kinds.get(kind, 0) >= each and address != start:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        answer = page.goto(address)
        assert answer is not None
        if not answer.ok:
            continue
        yield address
        for link in page.eval_on_selector_all(
            "a[href^='/']", "all => all.map((a) => a.getAttribute('href'))"
        ):
            plain = link.partition("#")[0]
            if plain not in seen and not NOT_A_PAGE.search(plain):
                seen.add(plain)
                waiting.append(plain)


OUTSIDE = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const out = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName.toLowerCase() + "." + one.className);
  return `${wide} px too wide: ${[...new Set(out)].slice(0, 12).join(", ")}`;
}"""


@pytest.mark.long
@pytest.mark.parametrize(
    "names", [("alva", "maja"), ("regionadmin", "cissi")][: runs(1, full=2)], ids=" and ".join
)
def test_no_page_is_wider_than_its_window_whatever_people_are_called(
    laid_demo: None, windows: Windows, names: tuple[str, str]
):
    lay_out()
    # A link may lead to what the role may not see.
    windows.expect_answer(403)
    found, sizes = [], [DESKTOP, ZOOMED, PHONE]
    kinds: dict[str, int] = {}
    for name in names:
        page = windows.open(acting(name))
        # In `make test` what the first has seen is not looked at again as the second sees it.
        counted = (kinds, dict[str, int]())[runs(0, full=1)]
        for address in pages_from(page, "/", runs(1, full=2), counted):
            for size in sizes:
                show(page, size)
                if fault := page.evaluate(OUTSIDE):
                    found.append(f"{name}: {address} at {size[0]} px: {fault}")
            # The next page comes at the size that the window has.
            sizes.reverse()
        assert {"status", "contacts"} <= set(counted)
    assert not found, "\n" + "\n".join(found)
