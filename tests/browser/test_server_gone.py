"""The server itself dies while somebody is on the telephone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.server import Server
from tests.browser.steps import (
    call_to,
    calls_to_make,
    choose_other_end,
    saved_note,
    speak_to,
    tick_message,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALLS = "SELECT COUNT(*) FROM outage_handover"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    real = Server(tmp_path)
    real.prepare()
    real.start()
    yield real
    real.kill()


def test_what_is_typed_outlives_the_server_and_is_saved_once(windows: Windows, server: Server):
    windows.expect_silence()
    page = windows.open(origin=server.origin)
    page.goto("/")
    page.get_by_role("button", name="Alva Bergdal").click()
    expect(calls_to_make(page).first).to_be_visible()
    page.get_by_role("link", name="Någon ringer oss").click()
    page.get_by_role("searchbox").fill("Frida")
    page.get_by_role("button", name="Sök").click()
    choose_other_end(page, "Skellefteå kommun")
    tick_message(page, "Kommunklar")
    speak_to(page, "Karin Ensam")
    # To whom one spoke lies encrypted: calls are counted, and the page is read.
    calls = server.rows(CALLS)

    server.kill()
    page.get_by_role("button", name="Spara och nästa").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_text(
        "Servern svarar inte. Inget är förlorat – det du skrivit står kvar. Försök igen."
    )
    expect(alert).to_be_focused()
    expect(page.get_by_label("Namn på den du talar med")).to_have_value("Karin Ensam")
    expect(page.get_by_role("checkbox", name="Kommunklar")).to_be_checked()
    page.get_by_role("button", name="Spara och nästa").click()
    expect(page.get_by_role("alert")).to_have_count(1)

    server.start()
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(re.compile("Sparat på servern"))
    assert server.rows(CALLS) == [(calls[0][0] + 1,)]
    reader = windows.open(origin=server.origin)
    reader.goto("/")
    reader.get_by_role("button", name="Alva Bergdal").click()
    reader.goto("/vardkedjor/")
    reader.get_by_role("link", name="Frida").first.click()
    expect(reader.get_by_text("Karin Ensam")).to_have_count(1)
    reader.close()

    # A failed try by one press on Läge is no form that one fills in, but it is told of in the same way.
    row = call_to(page, "Skellefteå kommun").first
    tries = "SELECT COUNT(*) FROM outage_handover WHERE outcome = 'busy'"
    before = server.rows(tries)
    server.kill()
    busy = row.get_by_role("button", name="Upptaget")
    stands = busy.evaluate("one => one.getBoundingClientRect().top + scrollY")
    busy.click()
    # Nothing was typed; and the button stays where the hand is.
    expect(page.get_by_role("alert")).to_have_text("Servern svarar inte. Försök igen.")
    assert busy.evaluate("one => one.getBoundingClientRect().top + scrollY") == stands
    server.start()
    row.get_by_role("button", name="Upptaget").click()
    expect(saved_note(page)).to_have_text(re.compile("Försöket är sparat"))
    assert server.rows(tries) == [(before[0][0] + 1,)]


def test_a_form_that_is_seldom_used_keeps_what_is_typed_too(windows: Windows, server: Server):
    windows.expect_silence()
    windows.expect_answer(422)
    page = windows.open(origin=server.origin)
    page.goto("/")
    page.get_by_role("button", name="Alva Bergdal").click()
    page.goto("/vardkedjor/")
    page.get_by_role("link", name="Frida").first.click()
    page.get_by_role("link", name="Fel patient").first.click()
    page.get_by_role("radio").first.check()
    why = page.get_by_label("Hur blev det fel?")
    why.fill("Två patienter med samma namn.")

    server.kill()
    page.get_by_role("button", name="Flytta samtalet").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Servern svarar inte. Inget är förlorat – det du skrivit står kvar. Försök igen."
    )
    expect(why).to_have_value("Två patienter med samma namn.")

    server.start()
    # What cannot be saved as it stands is told on the page, with what was typed.
    why.fill("")
    page.get_by_role("button", name="Flytta samtalet").click()
    expect(page.get_by_role("alert")).to_contain_text("Inget är sparat än.")
    expect(page.get_by_role("radio").first).to_be_checked()
    page.get_by_label("Hur blev det fel?").fill("Två patienter med samma namn.")
    page.get_by_role("button", name="Flytta samtalet").click()
    expect(saved_note(page)).to_be_visible()
    expect(page.get_by_text("Flyttat hit").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
