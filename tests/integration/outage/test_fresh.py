"""The answer that keeps an open Läge true: nothing where nothing has happened, and what has happened at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain, Outage
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.services.events import withdraw_event
from outage.services.outages import record_support_contact
from tests.factories import County, make_chain, make_event, tell
from tests.integration.outage.pages import read

pytestmark = pytest.mark.django_db


def asked(client: Client, version: str = "") -> Any:
    headers = {"x-shown": version} if version else {}
    return client.get(reverse("calls_to_make"), headers=headers)


def version_of(answer: Any) -> str:
    """What a page says that it is, and until when."""
    return str(read(answer).find(id="status")["data-version"])


def test_nothing_is_sent_until_something_has_happened_or_what_is_shown_is_over(
    county: County, chain: CareChain, client: Client, clock: Any
):
    # Past the moment from which the outage is a long one.
    clock.shift(timedelta(minutes=3))
    event = make_event(county.alva, chain)
    client.force_login(county.alva.user)
    first = asked(client)
    assert first.status_code == 200
    version = version_of(first)
    client.get(reverse("chain", args=[chain.pk]))
    assert asked(client, version).status_code == 204
    tell(county.esa, chain, event)
    second = asked(client, version)
    assert second.status_code == 200
    assert "Ringd av Esa Påhittad 10.55" in read(second).find(id="told").get_text()
    assert asked(client, version_of(second)).status_code == 204
    clock.shift(timedelta(minutes=1))
    same = asked(client, version_of(second))
    assert (same.status_code, same.headers["X-Shown-At"]) == (204, "10.56")
    clock.shift(timedelta(minutes=30))
    later = Client()
    later.force_login(county.alva.user)
    assert asked(later, version_of(second)).status_code == 200


def test_another_principals_patient_changes_nothing_but_what_all_may_see_does(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.alva.user)
    version = version_of(asked(client))
    theirs = make_chain(county, outage, county.cissi)
    assert asked(client, version).status_code == 204
    assert theirs.principal == county.municipality
    record_support_contact(by=county.cissi, outage=outage, client_id=uuid4(), at=timezone.now())
    assert asked(client, version).status_code == 200


def test_another_person_does_not_get_what_was_answered_to_the_first(
    county: County, outage: Outage, client: Client
):
    client.force_login(county.alva.user)
    version = version_of(asked(client))
    client.force_login(county.esa.user)
    assert asked(client, version).status_code == 200


def text_of_calls(client: Client) -> str:
    return " ".join(read(client.get(reverse("status"))).find(id="calls").get_text().split())


def test_an_empty_list_says_why(county: County, outage: Outage, client: Client):
    client.force_login(county.alva.user)
    assert "Inget loggat än." in text_of_calls(client)
    chain = make_chain(county, outage)
    assert "Inget loggat än." in text_of_calls(client)
    mistake = make_event(county.alva, chain)
    withdraw_event(by=county.alva, event=mistake, client_id=uuid4(), reason="Fel.")
    # It was logged, and is taken back.
    assert "Inget att ringa nu. Er enhet har inte underrättat någon." in text_of_calls(client)
    event = make_event(county.alva, chain)
    for to in ("municipality", "outpatient"):
        tell(county.alva, chain, event, to=to)
    assert "Inget att ringa. Alla som ni ska underrätta är underrättade." in text_of_calls(client)
    assert read(client.get(reverse("status"))).select("#calls .empty-good .icon")


@pytest.mark.parametrize("theirs", [Direction.RECEIVED, Direction.GIVEN])
def test_it_is_not_green_where_the_own_unit_has_told_nobody(
    county: County, outage: Outage, client: Client, theirs: Direction
):
    """Disa has received a call herself, or the ward has told all: she has rung nobody."""
    chain = make_chain(county, outage)
    if theirs is Direction.RECEIVED:
        make_event(
            county.disa, chain, "discharge", to="inpatient", outcome=CallOutcome.REACHED, direction=theirs
        )
    else:
        event = make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
        tell(county.alva, chain, event, to="outpatient")
    client.force_login(county.disa.user)
    told_nobody = "Inget att ringa nu. Er enhet har inte underrättat någon."
    # Of the discharge that Disa was told of, others are not told yet.
    left = "Inget att ringa för er enhet. Ska ringa: Medicin 2."
    said = {
        reverse("status"): told_nobody,
        reverse("chain", args=[chain.pk]): left if theirs is Direction.RECEIVED else told_nobody,
    }
    for name, sentence in said.items():
        page = read(client.get(name))
        assert sentence in " ".join(page.main.get_text().split())
        assert not page.select(".empty-good"), name


def test_nothing_is_green_where_nobody_was_told(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage)
    client.force_login(county.alva.user)
    for name in (reverse("status"), reverse("chains"), reverse("chain", args=[chain.pk])):
        page = read(client.get(name))
        assert not page.select(".state-informed, .empty-good, .tag-done"), name
    row = read(client.get(reverse("status"))).find(id=f"kedja-{chain.pk}")
    assert [cell.get_text(strip=True) for cell in row.find_all("td")] == [
        "Egen enhet",
        "Inget att meddela",
        "Inget att meddela",
    ]


def test_no_sheets_printed_is_another_thing_than_all_accounted_for(county: County, client: Client):
    client.force_login(county.alva.user)
    assert "Inga blad är utskrivna än." in read(client.get(reverse("sheets"))).get_text()
