"""Log-in through an identity provider in a real browser: its policy lets the form go there, and only there."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.steps import expect_logged_in, show_card
from tests.factories import County
from tests.integration.log_in.openid_steps import openid_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_press_the_card_and_in_and_out_again_and_unlocked_by_the_card(
    windows: Windows, county: County, settings: Any, tmp_path: Path
):
    with openid_provider(settings, tmp_path, county) as provider:
        windows.elsewhere.append(provider.issuer)
        page = windows.open()
        page.goto("/kontakter/")
        page.get_by_role("button", name="Logga in med SITHS").click()
        show_card(page)
        expect(page).to_have_url(re.compile("/kontakter/$"))
        expect_logged_in(page, "Alva Påhittad", "Medicin 2")
        page.get_by_role("button", name="Byt användare").click()
        expect(page.get_by_role("button", name="Logga in med SITHS")).to_be_visible()
        page.get_by_role("button", name="Logga in med SITHS").click()
        show_card(page)
        page.get_by_role("button", name="Logga ut").click()
        expect(page.get_by_text("Du är utloggad här. Hos SITHS kan du vara inloggad")).to_be_visible()
        provider.claims["healthCareUnitHsaId"] = "SE2321000222-X9"
        windows.expect_answer(403)
        page.get_by_role("button", name="Logga in med SITHS").click()
        show_card(page)
        expect(page.get_by_text("Ditt uppdrag vid SE2321000222-X9 är inte upplagt här.")).to_be_visible()
        page.get_by_role("link", name="Logga in").click()
