"""Two who write at once: one that the database ends is asked again, and whoever waits too long is told."""

from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forms.views import scans
from outage.models import CareChain, Handover, HeldForm, Outage, RegistrationMark
from outage.project import busy, holding
from outage.project.busy import TRIES
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.services.events import lock_chain
from outage.services.outages import change_outage, end_outage, lock_outage, reopen_outage
from outage.views import calls
from tests.factories import (
    PASSWORD,
    County,
    make_chain,
    make_county,
    make_event,
    make_outage,
    meanwhile,
    outage_facts,
)
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.ticking import mark, rows

DEADLOCK, WAITED, OTHER = "40P01", "55P03", "08006"


class Ended(Exception):
    def __init__(self, code: str) -> None:
        self.pgcode = code


def refusal(code: str) -> OperationalError:
    if not code:
        return OperationalError("database is locked")
    error = OperationalError("ended")
    error.__cause__ = Ended(code)
    return error


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def filled(county: County, client: Client) -> tuple[str, dict[str, Any]]:
    return fill(county, client)


def fill(county: County, client: Client) -> tuple[str, dict[str, Any]]:
    """The form of a call, as Alva has filled it in."""
    chain = make_chain(county, make_outage(county.alva))
    client.force_login(county.alva.user)
    address = reverse("chain_call", args=[chain.pk])
    return address, fields_of(form_of(read(client.get(address)), method="post")) | {
        "recipient": "municipality",
        "outcome": "reached",
        "number": "090-785 00 00",
        "spoken_to": "Karin Påhittad",
        "spoken_to_unit": "Skellefteå kommun",
        "read_back": "done",
        "messages": "new:admission:inpatient",
    }


def ended(monkeypatch: pytest.MonkeyPatch, *codes: str) -> list[str]:
    """The first calls end so, the next are logged; gives what is left of them."""
    left, log_call = list(codes), calls.log_call

    def log(**said: Any) -> Handover:
        if left:
            raise refusal(left.pop(0))
        return log_call(**said)

    monkeypatch.setattr(calls, "log_call", log)
    return left


@pytest.mark.parametrize("times", range(1, TRIES))
def test_who_is_ended_for_another_is_saved_all_the_same(filled, client: Client, monkeypatch, times: int):
    ended(monkeypatch, *[DEADLOCK] * times)
    answer = client.post(*filled)
    assert answer.status_code == 302
    assert Handover.objects.get().messages.count() == 1
    assert "Sparat på servern" in read(client.get(answer.headers["Location"])).get_text()


@pytest.mark.parametrize("codes", [[DEADLOCK] * TRIES, [WAITED], [""], [DEADLOCK, WAITED]])
@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_who_waits_too_long_is_told_and_nothing_typed_is_lost(
    filled, client: Client, monkeypatch, codes: list[str], script: bool, engine: str
):
    left = ended(monkeypatch, *codes)
    monkeypatch.setattr(busy, "connection", SimpleNamespace(vendor=engine))
    answer = client.post(*filled, headers={"HX-Request": "true"} if script else {})
    assert answer.status_code == 503
    assert left == []
    page = read(answer)
    assert "Någon annan sparar just nu" in page.get_text()
    assert not Handover.objects.exists()
    # With a script the form stands where it was; on SQLite nothing can be written.
    is_held = engine == "postgresql" and not script
    assert HeldForm.objects.exists() is is_held
    if not is_held:
        assert "ladda om sidan: då skickas det igen" in page.get_text()
        return
    shown = client.get(page.find("a", string="Ta fram")["href"])
    assert "Karin Påhittad" in shown.content.decode()
    (form,) = [form for form in read(shown).main.find_all("form") if form.find("input", {"name": "taken_up"})]
    assert client.post(filled[0], fields_of(form)).status_code == 302
    assert Handover.objects.count() == 1
    assert not HeldForm.objects.exists()


