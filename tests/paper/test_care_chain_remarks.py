"""What the vårdkedjeblankett remarks beside an event or a call."""

import pytest

from forms.services.printing import print_care_chain
from outage.models import HandoverMessage
from outage.queries.care_chains import get_chain
from tests.clock import standing_at
from tests.paper.making import at, end_outage, log_call, log_event, make_chain, make_place
from tests.paper.reading import everything, squashed

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def text_of(place, chain) -> str:
    with standing_at(at(14, 5)):
        return everything(print_care_chain(by=place.alva, chain=get_chain(place.alva, chain.pk)).pdf)


def test_an_event_after_the_own_end_says_so(place):
    chain = make_chain(place)
    end_outage(place, at(11, 30))
    for kind, when in (("admission", at(11, 30)), ("discharge", at(11, 31))):
        log_event(place, chain, kind, when)
    text = text_of(place, chain)
    said = squashed(
        "Efter att PRATOR var åter i drift tis 24 nov 11.30. Registreras direkt i PRATOR, inte efteråt."
    )
    assert text.count(said) == 1
    assert text.index(squashed("Händelse Utskrivningsmeddelande (före 12.00)")) < text.index(said)


def test_a_call_says_what_of_the_chain_as_such_it_told_of(place):
    chain = make_chain(place)
    event = log_event(place, chain, "admission", at(11))
    for about, notice in (([], "deceased"), ([event], "not_yours")):
        call = log_call(place, chain, about, at(11, 30))
        HandoverMessage.objects.create(handover=call, change=chain.details, notice=notice)
    text = text_of(place, chain)
    assert squashed("Lämnat Patienten har avlidit Umeå kommun") in text
    assert squashed("Lämnat Inskrivning Gällde inte er Umeå kommun") in text
