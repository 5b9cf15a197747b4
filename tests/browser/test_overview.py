"""Lägesbild as a coordinator and the screen on a wall see it, and one list of what to enter that two work from."""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from contacts.rules.permissions import Role
from outage.models import Outage
from outage.rules.back_registration import Before
from outage.services.outages import end_outage
from tests.browser.conftest import Windows
from tests.browser.steps import ready
from tests.factories import County, make_chain, make_event, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Another's change shows within five seconds, and what another does of a list within three.
SOON, VERY_SOON = 5000, 3000


def passes(page: Page, milliseconds: int, asked: str) -> None:
    with page.expect_response(f"**{asked}*") as answer:
        page.clock.run_for(milliseconds)
    answer.value.finished()


def test_a_coordinator_sees_a_discharge_within_five_seconds_also_on_the_wall(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage, patient_name="Asta Provberg")
    page, wall = windows.open(county.esa), windows.open(county.esa)
    for window in (page, wall):
        window.clock.install()
    page.goto("/")
    page.get_by_role("link", name="Lägesbild").press("Enter")
    figure = page.locator(".figure").first
    expect(figure).to_contain_text("0 utskrivningar där någon inte är underrättad")
    wall.goto("/lagesbild/")
    wall.get_by_role("button", name="Visa på väggskärm").press("Enter")
    expect(wall.locator(".figure").first).to_contain_text("0 utskrivningar")
    make_event(county.alva, chain, "discharge")
    passes(page, SOON, "/lagesbild/nu/")
    expect(figure).to_contain_text("1 utskrivning där någon inte är underrättad")
    passes(wall, SOON, "/lagesbild/vagg/nu/")
    expect(wall.locator("#overview-untold")).to_contain_text("Medicin 2")
    for window in (page, wall):
        expect(window.locator("body")).not_to_contain_text("Asta")
    # The number leads to the chain; on the wall nothing leads anywhere.
    page.locator("#overview-untold").get_by_role("link", name=str(chain.number)).press("Enter")
    expect(page.get_by_role("heading", name="Asta Provberg")).to_be_visible()
    expect(wall.locator("#status a, #status button")).to_have_count(0)
    wall.goto("/vardkedjor/")
    expect(wall).to_have_title("Låst – Driftstopp")


