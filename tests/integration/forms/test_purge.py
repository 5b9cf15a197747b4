"""Gallring of an outage: proposed by one, confirmed by another, done by the clock, and then nobody can read it."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils import timezone

from contacts.models import AuditEntry, DataKey, SubmissionClash, data_key
from contacts.models.data_key import key_to_write_with
from contacts.models.encrypted import KeyDestroyed
from contacts.rules.errors import NotAllowed, RuleError
from contacts.services.progress import finish
from contacts.services.versions import ChangedMeanwhile
from contacts.trail import purge_record
from contacts.trail.purge_record import read_record, record_path
from forms import scan_store
from forms.models import PurgeStep, ScannedPage
from forms.queries.purge import preview_of, steps_of
from forms.rules.purge import stops
from forms.rules.sheet_fate import VoidReason
from forms.scan_store import PictureLost
from forms.services import purging as service
from forms.services.fates import void_sheet
from forms.services.purge import confirm_purge, propose_purge, withdraw_purge
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    Handover,
    Outage,
    OutageFigures,
    PatientLookup,
)
from outage.queries.closing import closed_at
from outage.queries.outages import outage_for
from outage.services.report import make_report
from outage.services.states import rebuilt
from tests.factories import County, at_once, make_chain, make_event
from tests.integration.forms.purging import (
    NAME,
    account_for,
    chain,
    close,
    confirm,
    everything,
    folders,
    last_number,
    outage,
    over,
    own_key,
    propose,
    purgeable,
    purged,
    run,
    scanned_sheet,
    second,
)
from tests.integration.forms.sheets_made import decide, make_sheet, scan

__all__ = ["chain", "folders", "outage"]
pytestmark = pytest.mark.django_db


def states(county: County, outage: Outage) -> list[str]:
    return [step.kind for step in steps_of(county.region, [outage])[outage.pk]]


def test_all_the_way(county: County, outage: Outage, chain: CareChain, clock):
    decide(county.adam)
    sheet = scanned_sheet(county, chain)
    account_for(county, sheet)
    page = ScannedPage.objects.get()
    outage = over(county, outage)
    close(county.esa, outage)
    finish(make_report(by=county.esa, outage=outage_for(county.region, outage.pk)))
    (figures,) = OutageFigures.objects.all()
    preview = preview_of(county.region, outage)
    assert stops(preview.facts) == []
    assert {key: preview.counted[key] for key in ("chains", "sheets", "pages")} == dict.fromkeys(
        ("chains", "sheets", "pages"), 1
    )
    assert preview.counted["hashes"] > 0
    propose(county.adam, outage)
    confirm(second(county), outage)
    assert run().done == []
    counted = {model: model.objects.count() for model in (CareChainDetails, CareChainEvent, Handover)}
    trace = set(AuditEntry.objects.values_list("pk", "mac"))
    clock.shift(timedelta(days=1))
    assert [step.outage for step in run().done] == [outage]
    assert run().done == []
    # The rows stand, with types and times.
    assert {model: model.objects.count() for model in counted} == counted
    assert trace <= set(AuditEntry.objects.values_list("pk", "mac"))
    assert CareChainDetails.objects.latest("pk").is_purged
    assert not PatientLookup.objects.exists()
    for key in (own_key(county, outage), scan_store.key_name(page.upload_id)):
        assert bytes(DataKey.objects.get(name=key).wrapped) == b""
    with pytest.raises(PictureLost, match="Bilden är gallrad"):
        scan_store.load(page.pk, sha256=hashlib.sha256(b"x").hexdigest())
    assert b"picture" not in b"".join(f.read_bytes() for f in django_settings.SCAN_DIR.iterdir())
    assert "emligsson" not in everything()
    assert states(county, outage) == ["proposed", "confirmed", "done"]
    done = PurgeStep.objects.get(kind="done")
    assert (done.user, done.counted["chains"], done.decision.reference) == (None, 1, "RS 980-2026")
    assert AuditEntry.objects.filter(action="purge.done", principal=county.region).count() == 1
    assert closed_at(outage_for(county.region, outage.pk), county.region) is not None
    # Lists are as the log says, and the report is as it was, made anew or not.
    assert list(rebuilt(CareChain.objects.filter(joined_to__isnull=True), write=False)) == []
    OutageFigures.objects.all().delete()
    finish(make_report(by=county.esa, outage=outage_for(county.region, outage.pk)))
    (again,) = OutageFigures.objects.all()
    assert (again.version, again.tables, again.main) == (figures.version, figures.tables, figures.main)


def test_whoever_proposes_does_not_confirm_in_whatever_assignment(county: County, outage: Outage, chain):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    with pytest.raises(RuleError, match="En annan person bekräftar"):
        confirm(county.adam, outage)
    for somebody in (county.alva, county.esa, county.cissi):
        with pytest.raises(NotAllowed):
            confirm(somebody, outage)
        with pytest.raises(NotAllowed):
            propose(somebody, outage)
    with pytest.raises(NotAllowed):
        propose(second(county), outage)
    assert states(county, outage) == ["proposed"]


def test_a_form_sent_twice_is_one_step_and_whoever_saw_an_older_page_is_told(county: County, outage, chain):
    outage = purgeable(county, outage)
    on, id_ = timezone.localdate() + timedelta(days=3), uuid4()
    first = propose_purge(by=county.adam, outage=outage, client_id=id_, on=on)
    assert propose_purge(by=county.adam, outage=outage, client_id=id_, on=on) == first
    for step in (withdraw_purge, confirm_purge):
        more = {"reason": "Fel dag"} if step is withdraw_purge else {}
        with pytest.raises(ChangedMeanwhile):
            step(by=second(county), outage=outage, client_id=uuid4(), **more)
    withdraw_purge(by=county.adam, outage=outage, client_id=uuid4(), reason="Fel dag", seen=1)
    with pytest.raises(RuleError, match="ingen föreslagen gallring"):
        confirm(second(county), outage)
    assert states(county, outage) == ["proposed", "withdrawn"]


def test_what_is_withdrawn_or_not_confirmed_is_not_done(county: County, outage: Outage, chain, clock):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    clock.shift(timedelta(days=1))
    assert (run().done, run().refused) == ([], [])
    confirm(rut := second(county), outage)
    withdraw_purge(by=rut, outage=outage, client_id=uuid4(), reason="Vänta", seen=last_number(rut, outage))
    assert (run().done, run().refused) == ([], [])
    assert chain.details.patient_name == CareChainDetails.objects.get(pk=chain.details_id).patient_name


def reopen(county: County, outage: Outage, chain: CareChain) -> None:
    make_event(county.alva, chain, kind="ready_for_discharge")


def add_sheet(county: County, outage: Outage, chain: CareChain) -> None:
    make_sheet(county.alva, outage=outage, chain=chain)


def decide_anew(county: County, outage: Outage, chain: CareChain) -> None:
    decide(county.adam, reference="RS 981-2026")


def forbid(county: County, outage: Outage, chain: CareChain) -> None:
    decide(county.adam, allows=False, reference="RS 982-2026")


CHANGES = {
    reopen: "Driftstoppet är inte stängt för er.",
    add_sheet: "Medicin 2: 1 blad har inget öde.",
    decide_anew: "Gallringsbeslutet är ett annat än när gallringen föreslogs.",
    forbid: "Får inte gallras enligt RS 982-2026.",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_stops_it_and_why_is_said(county: County, outage, chain, clock, change):
    outage = purgeable(county, outage)
    chain = CareChain.objects.get(pk=chain.pk)
    chain.outage = outage_for(county.region, outage.pk)
    propose(county.adam, outage)
    confirm(second(county), outage)
    change(county, outage, chain)
    clock.shift(timedelta(days=1))
    (step,) = run().refused
    assert CHANGES[change] in step.reason
    assert states(county, outage) == ["proposed", "confirmed", "refused"]
    assert CareChainDetails.objects.filter(chain=chain).latest("pk").patient_name == NAME
    key_to_write_with(own_key(county, outage)).cipher.encrypt(b"as before", b"")
    assert (run().done, run().refused) == ([], [])


def test_what_was_begun_before_the_key_was_shut_is_seen_and_stops_it(county: County, outage, chain, clock):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    chain = CareChain.objects.get(pk=chain.pk)
    chain.outage = outage_for(county.region, outage.pk)
    key = key_to_write_with(own_key(county, outage))

    def meanwhile(seconds: float) -> None:
        assert seconds > 60
        before = timedelta(days=1, minutes=10)
        with pytest.raises(KeyDestroyed):
            make_event(county.alva, chain, ago=before)
        # Another process knows the key still.
        data_key._own.made[own_key(county, outage)].known = key
        data_key._by_id[key.id.bytes] = key
        make_event(county.alva, chain, kind="ready_for_discharge", ago=before)

    (step,) = service.purge_due(wait=meanwhile).refused
    assert "händelser med rättelser 1 då, 2 nu" in step.reason
    assert CareChainEvent.objects.latest("recorded_at").kind == "ready_for_discharge"
    assert chain.details.patient_name == NAME


class Killed(BaseException):
    pass


@pytest.mark.parametrize("place", ["wait", "tell_purged", "destroy_keys", "_write"])
def test_stopped_anywhere_it_is_finished_by_the_next_time(
    county: County, outage, chain, clock, monkeypatch, place
):
    decide(county.adam)
    account_for(county, scanned_sheet(county, chain))
    outage = over(county, outage)
    close(county.esa, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))

    def die(*args, **more):
        raise Killed

    with monkeypatch.context() as patched:
        if place != "wait":
            patched.setattr(service, place, die)
        with pytest.raises(Killed):
            service.purge_due(wait=die if place == "wait" else bool)
    assert "done" not in states(county, outage)
    assert len(run().done) == 1
    assert states(county, outage) == ["proposed", "confirmed", "done"]
    assert "emligsson" not in everything()
    assert len(read_record(record_path()).purged) == 1


def test_stopped_midway_and_then_taken_back_it_can_be_read_as_before(county: County, outage, chain, clock):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(rut := second(county), outage)
    clock.shift(timedelta(days=1))

    def die(seconds: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        service.purge_due(wait=die)
    assert CareChainDetails.objects.get(chain=chain).is_purged
    withdraw_purge(by=rut, outage=outage, client_id=uuid4(), reason="Vänta", seen=2)
    assert (run().done, run().refused) == ([], [])
    assert CareChainDetails.objects.get(chain=chain).patient_name == NAME


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_purge_it_once(county: County, outage, chain, clock):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    done = [len(outcome.done) for outcome in at_once([run, run])]
    assert sorted(done) == [0, 1]
    assert states(county, outage) == ["proposed", "confirmed", "done"]
    assert len(read_record(record_path()).purged) == 1


def test_without_its_record_nothing_is_destroyed(county: County, outage, chain, clock, monkeypatch, capsys):
    outage = purgeable(county, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    monkeypatch.setattr(service, "WAIT_SECONDS", 0)

    def full(lines: bytes) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(purge_record, "_append", full)
        with pytest.raises(SystemExit):
            call_command("purge")
    assert "förteckningen över gallringar går inte att skriva" in capsys.readouterr().err
    assert bytes(DataKey.objects.get(name=own_key(county, outage)).wrapped)
    call_command("purge")
    assert capsys.readouterr().out == "Region Västerbotten: driftstoppet är gallrat.\n"
    call_command("purge", verbosity=2)
    assert capsys.readouterr().out == "Inget att gallra.\n"


def test_a_scan_shared_with_another_outage_loses_its_pages_alone(county: County, outage, chain, clock):
    decide(county.adam)
    sheet = scanned_sheet(county, chain)
    account_for(county, sheet)
    page = ScannedPage.objects.get()
    clock.shift(timedelta(days=20))
    later = Outage.objects.create(system="Annat", routine_id=outage.routine_id)
    other = ScannedPage.objects.create(
        upload=page.upload, number=2, finding="matched", width=1, height=1, sha256=page.sha256
    )
    of_later = make_sheet(county.alva, outage=later)
    of_later.matches.create(page=other, sheet_page=1, user=county.alva.user, unit=county.ward)
    picture = b"\xff\xd8\xff of the other outage"
    scan_store.save(other.pk, picture, upload_id=page.upload_id)
    scan_store.keep([other.pk])
    outage = over(county, outage)
    close(county.esa, outage)
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    assert len(run().done) == 1
    assert scan_store.load(other.pk, sha256=hashlib.sha256(picture).hexdigest()) == picture
    with pytest.raises(PictureLost, match="Bilden är gallrad"):
        scan_store.load(page.pk, sha256=page.sha256)
    assert stops(preview_of(county.region, outage).facts) == ["Driftstoppet är redan gallrat."]


def test_a_scan_that_came_after_the_purge_can_be_purged_as_well(county: County, outage, chain, clock):
    outage = purged(county, outage, clock)
    sheet = make_sheet(county.alva, outage=outage)
    for page in scan(county.alva, sheet):
        scan_store.save(page.pk, b"\xff\xd8\xff", upload_id=page.upload_id)
    assert stops(preview_of(county.region, outage).facts) != ["Driftstoppet är redan gallrat."]
    account_for(county, sheet)
    assert stops(preview_of(county.region, outage).facts) == []
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    assert len(run().done) == 1


def test_each_principal_purges_its_own(county: County, outage: Outage, chain: CareChain, clock):
    theirs = make_chain(county, outage, county.cissi, patient_name="Granne Gransson")
    purged(county, outage, clock)
    assert CareChainDetails.objects.get(chain=theirs).patient_name == "Granne Gransson"
    assert PatientLookup.objects.filter(chain=theirs).exists()
    assert not SubmissionClash.objects.exists()


def test_what_stood_on_a_blank_sheet_that_was_lost_goes_with_its_outage(county: County, outage, chain, clock):
    earlier, lost = make_sheet(county.alva), make_sheet(county.alva)
    lose = {"by": county.alva, "void_reason": VoidReason.LOST}
    void_sheet(sheet=lost, client_id=uuid4(), reason="Hemligsson och en till", **lose)
    outage = purged(county, outage, clock)
    assert lost.fates.latest("number").reason == ""
    # It is of no outage by now: nobody can write with that key.
    void_sheet(sheet=earlier, client_id=uuid4(), reason="Inget stod på det", **lose)
    assert earlier.fates.latest("number").reason == "Inget stod på det"
