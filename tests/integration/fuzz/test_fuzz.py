"""Nothing that anybody can send is answered by 500, shows a traceback or nowhere off the host."""

from random import Random

import pytest
from django.test import override_settings

from tests.demo_mode import DEMO_MODE
from tests.integration.fuzz.asking import ARGUMENT, Fuzzer
from tests.long import runs

EACH = 100


@pytest.mark.django_db
def test_of_every_address_there_is_one_that_leads_somewhere():
    with override_settings(**DEMO_MODE):
        # Of everything there is most once it is over.
        fuzzer = Fuzzer(2)
        nowhere = [
            (route, argument)
            for route in fuzzer.routes
            for _, argument in ARGUMENT.findall(route)
            if not fuzzer.world.ids(argument, route)
        ]
    assert nowhere == []


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(runs(3, full=300)))
def test_no_request_is_a_fault(monkeypatch: pytest.MonkeyPatch, seed: int):
    # Ids are chosen by their order, and so must be the same each time.
    monkeypatch.setattr("os.urandom", Random(seed).randbytes)
    with override_settings(**DEMO_MODE):
        fuzzer = Fuzzer(seed)
        fuzzer.run(EACH)
    assert fuzzer.made >= EACH
    assert not fuzzer.found, "\n".join(fuzzer.found)
