"""From a blank sheet to a destroyed one: printed, written on, scanned badly, matched, checked, entered, destroyed."""

import random
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from contacts.rules.permissions import Role
from forms.models import Sheet
from outage.models import Handover, Outage
from tests.browser.conftest import Windows
from tests.browser.looking import faults, looks_at_pages
from tests.browser.paper_steps import (
    HAPPENED,
    check,
    destroy,
    fates,
    fill_in_row,
    issue,
    save_row,
    scan,
    show_row,
)
from tests.factories import County, make_chain, person
from tests.paper.scans_made import CLEAN, OFFICE, as_pdf, blank_back, rasterised, worn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = (390, 844)


@looks_at_pages
@pytest.mark.clause("R2.4")
@pytest.mark.clause("R2.6")
def test_a_sheet_goes_from_the_printer_to_the_shredder_and_into_the_log(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage, county.alva)
    nurse = windows.open(county.alva)
    printed = issue(nurse, "Vårdkedjeblankett", 3)
    sheets = list(Sheet.objects.filter(batch__isnull=False).order_by("place"))
    assert [fates(sheet) for sheet in sheets] == [["printed"]] * 3
    # Two are used. The pages come out of the scanner in any order, askew and turned, with a blank back among them;
    # on one page a pen has gone through both codes.
    rng = random.Random(4)
    each = sheets[0].pages
    pages = [picture.copy() for picture in rasterised(printed)]
    used = [worn(page, rng, wear=OFFICE) for page in pages[: 2 * each - 1]]
    spoilt = pages[2 * each - 1]
    spoilt.paste(255, (0, 0, spoilt.width, spoilt.height // 5))
    spoilt.paste(255, (0, spoilt.height * 4 // 5, spoilt.width, spoilt.height))
    coming = [*used, blank_back(rng), worn(spoilt, rng, wear=CLEAN)]
    rng.shuffle(coming)
    scan(nurse, as_pdf(coming))
    first, second, third = sheets
    assert fates(first) == ["printed", "filled", "scanned"]
    assert fates(second)[-1] != "scanned"
    assert fates(third) == ["printed"]
    # The page that could not be read waits until somebody types what stands on it.
    nurse.goto(reverse("waiting_pages"))
    assert faults(nurse) == []
    nurse.locator(".scan-card a").first.click()
    nurse.get_by_label("Löpnummer", exact=True).fill("7K3-QX9-M2X")
    nurse.get_by_label("Sida på bladet").fill(str(each))
    windows.expect_answer(422)
    nurse.get_by_role("button", name="Lägg sidan till bladet").click()
    expect(nurse.get_by_role("alert").first).to_be_visible()
    expect(nurse.get_by_label("Sida på bladet")).to_have_value(str(each))
    nurse.get_by_label("Löpnummer", exact=True).fill(second.shown_serial.lower())
    nurse.get_by_role("button", name="Lägg sidan till bladet").click()
    expect(nurse.get_by_role("button", name="Lägg sidan till bladet")).to_have_count(0)
    assert fates(second) == ["printed", "filled", "scanned"]
    # One row of the sheet is entered beside its picture.
    show_row(nurse, first, "Lämnat: vi ringde")
    nurse.get_by_label("Nummer", exact=True).fill("0980-319 210")
    nurse.get_by_role("radio", name="Nådd", exact=True).check()
    fill_in_row(nurse, "Skellefteå kommun", "Inskrivning")
    assert faults(nurse) == []
    save_row(nurse)
    call = Handover.objects.get(chain=chain)
    assert (call.at, call.paper_serial, call.paper_signature) == (HAPPENED, first.serial, "Berit B, usk")
    assert call.user == county.alva.user
    nurse.goto(reverse("chain", args=[chain.pk]))
    expect(nurse.get_by_text(re.compile(f"Från papper.*{first.shown_serial}")).first).to_be_visible()
    # The second look, and no decision yet.
    nurse.goto(reverse("sheet", args=[first.serial]))
    assert faults(nurse) == []
    check(nurse)
    expect(nurse.get_by_text("Inget gallringsbeslut").first).to_be_visible()
    expect(nurse.get_by_role("button", name="Skriv upp att bladet är förstört")).to_have_count(0)
    keeper = person("rut", county.ward, Role.ADMIN)
    admin = windows.open(keeper)
    admin.goto(reverse("disposal"))
    admin.get_by_role("radio", name=re.compile("^(Ja|Papper|Får)")).first.check()
    admin.get_by_label("Beslutets beteckning").fill("RVN 2026:112")
    admin.get_by_label("Beslutat den dag").fill("2026-09-01")
    admin.get_by_role("button", name="För in beslutet").click()
    expect(admin.get_by_text("Gäller nu", exact=True)).to_be_visible()
    nurse.reload()
    expect(nurse.get_by_text("RVN 2026:112").first).to_be_visible()
    destroy(nurse)
    assert fates(first) == ["printed", "filled", "scanned", "checked", "destroyed"]
    # What is left to account for: the second, to look at, and the third, which nobody used.
    phone = windows.open(county.alva, size=PHONE)
    phone.goto(reverse("sheets"))
    assert faults(phone) == []
    expect(phone.get_by_role("heading", name=re.compile(r"Blad utan öde.*2"))).to_be_visible()


def test_the_chosen_files_stand_there_while_the_server_is_silent(
    windows: Windows, county: County, outage: Outage
):
    windows.expect_silence()
    page = windows.open(county.alva)
    page.goto(reverse("scan"))
    chosen = page.locator("input[type=file]")
    content = as_pdf([blank_back(random.Random(4))])
    chosen.set_input_files({"name": "skanning.pdf", "mimeType": "application/pdf", "buffer": content})
    read = page.get_by_role("button", name="Läs in skanningen")
    page.context.set_offline(True)
    read.click()
    expect(page.get_by_role("alert")).to_contain_text("Servern svarar inte.")
    assert chosen.evaluate("(field) => field.files.length") == 1
    page.context.set_offline(False)
    read.click()
    expect(page.get_by_role("status").filter(has_text="Skannat")).to_be_visible()
