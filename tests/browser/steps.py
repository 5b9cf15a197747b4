"""What a nurse does and sees, in her words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from outage.rules.wording import clock_time
from tests.factories import PASSWORD
from tests.integration.log_in.steps import code_of
from tests.paper.reading import pages

EMERGENCY_CODE = re.compile(r"(?:[2-9A-Y]{4}-){3}[2-9A-Y]{4}")
SAVED = re.compile(r"Sparat på servern \d\d\.\d\d")


def choose_password(page: Page, username: str, code: str, password: str = PASSWORD) -> None:
    """Log in by a one-time code, which asks for a password."""
    page.goto("/logga-in/")
    page.get_by_role("link", name="Använd en engångskod").first.click()
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Engångskod").fill(code.lower().replace("-", " "))
    page.locator("#id_password1").fill(password)
    page.locator("#id_password2").fill(password)
    page.get_by_role("button", name="Välj lösenordet och logga in").press("Enter")
    expect(page.get_by_text("Ditt lösenord är valt")).to_be_visible()


def expect_logged_in(page: Page, name: str, unit: str) -> None:
    head = page.get_by_role("banner")
    expect(head.get_by_role("link", name=f"Mitt konto: {name}")).to_be_visible()
    expect(head).to_contain_text(f"{unit} ·")


def add_app(page: Page, password: str = PASSWORD) -> None:
    """Add a second step, where the page says that one must."""
    expect(page).to_have_title(re.compile("^Andra steget"))
    follow(page.get_by_role("link", name="Lägg till kodapp"))
    if page.get_by_label("Lösenord").count():
        page.get_by_label("Lösenord").fill(password)
        page.get_by_role("button", name="Fortsätt").press("Enter")
    page.get_by_label("Kod", exact=True).fill(code_of(page.locator("code").inner_text(), later=1))
    page.get_by_role("button", name="Lägg till").press("Enter")
    expect(page.get_by_role("heading", name="Reservkoder")).to_be_visible()


def show_card(page: Page) -> None:
    """The mock's page has one button for who may log in."""
    page.get_by_role("button", name="somebody").click()


def print_emergency_codes(admin: Page, unit: int) -> list[str]:
    admin.goto(f"/kontakter/enhet/{unit}/andra/")
    admin.get_by_role("link", name="Nödkoder: se vem").click()
    (text,) = pages(press_to_print(admin, "Skriv ut ett blad"))
    admin.reload()
    expect(admin.get_by_text("0 av 10 använda")).to_be_visible()
    return EMERGENCY_CODE.findall(text)


def use_emergency_code(page: Page, username: str, code: str) -> None:
    page.get_by_role("link", name="Använd en nödkod").click()
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Nödkod").fill(code.lower().replace("-", " "))
    page.get_by_label("Inloggningstjänsten är nere").check()
    page.get_by_role("button", name="Logga in med nödkoden").press("Enter")
    expect(page.get_by_text("Nödinloggad till")).to_be_visible()


def log_in(page: Page, username: str) -> None:
    """Log in by name and password on the page that asks for them."""
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


@dataclass
class Passkey:
    """A device that a browser makes up, and which its person carries to another computer."""

    session: CDPSession
    name: dict[str, Any]

    @classmethod
    def at(cls, page: Page) -> "Passkey":
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        key = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
        }
        key |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        return cls(session, session.send("WebAuthn.addVirtualAuthenticator", {"options": key}))

    def carry_to(self, page: Page) -> None:
        there = Passkey.at(page)
        for each in self.session.send("WebAuthn.getCredentials", self.name)["credentials"]:
            there.session.send("WebAuthn.addCredential", there.name | {"credential": each})


def add_passkey(page: Page) -> Passkey:
    """Add one, as one who has typed the password just now."""
    key = Passkey.at(page)
    page.goto("/andra-steget/webauthn/add/")
    follow(page.get_by_role("button", name="Lägg till"))
    return key


def go_to_status(page: Page) -> None:
    page.goto("/")


def fill_in_moment(page: Page, label: str, at: datetime) -> None:
    """Type a time and a date in the two boxes under `label`."""
    box = page.get_by_role("group", name=re.compile(f"^{re.escape(label)}"))
    box.get_by_label("kl.").fill(clock_time(at))
    box.get_by_label("den").fill(f"{at:%Y-%m-%d}")


