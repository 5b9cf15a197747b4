"""The units and the people."""

import pytest

from tests.factories import County, make_county


@pytest.fixture
def county(db: None) -> County:
    return make_county()
