"""A server whose clock went ahead and was put right: what was logged meanwhile is told to lie ahead."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain
from outage.presenters.clock import clock_gone_wrong, logged_at
from tests.clock import TUESDAY, Clock
from tests.factories import County, make_event
from tests.integration.outage.pages import read

AHEAD = "ons 25 nov 10.52 (framåt i tiden)"
WRONG = "Serverns klocka har gått fel."
DAY = timedelta(days=1)


@pytest.fixture
def day_ahead(county: County, chain: CareChain, clock: Clock) -> CareChain:
    """Logged while the clock went a day ahead, which it does no longer."""
    clock.shift(DAY)
    told = {"outcome": "reached", "ago": timedelta(0)}
    make_event(county.alva, chain, **told)
    clock.shift(-DAY)
    return chain


def shown(client: Client, path: str) -> str:
    return " ".join(read(client.get(path)).get_text().split())


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(0), "10.52"),
        (-DAY, "mån 23 nov 10.52"),
        (timedelta(minutes=2), "10.54"),
        (timedelta(minutes=3), "10.55 (framåt i tiden)"),
        (DAY, AHEAD),
    ],
)
def test_what_has_been_and_has_not_come_is_marked(ahead: timedelta, said: str):
    assert logged_at(TUESDAY + ahead, TUESDAY) == said


def test_the_pages_mark_it_until_the_clock_is_there(
    county: County, day_ahead: CareChain, client: Client, clock: Clock
):
    client.force_login(county.alva.user)
    pages = [reverse("status"), reverse("chain", args=[day_ahead.pk])]
    for path in pages:
        said = shown(client, path)
        assert f"Underrättad {AHEAD}" in said
        assert f"sedan {AHEAD}" in said
    clock.shift(DAY + timedelta(minutes=1))
    client.force_login(county.alva.user)
    for path in pages:
        assert "framåt i tiden" not in shown(client, path)


def test_the_coordinator_and_whoever_runs_the_server_are_told(
    county: County, day_ahead: CareChain, client: Client, clock: Clock
):
    client.force_login(county.esa.user)
    picture = shown(client, reverse("overview"))
    assert f"{WRONG} 1 enhet har loggat framåt i tiden." in picture
    assert AHEAD in picture
    said = StringIO()
    call_command("tidy", stderr=said)
    assert "skrivet 2026-11-25 10:52, men serverns klocka är 2026-11-24 10:52." in said.getvalue()
    found = [
        each for each in run_checks(tags=["trail"], databases=["default"]) if each.id == "driftstopp.W007"
    ]
    assert [each.msg.strip() for each in found] == [said.getvalue().strip()]
    with override_settings(METRICS_TOKEN="t" * 32):
        metrics = client.get(
            reverse("metrics"), headers={"Authorization": f"Bearer {'t' * 32}"}
        ).content.decode()
    assert 86_000 < float(metrics.split("\ndriftstopp_clock_behind_seconds ")[1].split()[0]) <= 86_400
    clock.shift(DAY)
    assert clock_gone_wrong(timezone.now()) == ""


def test_a_clock_that_is_right_is_not_spoken_of(county: County, chain: CareChain, client: Client):
    make_event(county.alva, chain)
    client.force_login(county.esa.user)
    assert WRONG not in shown(client, reverse("overview"))
    assert clock_gone_wrong(timezone.now()) == ""
    assert not [
        each for each in run_checks(tags=["trail"], databases=["default"]) if each.id == "driftstopp.W007"
    ]