@pytest.mark.parametrize("role", [Role.STAFF, Role.COORDINATOR], ids=["of one role", "nurse and coordinator"])
def test_two_at_one_list_see_who_does_what_and_nobody_does_it_twice(
    windows: Windows, county: County, outage: Outage, role: Role
):
    for name, number in (("Asta Provberg", "19380214-9805"), ("Birger Testlund", "19450809-9811")):
        make_event(county.alva, make_chain(county, outage, patient_name=name, identity=number), "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    alva, bea = windows.open(county.alva), windows.open(person("bea", county.ward, role))
    for window in (alva, bea):
        window.clock.install()
        window.goto("/ater-i-drift/")
    hers, theirs = (window.locator(".task", has_text="Asta Provberg") for window in (alva, bea))
    hers.get_by_role("button", name="Jag gör den").press("Enter")
    expect(hers).to_contain_text("Du gör den sedan 10.52")
    passes(bea, VERY_SOON, "/ater-i-drift/nu/")
    expect(theirs).to_contain_text("Alva Påhittad gör den sedan 10.52")
    expect(theirs.get_by_role("button", name="Markera som klart")).to_have_count(0)
    # What is typed in another task is left alone when the list changes.
    other = bea.locator(".task", has_text="Birger Testlund")
    other.get_by_text("Lämna över eller anteckna").press("Enter")
    other.get_by_label("Anteckning").fill("Väntar på läkaren")
    hers.get_by_role("button", name="Markera som klart").press("Enter")
    expect(hers).to_contain_text("Klart 10.52 Alva Påhittad")
    passes(bea, VERY_SOON, "/ater-i-drift/nu/")
    expect(theirs).to_contain_text("Klart 10.52 Alva Påhittad")
    expect(bea.locator("#count-all")).to_have_text("1 av 2 klara")
    expect(other.get_by_label("Anteckning")).to_have_value("Väntar på läkaren")
    other.get_by_label("Vem gör den?").select_option(label="Alva Påhittad")
    other.get_by_role("button", name="Spara").press("Enter")
    expect(other).to_contain_text("Väntar på läkaren (10.52 Bea Påhittad)")
    passes(alva, VERY_SOON, "/ater-i-drift/nu/")
    expect(alva.locator(".task", has_text="Birger Testlund")).to_contain_text("Du gör den")


def test_what_is_typed_in_a_task_is_saved_or_stays_whichever_button_is_pressed(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage, patient_name="Asta Provberg", before=Before.UNKNOWN)
    make_event(county.alva, chain, "discharge")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    windows.expect_answer(422)
    alva, bea = windows.open(county.alva), windows.open(person("bea", county.ward))
    for window in (alva, bea):
        window.clock.install()
        window.goto("/ater-i-drift/")

        ready(window, window.locator(".task").first)
    # However slow the machine is, Bea has not seen yet what Alva does.
    asks = "**/ater-i-drift/nu/**"
    bea.route(asks, lambda route: route.fulfill(status=204, headers={"X-Shown-At": "10.52"}))

    def in_task(window: Page, *typed: str) -> list[Locator]:
        task = window.locator(".task", has=window.get_by_text("Lämna över eller anteckna")).first
        boxes = [task.get_by_label(label, exact=True) for label in ("Vad bestämdes?", "Anteckning")]
        for box, text in zip(boxes, typed, strict=False):
            if text:
                box.evaluate("(box, text) => { box.value = text }", text)
        return [task, *boxes]

    hers, choice, note = in_task(alva, "Registreras")
    hers.get_by_label("Inte infört").check()
    hers.get_by_role("button", name="Jag gör den").press("Enter")
    expect(hers).to_contain_text("Du gör den sedan 10.52")
    expect(choice).to_have_value("Registreras")
    expect(hers.get_by_label("Inte infört")).to_be_checked()

    in_task(alva, "", "Läkaren vet")
    hers.get_by_role("button", name="Markera som klart").press("Enter")
    expect(hers.get_by_role("alert")).to_contain_text("Spara anteckningen först, eller ta bort den.")
    expect(note).to_have_value("Läkaren vet")
    note.press("Enter")
    expect(hers).to_contain_text("Läkaren vet (10.52 Alva Påhittad)")
    expect(choice).to_have_value("Registreras")
    expect(note).to_have_value("")

    theirs, choice, note = in_task(bea, "Registreras inte")
    theirs.get_by_label("Infört", exact=True).check()
    theirs.get_by_role("button", name="Markera som klart").press("Enter")
    expect(theirs.get_by_role("alert")).to_contain_text("Det du skrev: Registreras inte")
    bea.unroute(asks)
    passes(bea, VERY_SOON, "/ater-i-drift/nu/")
    expect(theirs.get_by_role("alert")).to_contain_text("Det du skrev: Registreras inte")
    theirs.get_by_role("button", name="Ta över").press("Enter")
    expect(theirs).to_contain_text("Du gör den sedan 10.52")
    expect(choice).to_have_value("Registreras inte")
    expect(theirs.get_by_label("Infört", exact=True)).to_be_checked()
    theirs.get_by_role("button", name="Markera som klart").press("Enter")
    expect(bea.get_by_text("Klart 10.52 Bea Påhittad: Registreras inte (infört)")).to_be_visible()

    hers.get_by_text("Lämna över eller anteckna").press("Enter")
    in_task(alva, "", "Kom för sent")
    hers.get_by_role("button", name="Spara").press("Enter")
    expect(alva.get_by_role("alert")).to_contain_text("Det du skrev: Registreras; Kom för sent")


def test_what_is_typed_elsewhere_is_copied_piece_by_piece_with_one_key(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage, patient_name="Asta Provberg", identity="19380214-9805")
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = windows.open(county.alva)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/ater-i-drift/")
    pieces = page.locator(".task").first.locator("[data-piece]")
    pieces.first.focus()
    copied = []
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.get_by_text("Kopierat: ")).to_be_visible()
        copied.append(page.evaluate("navigator.clipboard.readText()"))
        expect(pieces.nth(len(copied))).to_be_focused()
    assert copied == ["19380214-9805", "Medicin 2"]
    # Over plain http from another machine a page has no right to the clipboard.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    for right, said in (("copy", "Kopierat: Medicin 2"), ("none", "Det gick inte att kopiera. Markera")):
        page.evaluate(f"document.execCommand = (what) => what === '{right}'")
        pieces.nth(1).press("Enter")
        expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    # Without script nothing is there to press.
    plain = windows.open(county.alva, javascript=False)
    plain.goto("/ater-i-drift/")
    expect(plain.locator("[data-piece]").first).to_be_disabled()
    expect(plain.locator("[data-piece]").first).to_contain_text("19380214-9805")


def test_who_closes_sees_what_a_colleague_does_meanwhile(windows: Windows, county: County, outage: Outage):
    make_event(county.alva, make_chain(county, outage, patient_name="Asta Provberg"), "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    esa, alva = windows.open(county.esa), windows.open(county.alva)
    esa.clock.install()
    esa.goto(f"/stangning/{outage.pk}/")
    row = esa.get_by_role("row", name="Medicin 2")
    tasks = row.locator('[data-label="Att registrera, avgöra eller ångra"]')
    expect(tasks).to_have_text("1")
    leave = row.get_by_role("link", name="Lämna öppet på Medicin 2")
    leave.focus()
    alva.goto("/ater-i-drift/")
    alva.get_by_role("button", name="Markera som klart").click()
    expect(alva.get_by_role("main")).to_contain_text("Klart")
    passes(esa, 10_500, "/nu/")
    expect(tasks).to_have_text("")
    expect(leave).to_be_focused()
