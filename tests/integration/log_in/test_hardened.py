"""What docs/security.md says of headers, cookies, sessions and passwords, and nothing else tests."""

import os
import re
import subprocess
import sys
from uuid import uuid4

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from tests.architecture.tree import ROOT
from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.contacts.test_login_codes import a_code, use
from tests.integration.log_in.steps import add_app, code_of, log_in
from tests.integration.log_in.test_guessing import HERE, refused, try_in
from tests.integration.outage.pages import read

POLICY = (
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "script-src 'self'",
)


def answers(county: County) -> dict[str, object]:
    """One answer of each sort, as over HTTPS."""
    stranger, alva, adam = (Client(headers={"host": "localhost"}) for _ in range(3))
    alva.force_login(county.alva.user)
    adam.force_login(county.adam.user)

    def get(client: Client, path: str):
        return client.get(path, secure=True)

    return {
        "a page": get(stranger, reverse("account_login")),
        "led on": get(stranger, reverse("status")),
        "health": get(stranger, reverse("health")),
        "a style sheet": get(stranger, "/static/css/ground.css"),
        "a script": get(stranger, "/static/js/app.js"),
        "a page of work": get(alva, reverse("contacts")),
        "JSON": get(alva, reverse("session_left")),
        "no page": get(alva, "/finns-inte"),
        "somebody else's": get(alva, reverse("chain", args=[uuid4()])),
        "not by that role": get(adam, reverse("chains")),
        "not by that method": get(alva, reverse("account_logout")),
        "a table": get(adam, reverse("staff_file", args=["csv"])),
        "no mark": Client(enforce_csrf_checks=True).post(reverse("account_login"), secure=True),
    }


