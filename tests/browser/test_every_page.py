"""Every page there is, before, during and after an outage: for everyone, on every screen, telling nobody."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import get_resolver
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import DirectoryUpload, Unit
from contacts.services.progress import finish
from forms.demo.player import make_paper
from forms.models import Sheet
from outage.models import CareChain, CareChainEvent, Handover
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_for
from outage.services.care_chains import open_chain
from outage.services.held_forms import hold_form
from outage.services.joining import join_chains
from outage.services.outages import end_outage
from outage.services.report import make_report
from tests.browser.conftest import Windows
from tests.browser.every_page import PAGES, Demo, Looker
from tests.browser.join_steps import join_contacts, join_units
from tests.browser.jour_steps import keep_the_jour
from tests.browser.looking import NO_PAGE, looks_at_pages
from tests.browser.steps import follow
from tests.factories import make_entry
from tests.integration.contacts.ugly_files import ugly_workbook
from tests.integration.forms.scanning import scan, strange
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.closing import close, leave_all
from tests.paper.scans_made import coded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), looks_at_pages]

# One to open, one with two numbers, one without any.
PASTED = "19900101-9802 Klara Provdotter 36 år\n19900103-9826 19900104-9833 Åsa Öberg\nTom säng"


def test_pages_before_an_outage(windows: Windows, county: Any, looker: Looker):
    nobody = windows.open()
    looker.look(nobody, "/logga-in/")
    nobody.get_by_label("Användarnamn").fill("alva")
    nobody.get_by_label("Lösenord").fill("fel")
    nobody.get_by_role("button", name="Logga in", exact=True).click()
    expect(nobody.get_by_role("alert")).to_be_visible()
    looker.look(nobody)
    looker.look(nobody, "/engangskod/")
    looker.look(nobody, "/nodinloggning/")
    nurse = windows.open(county.alva)
    looker.look(nurse, "/")
    looker.look(nurse, "/konto/")
    looker.look(nurse, "/driftstopp/anmal/")
    looker.look(nurse, "/checklistor/", starts=False)
    looker.look(nurse, "/rutinen/", starts=False)
    looker.look(nurse, "/kontakter/")
    looker.look(windows.open(county.esa), "/driftstopp/ova/")


def test_laege_and_the_pages_of_a_call(demo: Demo, looker: Looker):
    demo.windows.expect_answer(422)
    nurse = demo.window("alva")
    looker.look(nurse, "/")
    chain = demo.chain("Tolvan")
    reach = nurse.get_by_role("link", name="Nådd").first.get_attribute("href") or ""
    looker.look(nurse, reach)
    nurse.get_by_role("button", name="Spara och nästa").press("Enter")
    expect(nurse.get_by_role("alert")).to_be_visible()
    looker.look(nurse)
    looker.look(nurse, f"/vardkedja/{chain.pk}/samtal/?riktning=received")
    for box in nurse.get_by_role("group", name="Vad sägs?").get_by_role("checkbox").all():
        box.check()
    looker.look(nurse, starts=False)
    nurse.get_by_role("button", name="Spara och nästa").press("Enter")
    expect(nurse.get_by_role("alert")).to_be_visible()
    looker.look(nurse)
    looker.look(nurse, "/samtal/?riktning=given")
    nurse.get_by_role("searchbox").fill("ingen alls")
    nurse.keyboard.press("Enter")
    expect(nurse.get_by_text("Ingen vårdkedja stämmer")).to_be_visible()
    looker.look(nurse, starts=False)
    call = Handover.objects.filter(chain=chain, outcome="reached", direction="given").first()
    assert call is not None
    looker.look(nurse, f"/samtal/{call.pk}/ratta/", starts=False)
    looker.look(nurse, f"/samtal/{call.pk}/aterta/")
    looker.look(nurse, f"/samtal/{call.pk}/flytta/")


def test_the_pages_of_a_care_chain(demo: Demo, looker: Looker):
    demo.windows.expect_answer(422)
    nurse = demo.window("alva")
    looker.look(nurse, "/vardkedjor/", starts=False)
    looker.look(nurse, "/vardkedjor/ny/")
    for place in ("Avdelning", "Kommun", "Hälsocentral eller psykiatrisk öppenvård"):
        nurse.get_by_role("combobox", name=place, exact=True).select_option(label="Annan: skriv vilken")
    looker.look(nurse, starts=False)
    looker.look(nurse, "/vardkedjor/klistra-in/")
    nurse.get_by_label("Avdelningens patienter").fill(PASTED)
    follow(nurse.get_by_role("button", name="Läs listan"))
    looker.look(nurse, starts=False)
    nurse.get_by_role("button", name="Markera alla", exact=True).click()
    nurse.get_by_role("button", name="Öppna vårdkedjor för markerade").click()
    expect(nurse.get_by_role("link", name="Visa de öppnade")).to_be_visible()
    looker.look(nurse, starts=False)
    nurse.get_by_role("link", name="Visa de öppnade").click()
    expect(nurse.get_by_role("heading", name="Öppnade vårdkedjor")).to_be_visible()
    looker.look(nurse, starts=False)
    # A discharge nobody answers, one that is left open, a correction, a withdrawal, protected personal data.
    # Alva opened it herself a moment ago, her colleague is asked why.
    looker.look(demo.window("maja"), f"/vardkedja/{demo.chain('Judit').pk}/")
    for name in ("Tolvan", "Gusten", "Frida", "Doris", "Judit"):
        looker.look(nurse, f"/vardkedja/{demo.chain(name).pk}/", starts=False)
    looker.look(nurse, f"/vardkedja/{demo.chain('Judit').pk}/samtal/?riktning=given")
    looker.look(nurse, f"/vardkedja/{demo.chain('Tolvan').pk}/andra/")
    discharge = CareChainEvent.objects.get(chain=demo.chain("Tolvan"), kind="discharge")
    looker.look(nurse, f"/handelse/{discharge.pk}/ratta/", starts=False)
    looker.look(nurse, f"/handelse/{discharge.pk}/aterta/")
    looker.look(nurse, f"/handelse/{discharge.pk}/oppen-punkt/?till=municipality")
    kept = demo.chain("Frida")
    looker.look(nurse, f"/vardkedja/{kept.pk}/sammanfor/", starts=False)
    acting = demo.acting("alva")
    kept = get_chain(acting, kept.pk)
    facts = kept.details.facts
    opened = open_chain(by=acting, outage=kept.outage, client_id=uuid4(), facts=facts)
    other = get_chain(acting, opened.pk)
    join_chains(by=acting, kept=kept, other=other, client_id=uuid4(), choices={}, same={})
    looker.look(nurse, f"/vardkedja/{kept.pk}/upplos/")
    looker.look(nurse, f"/vardkedja/{kept.pk}/", starts=False)
    elsewhere = demo.window("olle")
    elsewhere.goto("/vardkedjor/")
    elsewhere.get_by_role("searchbox").fill("19121212-1212")
    elsewhere.keyboard.press("Enter")
    follow(elsewhere.get_by_role("button", name="Nödöppna hos Medicinavdelning 2").first)
    looker.look(elsewhere)


def test_the_other_pages_in_an_outage(demo: Demo, looker: Looker):
    demo.windows.expect_answer(404)
    coordinator = demo.window("maja")
    for address in (
        "/driftstopp/anmal/",
        "/driftstopp/andra/",
        "/driftstopp/support/",
        "/driftstopp/avsluta/",
    ):
        looker.look(coordinator, address)
    looker.look(coordinator, "/lagesbild/", starts=False)
    looker.look(coordinator, "/lagesbild/vagg/", starts=False)
    looker.look(coordinator, "/checklistor/", starts=False)
    key = (coordinator.locator("h2 a").first.get_attribute("href") or "").strip("/").split("/")[-1]
    looker.look(coordinator, f"/checklistor/{key}/", starts=False)
    looker.look(coordinator, "/rutinen/", starts=False)
    coordinator.get_by_text("Kommun", exact=True).first.click()
    looker.look(coordinator, starts=False)
    looker.look(coordinator, "/ater-i-drift/", starts=False)
    looker.look(coordinator, "/ater-i-drift/filer/", starts=False)
    looker.look(coordinator, "/overlamning/lamna-over/")
    coordinator.get_by_label("Att tänka på").fill("Karin ringer tillbaka efter 16.")
    coordinator.get_by_role("button", name="Lämna över").click()
    expect(coordinator.get_by_text("Överlämningen är sparad.")).to_be_visible()
    looker.look(coordinator, starts=False)
    taking_over = demo.window("alva")
    looker.look(taking_over, "/overlamning/")
    taking_over.get_by_role("link", name="Visa som det lämnades").click()
    looker.look(taking_over, starts=False)
    sought(coordinator, "växel")
    looker.look(coordinator)
    looker.look(coordinator, "/finns-inte/", starts=False)
    held = hold_form(
        by=demo.acting("maja").membership, path="/driftstopp/andra/", content={"sees": ["Inget svar"]}
    )
    assert held is not None
    looker.look(coordinator, f"/sparat/{held.pk}/")
    pressed = hold_form(by=held.membership, path="/ater-i-drift/kvittera/", content={})
    assert pressed is not None
    looker.look(coordinator, f"/sparat/{pressed.pk}/")
    looker.look(coordinator, "/", starts=False)
    # A person with two assignments chooses one.
    looker.look(demo.window("gun"), "/uppdrag/", starts=False)
    # A unit of a municipality, and somebody who sees no patients.
    looker.look(demo.window("stina"), "/")
    looker.look(demo.window("kommunadmin"), "/", starts=False)


def test_pages_after_an_outage(demo: Demo, looker: Looker):
    coordinator = demo.acting("maja")
    outage = CareChain.objects.all()[0].outage
    end_outage(by=coordinator, outage=outage, ended_at=timezone.now())
    page = demo.windows.open(coordinator)
    looker.look(page, "/ater-i-drift/", starts=False)
    looker.look(page, "/", starts=False)
    looker.look(demo.window("bo"), "/ater-i-drift/", starts=False)
    looker.look(page, f"/vardkedja/{demo.chain('Ivar').pk}/", starts=False)
    finish(make_report(by=coordinator, outage=outage_for(coordinator.principal, outage.pk)))
    looker.look(page, "/rapport/", starts=False)
    looker.look(page, f"/rapport/{outage.pk}/", starts=False)
    looker.look(page, f"/stangning/{outage.pk}/", starts=False)
    looker.look(page, f"/stangning/{outage.pk}/lamna/{coordinator.unit.pk}/")
    leave_all(coordinator, outage)
    close(coordinator, outage)
    looker.look(page, "/vardkedjor/", starts=False)
    looker.look(page, "/driftstopp/ateroppna/")
    make_sheet(coordinator, outage=outage)
    looker.look(page, f"/stangning/{outage.pk}/", starts=False)


def sought(page: Page, text: str) -> None:
    page.goto("/kontakter/")
    page.get_by_role("searchbox").fill(text)
    # What is found as one types gives the page another address, too, and loads no page.
    with page.expect_event("load"):
        page.get_by_role("button", name="Sök").click()


def sought_by_field(page: Page, line: int, text: str) -> None:
    page.goto("/kontakter/avancerad/")
    page.get_by_label(f"Söktext {line}", exact=True).fill(text)
    with page.expect_event("load"):
        page.get_by_role("button", name="Sök").click()


def test_the_pages_of_finding_a_number(demo: Demo, looker: Looker):
    nurse = demo.window("alva")
    sought(nurse, "nordmalig")
    looker.look(nurse)
    nurse.get_by_text("Fler vägar").first.click()
    looker.look(nurse, starts=False)
    looker.look(nurse, f"/kontakter/enhet/{demo.acting('alva').unit.pk}/", starts=False)
    for text in ("atlantis", "biståndshandläggare åsele"):
        sought(nurse, text)
        looker.look(nurse)
    looker.look(nurse, "/kontakter/hamta/")
    looker.look(nurse, "/kontakter/avancerad/")
    for text in ("zzz", "servicedeks", "e"):
        sought_by_field(nurse, 4, text)
        looker.look(nurse)
    nurse.get_by_text("Välj kolumner").click()
    for box in nurse.get_by_role("checkbox").all():
        box.check()
    nurse.get_by_role("button", name="Visa valda kolumner").click()
    nurse.locator("details.all-numbers summary").first.click()
    looker.look(nurse, starts=False)
    demo.windows.expect_answer(422)
    sought_by_field(nurse, 1, "x" * 101)
    looker.look(nurse)


def test_the_pages_of_those_who_keep_contacts(demo: Demo, looker: Looker):
    demo.windows.expect_answer(422)
    keeper = demo.window("regionadmin")
    for page in ("forvalta", "ny", "enheter", "enhet/ny", "huvudvaxel"):
        looker.look(keeper, f"/kontakter/{page}/")
    keeper.goto("/kontakter/ny/")
    keeper.get_by_label("Namn", exact=True).press("Enter")
    expect(keeper.get_by_role("alert")).to_be_visible()
    looker.look(keeper)
    unit = demo.acting("regionadmin").unit
    looker.look(keeper, f"/kontakter/enhet/{unit.pk}/andra/")
    looker.look(keeper, f"/nodkoder/{unit.pk}/", starts=False)
    entry = unit.entries.all()[0]
    looker.look(keeper, f"/kontakter/{entry.pk}/andra/")
    looker.look(keeper, "/kontakter/kontrollera/")
    keeper.get_by_role("button", name="Finns inte").click()
    expect(keeper.get_by_text("är avförd")).to_be_visible()
    looker.look(keeper, "/kontakter/forvalta/?visa=avforda")
    keeper.locator("table.kept th a").first.click()
    expect(keeper.get_by_role("button", name="Ta tillbaka")).to_be_visible()
    looker.look(keeper, starts=False)
    looker.look(demo.window("alva"), f"/kontakter/{entry.pk}/", starts=False)


def test_the_pages_of_people(demo: Demo, looker: Looker, tmp_path: Path):
    demo.windows.expect_answer(422)
    keeper = demo.window("regionadmin")
    for page in ("tva-steg", "personer", "person/ny"):
        looker.look(keeper, f"/kontakter/{page}/")
    keeper.get_by_label("Förnamn").press("Enter")
    expect(keeper.get_by_role("alert")).to_be_visible()
    looker.look(keeper)
    of = demo.acting("alva")
    looker.look(keeper, f"/kontakter/person/{of.user.pk}/", starts=False)
    for page in (f"person/{of.user.pk}/andra", f"person/{of.user.pk}/uppdrag"):
        looker.look(keeper, f"/kontakter/{page}/")
    looker.look(keeper, f"/kontakter/uppdrag/{of.membership.pk}/andra/")
    keeper.goto(f"/kontakter/person/{of.user.pk}/")
    keeper.get_by_role("button", name="Gör en engångskod").click()
    looker.look(keeper)
    for name, row in (("ratt", "nina;Nina;Ek;;;Medicin;Samordnare;x"), ("fel", "x;y;z;a@b;SE1;Q;Chef;")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"Användarnamn;Förnamn;Efternamn;E-post;HSA-id;Enhet;Roll;Titel\n{row}", "utf-8")
        looker.look(keeper, "/kontakter/personer/las-in/")
        keeper.get_by_label("Välj en fil").set_input_files(path)
        keeper.get_by_role("button", name="Visa vad filen ändrar").click()
        keeper.locator("table.rows").wait_for()
        looker.look(keeper)
    looker.look(keeper, f"/kontakter/personer/engangskoder/?person={of.user.pk}", starts=False)


def test_the_pages_of_the_jour(demo: Demo, looker: Looker, tmp_path: Path):
    demo.windows.expect_answer(422)
    keeper, unit = demo.window("regionadmin"), demo.acting("regionadmin").unit
    for _ in keep_the_jour(keeper, unit, tmp_path):
        looker.look(keeper)
    looker.look(keeper, f"/kontakter/enhet/{unit.pk}/", starts=False)
    looker.look(demo.window("alva"), f"/kontakter/enhet/{unit.pk}/jour/", starts=False)


def test_the_pages_of_joining(demo: Demo, looker: Looker):
    acting = demo.acting("regionadmin")
    remarks = ("Sök i regionens telefonkatalog eller ring växeln", "Kopplar till avdelning och interntelefon")
    names = (("Hjälpmedel", "090-785 40 01"), ("Hjelpmedel", "090-785 40 02"))
    kept, other = (
        make_entry(acting.principal, *name, remark=remark, department=f"Avdelningen för {name[0]}")
        for name, remark in zip(names, remarks, strict=True)
    )
    keeper = demo.window("regionadmin")
    for step in join_contacts(keeper, kept, other):
        looker.look(keeper, starts=step not in ("joined", "apart"))
    double = Unit.objects.create(principal=acting.principal, name=f"{acting.unit.name} igen")
    for step in join_units(keeper, acting.unit, double):
        looker.look(keeper, starts=step not in ("joined", "apart"))
    looker.look(keeper, f"/kontakter/enhet/{double.pk}/sammanfor/{acting.unit.pk}/")


def test_no_page_is_left_out():
    ours = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert set().union(*PAGES.values()) == ours - NO_PAGE


def test_the_pages_of_bringing_in_a_file(demo: Demo, looker: Looker, tmp_path: Path):
    keeper = demo.window("kommunadmin")
    own = demo.acting("kommunadmin").principal.name
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"Huvudman;Enhet;Typ;Telefon\n{own};Kosten;annan;0910-00 00 10\n", encoding="utf-8")
    bad.write_text(f"Huvudman;Enhet;Typ\n{own};Kosten;kök\n", encoding="utf-8")
    empty, ugly = tmp_path / "empty.csv", tmp_path / "ugly.xlsx"
    empty.write_text("", encoding="utf-8")
    ugly.write_bytes(ugly_workbook(own))
    for path in (empty, bad, ugly, good):
        looker.look(keeper, "/kontakter/las-in/")
        keeper.get_by_label("Välj en fil").set_input_files(path)
        keeper.get_by_role("button", name="Visa vad filen ändrar").click()
        keeper.locator(".import-result, .work-state [role=alert]").wait_for()
        looker.look(keeper)
    follow(keeper.get_by_role("link", name="Saknas i filen"))
    looker.look(keeper, starts=False)
    keeper.get_by_role("button", name="Läs in 1 ny").click()
    expect(keeper.get_by_text("Inläst")).to_be_visible()
    looker.look(keeper)
    follow(keeper.get_by_role("link", name="Ångra hela inläsningen"))
    looker.look(keeper, starts=False)
    keeper.get_by_role("button", name="Ångra hela inläsningen").click()
    expect(keeper.get_by_text("Ångrad")).to_be_visible()
    looker.look(keeper)
    without_preview = next(upload for upload in DirectoryUpload.objects.all() if not upload.plan)
    looker.look(keeper, f"/kontakter/las-in/{without_preview.pk}/innehall/")
    demo.windows.expect_answer(422)
    keeper.get_by_label("B Namn").first.select_option("Telefon")
    keeper.get_by_role("button", name="Visa vad filen ändrar").click()
    expect(keeper.get_by_role("alert")).to_contain_text("Rätta detta")
    looker.look(keeper)


def test_the_pages_of_the_paper(demo: Demo, looker: Looker):
    make_paper()
    by = demo.acting("alva")
    filled = Sheet.objects.get(unit=by.unit, fates__fate="filled")
    upload = scan(by, coded(filled.serial), strange())
    waiting = upload.scanned_pages.get(finding="unreadable")
    nurse = demo.window("alva")
    looker.look(nurse, "/blad/")
    looker.look(nurse, f"/blad/{filled.serial}/")
    looker.look(nurse, f"/blad/{filled.serial}/for-in/")
    nurse.get_by_label("Patient", exact=True).select_option(index=1)
    nurse.get_by_role("button", name="Lämnat: vi ringde").click()
    expect(nurse.get_by_role("button", name="Spara och nästa rad")).to_be_visible()
    looker.look(nurse)
    looker.look(nurse, "/blad/nya/")
    looker.look(nurse, f"/blad/parti/{filled.batch_id}/", starts=False)
    looker.look(nurse, f"/blad/parti/{filled.batch_id}/makulera/")
    looker.look(nurse, "/blad/skanna/")
    looker.look(nurse, f"/blad/skanning/{upload.pk}/")
    looker.look(nurse, "/blad/vantar/", starts=False)
    looker.look(nurse, f"/blad/sida/{waiting.pk}/")
    looker.look(nurse, "/beredskapsparm/")
    follow(nurse.get_by_role("button", name="Skriv ut pärmen"))
    expect(nurse.get_by_role("button", name="Öppna utskriften")).to_be_visible()
    looker.look(nurse, starts=False)
    looker.look(nurse, "/utskrifter/", starts=False)
    looker.look(nurse, "/blad/kontrollera-fil/")
    looker.look(nurse, "/blad/gallring/", starts=False)
    admin = demo.window("regionadmin")
    looker.look(admin, "/blad/gallring/")
    looker.look(admin, "/blad/", starts=False)
