"""Every page there is, before, during and after an outage: for everyone, on every screen, telling nobody."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import Resolver404, get_resolver, resolve
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.access import Acting, acting_for
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import Membership, User
from outage.models import CareChain, CareChainEvent, Handover
from outage.services.demo.make import make_demo
from outage.services.held_forms import hold_form
from outage.services.outages import end_outage
from tests.browser.conftest import Windows
from tests.browser.looking import faults, focus_ring

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Names of addresses that show no page of ours: an answer to a form, a part of a page, a file, a machine's question.
NO_PAGE = {
    "acknowledge",
    "calls_to_make",
    "chain_sheet",
    "checklist_pdf",
    "checklist_tick",
    "complete_discharge",
    "demo_login",
    "health",
    "logout",
    "mark_task",
    "quick_try",
    "reopen_outage",
}
# The pages each test looks at, by the name of their address; together they are all there are.
PAGES = {
    "test_pages_before_an_outage": {"login", "status", "report_outage", "checklists", "contacts"},
    "test_laege_and_the_pages_of_a_call": {
        "status",
        "chain_call",
        "log_call",
        "correct_call",
        "withdraw_call",
    },
    "test_the_pages_of_a_care_chain": {
        "chains",
        "new_chain",
        "chain",
        "chain_call",
        "edit_chain",
        "correct_event",
        "withdraw_event",
        "leave_open",
    },
    "test_the_other_pages_in_an_outage": {
        "report_outage",
        "change_outage",
        "record_support",
        "end_outage",
        "checklists",
        "checklist",
        "back_registration",
        "contacts",
        "held_form",
        "choose_assignment",
        "status",
    },
    "test_pages_after_an_outage": {"back_registration", "status", "chain"},
}


class Demo:
    """The demo as the people in it see it."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows

    def acting(self, name: str) -> Acting:
        user = User.objects.get(username=f"demo.{name}")
        first = Membership.objects.filter(user=user).order_by("pk")[0]
        acting = acting_for(user, first.pk)
        assert acting is not None
        return acting

    def window(self, name: str) -> Page:
        return self.windows.open(self.acting(name))

    def chain(self, name: str) -> CareChain:
        return CareChain.objects.get(principal__kind="region", details__patient_name__startswith=name)


@pytest.fixture
def demo(windows: Windows, settings: Any) -> Demo:
    settings.DEMO = True
    make_demo(by=None, directory=OWN_FILE.read_bytes())
    return Demo(windows)


class Looker:
    """Goes from page to page and collects what is wrong, so that one run tells of every page."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.names: set[str] = set()

    def look(self, page: Page, address: str = "", *, starts: bool = True) -> None:
        """Look at `address`, or at the page as it stands. `starts`: the first thing to do has the focus."""
        if address:
            page.goto(address)
        name = page.evaluate("location.pathname")
        with contextlib.suppress(Resolver404):
            self.names.add(resolve(name).url_name or "")
        ring = focus_ring(page)
        if starts and ring is None:
            self.found.append(f"{name}: nothing has the focus")
        if (
            starts
            and ring
            and (ring["outlineStyle"] == "none" or float(ring["outlineWidth"].removesuffix("px")) < 2)
        ):
            self.found.append(f"{name}: the focus does not show: {ring}")
        self.found += [f"{name}: {fault}" for fault in faults(page)]


@pytest.fixture
def looker(request: pytest.FixtureRequest) -> Iterator[Looker]:
    collected = Looker()
    yield collected
    assert not collected.found, "\n" + "\n".join(collected.found)
    assert collected.names == PAGES[request.node.originalname]


def test_pages_before_an_outage(windows: Windows, county: Any, looker: Looker):
    nobody = windows.open()
    looker.look(nobody, "/logga-in/")
    nobody.get_by_label("Användarnamn").fill("alva")
    nobody.get_by_label("Lösenord").fill("fel")
    nobody.get_by_role("button", name="Logga in").click()
    expect(nobody.get_by_role("alert")).to_be_visible()
    looker.look(nobody)
    nurse = windows.open(county.alva)
    looker.look(nurse, "/")
    looker.look(nurse, "/driftstopp/anmal/")
    looker.look(nurse, "/checklistor/", starts=False)
    looker.look(nurse, "/kontakter/")


def test_laege_and_the_pages_of_a_call(demo: Demo, looker: Looker):
    demo.windows.expect_answer(422)
    nurse = demo.window("alva")
    looker.look(nurse, "/")
    chain = demo.chain("Tolvan")
    reach = nurse.get_by_role("link", name="Nådd").first.get_attribute("href") or ""
    looker.look(nurse, reach)
    nurse.keyboard.press("Enter")
    expect(nurse.get_by_role("alert")).to_be_visible()
    looker.look(nurse)
    looker.look(nurse, f"/vardkedja/{chain.pk}/samtal/?riktning=received")
    for box in nurse.get_by_role("group", name="Vad sägs?").get_by_role("checkbox").all():
        box.check()
    looker.look(nurse, starts=False)
    looker.look(nurse, "/samtal/?riktning=given")
    nurse.get_by_role("searchbox").fill("ingen alls")
    nurse.keyboard.press("Enter")
    expect(nurse.get_by_text("Ingen vårdkedja stämmer")).to_be_visible()
    looker.look(nurse, starts=False)
    call = Handover.objects.filter(chain=chain, outcome="reached", direction="given").first()
    assert call is not None
    looker.look(nurse, f"/samtal/{call.pk}/ratta/", starts=False)
    looker.look(nurse, f"/samtal/{call.pk}/aterta/")


def test_the_pages_of_a_care_chain(demo: Demo, looker: Looker):
    nurse = demo.window("alva")
    looker.look(nurse, "/vardkedjor/", starts=False)
    looker.look(nurse, "/vardkedjor/ny/")
    # A discharge nobody answers, one that is left open, a correction, a withdrawal, protected personal data.
    for name in ("Tolvan", "Gusten", "Frida", "Doris", "Judit"):
        looker.look(nurse, f"/vardkedja/{demo.chain(name).pk}/", starts=False)
    looker.look(nurse, f"/vardkedja/{demo.chain('Judit').pk}/samtal/?riktning=given")
    looker.look(nurse, f"/vardkedja/{demo.chain('Tolvan').pk}/andra/")
    discharge = CareChainEvent.objects.get(chain=demo.chain("Tolvan"), kind="discharge")
    looker.look(nurse, f"/handelse/{discharge.pk}/ratta/", starts=False)
    looker.look(nurse, f"/handelse/{discharge.pk}/aterta/")
    looker.look(nurse, f"/handelse/{discharge.pk}/oppen-punkt/?till=municipality")


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
    looker.look(coordinator, "/checklistor/", starts=False)
    key = (coordinator.locator("h2 a").first.get_attribute("href") or "").strip("/").split("/")[-1]
    looker.look(coordinator, f"/checklistor/{key}/", starts=False)
    looker.look(coordinator, "/ater-i-drift/", starts=False)
    looker.look(coordinator, "/kontakter/?q=växel")
    looker.look(coordinator, "/finns-inte/", starts=False)
    held = hold_form(by=demo.acting("maja").user, path="/driftstopp/andra/", content={"sees": ["Inget svar"]})
    assert held is not None
    looker.look(coordinator, f"/sparat/{held.pk}/")
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


def test_no_page_is_left_out():
    ours = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert set().union(*PAGES.values()) == ours - NO_PAGE
