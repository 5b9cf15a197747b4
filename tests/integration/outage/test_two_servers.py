"""Two servers with clocks that differ by seconds: no shift misses what the other server logged around the hand-over."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, ShiftHandover
from outage.services.shift import take_over_shift
from tests.clock import Clock
from tests.factories import County, make_event, tell
from tests.integration.outage.pages import read
from tests.integration.outage.shifting import hand_over

OFF = [timedelta(seconds=seconds) for seconds in (-20, 20)]


@pytest.mark.parametrize("off", OFF)
def test_each_call_is_told_of_by_exactly_one_shift(
    county: County, chain: CareChain, client: Client, clock: Clock, off: timedelta
):
    event = make_event(county.alva, chain, "admission")
    clock.shift(timedelta(minutes=10))

    def by_the_other(unit: str, to: Party) -> None:
        clock.shift(off)
        tell(county.alva, chain, event, to=to, spoken_to_unit=unit, at=timezone.now() - timedelta(minutes=5))
        clock.shift(-off)

    by_the_other("Förut", Party.MUNICIPALITY)
    clock.shift(timedelta(seconds=1))
    made = hand_over(county.alva)
    clock.shift(timedelta(seconds=1))
    by_the_other("Efteråt", Party.OUTPATIENT)
    take_over_shift(by=county.esa, handover=made)
    client.force_login(county.esa.user)
    for address, told, not_told in (
        (reverse("shift"), "Efteråt", "Förut"),
        (reverse("shift_handover", args=[made.pk]), "Förut", "Efteråt"),
    ):
        said = read(client.get(address)).main.get_text(" ")
        assert told in said, address
        assert not_told not in said, address


def test_a_hand_over_of_before_has_times_alone(
    county: County, chain: CareChain, client: Client, clock: Clock
):
    event = make_event(county.alva, chain, "admission")
    clock.shift(timedelta(minutes=10))
    made = hand_over(county.alva)
    row = ShiftHandover(
        outage=made.outage,
        left={k: v for k, v in made.left.items() if k != "logged"},
        user=made.user,
        unit=made.unit,
    )
    row.save()
    take_over_shift(by=county.esa, handover=row)
    clock.shift(timedelta(seconds=5))
    tell(county.alva, chain, event, spoken_to_unit="Efteråt")
    client.force_login(county.esa.user)
    assert "Efteråt" in read(client.get(reverse("shift"))).main.get_text(" ")
