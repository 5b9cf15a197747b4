"""What the tests of files as they leave the server share."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.paper.sealed import PASSPHRASE, make_p12


@pytest.fixture(scope="session")
def p12(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a server's own key."""
    return make_p12(tmp_path_factory.mktemp("seal") / "own.p12")


@pytest.fixture
def sealing(settings: Settings, p12: Path) -> Path:
    """Let the server seal what it prints."""
    settings.SEAL_P12, settings.SEAL_PASSPHRASE = str(p12), PASSPHRASE
    return p12
