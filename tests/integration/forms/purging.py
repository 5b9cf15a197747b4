"""What the tests of gallring begin with: an outage of the region that is over, logged, on paper, scanned and closed."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.access import Acting
from contacts.models.data_key import name_of
from contacts.rules.permissions import Role
from forms.models import PurgeStep, Sheet
from forms.queries.disposal import decision_in_force
from forms.queries.purge import steps_of
from forms.rules.sheet_fate import Look
from forms.services.entering import say_all_entered
from forms.services.fates import check_scan, destroy_sheet
from forms.services.purge import confirm_purge, propose_purge
from forms.services.purging import Outcome, purge_due
from outage.models import CareChain, Outage
from outage.queries.closing import keys_left, open_things
from outage.queries.outages import outage_for
from outage.rules.closing import OpenThing, holding, seen_of
from outage.services.closing import close_outage, leave_open
from tests.factories import County, end_for_all, make_chain, make_event, make_outage, person, tell
from tests.integration.forms.sheets_made import decide, make_sheet, scan
from tests.integration.outage.pages import read

NAME, NUMBER = "Örja Hemligsson", "19500101-9809"
KEPT = "Uppgifterna från driftstoppet är gallrade. Din anteckning är sparad och går till samordnaren."


def log_it(county: County, outage: Outage) -> CareChain:
    """A patient admitted, a call that got through, all of it with text."""
    chain = make_chain(county, outage, patient_name=NAME, identity=NUMBER)
    admission = make_event(county.alva, chain)
    tell(county.alva, chain, admission, comment="Hemligsson vill hem")
    return chain


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.SCAN_DIR = tmp_path / "scans"
    settings.TRAIL_CHECKPOINTS = tmp_path / "trail" / "checkpoints.jsonl"


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return log_it(county, outage)


def words(answer: Any) -> str:
    """Of the page itself."""
    return " ".join(read(answer).main.get_text(" ").split())


def at(acting: Acting) -> Client:
    client = Client()
    client.force_login(acting.user)
    return client


def over(county: County, outage: Outage) -> Outage:
    return end_for_all(county, outage, timezone.now())


def close(by: Acting, outage: Outage) -> None:
    """Whatever is left is left open by name and reason."""
    outage = outage_for(by.principal, outage.pk)
    left: dict[int, list[OpenThing]] = {}
    for thing in holding(open_things(by.principal, outage), keys_left(by.principal, outage)):
        left.setdefault(thing.unit_id, []).append(thing)
    for unit_id, things in left.items():
        leave_open(
            by=by,
            outage=outage,
            client_id=uuid4(),
            unit_id=unit_id,
            what={thing.what for thing in things},
            seen=seen_of(things),
            responsible="Esa",
            reason="Hemligsson är hemma",
        )
    close_outage(by=by, outage=outage, client_id=uuid4())


def purgeable(county: County, outage: Outage) -> Outage:
    """Closed, under a decision that allows it."""
    outage = over(county, outage)
    close(county.esa, outage)
    decide(county.adam)
    return outage


def second(county: County) -> Acting:
    return person(f"rut{uuid4().hex[:6]}", county.ward, Role.ROUTINE_OWNER)


def last_number(by: Acting, outage: Outage) -> int | None:
    steps = steps_of(by.principal, [outage])[outage.pk]
    return steps[-1].number if steps else None


def propose(by: Acting, outage: Outage, days: int = 1) -> PurgeStep:
    """Whether all know of a discharge or not; so `confirm`."""
    on = timezone.localdate() + timedelta(days=days)
    seen = last_number(by, outage)
    return propose_purge(by=by, outage=outage, client_id=uuid4(), on=on, seen=seen, anyway=True)


def confirm(by: Acting, outage: Outage) -> PurgeStep:
    return confirm_purge(by=by, outage=outage, client_id=uuid4(), seen=last_number(by, outage), anyway=True)


def run(**more: Any) -> Outcome:
    return purge_due(wait=lambda seconds: None, **more)


def purged(county: County, outage: Outage, clock: Any) -> Outage:
    """All the way."""
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    assert len(run().done) == 1
    return outage


def everything() -> str:
    """All that stands in the database, as it lies there."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [bytes(v) if isinstance(v, memoryview) else v for row in cursor.fetchall() for v in row]
    return repr(found)


def own_key(county: County, outage: Outage) -> str:
    return name_of(county.region.pk, outage.pk)


def scanned_sheet(county: County, chain: CareChain) -> Sheet:
    """A sheet of the chain, scanned with a picture, not checked."""
    sheet = make_sheet(county.alva, outage=chain.outage, chain=chain)
    scan(county.alva, sheet)
    return sheet


def account_for(county: County, sheet: Sheet, rows: int = 0) -> None:
    """Checked, entered and destroyed under the decision in force."""
    alva = county.alva
    check_scan(by=alva, sheet=sheet, client_id=uuid4(), looked=list(Look))
    seen = sheet.fates.count()
    say_all_entered(by=alva, sheet=sheet, client_id=uuid4(), rows=rows, seen=seen)
    decision = decision_in_force(county.region)
    assert decision
    destroy_sheet(by=alva, sheet=sheet, client_id=uuid4(), on=timezone.localdate(), decision=decision.pk)