def test_every_answer_has_the_headers_that_browsers_go_by(county: County, settings: Settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    for what, answer in answers(county).items():
        said = answer.headers
        policy = {part.strip() for part in said["Content-Security-Policy"].split(";")}
        assert policy >= set(POLICY), what
        assert said["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", what
        assert said["X-Content-Type-Options"] == "nosniff", what
        assert said["Referrer-Policy"] == "same-origin", what
        assert said["Cross-Origin-Opener-Policy"] == "same-origin", what
        assert not [name for name in said if name.startswith("Access-Control-")], what
        if answer.status_code == 200:
            assert re.fullmatch(
                r"text/\w+; charset=utf-8|application/json", said["Content-Type"].replace('"', "").lower()
            ), what
        if not what.startswith("a s"):
            assert "no-store" in said.get("Cache-Control", ""), what


def test_who_guesses_on_is_answered_with_them_too(county: County, settings: Settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    guesser = Client(REMOTE_ADDR=HERE)
    for number in range(31):
        try_in(guesser, f"gissad{number}")
    told: dict[str, str] = {}
    request = RequestFactory(REMOTE_ADDR=HERE).post(reverse("account_login"), secure=True)
    page = refused(request.environ, lambda status, headers: told.update(headers))
    assert page
    assert int(told["Content-Length"]) == len(page[0])
    assert {part.strip() for part in told["Content-Security-Policy"].split(";")} >= set(POLICY)
    assert told["Strict-Transport-Security"].startswith("max-age=31536000")
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Cache-Control"] == "no-store"


def test_in_production_every_cookie_is_of_this_host_over_https_alone():
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "from outage.project import guessing, holding\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, guessing._COOKIE, holding._COOKIE)\n"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, not s.SECURE_REDIRECT_EXEMPT[1:],"
        " s.SECURE_HSTS_SECONDS >= 31536000, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, not s.DEBUG,"
        " not s.SESSION_COOKIE_DOMAIN,"
        " s.SESSION_COOKIE_PATH == s.CSRF_COOKIE_PATH == '/')"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PRODUCTION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    names, flags = told.stdout.splitlines()
    assert [name.startswith("__Host-") for name in names.split()] == [True] * 4, told.stderr
    assert flags.split() == ["True"] * 9
    for script in ("app.js", "session.js"):
        assert '"__Host-csrftoken"' in (ROOT / "static" / "js" / script).read_text(encoding="utf-8")


def test_health_is_not_led_on_to_https_and_pages_are(county: County, settings: Settings):
    settings.SECURE_SSL_REDIRECT = True
    for name in ("health", "alive"):
        assert Client().get(reverse(name)).status_code == 200
    for path in (reverse("account_login"), reverse("status")):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Location"][:8]) == (301, "https://")


@pytest.mark.parametrize(
    "path",
    [
        "/.git/HEAD",
        "/.env",
        "/static/",
        "/static/js/",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/var/",
    ],
)
def test_nothing_but_our_own_files_is_served_and_no_folder_is_listed(client: Client, db: None, path: str):
    assert client.get(path).status_code == 404


def test_trace_is_not_answered(county: County, client: Client):
    def traced(path: str):
        return client.generic("TRACE", path, headers={"x-secret": "ordet"})

    for path in (reverse("account_login"), reverse("health"), reverse("status")):
        assert traced(path).status_code in {302, 405}
    client.force_login(county.alva.user)
    for path in (reverse("contacts"), reverse("status"), reverse("chains")):
        answer = traced(path)
        assert b"ordet" not in answer.content
        assert answer.status_code == 405, path


def test_the_session_has_a_new_name_after_each_log_in_unlocking_and_confirmation(
    county: County, client: Client, clock: Clock
):
    names = [client.session.session_key]
    for step in (
        lambda: log_in(client, "alva"),
        lambda: client.post(reverse("account_reauthenticate"), {"password": PASSWORD}),
        lambda: (client.post(reverse("lock")), log_in(client, "alva")),
        lambda: log_in(client, "esa"),
    ):
        former = names[-1]
        step()
        names.append(client.cookies["sessionid"].value)
        if former:
            # What it was named before leads nowhere, to whoever has seen it.
            thief = Client()
            thief.cookies["sessionid"] = former
            assert thief.get(reverse("status")).status_code == 302
        assert client.get(reverse("status")).status_code == 200
    assert len(set(names)) == len(names)
    assert "Här, på den här datorn" in client.get(reverse("usersessions_list")).content.decode()


def test_who_confirmed_is_still_among_the_own_log_ins(county: County, client: Client):
    log_in(client, "alva")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert len(read(client.get(reverse("usersessions_list"))).main.find_all("li")) == 1


def test_a_second_step_is_changed_by_who_has_just_confirmed(county: County, client: Client, clock: Clock):
    log_in(client, "alva")
    confirm = reverse("account_reauthenticate")
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).headers["Location"].startswith(confirm), name
    add_app(client)
    clock.shift(6 * 60)
    assert client.get(reverse("mfa_deactivate_totp")).headers["Location"].startswith(confirm)


def test_a_code_of_the_app_counts_once_be_it_the_one_it_was_added_with(county: County, client: Client):
    log_in(client, "alva")
    secret = add_app(client)
    client.post(reverse("account_logout"))
    step = reverse("mfa_authenticate")
    for code, counts in ((code_of(secret, later=1), False), (code_of(secret), True)):
        log_in(client, "alva")
        assert (client.post(step, {"code": code}).status_code == 302) is counts
    client.post(reverse("account_logout"))
    log_in(client, "alva")
    assert client.post(step, {"code": code_of(secret)}).status_code == 200


@pytest.mark.parametrize(
    "chosen", ["  mellanslag framför och efter ", "åäö Ωmega 漢字 🦌 renar", "x y" * 40, "bara små bokstäver"]
)
def test_a_password_is_taken_as_it_was_typed_whatever_is_in_it(county: County, client: Client, chosen: str):
    assert use(client, "bo", a_code(county), chosen).status_code == 302
    for tried, is_right in ((chosen.swapcase(), False), (chosen.strip() + "x", False), (chosen, True)):
        answer = Client().post(reverse("account_login"), {"login": "bo", "password": tried})
        assert (answer.status_code == 302) is is_right
    for page in (client.get(reverse("account")), Client().get(reverse("account_login"))):
        fields = re.findall(r"<input[^>]*password[^>]*>", page.content.decode())
        assert fields
        assert all('type="password"' in field for field in fields)
        assert not [f for f in fields if "onpaste" in f or 'autocomplete="off"' in f]


@pytest.mark.parametrize(
    ("chosen", "is_taken"),
    [
        ("Driftstopp2026!", False),
        ("regionvästerbotten", False),
        ("Hemsjukvården 2026", False),
        ("PRATOR-prator-1", False),
        ("skellefteå kommun", False),
        ("driftstopp med kanelbulle", True),
        ("tre gula cyklar", True),
    ],
)
def test_a_password_is_more_than_words_of_the_house(county: County, chosen: str, is_taken: bool):
    if is_taken:
        validate_password(chosen)
    else:
        with pytest.raises(ValidationError, match="hör till arbetsplatsen"):
            validate_password(chosen)
