"""What somebody has typed and not saved holds up the closing, and stands at *Åter i drift*; never what, or of whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import RuleError
from contacts.rules.permissions import Role
from outage.models import CareChain, HeldForm, Outage
from outage.queries.held_forms import unsaved_about
from outage.rules.closing import Holds
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, person
from tests.integration.outage.closing import as_seen, close, is_closed, kinds, leave, leave_all
from tests.integration.outage.holding import TYPED, mark_of
from tests.integration.outage.pages import Fields, read

UNSAVED = "Inte sparat hos Alva Påhittad"


@pytest.fixture
def half_written(county: County, outage: Outage, chain: CareChain) -> HeldForm:
    """Alva's call, which came in after her log-in had lapsed; the outage has ended."""
    Client().post(reverse("chain_call", args=[chain.pk]), _sent(county) | TYPED)
    end_for_all(county, outage, timezone.now())
    return HeldForm.objects.get()


def _sent(county: County) -> Fields:
    return {"typed_by": [mark_of(county.alva)], "client_id": [str(uuid4())]}


def text(client: Client, county: County, by: str, name: str, *args: object) -> str:
    client.force_login(getattr(county, by).user)
    return " ".join(read(client.get(reverse(name, args=args))).main.get_text(" ").split())


def test_it_is_told_to_the_unit_and_to_who_closes_without_whom_it_is_about(
    county: County, outage: Outage, half_written: HeldForm, client: Client
):
    back = text(client, county, "alva", "back_registration")
    assert f"{UNSAVED}: 1, äldst 10.52" in back
    closing = text(client, county, "esa", "closing", outage.pk)
    assert f"{UNSAVED}, Medicin 2: 1, äldst 10.52" in closing
    assert "Det går inte att stänga än." in closing
    for page in (back, closing):
        assert TYPED["spoken_to"] not in page
    # To another unit, and to another principal, nothing is told.
    assert "Påhittad: 1, äldst" not in text(client, county, "disa", "back_registration")
    client.force_login(person("cilla", county.social_care, Role.COORDINATOR).user)
    assert UNSAVED not in read(client.get(reverse("closing", args=[outage.pk]))).main.get_text(" ")
    assert Holds.UNSAVED not in {what for _, what in kinds(county.cissi, outage)}


def test_it_holds_the_closing_up_until_it_is_saved_left_open_or_gone(
    county: County, outage: Outage, half_written: HeldForm, client: Client, clock
):
    assert kinds(county.esa, outage)[county.ward.pk, Holds.UNSAVED] == 1
    with pytest.raises(RuleError, match="skrivet men inte sparat: 1"):
        close(county.esa, outage)
    assert HeldForm.objects.exists()
    row = leave(county.esa, outage, county.ward, Holds.UNSAVED)
    assert row.keys == [f"unsaved:{half_written.pk}"]
    assert (county.ward.pk, Holds.UNSAVED) not in kinds(county.esa, outage)
    leave_all(county.esa, outage)
    close(county.esa, outage)
    assert is_closed(county.esa, outage)
    clock.shift(timedelta(hours=12, minutes=1))
    assert UNSAVED not in text(client, county, "esa", "closing", outage.pk)


def test_an_open_page_is_another_once_it_is_gone(
    county: County, outage: Outage, half_written: HeldForm, client: Client, clock
):
    client.force_login(county.esa.user)
    shown = read(client.get(reverse("closing", args=[outage.pk]))).find(id="status")["data-version"]
    now = reverse("closing_now", args=[outage.pk])
    assert client.get(now, headers={"X-Shown": shown}).status_code == 204
    client.force_login(county.alva.user)
    client.post(reverse("throw_away_held", args=[half_written.pk]))
    client.force_login(county.esa.user)
    assert client.get(now, headers={"X-Shown": shown}).status_code == 200


@pytest.mark.parametrize(
    ("name", "kwargs", "fields", "counts"),
    [
        ("chain_call", ["chain"], {}, True),
        ("quick_try", ["chain"], {"outcome": ["busy"]}, True),
        ("correct_event", ["event"], {}, True),
        ("new_chain", [], {}, True),
        ("enter_sheet", ["0000-0000"], {}, True),
        ("scan", [], {}, False),
        ("chain_sheet", ["chain"], {}, False),
        ("hand_over_shift", [], {}, False),
        ("close_outage", ["outage"], {}, False),
        ("contact_new", [], {}, False),
    ],
)
def test_only_what_a_log_may_lack_counts(
    county: County,
    outage: Outage,
    chain: CareChain,
    name: str,
    kwargs: list[str],
    fields: Fields,
    counts: bool,
):
    ids = {"chain": chain.pk, "event": make_event(county.alva, chain).pk, "outage": outage.pk}
    path = reverse(name, args=[ids.get(one, one) for one in kwargs])
    Client().post(path, _sent(county) | fields)
    assert HeldForm.objects.count() == 1
    assert len(unsaved_about(county.region, as_seen(county.alva, outage))) == counts


def test_it_is_counted_for_the_outage_that_it_is_about(
    county: County, outage: Outage, half_written: HeldForm
):
    later = make_outage(county.alva)
    other = make_chain(county, later)
    Client().post(reverse("new_chain"), _sent(county))
    Client().post(reverse("chain_call", args=[other.pk]), _sent(county))
    of_first = unsaved_about(county.region, as_seen(county.alva, outage))
    assert of_first == [half_written]
    assert len(unsaved_about(county.region, as_seen(county.alva, later))) == 2
    assert unsaved_about(county.region, as_seen(county.alva, later), [county.health_centre.pk]) == []


def test_what_was_saved_though_its_answer_was_lost_holds_nothing_up(
    county: County, outage: Outage, address: str, half_filled: Fields, client: Client
):
    client.force_login(county.alva.user)
    assert client.post(address, half_filled).status_code == 302
    Client().post(address, half_filled | {"comment": ["Mer"]})
    assert HeldForm.objects.exists()
    assert unsaved_about(county.region, as_seen(county.alva, outage)) == []
