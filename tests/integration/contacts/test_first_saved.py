"""A form that is sent again with something else says what differs from what it saved, and leads to where that is put
right.
"""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry, Membership, RotaTurn
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_two_editors import differences

from .conftest import County
from .keeping import form_at, sent
from .test_keeping_form import new_contact
from .test_rota import filled

pytestmark = pytest.mark.django_db


def sent_again(client: Client, path: str, first: Any, then: Any) -> BeautifulSoup:
    """Return the page that says what differs."""
    assert client.post(path, first).status_code == 302
    answer = client.post(path, then)
    assert answer.status_code == 409
    return read(answer)


def corrected(client: Client, page: BeautifulSoup, address: str) -> None:
    """Press the button that leads to where the first is corrected, and save there."""
    assert page.main.find("button", string="Rätta det som sparades")["formaction"] == address
    shown = read(client.post(address, fields_of(form_of(page, method="post")) | {"first": ["1"]}))
    assert client.post(address, fields_of(form_of(shown, method="post"))).status_code == 302


def test_a_contact(client: Client, county: County):
    client.force_login(county.mala_admin.user)
    fields, before = new_contact(number_0="0953-140 01"), DirectoryEntry.objects.count()
    page = sent_again(client, reverse("contact_new"), fields, fields | {"name": ["Hjälpmedel Malå"]})
    assert differences(page)["Namn"] == ("Hjälpmedel", "Hjälpmedel Malå")
    made = DirectoryEntry.objects.latest("pk")
    corrected(client, page, reverse("contact_edit", args=[made.pk]))
    made.refresh_from_db()
    assert (made.name, DirectoryEntry.objects.count()) == ("Hjälpmedel Malå", before + 1)


def test_a_turn(client: Client, county: County):
    fields = filled(form_at(client, county.region_admin, "turn_new", county.ward.pk))
    path = reverse("turn_new", args=[county.ward.pk])
    page = sent_again(client, path, fields, fields | {"who": ["Bo Ek"]})
    assert differences(page) == {"Vem har jour?": ("Anna Ek", "Bo Ek")}
    made = RotaTurn.objects.get()
    corrected(client, page, reverse("turn_edit", args=[made.pk]))
    assert [(row.who, row.replaces) for row in RotaTurn.objects.order_by("order")] == [
        ("Anna Ek", None),
        ("Bo Ek", made),
    ]


def test_an_assignment_says_what_differs_and_may_be_another_one(client: Client, county: County):
    person = county.alva.user
    fields = form_at(client, county.region_admin, "assignment_new", person.pk)
    fields |= {"unit": [str(county.health_centre.pk)], "role": ["staff"], "title": ["sjuksköterska"]}
    path = reverse("assignment_new", args=[person.pk])
    page = sent_again(client, path, fields, fields | {"title": ["distriktssköterska"]})
    assert differences(page) == {"Titel": ("sjuksköterska", "distriktssköterska")}
    assert page.main.find("button", string="Rätta det som sparades") is None
    again = sent(client, fields_of(form_of(page, method="post")), "assignment_new", person.pk)
    assert "Personen har redan uppdraget." in read(again).main.get_text()
    assert Membership.objects.get(user=person, unit=county.health_centre).title == "sjuksköterska"
