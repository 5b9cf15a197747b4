"""A call between a ward and a municipality, logged at two computers: one reads a code aloud, the other types it."""

import pytest
from playwright.sync_api import Page, expect

from outage.models import Confirmation, Outage
from outage.rules.call_code import UNKNOWN
from tests.browser.conftest import Windows, script_or_none
from tests.browser.looking import DESKTOP, PHONE, show
from tests.browser.steps import (
    SAVED,
    call_to,
    choose_other_end,
    go_to_patient,
    save_call,
    saved_note,
    speak_to,
    tick_message,
)
from tests.factories import County, make_chain, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OURS, THEIRS = "Asta Provberg", "Asta Granne"


def timeline(page: Page, patient: str) -> Page:
    go_to_patient(page, patient)
    return page.get_by_role("region", name="Tidslinje")  # type: ignore[return-value]


@script_or_none
def test_the_ward_reads_it_aloud_and_the_municipality_types_it(
    windows: Windows, county: County, outage: Outage, javascript: bool
):
    chain = make_chain(county, outage, patient_name=OURS)
    make_event(county.alva, chain, "discharge")
    other = make_chain(county, outage, county.cissi, patient_name=THEIRS)
    alva, cissi = (windows.open(by, javascript=javascript) for by in (county.alva, county.cissi))

    alva.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given")
    label = alva.get_by_text("Kvittenskod – läs upp den:")
    if javascript:
        # Without it the particulars of every message are open.
        expect(label).to_be_in_viewport(ratio=1)
    alva.goto("/")
    call_to(alva, "Skellefteå kommun").get_by_role("link", name="Nådd").click()
    expect(label.locator("strong")).to_be_in_viewport(ratio=1)
    if javascript:
        # On a telephone too, as the page opens: above the buttons that stand over the foot of the page.
        show(alva, PHONE)
        alva.reload()
        expect(alva.get_by_label("Namn på den du talar med")).to_be_focused()
        read_back = alva.get_by_role("radio", name="Upprepat", exact=True)
        buttons = alva.get_by_role("navigation", name="Logga samtal")
        tops = [place.bounding_box()["y"] for place in (label, read_back, buttons)]
        assert 0 < tops[0] < tops[1] < tops[2] - 40
        show(alva, DESKTOP)
    code = label.locator("strong").inner_text()
    speak_to(alva, "Cissi Påhittad")

    # She hears one character wrong; it is put right before anything is saved, and then waits.
    cissi.goto(f"/vardkedja/{other.pk}/samtal/?riktning=received")
    choose_other_end(cissi, "Medicin 2")
    tick_message(cissi, "Utskrivningsmeddelande")
    speak_to(cissi, "Alva Påhittad")
    cissi.get_by_label("Deras enhet").fill("Medicin 2")
    box = cissi.get_by_label("Kvittenskod från den som ringde")
    windows.expect_answer(422)
    box.fill(code.lower()[:-1] + ("3" if code.endswith("2") else "2"))
    cissi.get_by_role("button", name="Spara och nästa").click()
    expect(cissi.get_by_role("alert")).to_contain_text(UNKNOWN)
    expect(cissi.get_by_label("Namn på den du talar med")).to_have_value("Alva Påhittad")
    box.fill(code.lower())
    cissi.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(cissi)).to_have_text(SAVED)
    expect(timeline(cissi, THEIRS)).to_contain_text("Kvittenskoden väntar på motparten")

    if javascript:
        save_call(alva)
    else:
        alva.get_by_role("button", name="Spara och nästa").click()
        expect(saved_note(alva)).to_contain_text("Sparat på servern")
    expect(timeline(alva, OURS)).to_contain_text("Cissi Påhittad, Biståndsenheten")
    expect(timeline(alva, OURS)).to_contain_text("Bekräftad av motparten 10.5")
    expect(timeline(cissi, THEIRS)).to_contain_text("Alva Påhittad, Medicin 2")
    expect(timeline(cissi, THEIRS)).to_contain_text("Bekräftad av motparten 10.5")
    for page, hidden in ((alva, THEIRS), (cissi, OURS)):
        assert hidden not in page.content()
    cissi.goto("/")
    expect(cissi.get_by_role("region", name="Mottagna samtal")).to_contain_text("Bekräftad av motparten 10.5")
    assert Confirmation.objects.count() == 1
