"""A figure of a report is as old as the report: wherever it stands it says when it was counted."""

from datetime import timedelta
from io import BytesIO

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from outage.models import CareChain, Outage
from tests.clock import Clock
from tests.factories import County, make_event
from tests.integration.outage.pages import read
from tests.integration.outage.test_report import ended, made


def about(client: Client, outage: Outage) -> list[str]:
    book = load_workbook(BytesIO(client.get(reverse("report_file", args=[outage.pk])).content))
    return [row[0] for row in book["Om rapporten"].iter_rows(values_only=True)]


def test_it_says_when_it_was_made_and_that_the_log_has_changed(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    ended(county, outage)
    made(county.esa, outage)
    client.force_login(county.esa.user)
    said = "gjord tis 24 nov 2026 10.52"
    assert about(client, outage) == [f"Rapporten är {said}."]
    assert said in " ".join(read(client.get(reverse("reports"))).main.table.text.split())
    clock.shift(timedelta(minutes=5))
    make_event(county.alva, chain, "discharge", ago=timedelta(hours=1))
    assert about(client, outage) == [
        f"Rapporten är {said}.", "Loggen har ändrats sedan dess. Gör rapporten på nytt."
    ]  # fmt: skip
    assert said in " ".join(read(client.get(reverse("reports"))).main.table.text.split())
