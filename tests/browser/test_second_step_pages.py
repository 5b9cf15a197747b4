"""The pages of a second step at log-in, as `test_every_page` looks at the others."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.every_page import Looker
from tests.browser.steps import add_passkey, follow, log_in
from tests.factories import PASSWORD
from tests.integration.log_in.steps import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_a_second_step(windows: Windows, county: Any, looker: Looker, live_server: Any):
    # No address of numbers has passkeys.
    page = windows.open(origin=live_server.url.replace("127.0.0.1", "localhost"))
    page.goto("/logga-in/")
    log_in(page, "alva")
    for place in ("", "webauthn/"):
        looker.look(page, f"/andra-steget/{place}", starts=False)
    page.goto("/andra-steget/totp/activate/")
    looker.look(page)
    page.get_by_label("Lösenord").fill(PASSWORD)
    follow(page.get_by_role("button", name="Fortsätt"))
    looker.look(page, starts=False)
    # A camera reads dark on light, whatever the scheme.
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".qr")).to_have_css("background-color", "rgb(255, 255, 255)")
    secret = page.locator("code").inner_text()
    page.get_by_label("Kod", exact=True).fill("0")
    follow(page.get_by_role("button", name="Lägg till"))
    looker.look(page, starts=False)
    page.get_by_label("Kod", exact=True).fill(code_of(secret))
    follow(page.get_by_role("button", name="Lägg till"))
    looker.look(page, starts=False)
    looker.look(page, "/andra-steget/webauthn/add/", starts=False)
    add_passkey(page)
    key = Authenticator.objects.get(type="webauthn").pk
    for place in (
        "",
        "totp/deactivate/",
        "recovery-codes/",
        "recovery-codes/generate/",
        "reauthenticate/",
        "webauthn/",
        "webauthn/reauthenticate/",
        f"webauthn/keys/{key}/edit/",
        f"webauthn/keys/{key}/remove/",
    ):
        looker.look(page, f"/andra-steget/{place}", starts=False)
    looker.look(page, "/inloggade/", starts=False)
    follow(page.get_by_role("button", name="Logga ut", exact=True))
    log_in(page, "alva")
    page.get_by_role("heading", name="Andra steget").wait_for()
    looker.look(page, starts=False)
