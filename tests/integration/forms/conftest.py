"""What the tests of paper start from: the county, Alva at her ward, a sheet that she has printed."""

import pytest

from contacts.access import Acting
from forms.models import Sheet
from tests.clock import Clock
from tests.factories import County, make_county
from tests.kept import kept

from .sheets_made import make_sheet


@pytest.fixture
def county(db, clock: Clock) -> County:
    return kept(clock, "county", make_county)


@pytest.fixture
def alva(county) -> Acting:
    return county.alva


@pytest.fixture
def sheet(alva) -> Sheet:
    return make_sheet(alva)
