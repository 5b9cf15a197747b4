"""The stage of the outage app's tests: a Tuesday at 10.52, an outage two hours old, a patient on Alva's ward."""

import pytest
from django.test import Client

from contacts.access import Acting
from outage.models import CareChain, Outage
from tests.factories import County, make_chain, make_county, make_outage


@pytest.fixture
def county(db: None) -> County:
    """The units and the people."""
    return make_county()


@pytest.fixture
def outage(county: County) -> Outage:
    """An outage of both principals since 08.52."""
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    """A care chain on Alva's ward with Disa's hälsocentral and Cissi's municipality."""
    return make_chain(county, outage)


@pytest.fixture
def log_in(client: Client):
    """Give a function that logs somebody in and gives the browser."""

    def enter(acting: Acting) -> Client:
        client.force_login(acting.user)
        return client

    return enter
