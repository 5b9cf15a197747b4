"""A figure of a report is as old as the report: wherever it stands it says when it was counted."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import log_of
from outage.queries.report import add_chain
from outage.rules.report import Logged
from outage.services.events import withdraw_event
from outage.services.taken_back import undo_withdrawal
from tests.clock import Clock
from tests.factories import County, make_event
from tests.integration.outage.pages import read
from tests.integration.outage.test_report import ended, made
from tests.integration.outage.ticking import correct


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


def test_what_was_taken_back_by_mistake_counts_as_neither_taken_back_nor_corrected(
    county: County, outage: Outage, chain: CareChain
):
    def counted() -> tuple[int, int]:
        logged = Logged(chains=1)
        add_chain(logged, get_chain(county.alva, chain.pk), log_of(chain.pk))
        return logged.withdrawn["events"], logged.corrected["events"]

    event = make_event(county.alva, chain)
    row = withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel rad.")
    assert counted() == (1, 0)
    row = get_event(county.alva, row.pk)
    now = undo_withdrawal(by=county.alva, event=row, client_id=uuid4(), reason="Fel knapp.")
    assert counted() == (0, 0)
    correct(county.alva, get_chain(county.alva, chain.pk), get_event(county.alva, now.pk), comment="Mer.")
    assert counted() == (0, 1)
