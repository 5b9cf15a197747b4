"""The report of a purged outage: of the whole log, however it was kept before, and what it leaves out is said."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from contacts.access import Acting
from contacts.models import AuditEntry, DataKey, MunicipalKind, Unit
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from contacts.services.data_keys import destroy_key
from contacts.services.progress import finish
from forms.presenters.report import report_part
from forms.services import purging as service
from outage.models import CareChain, Outage, OutageFigures
from outage.queries.outages import outage_for
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import BEING_PURGED
from outage.services import report as reporting
from outage.services.outages import reopen_outage
from outage.services.registrations import acknowledge
from outage.services.report import make_report
from tests.factories import County, make_chain, make_event, make_outage, person
from tests.integration.forms.purging import (
    NAME,
    at,
    chain,
    close,
    confirm,
    folders,
    outage,
    over,
    own_key,
    propose,
    purgeable,
    run,
    second,
    words,
)

__all__ = ["chain", "folders", "outage"]
pytestmark = pytest.mark.django_db


def with_a_date(by: Acting, chain: CareChain, **more: Any) -> None:
    """A SIP agreed in three days, and one of the calls to it made in time."""
    on = (timezone.localdate() + timedelta(days=3)).isoformat()
    told = {"sender": Party.OUTPATIENT, "outcome": CallOutcome.REACHED, "sip_date": on} | more
    make_event(by, chain, "sip_invitation", participants=["Dotter Hemligsson"], **told)


def made(by: Acting, outage: Outage) -> OutageFigures:
    return finish(make_report(by=by, outage=outage_for(by.principal, outage.pk)))


def due(county: County, outage: Outage, clock: Any) -> Outage:
    """Confirmed, and its day has come."""
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    return outage


def tables(row: OutageFigures) -> list[Any]:
    return [row.tables, row.main, row.charts]


@pytest.mark.parametrize("before", ["never", "older", "as it is"])
def test_what_is_kept_is_of_the_whole_log_however_it_was_kept(
    county: County, outage: Outage, chain: CareChain, clock: Any, before: str
):
    with_a_date(county.alva, chain)
    outage = due(county, outage, clock)
    made(county.esa, outage)
    whole = tables(OutageFigures.objects.get())
    version = OutageFigures.objects.get().version
    if before != "as it is":
        OutageFigures.objects.update(version="1.0", tables=[], main={}, charts={})
    if before == "never":
        OutageFigures.objects.all().delete()
    assert len(run().done) == 1
    (kept,) = OutageFigures.objects.all()
    assert (kept.version, tables(kept)) == (version, whole)
    assert made(county.esa, outage).made_at == kept.made_at
    by_server = AuditEntry.objects.filter(action="report.made", user=None, principal=county.region)
    assert by_server.count() == (before != "as it is")
    # What is left gives other figures: else this has shown nothing.
    OutageFigures.objects.all().delete()
    made(county.esa, outage)
    assert tables(OutageFigures.objects.get()) != whole


def test_each_branch_that_logged_has_its_own(county: County, clock: Any):
    """A municipality: the whole, and both branches, none of them made by anybody."""
    outage = make_outage(county.cissi)
    nursing = Unit.objects.create(
        principal=county.municipality, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    for by in (county.cissi, person("hanna", nursing)):
        make_chain(county, outage, by)
    service.make_before_purge(county.municipality, outage_for(county.municipality, over(county, outage).pk))
    assert set(OutageFigures.objects.values_list("reach", "principal")) == {
        (reach, county.municipality.pk) for reach in ("", "health_care", "social_services")
    }
    for by in (person("s", county.social_care, Role.COORDINATOR), person("h", nursing, Role.COORDINATOR)):
        assert made(by, outage).main["chains"] == 1
    assert OutageFigures.objects.count() == 3


def test_where_it_cannot_be_made_nothing_of_that_outage_is_purged_and_others_are(
    county: County, outage: Outage, chain: CareChain, clock: Any, monkeypatch: Any, caplog: Any
):
    outage = purgeable(county, outage)
    other = make_outage(county.alva)
    with_a_date(county.alva, make_chain(county, other))
    other = over(county, other)
    close(county.esa, other)
    for each in (outage, other):
        propose(county.adam, each)
        confirm(second(county), each)
    clock.shift(timedelta(days=1))
    draw, broken = reporting.svg_of, []

    def breaks(found: Any) -> str:
        if not broken:
            broken.append(found)
            raise OSError(NAME)
        return draw(found)

    monkeypatch.setattr(reporting, "svg_of", breaks)
    outcome = run()
    ((refused,), (done,)) = outcome.refused, outcome.done
    assert {refused.outage_id, done.outage_id} == {outage.pk, other.pk}
    assert "Rapporten om driftstoppet är inte gjord av hela loggen, så inget är gallrat." in refused.reason
    left, gone = own_key(county, refused.outage), own_key(county, done.outage)
    assert bytes(DataKey.objects.get(name=left, destroyed_at=None).wrapped)
    assert not bytes(DataKey.objects.get(name=gone).wrapped)
    assert "OSError" in caplog.text
    assert NAME not in caplog.text
    page = words(at(county.adam).get(reverse("purge", args=[refused.outage_id])))
    assert "inte gjord av hela loggen" in page


def test_what_the_report_counts_and_the_step_does_not_stops_it_too(
    county: County, outage: Outage, chain: CareChain, clock: Any
):
    outage = due(county, outage, clock)

    def meanwhile(seconds: float) -> None:
        acknowledge(by=county.alva, outage=outage_for(county.region, outage.pk))

    (step,) = service.purge_due(wait=meanwhile).refused
    assert "inte gjord av hela loggen" in step.reason
    assert bytes(DataKey.objects.get(name=own_key(county, outage), destroyed_at=None).wrapped)


def test_while_the_keys_are_shut_no_report_is_made_and_nothing_is_opened_again(
    county: County, outage: Outage, chain: CareChain, clock: Any
):
    outage = due(county, outage, clock)

    def meanwhile(seconds: float) -> None:
        OutageFigures.objects.all().delete()
        with pytest.raises(RuleError, match=BEING_PURGED):
            made(county.esa, outage)
        with pytest.raises(RuleError, match=BEING_PURGED):
            reopen_outage(by=county.esa, outage=outage, client_id=uuid4())

    outcome = service.purge_due(wait=meanwhile)
    assert (outcome.done, len(outcome.refused)) == ([], 1)
    assert not OutageFigures.objects.exists()


@pytest.mark.parametrize("more", [False, True])
def test_a_report_of_the_whole_log_says_so_and_not_that_something_is_left_out(
    county: County, outage: Outage, chain: CareChain, clock: Any, more: bool
):
    outage = over(county, outage)
    made(county.esa, outage)
    if more:
        acknowledge(by=county.alva, outage=outage_for(county.region, outage.pk))
    clock.shift(timedelta(hours=1))
    destroy_key(by=None, name=own_key(county, outage))
    told = words(at(county.esa).get(reverse("report", args=[outage.pk])))
    assert ("av hela loggen." in told) is not more
    assert ("det som kom efter är inte med." in told) is more


@pytest.mark.parametrize(
    ("made_before", "said"),
    [
        (True, "Driftstoppet är gallrat. Rapporten är gjord"),
        (False, "Rapporten är gjord efter gallringen, av det som är kvar: datum för SIP är inte med."),
    ],
)
def test_what_is_left_out_stands_on_the_page_on_paper_and_in_the_workbook(
    county: County, outage: Outage, chain: CareChain, clock: Any, made_before: bool, said: str
):
    """As a purge of an earlier version left it."""
    outage = purgeable(county, outage)
    if made_before:
        made(county.esa, outage)
    path = reverse("report", args=[outage.pk])
    assert said not in words(at(county.esa).get(path))
    clock.shift(timedelta(hours=1))
    destroy_key(by=None, name=own_key(county, outage))
    clock.shift(timedelta(hours=1))
    kept = made(county.esa, outage)
    assert said in words(at(county.esa).get(path))
    outage = outage_for(county.region, outage.pk)
    facts = {"of": "Regionen", "by": county.esa, "now": timezone.now(), "beside": [], "lessons": []}
    assert said in report_part(kept=kept, outage=outage, **facts).view.lines[-1]
    book = load_workbook(BytesIO(at(county.esa).get(reverse("report_file", args=[outage.pk])).content))
    assert said in book["Om rapporten"]["A1"].value
