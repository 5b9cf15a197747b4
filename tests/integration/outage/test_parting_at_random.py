"""Two patients joined by mistake and parted, whatever was logged meanwhile."""

from random import Random

import pytest

from outage.models import Outage
from tests.factories import County, make_event
from tests.integration.outage.joining import join, rows_of, undo
from tests.integration.outage.test_joining_undone import act
from tests.integration.outage.test_parting_two_patients import ONE, TWO, as_kept, two_patients
from tests.long import runs

ANSWERS = {"identity": "said_wrong", "place-outpatient": "moved", "place-inpatient": "moved"}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(2, full=200)))
def test_whatever_was_logged_of_two_patients_parting_holds(county: County, outage: Outage, seed: int):
    random = Random(seed)
    two = random.choice([TWO, (TWO[0], "")])
    chains = kept, other = two_patients(county, outage, ONE, two)
    for chain in chains:
        make_event(county.alva, chain, random.choice(["admission", "discharge"]))
    for _ in range(2):
        who = random.choice(["kept", "other"])
        picks = {"identity": who, "patient_name": who}
        join(county, *chains, same=False, choices=picks, answers=ANSWERS)
        before = rows_of()
        for _ in range(random.randint(2, 6)):
            act(random, county, kept)
        undo(county, kept)
        for was, now in zip(before, rows_of(), strict=True):
            assert set(was) <= set(now)
        assert as_kept(kept, other) == []
