"""Whatever is done to sealed rows in the database shows, to whoever has the key and the checkpoints."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from contacts import audit
from contacts.trail.checkpoints import verify_checkpoints
from contacts.trail.sealing import seal_rows
from contacts.trail.verifying import Verdict, verify
from tests.factories import County
from tests.long import runs
from tests.trail import Intruder, drop_triggers, trails_key, undone

MUTATIONS = runs(40, full=1_000)
PATIENTS = [UUID(int=number, version=4) for number in range(40, 52)]


def lay_a_trail(county: County) -> None:
    """Rows of every kind in seals of one to five, rows that were rolled back between them."""
    everyone = [county.alva, county.bo, county.cissi, county.adam]
    for number in range(36):
        by = everyone[number % len(everyone)]
        # Within a transaction of the test's, so that rows about patients are not sealed one by one.
        with transaction.atomic():
            if number % 5 == 0:
                audit.record_system(action="user.changed", target=by.user, changes={"email": ["", "å@x.se"]})
            elif number % 3 == 0:
                audit.record(by=by, action="status.read", patients=PATIENTS[number % 7 : 9 + number % 3])
            else:
                changes = {"note": [1, None, True, 1.5], "from": {"1": "x"}} if number % 2 else {}
                audit.record(by=by, action="chain.read", chain=uuid4(), target=by.unit, changes=changes)
        if number % 7 == 3:
            with undone():
                audit.record(by=by, action="never.was")
        if number % 6 in (0, 1, 5):
            assert seal_rows() == 1


def verified(checkpoints: Path) -> Verdict:
    verdict = verify(trails_key())
    verify_checkpoints(checkpoints, trails_key(), verdict.faults)
    return verdict


@pytest.mark.long
@pytest.mark.slow
def test_every_mutation_of_what_is_sealed_is_found(county: County, checkpoints: Path):
    lay_a_trail(county)
    drop_triggers()
    whole = verified(checkpoints)
    assert (list(whole.faults), whole.rows, whole.sealed, whole.unsealed) == ([], 36, 36, 0)
    missed = []
    for seed in range(MUTATIONS):
        with undone():
            done = Intruder(seed).mutate()
            if not verified(checkpoints).faults:
                missed.append(f"{seed}: {done}")
    assert missed == []
    assert not verified(checkpoints).faults
