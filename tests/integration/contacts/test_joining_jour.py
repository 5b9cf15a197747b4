"""The jour of two units that are joined, and taken apart: whoever was written last has it, and one person at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Unit
from contacts.queries.ringing import numbers_for_many, request_for_unit
from contacts.queries.rota import standing_turns
from contacts.rules.errors import Answers
from contacts.rules.rota import Turn
from contacts.services.rota import add_turn, withdraw_turn
from tests.clock import Clock
from tests.factories import County, same_id
from tests.integration.contacts.test_joining_units import join, other, tomorrow, turn, undo

__all__ = ["other"]
pytestmark = pytest.mark.django_db


def says(county: County, unit: Unit, number: int, of: Turn) -> None:
    add_turn(by=county.region_admin, unit=unit, client_id=same_id(number), turn=of, answers=Answers({}, {}))


def rung(unit: Unit) -> str:
    wanted = request_for_unit(unit)
    found = numbers_for_many([wanted], timezone.make_aware(tomorrow(9)))[wanted]
    return found[0].number if found else ""


ANNA, BO = "090-785 10 21", "090-785 10 20"


@pytest.mark.parametrize("kept_last", [True, False])
@pytest.mark.parametrize("weekly", [True, False])
def test_the_turn_that_was_written_last_holds_whichever_unit_it_was_of(
    county: County, other: Unit, clock: Clock, weekly: bool, kept_last: bool
):
    turns = [(county.ward, turn("Anna", ANNA)), (other, turn("Bo", BO))]
    for number, (unit, of) in enumerate(turns if not kept_last else turns[::-1], start=60):
        says(county, unit, number, replace(of, weekly=weekly))
        clock.shift(timedelta(minutes=1))
    join(county.region_admin, county.ward, other)
    assert rung(county.ward) == (ANNA if kept_last else BO)


def test_nobody_said_before_takes_no_jour_that_was_written_after(county: County, other: Unit, clock: Clock):
    says(county, other, 60, replace(turn("", ""), number=""))
    clock.shift(timedelta(minutes=1))
    says(county, county.ward, 61, turn("Anna", ANNA))
    join(county.region_admin, county.ward, other)
    assert rung(county.ward) == ANNA


def test_a_turn_withdrawn_since_does_not_come_back(county: County, other: Unit):
    says(county, other, 60, turn("Bo", BO))
    join(county.region_admin, county.ward, other)
    (row,) = standing_turns([county.ward])
    withdraw_turn(by=county.region_admin, row=row, client_id=same_id(61), version=str(row.pk))
    undone = undo(county.region_admin, county.ward)
    assert list(standing_turns([county.ward, other])) == []
    assert undone.moved["stands"] == {"facts": 0, "entries": 0, "turns": 0}
