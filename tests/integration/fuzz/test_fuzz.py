"""Nothing that anybody can send is answered by 500, shows a traceback or leads off the host."""

from random import Random

import pytest
from django.test import override_settings

from tests.demo_mode import DEMO_MODE
from tests.integration.fuzz.asking import Fuzzer
from tests.long import runs

EACH = 100


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(runs(2, full=200)))
def test_no_request_is_a_fault(monkeypatch: pytest.MonkeyPatch, seed: int):
    # Ids are chosen by their order, and so must be the same each time.
    monkeypatch.setattr("os.urandom", Random(seed).randbytes)
    with override_settings(**DEMO_MODE):
        fuzzer = Fuzzer(seed)
        fuzzer.run(EACH)
    assert fuzzer.made >= EACH
    assert not fuzzer.found, "\n".join(fuzzer.found)
