"""Logga samtal where no script runs: all that is said of one receiver or another is seen at once."""

from datetime import datetime

from django.test import Client
from django.urls import reverse

from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from outage.models import CareChain, Handover
from outage.rules.wording import STOCKHOLM
from tests.clock import Clock
from tests.factories import County, make_entry
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_call_pages import REACHED, opened, send

NIGHT = datetime(2026, 11, 28, 19, tzinfo=STOCKHOLM)


def test_what_holds_of_one_receiver_says_of_which(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    make_entry(
        county.municipality,
        "Hemsjukvården natt",
        "0980-319 231",
        kind=EntryKind.HOME_NURSING,
        availability=Availability.EVENING_WEEKEND,
    )
    clock.move_to(NIGHT)
    client.force_login(county.alva.user)
    page = read(client.get(reverse("chain_call", args=[chain.pk])))
    said = [
        " ".join(part.get_text(" ").split())
        for part in page.main.find_all(attrs={"data-shown-when": True})
        if part["data-shown-when"].startswith("recipient=")
    ]
    assert any("förmedlar. Välj Förmedlat" in text for text in said)
    places = "Skellefteå kommun", "Heimdalls hälsocentral"
    assert all(text.removeprefix("Ringer du ").startswith(places) for text in said), said


def test_a_unit_left_empty_is_filled_in_to_be_read_before_it_is_saved(
    county: County, chain: CareChain, client: Client
):
    answer = send(client, chain, opened(client, county, chain), **REACHED | {"spoken_to_unit": ""})
    assert answer.status_code == 422
    again = fields_of(form_of(read(answer), method="post"))
    assert again["spoken_to_unit"] == ["Skellefteå kommun"]
    assert "Nu står Skellefteå kommun: läs den" in read(answer).main.get_text(" ")
    assert not Handover.objects.exists()
    assert send(client, chain, again).status_code == 302
    assert Handover.objects.get().spoken_to_unit == "Skellefteå kommun"
