"""What becomes of a log-in stands in the trace: once each, never what was typed, and bounded while somebody guesses."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as made
from django.test import Client, RequestFactory
from django.urls import reverse

from contacts.models import AuditEntry, Membership
from contacts.rules.permissions import Role
from contacts.rules.trace_words import TRACE_WORDS, why_words
from outage.project.bounded import to_tell
from outage.project.guessing import refused
from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.log_in.steps import LOG_IN, add_app

Row = tuple[str, str | None, str, str]


def told(since: int = 0) -> list[Row]:
    """Action, who, where in and why or how, of the rows about log-ins."""
    rows = AuditEntry.objects.filter(pk__gt=since).order_by("pk").select_related("user", "unit")
    return [
        (row.action, row.user and row.user.username, row.unit.name if row.unit else "", said(row.changes))
        for row in rows
        if row.action.startswith(("login.", "assignment.", "second_factor.f"))
    ]


def said(changes: dict[str, object]) -> str:
    return str(changes.get("why") or changes.get("how") or "")


def newest() -> int:
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def log_in(client: Client, name: str, password: str = PASSWORD) -> None:
    client.post(reverse(LOG_IN), {"login": name, "password": password})


def lock(client: Client, clock: Clock) -> None:
    client.post(reverse("lock"))


def change(client: Client, clock: Clock) -> None:
    client.post(reverse("lock"), {"byt": "1"})


def replace(client: Client, clock: Clock) -> None:
    log_in(client, "esa")


def leave(client: Client, clock: Clock) -> None:
    client.post(reverse("account_logout"))


def idle(client: Client, clock: Clock) -> None:
    clock.shift(timedelta(seconds=made.LOCK_SECONDS))
    client.get(reverse("status"))
    client.get(reverse("status"))


def lapse(client: Client, clock: Clock) -> None:
    clock.shift(timedelta(seconds=made.SESSION_COOKIE_AGE + 1))
    client.get(reverse("status"))
    client.get(reverse("status"))


def stay_too_long(client: Client, clock: Clock) -> None:
    session = client.session
    session["started"] -= made.LONGEST_LOG_IN
    session.save()
    client.get(reverse("status"))


def unlock(client: Client, clock: Clock) -> None:
    lock(client, clock)
    log_in(client, "alva")


def replace_locked(client: Client, clock: Clock) -> None:
    change(client, clock)
    log_in(client, "esa")


def end_others(client: Client, clock: Clock) -> None:
    log_in(Client(), "alva")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("usersessions_list"))


def fail(client: Client, clock: Clock) -> None:
    leave(client, clock)
    log_in(client, "alva", password="hemligt fel lösenord")


def fail_as_nobody(client: Client, clock: Clock) -> None:
    leave(client, clock)
    log_in(client, "mitt-lösenord-hamnade-här", password="x")


def fail_code(client: Client, clock: Clock) -> None:
    client.post(reverse("one_time_code"), {"username": "alva", "code": "AAAA-BBBB-CCCC", **NEW})


def fail_emergency(client: Client, clock: Clock) -> None:
    typed = {"username": "alva", "code": "AAAA-BBBB-CCCC", "reason": "second_step_away"}
    client.post(reverse("emergency_log_in"), typed)


NEW = {"password1": "ett nytt långt lösenord", "password2": "ett nytt långt lösenord"}
IN: Row = ("login.in", "alva", "Medicin 2", "password")
OUT: Row = ("login.out", "alva", "Medicin 2", "")
ESA: Row = ("login.in", "esa", "Medicin 2", "password")


def of_alva(action: str, why: str = "") -> Row:
    return action, "alva", "Medicin 2", why


STEPS: dict[Callable[[Client, Clock], None], list[Row]] = {
    leave: [OUT],
    lock: [of_alva("login.locked", "pressed")],
    change: [of_alva("login.locked", "changing")],
    idle: [of_alva("login.locked", "idle")],
    lapse: [of_alva("login.lapsed")],
    stay_too_long: [of_alva("login.out", "longest")],
    replace: [of_alva("login.out", "replaced"), ESA],
    unlock: [of_alva("login.locked", "pressed"), of_alva("login.unlocked", "password")],
    replace_locked: [of_alva("login.locked", "changing"), of_alva("login.out", "replaced"), ESA],
    end_others: [IN, ("login.ended", "alva", "", "")],
    fail: [OUT, ("login.failed", "alva", "", "password")],
    fail_as_nobody: [OUT, ("login.failed", None, "", "password")],
    fail_code: [("login.failed", "alva", "", "code")],
    fail_emergency: [("login.failed", "alva", "", "emergency_code")],
}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_each_step_of_a_log_in_leaves_its_rows(
    step: Callable[[Client, Clock], None], county: County, client: Client, clock: Clock
):
    log_in(client, "alva")
    assert told() == [IN]
    before = newest()
    step(client, clock)
    assert told(before) == STEPS[step]
    rows = AuditEntry.objects.filter(pk__gt=before)
    assert {row.origin.partition(" ")[0] for row in rows} == {"127.0.0.1"}
    # Of the PC that is known there is a mark, of the cookie nothing.
    marks = {row.origin.partition(" ")[2] for row in rows} - {""}
    assert all(len(mark) == 8 and mark not in client.cookies["dator"].value for mark in marks)
    kept = json.dumps([row.changes for row in rows]) + " ".join(row.target_id for row in rows)
    assert not [word for word in ("hemligt", "hamnade", "AAAA", "långt") if word in kept]
    assert all(
        row.action in TRACE_WORDS and (not row.changes.get("why") or why_words(row.changes)) for row in rows
    )


def test_a_wrong_second_step_is_told_and_that_there_were_too_many(county: County, client: Client):
    log_in(client, "alva")
    add_app(client)
    client.post(reverse("account_logout"))
    log_in(client, "alva")
    before = newest()
    for _ in range(6):
        client.post(reverse("mfa_authenticate"), {"code": "12"})
    assert [row[:2] + row[3:] for row in told(before)] == [
        *[("second_factor.failed", "alva", "code")] * 5,
        ("login.locked_out", "alva", "second_step"),
    ]


def test_which_assignment_is_chosen_is_told(county: County, client: Client):
    other = Membership.objects.create(user=county.alva.user, unit=county.other_ward, role=Role.STAFF)
    log_in(client, "alva")
    client.post(reverse("choose_assignment"), {"membership": other.pk})
    (first, chosen) = told()
    # Before it is chosen there is none.
    assert first == ("login.in", "alva", "", "password")
    assert chosen == ("assignment.chosen", "alva", county.other_ward.name, "")


def test_a_flood_of_guesses_leaves_few_rows_that_add_up(county: County):
    here = "192.0.2.1"
    pc = Client(REMOTE_ADDR=here)
    for number in range(60):
        pc.post(reverse("account_login"), {"login": f"gissad{number}", "password": "x"})
    before = refused_before_django(here, 1_000)
    assert before == 1_000
    for _ in range(25):
        pc.post(reverse("account_login"), {"login": "gissad", "password": "x"})
    rows = AuditEntry.objects.filter(user=None, action__startswith="login.")
    failed = [row.changes.get("times", 1) for row in rows if row.action == "login.failed"]
    out = [row.changes.get("times", 1) for row in rows if row.action == "login.locked_out"]
    # 30 get to the password, 20 are told singly; the 1,055 others are counted in a few.
    assert failed == [1] * 20
    assert len(out) < 25
    assert 1_000 < sum(out) <= 1_055
    assert not AuditEntry.objects.filter(changes__icontains="gissad").exists()


def refused_before_django(address: str, times: int) -> int:
    environ = RequestFactory(REMOTE_ADDR=address).generic("POST", reverse("account_login")).environ
    return sum(refused(environ, lambda status, headers: None) is not None for _ in range(times))


def test_rows_add_up_to_the_tries_and_are_few(db: None, clock: Clock):
    rows = [to_tell("x", "1") for _ in range(10_000)]
    written = [row for row in rows if row]
    assert written[:20] == [1] * 20
    assert len(written) == 28
    assert sum(written) == 10_240 // 2 == 5_120
    clock.shift(timedelta(minutes=10))
    # What was only counted stands in the next row.
    assert to_tell("x", "1") == 10_001 - 5_120
    assert to_tell("x", "2") == 1
