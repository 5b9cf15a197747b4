"""The units and the people, and an installation of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import County, make_county
from tests.integration.at_rest.installation import Installation, installed, not_installed


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "ours") as ours:
        yield ours


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Installation]:
    """Where nothing is yet."""
    with not_installed(tmp_path / "another") as another:
        yield another
