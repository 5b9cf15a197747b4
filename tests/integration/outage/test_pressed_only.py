"""Who opens the address of a button, from the history or by a link, gets a page with a way on."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import County
from tests.integration.outage.pages import read

BUTTONS = [("quick_try", [uuid4()]), ("acknowledge", []), ("lock", []), ("complete_discharge", [uuid4()])]


@pytest.mark.parametrize(("name", "args"), BUTTONS)
def test_it_is_said_in_the_usual_frame_with_a_way_to_lage(
    county: County, client: Client, name: str, args: list
):
    client.force_login(county.alva.user)
    answer = client.get(reverse(name, args=args))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    page = read(answer)
    assert "bara som ett tryck på en knapp" in page.main.get_text()
    assert page.main.find("a", string="Gå till Läge")["href"] == reverse("status")
    assert page.find("header") is not None


def test_who_is_not_logged_in_is_led_to_the_log_in(db: None, client: Client):
    answer = client.get(reverse("lock"))
    assert answer.status_code == 405
    assert read(answer).main.find("a", string="Logga in")["href"] == reverse("account_login")


def test_what_no_person_asks_is_answered_as_before(county: County, client: Client):
    client.force_login(county.alva.user)
    for ask in (client.head, client.put):
        answer = ask(reverse("lock"))
        assert (answer.status_code, answer.content) == (405, b"")
