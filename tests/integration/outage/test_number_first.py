"""What is registered needs a number: where none is known, that comes first (R4.1)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outage.models import Outage
from outage.queries.care_chains import get_chain
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import change, mark, rows

FIRST = "Numret är inte känt: ta reda på det och ändra det i vårdkedjan först. Skriv in patienten i PRATOR."


@pytest.mark.parametrize("identity", ["okänt", ""])
@pytest.mark.parametrize("protected", [False, True])
def test_a_number_that_is_not_known_is_to_be_found_before_anything_is_registered(
    county: County, outage: Outage, client: Client, identity: str, protected: bool
):
    chain = make_chain(county, outage, identity=identity, protected_identity=protected)
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client.force_login(county.alva.user)
    (task,) = rows(county.alva, chain)
    assert task.do == FIRST
    row = read(client.get(reverse("back_registration"))).find(class_="task")
    assert row.find(class_="task-do").get_text() == FIRST
    copied = [each.get_text() for each in row.find_all("button", class_="piece")]
    assert not [each for each in copied if "personnummer" in each]
    change(county.alva, chain, county, identity="19570923-9841", protected_identity=protected)
    (task,) = rows(county.alva, chain)
    assert task.do == "Skriv in patienten i PRATOR."


def test_what_is_not_known_of_a_place_is_nothing_to_copy(county: County, outage: Outage, client: Client):
    chain = make_chain(county, outage, outpatient_unit=None)
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client.force_login(county.alva.user)
    row = read(client.get(reverse("back_registration"))).find(class_="task")
    assert "saknas" in row.dl.get_text()
    assert "saknas" not in "".join(each.get_text() for each in row.find_all("button", class_="piece"))


def test_what_is_done_or_decided_by_hand_asks_for_no_number(county: County, outage: Outage):
    chain = make_chain(county, outage, identity="okänt")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    (task,) = rows(county.alva, chain)
    assert "Numret" not in task.do
    make_event(county.alva, chain, "admission")
    mark(county.alva, get_chain(county.alva, chain.pk), *rows(county.alva, chain))
    assert rows(county.alva, chain)[0].do == "Skriv in patienten i PRATOR."
    change(county.alva, chain, county, identity="okänt", ward_unit=county.other_ward)
    assert rows(county.alva, chain)[0].do == FIRST
