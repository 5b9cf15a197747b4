"""The county of the other tests, and a file of checkpoints of each test's own."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.factories import County, make_county


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture(autouse=True)
def checkpoints(settings: Settings, tmp_path: Path) -> Path:
    settings.TRAIL_CHECKPOINTS = tmp_path / "kept" / "checkpoints.jsonl"
    return settings.TRAIL_CHECKPOINTS
