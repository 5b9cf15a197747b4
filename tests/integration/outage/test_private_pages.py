"""No patient in a title, an address, a file name, a log line or the audit log; no page stays on a shared ward PC."""

import json
import logging
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry
from contacts.rules.parties import Party
from outage.models import CareChain, Outage
from tests.architecture.tree import ROOT
from tests.factories import PASSWORD, County, make_chain, make_event, tell
from tests.integration.outage.pages import fields_of, form_of, read

NAME, NUMBER, DAUGHTER = "Ymer Påhittadsson", "191212129819", "Dotter Påhittadsson 070-000"
SECRETS = ("Ymer", "hittadsson", NUMBER, "19121212-9819", "121212", "070-000")


@pytest.fixture
def patient(county: County, outage: Outage) -> CareChain:
    """A patient whom Alva and Disa have much to tell of, a participant of a SIP among those to ring."""
    chain = make_chain(county, outage, identity=NUMBER, patient_name=NAME)
    make_event(county.alva, chain, "discharge")
    make_event(
        county.disa,
        chain,
        "sip_initiative",
        sender=Party.OUTPATIENT,
        participants=[DAUGHTER],
        to=f"participant:{DAUGHTER}",
        sip_date="2026-12-01",
    )
    return chain


def addresses(patient: CareChain) -> list[str]:
    """Every page there is about the patient, and those that list patients."""
    event, handover = patient.events.first(), patient.handovers.first()
    assert event is not None
    assert handover is not None
    lists = [
        reverse(name)
        for name in ("status", "calls_to_make", "chains", "log_call", "new_chain", "back_registration")
    ]
    own = [reverse(name, args=[patient.pk]) for name in ("chain", "edit_chain", "chain_call")]
    rows = [reverse(name, args=[event.pk]) for name in ("correct_event", "withdraw_event", "leave_open")]
    calls = [reverse(name, args=[handover.pk]) for name in ("correct_call", "withdraw_call")]
    return lists + own + rows + calls


@pytest.mark.parametrize("who", ["alva", "disa"])
def test_no_title_and_no_address_on_any_page_tells_of_the_patient(
    county: County, patient: CareChain, client: Client, who: str
):
    client.force_login(county.somebody(who).user)
    named = 0
    for path in addresses(patient):
        page = read(client.get(path))
        named += "Ymer" in page.get_text()
        title = page.title.text if page.title else ""
        links = [
            tag[attribute]
            for attribute in ("href", "action", "src", "hx-get", "hx-post")
            for tag in page.find_all(attrs={attribute: True})
        ]
        assert links
        found = [(text, secret) for text in [title, *links] for secret in SECRETS if secret in text]
        assert not found, path
    assert named > 4


def test_every_answer_is_kept_from_the_browsers_store_and_runs_no_script_but_ours(
    county: County, patient: CareChain, client: Client
):
    answers = {
        "log-in": client.get(reverse("account_login")),
        "sent to log in": client.get(reverse("status")),
    }
    client.force_login(county.alva.user)
    answers |= {path: client.get(path) for path in addresses(patient)}
    answers["a form that came back"] = client.post(
        reverse("chain_call", args=[patient.pk]), {"comment": NAME}
    )
    answers["not found"] = client.get(reverse("chain", args=[uuid4()]))
    client.force_login(county.adam.user)
    answers["forbidden"] = client.get(reverse("chains"))
    for what, answer in answers.items():
        stored = {part.strip() for part in answer.headers["Cache-Control"].split(",")}
        assert {"no-store", "private"} <= stored, what
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, what
        assert "unsafe" not in policy, what
        assert "http" not in policy, what
        assert answer.headers["X-Frame-Options"] == "DENY", what
        page = read(answer)
        assert not page.find_all(style=True), what
        assert not page.find_all("style"), what
        assert all(script.get("src", "").startswith("/static/") for script in page.find_all("script")), what
        assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)], what


