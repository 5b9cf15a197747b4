"""The jour of a unit kept by hand and by file, step by step."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Unit


def keep_the_jour(keeper: Page, unit: Unit, folder: Path) -> Iterator[None]:
    """Go through the pages of the jour as an administrator of `unit`; stop at each page that is to be looked at."""
    here, today = f"/kontakter/enhet/{unit.pk}/jour/", timezone.localdate()
    keeper.goto(here)
    yield
    keeper.get_by_role("link", name="Lägg till jourpass").click()
    _fill(keeper, "Anna")
    yield
    keeper.get_by_label("Till kl.").press("Enter")
    expect(keeper.get_by_text("Passet är inlagt")).to_be_visible()
    yield
    keeper.goto(f"{here}ny/")
    _fill(keeper, "Bo")
    keeper.get_by_label("Till kl.").press("Enter")
    expect(keeper.get_by_role("group", name="Samma tid finns redan")).to_be_visible()
    yield
    keeper.get_by_role("radio", name="Nej, jag ändrar tiden").check()
    keeper.get_by_role("button", name="Lägg till passet").click()
    expect(keeper.get_by_text("Ändra tiden så att passen inte krockar").first).to_be_visible()
    keeper.get_by_role("radio", name="Ja, spara").check()
    keeper.get_by_role("button", name="Lägg till passet").click()
    expect(keeper.get_by_text("Passet är inlagt: Bo")).to_be_visible()
    keeper.get_by_role("link", name="Ändra").first.click()
    expect(keeper.get_by_role("button", name="Spara ändringen")).to_be_visible()
    yield
    head = "Enhet;Vem;Nummer;Från dag;Från kl;Till dag;Till kl;Varje vecka\n"
    row = f"{unit.name};Cissi;070-174 06 05;{today};0.00;{today + timedelta(days=1)};0.00;"
    for number, content in enumerate((f"{head}{row}kanske\n", f"{head}{row}ja\n")):
        path = folder / f"jour-{number}.csv"
        path.write_text(content, encoding="utf-8")
        keeper.goto("/kontakter/jour/las-in/")
        yield
        keeper.get_by_label("Välj en fil").set_input_files(path)
        keeper.get_by_role("button", name="Visa vad filen lägger in").click()
        expect(keeper.locator(".note").first).to_be_visible()
        yield
    keeper.get_by_role("button", name="Läs in ett jourpass").click()
    expect(keeper.get_by_text("Ett jourpass är inläst.")).to_be_visible()


def _fill(keeper: Page, who: str) -> None:
    today = timezone.localdate()
    keeper.get_by_label("Vem har jour?").fill(who)
    keeper.get_by_label("Nummer", exact=True).fill("070-174 06 05")
    keeper.get_by_role("radio", name="Varje vecka", exact=True).check()
    keeper.get_by_label("Från dag").fill(today.isoformat())
    keeper.get_by_label("Till dag").fill((today + timedelta(days=2)).isoformat())
    for box in ("Från kl.", "Till kl."):
        keeper.get_by_label(box).fill("0.00")
