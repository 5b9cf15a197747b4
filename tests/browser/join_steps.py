"""An administrator joins two contacts and two units, and takes them apart, page by page."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from contacts.models import DirectoryEntry, Unit


def join_contacts(page: Page, kept: DirectoryEntry, other: DirectoryEntry) -> Iterator[str]:
    """Stops, by its name, at each page on the way from the contact's own page to the other's coming back."""
    page.goto(f"/kontakter/{kept.pk}/")
    page.get_by_role("link", name="Samma som en annan kontakt? Sammanför").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sammanför {kept.name}")
    yield "choose"
    page.get_by_role("link", name=other.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sammanför {other.name} med {kept.name}")
    yield "both"
    page.get_by_role("button", name="Sammanför").click()
    expect(page.get_by_text(f"Sammanfört. Allt står nu hos {kept.name}.")).to_be_visible()
    yield "joined"
    page.goto(f"/kontakter/{other.pk}/")
    expect(page.get_by_text(f"{other.name} är sammanförd med {kept.name}, som visas här.")).to_be_visible()
    page.get_by_role("link", name=f"Upplös sammanföringen med {other.name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Upplös sammanföringen med {other.name}")
    yield "undo"
    page.get_by_role("button", name="Upplös").click()
    expect(page.get_by_text(f"Upplöst. {other.name} står åter för sig.")).to_be_visible()
    yield "apart"


def join_units(page: Page, kept: Unit, other: Unit) -> Iterator[str]:
    """The same of units."""
    page.goto(f"/kontakter/enhet/{kept.pk}/andra/")
    page.get_by_role("link", name="Samma som en annan enhet? Sammanför").click()
    yield "choose"
    page.get_by_role("link", name=other.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Sammanför {other.name} med {kept.name}")
    yield "both"
    page.get_by_role("button", name="Sammanför").click()
    expect(page.get_by_text(f"Sammanfört. Allt står nu hos {kept.name}.")).to_be_visible()
    yield "joined"
    page.get_by_role("link", name=f"Upplös sammanföringen med {other.name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Upplös sammanföringen med {other.name}")
    yield "undo"
    page.get_by_role("button", name="Upplös").click()
    expect(page.get_by_text(f"Upplöst. {other.name} är en enhet för sig igen.")).to_be_visible()
    yield "apart"
