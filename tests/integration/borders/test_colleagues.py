"""What a page keeps for all of a unit and role has nothing in it of the one person it was made for."""

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from contacts import page_versions
from contacts.page_versions import forget_pages, parts_kept
from contacts.rules.permissions import Role
from outage.services.registrations import turn_task
from outage.services.shift import hand_over_shift
from tests.factories import person
from tests.integration.borders import log
from tests.integration.borders.filled import PATTERNS, Stage
from tests.integration.borders.test_versions import first_that_differs, take_what_is_new_each_time, window
from tests.integration.every_html import told_alike

pytestmark = pytest.mark.django_db
# Each of them keeps something, or asks what another has kept.
KEEPING = {
    *("status", "calls_to_make", "back_registration", "back_now", "chain", "chain_call", "shift"),
    *("hand_over_shift", "overview", "overview_now", "overview_wall", "chains", "closing", "closing_now"),
}


def whole(client: Client, path: str) -> str:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    take_what_is_new_each_time(page)
    # It counts down.
    for session in page.select("[data-left]"):
        del session["data-left"]
    return told_alike(str(page))


def addresses(stage: Stage) -> list[str]:
    found = [path for name in PATTERNS if name in KEEPING for path in stage.addresses(name)]
    tasks = f"driftstopp={stage.over.pk}"
    found += [f"{reverse(name)}?{tasks}" for name in ("back_registration", "back_now")]
    return [*found, f"{reverse('chain_call', args=[stage.chain])}?riktning=received"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.COORDINATOR])
def test_a_colleague_who_looks_after_one_sees_what_is_seen_alone(role: Role):
    stage = Stage()
    one = stage.county.alva if role is Role.STAFF else stage.county.esa
    other = person("bea", one.unit, role)
    done = log.turn(stage, one) | {"client_id": uuid4(), "holder": one.user.pk}
    turn_task(by=one, **done)
    hand_over_shift(by=one, outage=stage.outage, client_id=uuid4())
    kept, wrong = 0, []
    for path in addresses(stage):
        alone, after = window(other), window(one)
        after.get(path)
        kept += bool(page_versions.pages_kept or parts_kept)
        after.force_login(other.user)
        seen_after = whole(after, path)
        forget_pages()
        if (seen_alone := whole(alone, path)) != seen_after:
            wrong.append(f"{path}: {first_that_differs(seen_alone, seen_after)}")
    assert wrong == []
    assert kept > 10
