"""Guessing is held back; a ward, a person and a PC in use are not."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from contacts.models import AuditEntry, User
from outage.project.guessing import refused
from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.outage.pages import fields_of, read

HERE, THERE = "192.0.2.1", "192.0.2.2"


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def try_in(client: Client, name: str, password: str = "fel lösenord här"):
    return client.post(reverse("account_login"), {"login": name, "password": password})


def is_in(answer) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"] == reverse("status"))


def refusal(place: str, address: str, method: str = "POST", cookie: str = "") -> str | None:
    """What the server answers before Django is asked, if it does."""
    environ = RequestFactory(REMOTE_ADDR=address).generic(method, reverse(place)).environ
    told: list[str] = []
    answer = refused(environ | {"HTTP_COOKIE": cookie}, lambda status, headers: told.append(status))
    assert told == ([] if answer is None else ["429 Too Many Requests"])
    return None if answer is None else b"".join(answer).decode()


def said(answer) -> str:
    return read(answer).get_text(" ")


def test_a_name_is_guessed_at_five_times_from_an_address_and_what_was_typed_stays(county: County):
    pc = at(HERE)
    for _ in range(5):
        assert "Användarnamnet eller lösenordet är fel." in said(try_in(pc, "alva"))
    refused = try_in(pc, "ALVA", PASSWORD)
    assert "För många försök." in said(refused)
    assert read(refused).select_one("#id_login")["value"] == "ALVA"
    assert read(refused).select_one("#id_password").get("value") is None


def test_nobody_elsewhere_and_nobody_else_there_is_locked_out(county: County):
    pc = at(HERE)
    for _ in range(8):
        try_in(pc, "alva")
    assert is_in(try_in(at(THERE), "alva", PASSWORD))
    assert is_in(try_in(at(HERE), "esa", PASSWORD))


def test_it_is_over_after_five_minutes(county: County, clock: Clock):
    pc = at(HERE)
    for _ in range(6):
        try_in(pc, "alva")
    clock.shift(timedelta(minutes=5, seconds=1))
    assert is_in(try_in(pc, "alva", PASSWORD))


def test_an_address_has_thirty_tries_a_minute_and_is_then_answered_at_once(
    county: County, django_assert_num_queries
):
    pc = at(HERE)
    for number in range(30):
        try_in(pc, f"gissad{number}")
    assert "För många försök." in said(try_in(pc, "esa", PASSWORD))
    with django_assert_num_queries(0):
        assert "Vänta en minut" in refusal("account_login", HERE)
    # The page itself, another page, another address and a PC that is known answer as ever.
    assert pc.get(reverse("account_login")).status_code == 200
    assert refusal("account_login", HERE, method="GET") is None
    assert refusal("status", HERE) is None
    assert refusal("account_login", THERE) is None
    elsewhere = at(THERE)
    assert is_in(try_in(elsewhere, "esa", PASSWORD))
    assert refusal("account_login", HERE, cookie=f"dator={elsewhere.cookies['dator'].value}") is None


def test_a_flood_is_over_when_the_address_has_tries_again(county: County, clock: Clock):
    pc = at(HERE)
    for number in range(31):
        try_in(pc, f"gissad{number}")
    assert refusal("account_login", HERE)
    clock.shift(timedelta(seconds=61))
    assert refusal("account_login", HERE) is None
    assert is_in(try_in(pc, "esa", PASSWORD))


def test_a_right_password_is_no_try(county: County):
    pc = at(HERE)
    for _ in range(12):
        assert is_in(try_in(pc, "alva", PASSWORD))
        del pc.cookies["dator"]


def test_a_known_pc_is_spared_the_limits_of_its_address_and_has_its_own(county: County):
    ward = at(HERE)
    assert is_in(try_in(ward, "alva", PASSWORD))
    ward.post(reverse("account_logout"))
    for number in range(40):
        try_in(at(HERE), f"gissad{number}")
    for _ in range(6):
        try_in(at(HERE), "esa")
    for _ in range(9):
        try_in(ward, "esa")
    assert is_in(try_in(ward, "esa", PASSWORD))
    for _ in range(10):
        try_in(ward, "maja")
    assert "För många försök." in said(try_in(ward, "maja", PASSWORD))
    assert is_in(try_in(ward, "alva", PASSWORD))


def test_the_cookie_of_a_pc_logs_nobody_in_and_one_that_is_not_ours_spares_nothing(county: County):
    ward = at(HERE)
    try_in(ward, "alva", PASSWORD)
    cookie = ward.cookies["dator"].value
    stranger = at(HERE)
    stranger.cookies["dator"] = cookie
    assert stranger.get(reverse("status")).headers["Location"].startswith(reverse("account_login"))
    stranger.cookies["dator"] = "x" + cookie
    for _ in range(5):
        try_in(stranger, "esa")
    assert "För många försök." in said(try_in(stranger, "esa", PASSWORD))


@pytest.mark.parametrize("behind", [False, True], ids=["reached directly", "behind a proxy"])
def test_whose_address_counts_is_no_matter_of_what_the_client_says(county: County, settings, behind: bool):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = int(behind)
    client = at(HERE)
    for number in range(6):
        # The proxy adds the address that it saw; what stands before is the client's own word.
        seen = {"X-Forwarded-For": f"10.0.0.{number}, {THERE}" if behind else f"10.0.0.{number}"}
        client.post(reverse("account_login"), {"login": "alva", "password": "fel"}, headers=seen)
    refused = client.post(reverse("account_login"), {"login": "alva", "password": PASSWORD}, headers=seen)
    assert "För många försök." in said(refused)


def test_one_time_codes_are_guessed_at_no_more_than_passwords(county: County):
    pc = at(HERE)
    typed = {"code": "2345-6789-ACDE-FHJK", "password1": "tre gula cyklar", "password2": "tre gula cyklar"}
    for number in range(30):
        answer = pc.post(reverse("one_time_code"), typed | {"username": "alva"})
        assert ("För många försök." in said(answer)) == (number >= 5)
    assert "För många försök." in said(pc.post(reverse("one_time_code"), typed | {"username": "esa"}))
    assert refusal("one_time_code", HERE)
    # The same counter as that of passwords.
    assert refusal("account_login", HERE)


NEW = "tre gula cyklar i regn"


def change(pc: Client, old: str, new: str = NEW):
    form = read(pc.get(reverse("account"))).find("input", {"name": "old_password"}).find_parent("form")
    typed = {"old_password": old, "password1": new, "password2": new}
    return pc.post(reverse("account"), fields_of(form) | typed)


def test_the_own_password_is_guessed_at_no_more_by_who_finds_a_pc_open(county: County):
    ward = at(HERE)
    assert is_in(try_in(ward, "alva", PASSWORD))
    for _ in range(10):
        assert "Det är inte ditt nuvarande lösenord." in said(change(ward, "fel"))
    for _ in range(30):
        assert "För många försök." in said(change(ward, PASSWORD))
    assert county.alva.user.check_password(PASSWORD)
    rows = AuditEntry.objects.filter(target_id=str(county.alva.user.pk))
    failed = rows.filter(action="login.failed", changes__why="password")
    assert sum(int(row.changes.get("times", 1)) for row in failed) >= 5
    assert rows.filter(action="login.locked_out").exists()
    # The same counter as that of the log-in and of Bekräfta.
    page = reverse("account_reauthenticate")
    form = read(ward.get(page)).find("input", {"name": "password"}).find_parent("form")
    assert "För många försök." in said(ward.post(page, fields_of(form) | {"password": PASSWORD}))


def test_a_new_password_that_will_not_do_is_no_failed_try(county: County):
    ward = at(HERE)
    assert is_in(try_in(ward, "alva", PASSWORD))
    for _ in range(12):
        assert "för likt" in said(change(ward, PASSWORD, "påhittad 123"))
    assert change(ward, PASSWORD).status_code == 302


def test_the_admin_pages_ask_for_no_password_of_their_own(county: County):
    root = User.objects.create_superuser("root", password=PASSWORD)
    pc = at(HERE)
    pc.force_login(root)
    assert pc.get(reverse("admin:password_change")).headers["Location"] == reverse("account")
