"""People at work in the demo, each through the pages. Nothing is written or printed here but what the product does.

`python manage.py shell -c "from tests.integration.at_rest.drive import work; work()"`
"""

import json
import re
from uuid import uuid4

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.access import TypedBy
from contacts.models import DirectoryFile, Membership, SubmissionClash, Work
from contacts.models.encrypted import EncryptedJSON, EncryptedText
from forms.models import ScannedPage, Sheet, SheetFate, SheetKind
from outage.models import CareChain, Handover, HeldForm
from tests.integration.at_rest.typed import (
    CLASHED,
    COMMENT,
    GIVEN_TO,
    HELD,
    NAME,
    NUMBER,
    REASON,
    UPLOADED,
    UPLOADED_NUMBER,
)
from tests.integration.forms.sheet_pages import form_for
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read
from tests.marks import Browser


def logged_in(username: str) -> Browser:
    """By the button of a demo person; the second one of the same works at another computer."""
    browser = Browser(headers={"host": "localhost"})
    membership = Membership.objects.get(user__username=f"demo.{username}", user__is_demo=True)
    came = browser.post(reverse("demo_login"), {"membership": membership.pk})
    assert came.status_code == 302, came.status_code
    browser.get("/")
    return browser


def form_at(browser: Client, path: str) -> Fields:
    return fields_of(form_of(read(browser.get(path)), method="post"))


def open_chain(browser: Browser) -> CareChain:
    path = reverse("new_chain")
    municipality = read(browser.get(path)).select(
        'select[name="municipality"] option[value]:not([value=""])'
    )[0]
    patient = {"identity": [NUMBER], "patient_name": [NAME], "before": ["admitted"]}
    typed = form_at(browser, path) | patient | {"municipality": [municipality["value"]]}
    came = browser.post(path, typed)
    assert came.status_code == 302, errors_of(read(came))
    # The same form with another name: a clash, which is kept.
    assert browser.post(path, typed | {"patient_name": [CLASHED]}).status_code == 409
    assert SubmissionClash.objects.exists()
    return CareChain.objects.latest("recorded_at")


def call(browser: Browser, chain: CareChain) -> None:
    """The next page would say what was saved: it waits in the log-in."""
    path = reverse("chain_call", args=[chain.pk])
    typed = form_at(browser, path) | {
        "recipient": ["municipality"],
        "outcome": ["no_answer"],
        "messages": ["new:ready_for_discharge:inpatient"],
        "number": ["090-785 00 00"],
        "comment": [COMMENT],
    }
    came = browser.post(path, typed)
    assert came.status_code == 302, errors_of(read(came))
    assert Handover.objects.filter(chain=chain).exists()


def leave_held(browser: Browser) -> None:
    """Typed by somebody whose log-in is gone."""
    path = reverse("new_chain")
    typed = form_at(browser, path) | {"patient_name": [HELD], "identity": [NUMBER]}
    membership = Membership.objects.get(user__username="demo.maja")
    mark = {"typed_by": [TypedBy(membership.user_id, membership.pk).mark]}
    Client(headers={"host": "localhost"}).post(path, typed | mark)
    assert HeldForm.objects.exists()


def print_and_scan(browser: Browser, chain: CareChain) -> None:
    press = {"client_id": str(uuid4())}
    sheet = browser.post(reverse("chain_sheet", args=[chain.pk]), press)
    assert sheet.headers["Content-Type"] == "application/pdf", sheet.content[:200]
    listed = browser.post(reverse("work_list_pdf", args=["vardkedjor"]), {"client_id": str(uuid4())})
    assert listed.status_code == 302
    asked = Work.objects.get(kind="work_list")
    assert asked.state == "done", asked.said
    scanned = SimpleUploadedFile("Avskildsson.pdf", sheet.content)
    came = browser.post(reverse("scan"), {"client_id": uuid4(), "files": [scanned]}, follow=True)
    assert "hittade sitt blad" in re.sub(r"\s+", " ", came.text)
    page = ScannedPage.objects.first()
    assert page is not None
    assert browser.get(reverse("page_picture", args=[page.pk])).content.startswith(b"\xff\xd8\xff")


def tell_of_sheets(browser: Browser, chain: CareChain) -> None:
    """One is given away, another spoilt."""
    for kind, word, typed in (
        (SheetKind.SIP_PATIENT, "lamna-over", {"given_to": GIVEN_TO}),
        (SheetKind.SIP, "makulera", {"void_reason": "lost", "reason": REASON}),
    ):
        name = "chain_sip_patient" if kind is SheetKind.SIP_PATIENT else "chain_sip"
        assert browser.post(reverse(name, args=[chain.pk]), {"client_id": str(uuid4())}).status_code == 200
        printed = Sheet.objects.filter(kind=kind, chain=chain).latest("printed_at")
        page = read(browser.get(reverse("sheet", args=[printed.serial]))).main
        words = [box["value"] for box in page.select('input[name="steg"]')]
        fields = form_for(page, word)
        assert fields is not None, words
        came = browser.post(reverse("sheet_step", args=[printed.serial]), fields | typed)
        assert came.status_code == 302, errors_of(read(came))
    assert {row.reason or row.given_to for row in SheetFate.objects.all()} >= {REASON, GIVEN_TO}


def upload_the_wrong_file(browser: Browser) -> None:
    """A list of patients where contacts were asked for."""
    content = f"Namn;Telefon;Anmärkning\n{UPLOADED};090-123 45 67;{UPLOADED_NUMBER}\n".encode()
    sent = {"client_id": uuid4(), "file": SimpleUploadedFile(f"{UPLOADED}.csv", content)}
    came = browser.post("/kontakter/las-in/", sent)
    assert came.status_code == 302
    assert DirectoryFile.objects.exists()


def search_and_fetch(browser: Browser) -> None:
    for path, typed in ((reverse("contacts"), {"q": NAME}), (reverse("sheets"), {"lopnummer": NUMBER})):
        came = browser.post(path, typed)
        if came.status_code == 302:
            browser.get(came.headers["Location"])
    for path in (
        "/",
        reverse("chains"),
        reverse("calls_to_make"),
        f"/vardkedja/{NAME}/",
        "/blad/Avskildsson/",
    ):
        browser.get(path)


def work() -> None:
    alva = logged_in("alva")
    chain = open_chain(alva)
    search_and_fetch(alva)
    print_and_scan(alva, chain)
    tell_of_sheets(alva, chain)
    leave_held(logged_in("maja"))
    upload_the_wrong_file(logged_in("regionadmin"))
    call(alva, chain)


def show() -> None:
    """All that lies encrypted, as the product reads it, for who is to see that it is there."""
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, EncryptedText | EncryptedJSON)]
        for row in model._base_manager.values_list(*names) if names else ():
            print(json.dumps(row, ensure_ascii=False))
