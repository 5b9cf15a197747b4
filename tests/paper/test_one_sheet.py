"""A vårdkedjeblankett is one sheet of paper, front and back, with room to write (R2.4)."""

import pytest

from forms.services.printing import print_care_chain
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.making import at, log_call, log_event, make_chain, make_place
from tests.paper.reading import pages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("calls", [0, 2, 4, 7, 9, 12])
def test_up_to_twelve_rows_are_one_sheet_of_paper_with_six_to_ten_rows_to_write_on(calls: int):
    place = make_place()
    chain = make_chain(place)
    kinds = ("admission", "preliminary_ready", "discharge_report", "ready_for_discharge", "discharge")
    for number in range(calls):
        event = log_event(place, chain, kinds[number % 5], at(10, 45 + number))
        who = {"recipient": "outpatient", "spoken_to_unit": "Ålidhems hälsocentral"} if number % 2 else {}
        comment = "Bor ensam. Trygghetslarm finns." if number % 3 == 0 else ""
        log_call(place, chain, [event], at(11, number), comment=comment, **who)
    with standing_at(at(14, 5)):
        made = print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk))
    found = pages(made.pdf)
    assert len(found) <= 2
    empty = " ".join(found).count("Mottaget")
    assert 6 <= empty <= 10
    # Each row to write on has its column heads on its page, and its line for a comment.
    for text in found:
        assert text.count("Mottaget") == text.count("Ring tillbaka: nummer")
        assert "Talade med" in text or "Mottaget" not in text
    assert all("Mottaget" in text for text in found[1:])
