"""How long a log-in stays unlocked: from what a person does, not from a page that refreshes itself."""

from datetime import timedelta

from django.conf import settings
from django.test import Client

from outage.models import CareChain
from tests.factories import County

LASTS = timedelta(seconds=settings.LOCK_SECONDS)
REFRESH = {"HX-Request": "true", "HX-Trigger": "calls"}


def logged_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_who_works_on_stays_logged_in(county: County, chain: CareChain, client: Client, clock):
    client.force_login(county.alva.user)
    for _ in range(4):
        clock.shift(LASTS * 0.7)
        assert logged_in(client)


def test_who_leaves_is_locked_out(county: County, chain: CareChain, client: Client, clock):
    client.force_login(county.alva.user)
    assert logged_in(client)
    clock.shift(LASTS + timedelta(minutes=1))
    assert not logged_in(client)


def test_a_page_that_refreshes_itself_keeps_nobody_logged_in(
    county: County, chain: CareChain, client: Client, clock
):
    client.force_login(county.alva.user)
    assert logged_in(client)
    clock.shift(LASTS * 0.7)
    assert client.get("/att-ringa/", headers=REFRESH).status_code == 200
    clock.shift(LASTS * 0.7)
    assert not logged_in(client)


def test_a_lapsed_refresh_gets_no_log_in_page_to_put_in_the_list(
    county: County, chain: CareChain, client: Client
):
    assert client.get("/att-ringa/", headers=REFRESH).status_code == 401
