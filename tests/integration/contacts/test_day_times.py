"""A day with several times, from the form to the pages and back."""

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry
from contacts.rules.hours import Span

from .keeping import form_at, sent
from .test_keeping_form import added, refused

pytestmark = pytest.mark.django_db


def test_a_day_has_several_times_and_keeps_them_through_the_form(client: Client, county):
    entry = added(
        client,
        county,
        availability="own_hours",
        day_0_from="8",
        day_0_to="12",
        day_0_from_2="13",
        day_0_to_2="16",
        day_4_from="8",
        day_4_to="12",
    )
    monday = Span(time(8), time(12), Span(time(13), time(16)))
    assert entry.hours.days == (monday, None, None, None, Span(time(8), time(12)), None, None, None)
    fields = form_at(client, county.mala_admin, "contact_edit", entry.pk)
    assert (fields["day_0_from_2"], fields["day_0_to_2"]) == (["13.00"], ["16.00"])
    assert sent(client, fields, "contact_edit", entry.pk, owner=["Lisa"]).status_code == 302
    assert DirectoryEntry.objects.get(pk=entry.pk).hours == entry.hours
    told = client.get(reverse("contact", args=[entry.pk])).text
    assert "mån 08.00–12.00 och 13.00–16.00, fre 08.00–12.00" in told


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day_0_from_2": "13"}, "Måndag igen till: Ange både från och till."),
        ({"day_0_from_2": "11", "day_0_to_2": "16"}, "Måndag från: Ange dagens tider i ordning"),
        ({"day_0_from_2": "13", "day_0_to_2": "12.30"}, None),
    ],
)
def test_the_times_of_a_day_stand_in_order(client: Client, county, typed, sentence):
    typed = {"availability": "own_hours", "day_0_from": "8", "day_0_to": "12"} | typed
    if sentence is None:
        # It runs on to the next morning.
        assert added(client, county, **typed).hours.days[0].then == Span(time(13), time(12, 30))
    else:
        assert sentence in refused(client, county, **typed)
