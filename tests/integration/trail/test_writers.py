"""Many write at once, and some roll back: every committed row is there, sealed, and nothing is found wrong."""

import random
import time
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, TrailSeal
from contacts.trail.checkpoints import verify_checkpoints
from contacts.trail.sealing import seal_rows
from contacts.trail.verifying import verify
from tests.factories import County, at_once
from tests.long import runs
from tests.trail import trails_key

WRITERS, EACH = runs(8, full=50), 12
PATIENTS = [UUID(int=number, version=4) for number in range(30)]


class RolledBack(Exception):
    pass


def writes(by: Acting, writer: int) -> list[str]:
    """What it committed. A fifth is rolled back; now and then a row is rolled back by itself."""
    chance, kept = random.Random(writer), []
    for number in range(EACH):
        name = f"{writer}.{number}"
        # SQLite lets one writer after another in by chance: without a pause some would wait for all of the others.
        time.sleep(chance.random() / 20)
        try:
            with transaction.atomic():
                audit.record(
                    by=by, action="status.read", patients=chance.sample(PATIENTS, 3), changes={"n": name}
                )
                if chance.random() < 0.2:
                    with transaction.atomic():
                        audit.record(by=by, action="chain.read", changes={"n": f"{name}b"})
                        transaction.set_rollback(True)
                if chance.random() < 0.2:
                    raise RolledBack
        except RolledBack:
            continue
        kept.append(name)
    return kept


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_looks_wrong(county: County, checkpoints: Path):
    by = county.alva
    kept = at_once([lambda writer=writer: writes(by, writer) for writer in range(WRITERS)])
    assert not [each for each in kept if isinstance(each, Exception)]
    written = {name for each in kept for name in each}
    assert {row.changes["n"] for row in AuditEntry.objects.filter(user=by.user)} == written
    verdict = verify(trails_key())
    checked = verify_checkpoints(checkpoints, trails_key(), verdict.faults)
    assert list(verdict.faults) == []
    assert verdict.rows == len(written) == verdict.sealed + verdict.unsealed
    if connection.vendor == "postgresql":
        assert verdict.unsealed == 0
    seal_rows()
    after = verify(trails_key())
    assert (list(after.faults), after.unsealed, after.sealed) == ([], 0, len(written))
    assert checked.lines == verdict.seals <= len(written)
    if connection.vendor == "postgresql":
        # Who was rolled back is a gap that may still be filled.
        assert TrailSeal.objects.latest("number").gaps
