"""In by name and password, and the app that a second step has its codes from."""

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD
from tests.integration.outage.pages import read

LOG_IN = "account_login"


def log_in(client: Client, name: str, next_page: str = ""):
    return client.post(reverse(LOG_IN), {"login": name, "password": PASSWORD, "next": next_page})


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows: the oldest code that still counts, or that of some half minutes `later`."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter + later))


def add_app(client: Client, password: str = PASSWORD) -> str:
    """Go through the pages as its person; give the secret that the app has."""
    client.post(reverse("account_reauthenticate"), {"password": password})
    page = read(client.get(reverse("mfa_activate_totp")))
    secret = page.main.find("code").get_text()
    # Once used it is used: the log-in that follows has that of the half minute before, which counts too.
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret, later=1)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret
