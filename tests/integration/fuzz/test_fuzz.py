"""Nothing that anybody can send is answered by 500, shows a traceback or leads off the host."""

from typing import Any

import pytest

from tests.integration.fuzz.asking import Fuzzer
from tests.long import runs

EACH = 100


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(runs(3, full=200)))
def test_no_request_is_a_fault(settings: Any, seed: int):
    settings.DEMO = True
    fuzzer = Fuzzer(seed)
    fuzzer.run(EACH)
    assert fuzzer.made >= EACH
    assert not fuzzer.found, "\n".join(fuzzer.found)