def test_the_same_form_sent_again_is_what_was_held(filled, client: Client, monkeypatch):
    """Without a script, a press on reload sends it again from the page that said that nothing was saved."""
    address, fields = filled
    left = ended(monkeypatch, WAITED, WAITED)
    monkeypatch.setattr(busy, "connection", SimpleNamespace(vendor="postgresql"))
    assert client.post(address, fields).status_code == 503
    # With more typed, as by Back, it is the same form.
    assert client.post(address, fields | {"comment": "Ringer igen."}).status_code == 503
    assert HeldForm.objects.count() == 2
    # One that is not saved is held all the same, and is known for what was held where its page shows it again.
    refused = client.post(address, fields | {"next_step": "x" * 301})
    assert refused.status_code == 422
    assert read(refused).main.find("input", {"name": "taken_up"})["value"]
    assert HeldForm.objects.count() == 2
    assert left == []
    assert client.post(address, fields | {"comment": "Ringer igen."}).status_code == 302
    assert Handover.objects.count() == 1
    assert not HeldForm.objects.exists()
    assert "Undanlagt" not in read(client.get(reverse("status"))).get_text()


def test_another_form_from_the_same_page_is_not_what_was_held(filled, client: Client, monkeypatch):
    address, fields = filled
    ended(monkeypatch, WAITED)
    monkeypatch.setattr(busy, "connection", SimpleNamespace(vendor="postgresql"))
    client.post(address, fields)
    assert client.post(address, fields | {"client_id": str(uuid4())}).status_code == 302
    assert HeldForm.objects.count() == 1


@pytest.mark.parametrize("codes", [[OTHER], [DEADLOCK, OTHER]])
def test_another_fault_of_the_database_is_a_fault(filled, client: Client, monkeypatch, codes: list[str]):
    ended(monkeypatch, *codes)
    with pytest.raises(OperationalError):
        client.post(*filled)


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize("fault", [RuntimeError, InterfaceError, OperationalError])
def test_what_was_sent_is_held_whatever_the_fault_and_nothing_is_promised_of_going_back(
    filled, client: Client, monkeypatch, fault: type[Exception], script: bool
):
    def fails(**_: Any) -> None:
        raise fault("of ours")

    client.raise_request_exception = False
    monkeypatch.setattr(calls, "log_call", fails)
    answer = client.post(*filled, headers={"HX-Request": "true"} if script else {})
    assert answer.status_code == 500
    page = read(answer)
    assert "står kvar" not in page.get_text()
    # With a script the form stands where it was.
    assert HeldForm.objects.exists() is not script
    if script:
        return
    monkeypatch.undo()
    shown = read(client.get(page.find("a", string="Ta fram")["href"]))
    (form,) = [form for form in shown.main.find_all("form") if form.find("input", {"name": "taken_up"})]
    assert client.post(filled[0], fields_of(form)).status_code == 302
    assert Handover.objects.count() == 1
    assert not HeldForm.objects.exists()


def test_where_nothing_can_be_held_it_is_said_how_it_is_sent_again(filled, client: Client, monkeypatch):
    def lost(**_: Any) -> None:
        raise OperationalError("no connection")

    client.raise_request_exception = False
    monkeypatch.setattr(calls, "log_call", lost)
    monkeypatch.setattr(holding, "hold_form", lost)
    assert "ladda om sidan: då skickas det igen" in read(client.post(*filled)).get_text()


@pytest.mark.parametrize("saved", [True, False])
def test_a_log_in_that_cannot_be_written_is_not_said_to_be_a_form_that_cannot_be_read(
    filled, client: Client, monkeypatch, clock, saved: bool
):
    def locked(*_: Any) -> None:
        raise refusal(WAITED)

    clock.shift(timedelta(minutes=5))
    address, fields = filled
    with monkeypatch.context() as patched:
        patched.setattr("outage.project.sessions.rewrite_log_in", locked)
        page = read(client.post(address, fields if saved else fields | {"outcome": ""})).get_text()
        shown = read(client.get(reverse("status"))).get_text()
    assert ("Redan sparat 10.57" if saved else "Inloggningen bröts") in page
    assert "Ladda om sidan." in shown
    assert Handover.objects.exists() is saved
    # What was saved is not held as if it were not.
    assert HeldForm.objects.exists() is not saved
    assert ("Se hur det står" if saved else "undanlagt åt dig") in page
    if saved:
        assert client.post(address, fields).status_code == 302
        assert Handover.objects.count() == 1


