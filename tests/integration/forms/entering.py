"""A sheet of paper in the hand, and its form as a person sends it."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from forms.models import ScanMatch, ScannedPage, ScanUpload, Sheet, SheetFate, SheetKind
from forms.rules.scan_finding import Finding
from forms.rules.serial import make_serial
from forms.rules.sheet_fate import Fate, VoidReason
from forms.services.entering import enter_call
from forms.services.steps import write_step
from outage.models import CareChain, Handover
from outage.rules.handover import Message
from outage.rules.paper import PaperMark
from tests.clock import TUESDAY
from tests.factories import County, call_facts
from tests.integration.forms.sheets_made import SUM, with_picture
from tests.integration.outage.pages import Fields, fields_of, form_of, read

# The day of the outage, as everything on the paper is typed.
DAY = "2026-11-24"
ROW: dict[str, Any] = {
    "recipient": "municipality",
    "outcome": "reached",
    "number": "0910-00 00 00",
    "at_kl": "10.05",
    "at_dag": DAY,
    "messages": ["new:admission:inpatient"],
    "spoken_to": "Karin Påhittad",
    "spoken_to_unit": "Biståndsenheten",
    "read_back": "done",
    "signed_by": "N.N.",
    "written_at_kl": "10.07",
    "written_at_dag": DAY,
}


def make_sheet(
    by: Acting, kind: str = SheetKind.LOG_SHEET, chain: CareChain | None = None, pages: int = 1
) -> Sheet:
    """Make a sheet that is printed for the unit of `by`."""
    sheet = Sheet.objects.create(
        serial=make_serial(secrets.randbelow(2**64)),
        kind=kind,
        chain=chain,
        outage=chain.outage if chain else None,
        unit=by.unit,
        user=by.user,
        routine_version="2023-04-03",
        pages=pages,
    )
    write_step(by=by, unit=by.unit, sheet=sheet, step=Fate.PRINTED)
    return sheet


def scan(by: Acting, sheet: Sheet) -> list[ScannedPage]:
    """Make the rows of a scan of each page of the sheet."""
    upload = ScanUpload.objects.create(unit=by.unit, user=by.user, pages=sheet.pages, sha256="0" * 64)
    found = []
    for number in range(1, sheet.pages + 1):
        page = ScannedPage.objects.create(
            upload=upload, number=number, finding=Finding.MATCHED, width=1654, height=2339, sha256=SUM
        )
        with_picture(page)
        ScanMatch.objects.create(
            page=page, sheet=sheet, sheet_page=number, user=by.user, unit=by.unit, at=timezone.now()
        )
        found.append(page)
    return found


def address(sheet: Sheet, chain: CareChain | None = None, direction: str = "given") -> str:
    """The address of the page, with the row's patient and direction where one is chosen."""
    where = reverse("enter_sheet", args=[sheet.serial])
    return f"{where}?vardkedja={chain.pk}&riktning={direction}" if chain else where


def page_of(client: Client, where: str) -> BeautifulSoup:
    answer = client.get(where)
    assert answer.status_code == 200, answer.status_code
    return read(answer)


def row_of(client: Client, where: str) -> tuple[str, Fields]:
    """Open the form of a row; give where it is sent and what it holds as it is shown."""
    form = form_of(page_of(client, where), **{"data-guard": True})
    return form["action"], fields_of(form)


def send(client: Client, where: str, **typed: Any) -> HttpResponse:
    """Open the page, fill in what is typed and send it."""
    action, fields = row_of(client, where)
    return client.post(action, fields | as_lists(typed))


def as_lists(typed: dict[str, Any]) -> Fields:
    """What is typed, as a browser sends it."""
    return {name: value if isinstance(value, list) else [value] for name, value in typed.items()}


AT = TUESDAY - timedelta(minutes=40)


def enter(county: County, sheet: Sheet, chain: CareChain, **more: Any) -> Handover:
    """Enter an admission that Alva reads on the sheet; `more` replaces what the service is given."""
    given: dict[str, Any] = {
        "by": county.alva,
        "sheet": sheet,
        "chain": chain,
        "client_id": uuid4(),
        "facts": call_facts(at=AT),
        "messages": [Message(kind="admission", sender=Party.INPATIENT)],
        "paper": PaperMark(sheet.serial, AT + timedelta(minutes=2), "N.N."),
    }
    return enter_call(**given | more)


def fates(sheet: Sheet) -> list[str]:
    """The steps of a sheet in order."""
    return list(SheetFate.objects.filter(sheet=sheet).order_by("number").values_list("fate", flat=True))


def void(county: County, sheet: Sheet) -> None:
    """Void a sheet by Alva."""
    write_step(
        by=county.alva,
        unit=sheet.unit,
        sheet=sheet,
        step=Fate.VOIDED,
        void_reason=VoidReason.DAMAGED,
        reason="Kaffe.",
    )
