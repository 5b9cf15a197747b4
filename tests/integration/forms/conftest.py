"""What the tests of paper start from: the county, Alva at her ward, a sheet that she has printed."""

import pytest

from contacts.access import Acting
from forms.models import Sheet
from tests.factories import County, make_county
from tests.kept import Keeper

from .sheets_made import make_sheet


@pytest.fixture
def county(db, made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.fixture
def alva(county) -> Acting:
    return county.alva


@pytest.fixture
def sheet(alva) -> Sheet:
    return make_sheet(alva)
