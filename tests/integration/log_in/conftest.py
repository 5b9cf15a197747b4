import pytest
from django.test import Client

from outage.project import guessing
from tests.factories import County, make_county
from tests.kept import Keeper


@pytest.fixture
def county(db: None, made_once: Keeper) -> County:
    return made_once("county", make_county)


@pytest.fixture(autouse=True)
def _nobody_floods() -> None:
    guessing._flooding.clear()
    guessing._untold.clear()


@pytest.fixture
def somewhere_else() -> Client:
    """A PC where nobody has logged in, at another address."""
    return Client(REMOTE_ADDR="192.0.2.77")