def test_neither_log_lines_nor_the_trace_tell_of_the_patient(
    county: County, outage: Outage, client: Client, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    client.force_login(county.alva.user)
    new = fields_of(form_of(read(client.get(reverse("new_chain"))), method="post"))
    places = {
        "municipality": [str(county.municipality.pk)],
        "outpatient_unit": [str(county.health_centre.pk)],
    }
    patient = {"identity": [NUMBER], "patient_name": [NAME], "before": ["unknown"]}
    assert client.post(reverse("new_chain"), new | places | patient).status_code == 302
    chain = CareChain.objects.get()
    tell(county.alva, chain, make_event(county.alva, chain, "admission"), comment=f"{NAME} mår bra.")
    client.post(reverse("chains"), {"sok": NAME})
    client.post(reverse("chain_call", args=[chain.pk]), {"spoken_to": NAME, "comment": NAME})
    client.get(reverse("chain", args=[uuid4()]))
    client.get(reverse("quick_try", args=[chain.pk]))
    client.force_login(county.bo.user)
    client.get(reverse("chain", args=[chain.pk]), {"till": NAME})
    client.logout()
    client.post(reverse("chain_call", args=[chain.pk]), {"spoken_to": NAME, "typed_by": "fel"})
    assert "Not Found" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []
    rows = serializers.serialize("python", AuditEntry.objects.all())
    assert len(rows) > 3
    assert [secret for secret in SECRETS if secret in json.dumps(rows, default=str, ensure_ascii=False)] == []


def test_a_failure_of_ours_tells_neither_the_person_nor_the_log_of_the_patient(
    county: County,
    patient: CareChain,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    def broken(*_: object) -> None:
        raise RuntimeError("something of ours")

    monkeypatch.setattr("outage.views.chains.timeline", broken)
    client = Client(raise_request_exception=False)
    client.force_login(county.alva.user)
    answer = client.get(reverse("chain", args=[patient.pk]))
    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]
    shown = answer.content.decode()
    assert [secret for secret in SECRETS if secret in shown or secret in caplog.text] == []
    assert "something of ours" not in shown


def test_the_session_cookie_is_the_servers_alone_and_ends_with_the_browser(county: County, client: Client):
    client.post(reverse("account_login"), {"login": "alva", "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]
    assert not cookie["expires"]


def test_in_production_cookies_go_over_https_only():
    program = (
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PRODUCTION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split() == ["True"] * 4, run.stderr


def test_a_log_in_left_behind_ends_by_itself(county: County, outage: Outage, client: Client, clock):
    client.force_login(county.alva.user)
    clock.shift(59 * 60)
    assert client.get(reverse("status")).status_code == 200
    clock.shift(2 * 60 * 60)
    assert client.get(reverse("status")).status_code == 302


def test_only_a_post_logs_out(county: County, outage: Outage, client: Client):
    client.force_login(county.alva.user)
    assert client.get(reverse("account_logout")).status_code == 405
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("status")).status_code == 302


def test_the_receipt_of_one_person_is_not_shown_to_the_next(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, patient_name=NAME)
    call = reverse("chain_call", args=[chain.pk])
    for leave in ("takes over", "logs out"):
        client.force_login(county.alva.user)
        typed = fields_of(form_of(read(client.get(call)), method="post")) | {
            "recipient": ["municipality"], "messages": ["new:discharge:inpatient"], "number": ["0910-73 50 00"],
            "spoken_to": ["Karin"], "spoken_to_unit": ["Bistånd"], "read_back": ["done"],
        }  # fmt: skip
        saved = client.post(call, typed)
        assert saved.status_code == 302
        # What is said of a patient is no cookie, which stays in the browser.
        assert set(client.cookies) <= {
            "csrftoken",
            "sessionid",
            "__Host-sessionid",
            "__Host-csrftoken",
            "dator",
        }
        if leave == "logs out":
            client.post(reverse("account_logout"))
        page = client.post(reverse("account_login"), {"login": "esa", "password": PASSWORD}, follow=True)
        assert "Sparat" not in read(page).body.get_text()
