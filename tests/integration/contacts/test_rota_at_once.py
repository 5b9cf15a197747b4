"""Two who write in the same rota at the same moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.filing.rota import PlanChanged, bring_in_rota
from contacts.models import RotaTurn
from contacts.queries.rota_plan import plan_rota
from contacts.rules.errors import Answers, Question
from contacts.rules.rota import Turn
from contacts.rules.rota_file import COLUMNS, cells_of
from contacts.services.rota import add_turn, change_turn
from contacts.services.versions import ChangedMeanwhile
from tests.factories import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def turn(who: str = "Anna", hours: int = 12) -> Turn:
    starts = timezone.localtime().replace(tzinfo=None, second=0, microsecond=0)
    return Turn(who, "070-174 06 05", starts, starts + timedelta(hours=hours))


def added(county, client_id, who: str = "Anna") -> RotaTurn:
    facts = {"turn": turn(who), "answers": Answers({}, {})}
    return add_turn(by=county.region_admin, unit=county.ward, client_id=client_id, **facts)


def test_the_same_form_at_once_is_one_row(county):
    client_id, written = uuid4(), turn()
    facts = {"unit": county.ward, "client_id": client_id, "turn": written, "answers": Answers({}, {})}
    found = at_once([lambda: add_turn(by=county.region_admin, **facts)] * 3)
    assert [row.pk for row in found] == [client_id] * 3
    assert RotaTurn.objects.count() == 1


def test_of_two_that_meet_the_second_is_asked(county):
    found = at_once([lambda who=who: added(county, uuid4(), who) for who in ("Anna", "Bo")])
    assert {type(each) for each in found} == {RotaTurn, Question}
    assert RotaTurn.objects.count() == 1


def test_of_two_who_change_the_same_turn_the_second_sees_that_it_changed(county):
    row = added(county, uuid4())

    def change(who: str) -> RotaTurn:
        return change_turn(
            by=county.region_admin,
            row=row,
            client_id=uuid4(),
            version=str(row.pk),
            turn=turn(who),
            answers=Answers({}, {}),
        )

    found = at_once([lambda: change("Bo"), lambda: change("Cissi")])
    assert {type(each) for each in found} == {RotaTurn, ChangedMeanwhile}
    assert RotaTurn.objects.count() == 2


def test_of_two_who_bring_in_the_same_file_the_second_is_shown_that_it_stands(county):
    table = [list(COLUMNS), cells_of(turn(), county.region.name, county.ward.name)]
    mark = plan_rota(county.region, table, timezone.now()).mark

    def bring_in() -> int:
        return bring_in_rota(by=county.region_admin, client_id=uuid4(), table=table, mark=mark)

    found = at_once([bring_in, bring_in])
    assert sorted(map(str, map(type, found))) == sorted(map(str, (int, PlanChanged)))
    assert RotaTurn.objects.count() == 1
