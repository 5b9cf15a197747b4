"""Whom to ring, on a chain's sheet: by the rule of the screen at the moment it is printed (R5.1–R5.5)."""

from datetime import timedelta

import pytest

from contacts.models import DirectoryEntry, Unit
from contacts.queries.ringing import numbers_for
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import Party
from contacts.rules.phone import digits
from contacts.rules.whom_to_call import Way
from forms.presenters.care_chain import sheet_view
from forms.queries.sources import sheet_source
from forms.services.printing import print_care_chain
from forms.specs import get_spec
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.factories import make_entry
from tests.paper.making import at, make_chain, make_place, person
from tests.paper.reading import everything, squashed

pytestmark = pytest.mark.django_db
DAYTIME = at(14, 5)
SATURDAY_EVENING = at(19) + timedelta(days=4)


@pytest.fixture
def place():
    return make_place()


def numbers_on_sheet(place, chain, moment, by=None) -> dict[str, list[str]]:
    by = by or place.alva
    source = sheet_source(get_chain(by, chain.pk), by, moment)
    view = sheet_view(source, get_spec(), by, moment)
    return {part.label: [digits(line.number) for line in part.numbers] for part in view.facts[1].facts}


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
@pytest.mark.parametrize("moment", [DAYTIME, SATURDAY_EVENING])
def test_a_municipalitys_numbers_stand_in_the_order_to_ring_them_then(place, moment):
    chain = make_chain(place)
    screen = [
        digits(number.number)
        for number in numbers_for(Party.MUNICIPALITY, place.town.pk, None, moment)
        if number.way is not Way.REGION_SWITCHBOARD
    ]
    assert len(screen) == 2
    assert numbers_on_sheet(place, chain, moment)["Kommun"] == screen
    assert (screen[0] == "090161000") == (moment is DAYTIME)


def test_the_regions_switchboard_stands_once_in_its_own_place(place):
    found = numbers_on_sheet(place, make_chain(place), DAYTIME)
    assert found["Regionens växel"] == ["0907850000"]
    assert sum(numbers.count("0907850000") for numbers in found.values()) == 1


def test_marks_stand_in_words_beside_the_number(place):
    DirectoryEntry.objects.update(verified_at=DAYTIME - timedelta(days=1), verified_by=place.alva.user)
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.flagged, entry.verified_at, entry.verified_by = ["090161000"], None, None
    entry.save()
    chain = make_chain(place)
    with standing_at(DAYTIME):
        text = everything(print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk)).pdf)
    assert squashed("090-16 10 00 Växel Umeå, vardag dagtid ! anmält fel ? ej verifierad") in text
    assert text.count("ejverifierad") == text.count("anmältfel") == 1


def test_a_place_without_a_number_leaves_room_to_write_one(place):
    DirectoryEntry.objects.filter(unit=place.ward).delete()
    make_entry(place.region, place.ward.name, kind=EntryKind.WARD, unit=place.ward)
    assert numbers_on_sheet(place, make_chain(place), DAYTIME)["Avdelning (egen enhet)"] == []


def test_ones_own_unit_has_its_own_numbers_only(place):
    unit = Unit.objects.create(principal=place.region, name="Samordningen")
    make_entry(place.region, "Samordningen", "090-785 92 00")
    chain = make_chain(place)
    chain.unit = unit
    type(chain).objects.filter(pk=chain.pk).update(unit=unit)
    found = numbers_on_sheet(place, chain, DAYTIME, person("Ulla Ugg", unit))
    assert found["Egen enhet"] == ["0907859200"]