def report_outage(page: Page, began: datetime, scope: str = "Båda huvudmännen") -> None:
    page.get_by_label(scope).check()
    fill_in_moment(page, "När började det?", began)
    page.get_by_role("button", name="Anmäl driftstoppet").click()


def open_chain(page: Page, *, number: str, name: str, before: str = "Nej") -> None:
    """Fill in the page of a new care chain on one's own ward and open it."""
    page.get_by_role("textbox", name=re.compile("^Personnummer")).fill(number)
    page.get_by_label("Patientens namn").fill(name)
    page.get_by_role("combobox", name="Kommun", exact=True).select_option(label="Skellefteå kommun")
    page.get_by_role("combobox", name=re.compile("^Hälsocentral eller")).select_option(
        label="Heimdalls hälsocentral"
    )
    page.get_by_label(before, exact=True).check()
    page.get_by_role("button", name="Öppna vårdkedjan").click()


def follow(way: Locator) -> None:
    """Press what leads to another page, and wait for it: what looks at a page at once would look at the one before."""
    with way.page.expect_navigation(wait_until="domcontentloaded"):
        way.click()


def ready(page: Page, place: Locator) -> Locator:
    """`place` once it is there and the page's scripts have run: a test is quicker than a person."""
    place.wait_for(state="attached")
    page.wait_for_load_state("domcontentloaded")
    return place


def hold_script(page: Page) -> Callable[[], None]:
    """Keep the page's script waiting, as on a slow line, until what is given is called."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    def let_go() -> None:
        # What stands before it on the page may be there before it has been asked for.
        while not waiting:
            page.wait_for_timeout(10)
        waiting[0].continue_()

    page.route("**/app*.js", hold)
    return let_go


def choose_other_end(page: Page, place: str) -> None:
    ready(page, page.get_by_role("radio", name=place)).check()


def tick_message(page: Page, label: str) -> None:
    page.get_by_role("group", name="Vad sägs?").get_by_role("checkbox", name=label).check()


def speak_to(page: Page, name: str, read_back: str = "Upprepat") -> None:
    ready(page, page.get_by_label("Namn på den du talar med")).fill(name)
    page.get_by_role("radio", name=read_back, exact=True).check()


def save_call(page: Page) -> None:
    """Save and be back at Läge with the receipt."""
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)
    expect(page.get_by_role("heading", name=re.compile("^Att ringa nu"))).to_be_visible()


def saved_note(page: Page) -> Locator:
    return page.locator(".note-saved")


def note(page: Page, text: str) -> Locator:
    """The receipt that says `text`."""
    return saved_note(page).filter(has_text=text)


def calls_to_make(page: Page) -> Locator:
    """The rows of Att ringa nu, the most urgent first."""
    return page.get_by_role("region", name=re.compile("^Att ringa nu")).locator("ol > li")


def call_to(page: Page, place: str) -> Locator:
    return calls_to_make(page).filter(has_text=place)


def chain_row(page: Page, patient: str) -> Locator:
    """The patient's row among the care chains of Läge."""
    return (
        page.get_by_role("region", name=re.compile("^Vårdkedjor")).get_by_role("row").filter(has_text=patient)
    )


def go_to_patient(page: Page, patient: str) -> None:
    page.goto("/")
    chain_row(page, patient).get_by_role("link", name=patient).click()
    expect(page.get_by_role("heading", level=1, name=patient)).to_be_visible()


def group(page: Page, title: str) -> Locator:
    """One of the three groups of what to enter."""
    return page.get_by_role("region", name=re.compile(rf"^{title} \("))


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def is_dirty(page: Page) -> bool:
    """Whether the page says that something is not saved yet."""
    return page.locator("#save-state").inner_text() == "Inte sparat än"


def press_to_print(page: Page, name: str | re.Pattern[str]) -> bytes:
    """The PDF that the button of that name opens in a new tab, requested as its form requests it; of long work, that
    which its page then has.
    """
    button = ready(page, page.get_by_role("button", name=name).first)
    form = button.locator("xpath=ancestor::form")
    fields = {
        box.get_attribute("name") or "": box.input_value() for box in form.locator("input[type=hidden]").all()
    }
    address = button.get_attribute("formaction") or form.get_attribute("action") or ""
    answer = page.request.post(address, form=fields, headers={"Referer": page.url})
    assert answer.status == 200
    if "/utskrifter/" in answer.url:
        answer = page.request.post(f"{answer.url}fil", form=fields, headers={"Referer": answer.url})
        assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()
