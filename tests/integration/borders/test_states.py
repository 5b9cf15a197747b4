"""Whatever a service does, what is kept of how each chain stands is what its log says."""

from itertools import islice
from types import ModuleType

import pytest

from outage.models import CareChain
from outage.services.states import rebuilt
from tests.integration.borders.test_services import each_part, stages
from tests.integration.borders.test_versions import each_done

pytestmark = pytest.mark.django_db


@each_part
def test_each_service_leaves_the_chains_standing_as_their_logs_say(module: ModuleType, no_typesetting: None):
    missed = [
        f"{name}: {chain.number}"
        for stage in islice(stages(module), 1)
        for name in each_done(module, stage, step=1)
        for chain in rebuilt(CareChain.objects.all(), write=False)
    ]
    assert missed == []
