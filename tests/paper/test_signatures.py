"""Signatures on the vårdkedjeblankett: electronic ones, those on the paper it was entered from, and room for ink."""

import pytest

from forms.services.printing import print_care_chain
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.making import at, log_call, log_event, make_chain, make_place
from tests.paper.reading import everything, squashed

pytestmark = pytest.mark.django_db
NOW = at(14, 5)
SIGNATURE = "Alva Ask, Sjuksköterska, Medicin 1, Lycksele lasarett (SE2321000222-980A)"


@pytest.fixture
def place():
    return make_place()


def printed(place, chain, **more):
    with standing_at(NOW):
        return print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk), **more)


@pytest.mark.clause("R2.5")
def test_each_call_has_its_electronic_signature_with_time_and_on_request_a_line_for_ink(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(10, 45))
    log_call(
        place,
        chain,
        [event],
        at(10, 52),
        written_at=at(10, 51),
        paper_serial="7K3QX9M2C",
        paper_signature="B. Bok",
    )
    text = everything(printed(place, chain).pdf)
    assert squashed("AA 10.53") in text
    assert text.count(squashed(f"AA {SIGNATURE}")) == 1
    paper = "Från papper: blad 7K3-QX9-M2C, skrivet tis 24 nov 10.51, signatur på papperet: B. Bok"
    assert squashed(paper) in text
    assert "Underskrift:" not in text
    inked = everything(printed(place, chain, ink=True).pdf)
    assert inked.count("Underskrift:") == 1