@pytest.mark.parametrize("fault", [RuntimeError("of ours"), refusal(WAITED)])
def test_a_file_is_not_said_to_be_kept(county: County, client: Client, monkeypatch, fault: Exception):
    def fails(**_: Any) -> None:
        raise fault

    client.force_login(county.alva.user)
    client.raise_request_exception = False
    monkeypatch.setattr(scans, "ask", fails)
    monkeypatch.setattr(busy, "connection", SimpleNamespace(vendor="postgresql"))
    sent = {"client_id": str(uuid4()), "files": SimpleUploadedFile("blad.pdf", b"%PDF-1.4")}
    page = read(client.post(reverse("scan"), sent))
    assert "Filen är inte sparad. Filer läggs inte undan: välj den igen." in page.get_text()
    assert "undanlagt" not in page.get_text()
    assert page.find("a", string="Välj filen igen")
    shown = " ".join(read(client.get(reverse("status"))).main.get_text(" ").split())
    assert "Skanna blad 10.52: filen är inte sparad, välj den igen" in shown


@pytest.mark.parametrize("fault", [RuntimeError("of ours"), refusal(WAITED)])
def test_a_press_is_said_to_be_asked_about(county: County, client: Client, monkeypatch, fault: Exception):
    def fails(**_: Any) -> None:
        raise fault

    chain = make_chain(county, make_outage(county.alva))
    make_event(county.alva, chain)
    client.force_login(county.alva.user)
    client.raise_request_exception = False
    monkeypatch.setattr(calls, "log_call", fails)
    monkeypatch.setattr(busy, "connection", SimpleNamespace(vendor="postgresql"))
    button = read(client.get(reverse("status"))).main.find("button", string="Upptaget")
    form = fields_of(button.find_parent("form"))
    page = read(client.post(reverse("quick_try", args=[chain.pk]), form | {"outcome": "busy"}))
    assert "Du får frågan om det ska göras, först på Läge." in page.get_text()
    assert page.find("a", string="Svara")


def test_who_logs_in_is_told_of_the_log_in(county: County, client: Client, monkeypatch):
    def locked(*_: Any, **__: Any) -> None:
        raise refusal("")

    monkeypatch.setattr("allauth.account.forms.LoginForm.login", locked)
    answer = client.post(reverse("account_login"), {"login": "alva", "password": PASSWORD})
    assert answer.status_code == 503
    page = read(answer)
    assert "Du är inte inloggad. Vänta en stund och försök logga in igen." in page.get_text()
    assert page.find("a", string="Logga in")
    assert "Läge" not in page.get_text()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose")
@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_held_by_another_connection_where_its_own_was_lost(client: Client, monkeypatch):
    county = make_county()
    address, fields = fill(county, client)

    def loses(**_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(calls, "log_call", loses)
        answer = client.post(address, fields)
    assert answer.status_code == 500
    assert "Ta fram" in read(answer).get_text()
    assert client.post(address, fields).status_code == 302
    assert not HeldForm.objects.exists()


@pytest.fixture
def ticked(transactional_db) -> tuple[County, Outage, CareChain]:
    """A chain in which a task is done, of an outage that is over for the region."""
    county = make_county()
    outage = make_outage(county.alva)
    chain = make_chain(county, outage)
    make_event(county.alva, chain)
    over = end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    found = get_chain(county.alva, chain.pk)
    row = next(row for row in rows(county.alva, found))
    mark(county.alva, found, row)
    assert RegistrationMark.objects.exists()
    return county, over, found


@pytest.mark.parametrize("what", ["change", "reopen", "end"])
def test_who_logs_and_who_ends_or_changes_the_outage_wait_in_one_order(ticked, what: str):
    county, outage, chain = ticked
    if what == "end":
        reopen_outage(by=county.esa, outage=outage)
    act = {
        "change": lambda: change_outage(
            by=county.cissi,
            outage=outage_for(county.municipality, outage.pk),
            client_id=uuid4(),
            facts=outage_facts(),
        ),
        "reopen": lambda: reopen_outage(by=county.esa, outage=outage),
        "end": lambda: end_outage(
            by=county.esa, outage=outage_for(county.region, outage.pk), ended_at=timezone.now()
        ),
    }[what]
    found = meanwhile(partial(lock_chain, chain), act, lambda: lock_outage(county.region, outage))
    assert not isinstance(found, Exception), found
