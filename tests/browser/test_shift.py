"""15.00 on a ward: one shift hands over and the next takes over, two people at one PC with a form left open."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from outage.models import CareChain, Outage, ShiftHandover, ShiftTakeover
from outage.rules.informing import CallOutcome
from tests.browser.conftest import Windows
from tests.browser.steps import log_in, press_to_print
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, tell
from tests.paper.reading import everything, squashed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "Karin på Biståndsenheten ringer efter 16."


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, patient_name="Asta Provberg")


def test_the_ward_is_handed_over_at_three(windows: Windows, county: County, chain: CareChain, clock: Clock):
    windows.expect_answer(409)
    event = make_event(county.alva, chain, "discharge")
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 16")
    page = windows.open(county.alva)
    page.goto("/")
    page.get_by_role("link", name="Överlämning").click()
    expect(page.get_by_role("region", name="Ring tillbaka")).to_contain_text("0910-00 00 01 kl 16")
    page.get_by_role("link", name="Lämna över").click()
    expect(page.get_by_label("Till vem?")).to_be_focused()
    page.get_by_label("Till vem?").select_option(label="Esa Påhittad, Sjuksköterska")
    page.get_by_label("Att tänka på").fill(TEXT)

    # Esa has come, and logs in at the same PC while Alva's form stands open.
    esa = page.context.new_page()
    esa.goto("/logga-in/")
    log_in(esa, "esa")
    expect(esa).to_have_title(re.compile("^Läge"))
    page.get_by_role("button", name="Lämna över").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inget är sparat")
    expect(page.locator("body")).not_to_contain_text("Biståndsenheten ringer")
    assert not ShiftHandover.objects.exists()

    # Alva logs in once more, and goes on from where she was.
    esa.get_by_role("button", name="Logga ut").click()
    log_in(esa, "alva")
    held = esa.get_by_role("region", name=re.compile("^Undanlagt åt dig"))
    held.get_by_role("link", name=re.compile("^Ta fram")).click()
    expect(esa.get_by_label("Att tänka på")).to_have_value(TEXT)
    esa.get_by_role("button", name="Lämna över").click()
    expect(esa.get_by_text("Överlämningen är sparad.")).to_be_visible()
    expect(esa.get_by_text("Du lämnade över.")).to_be_visible()
    expect(esa.get_by_role("button", name="Jag tar över")).to_have_count(0)
    handover = ShiftHandover.objects.get()
    assert (handover.user, handover.to, handover.text) == (county.alva.user, county.esa.user, TEXT)
    assert squashed(TEXT) in squashed(everything(press_to_print(esa, "Skriv ut listan")))

    esa.goto("/")
    esa.get_by_role("button", name="Logga ut").click()
    clock.shift(timedelta(minutes=5))
    log_in(esa, "esa")
    note = esa.get_by_role("region", name="Överlämning")
    expect(note).to_contain_text("från Alva Påhittad väntar på att någon tar över")
    note.get_by_role("link", name="Läs och ta över").click()
    expect(esa.get_by_role("main")).to_contain_text(TEXT)
    esa.get_by_role("button", name="Jag tar över").click()
    expect(esa.get_by_text("Du har tagit över från Alva Påhittad.")).to_be_visible()
    assert ShiftTakeover.objects.get().user == county.esa.user
    taken = esa.get_by_role("region", name=re.compile("från Alva Påhittad .*, övertagen .* av Esa Påhittad"))
    expect(taken).to_contain_text(TEXT)
    taken.get_by_role("link", name="Visa som det lämnades").click()
    expect(esa.get_by_role("table")).to_contain_text("Kvar")
    esa.goto("/")
    expect(esa.get_by_role("region", name="Överlämning")).to_have_count(0)
