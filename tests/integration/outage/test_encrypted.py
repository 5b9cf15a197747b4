"""What was typed about a patient lies encrypted in every table, and reads as it was typed."""

import json
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from contacts.models import DataKey
from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import key_to_write_with
from contacts.models.encrypted import EncryptedJSON, EncryptedText, is_encrypted
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, Handover, Opening, Outage, PatientLookup
from outage.queries.care_chains import get_chain
from tests.factories import County, make_chain, make_event, tell

pytestmark = pytest.mark.django_db

# What is text and stays plain, with what it holds. Held forms are the owner's, and stand for hours.
PLAIN = {
    "outage.CallCode.code": "drawn digits",
    "outage.CareChainDetails.changed": "closed words, by party",
    "outage.CareChainDetails.other_ids": "ids, by party",
    "outage.CareChainEvent.kind": "a key of the routine",
    "outage.CareChainEvent.paper_serial": "a serial",
    "outage.ChainJoin.same": "ids",
    "outage.ChecklistTick.checklist": "a key of content",
    "outage.ChecklistTick.item": "a key of content",
    "outage.DischargeCompletion.rests_on": "ids",
    "outage.Handover.paper_serial": "a serial",
    "outage.Handover.place": "a key of a place: its id",
    "outage.Handover.signature": "staff, as they logged in",
    "outage.ChainState.choice": "a key, or a participant's number",
    "outage.ChainState.kind": "a key of content",
    "outage.ChainState.message": "a kind and ids",
    "outage.ChainState.whom": "a key of a place, or a participant's number",
    "outage.Outage.routine_id": "a key of content",
    "outage.Outage.system": "a key of content",
    "outage.LeftOpen.keys": "ids and kinds",
    "outage.OutageClosing.counted": "counts",
    "outage.OutageFigures.charts": "drawings of counts",
    "outage.OutageFigures.main": "counts and minutes",
    "outage.OutageFigures.reach": "a branch, or a unit's id",
    "outage.OutageFigures.tables": "counts, times, words of content and units' names",
    "outage.OutageFigures.version": "numbers of rows",
    "outage.OutageReport.sees": "what one sees of the outage, for every principal",
    "outage.PatientLookup.hash": "a keyed hash",
    "outage.RegistrationMark.picture": "closed words and ids",
    "outage.RegistrationMark.task": "a kind and ids",
    "outage.TaskTurn.task": "a kind and ids",
    "outage.SupportContact.case_number": "the support's own number",
    "outage.ShiftHandover.left": "keys of the routine, of places and of messages, states, ids and times",
    "blanketter.DisposalDecision.note": "of a decision on paper, not of a patient",
    "blanketter.DisposalDecision.reference": "of a decision on paper",
    "blanketter.Export.sealed_by": "a name in a certificate",
    "blanketter.Export.sha256": "of a file",
    "blanketter.PurgeStep.counted": "counts",
    "blanketter.ScanUpload.sha256": "of a file",
    "blanketter.ScannedPage.serial": "a serial",
    "blanketter.ScannedPage.sha256": "of a picture",
    "blanketter.Sheet.routine_version": "a key of content",
    "blanketter.Sheet.serial": "a serial",
    "blanketter.Sheet.version": "a key of content",
    "blanketter.SheetFate.signature": "staff, as they logged in",
}
ELSEWHERE = {"HeldForm"}


def text_columns() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for app in ("outage", "blanketter")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, EncryptedText | EncryptedJSON)
        and not field.choices
        and model.__name__ not in ELSEWHERE
    }


def test_a_column_that_text_is_typed_in_is_encrypted_or_said_to_hold_none():
    assert text_columns() == set(PLAIN)


def everything() -> str:
    """All that stands in the database, as it lies there."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += cursor.fetchall()
    return repr(found)


def test_it_reads_as_it_was_typed_and_lies_as_nobody_can_read_it(county: County, outage: Outage):
    chain = make_chain(county, outage, patient_name="Örja Hemligsson", identity="19500101-9809")
    event = make_event(
        county.alva,
        chain,
        kind="sip_invitation",
        sender=Party.OUTPATIENT,
        participants=["Dotter Hemligsson"],
        sip_date="2026-12-24",
    )
    call = tell(
        county.alva,
        chain,
        event,
        to="participant:Dotter Hemligsson",
        comment='"k1:" å 👩‍⚕️',
        next_step="k1:AAAA",
    )
    lying = everything()
    for word in ("Hemligsson", "195001019809", "2026-12-24", "Karin P", "k1:AAAA"):
        assert word not in lying, word
    chain, call = get_chain(county.alva, chain.pk), Handover.objects.get(pk=call.pk)
    assert (chain.details.patient_name, chain.details.identity_number) == ("Örja Hemligsson", "195001019809")
    assert (call.recipient, call.comment) == ("participant:Dotter Hemligsson", '"k1:" å 👩‍⚕️')
    assert (call.next_step, call.call_back, call.spoken_to) == ("k1:AAAA", "", "Karin Påhittad")
    assert event.particulars["participants"] == ["Dotter Hemligsson"]
    names = set(DataKey.objects.values_list("name", flat=True))
    assert {name for name in names if name.startswith("patients/")} == {
        f"patients/{county.region.pk}/{outage.pk}"
    }


def test_the_database_neither_searches_nor_orders_nor_changes_it(county: County, chain: CareChain):
    for ask in (
        lambda: list(Handover.objects.filter(comment="x")),
        lambda: list(CareChain.objects.filter(details__patient_name__contains="x")),
        lambda: list(CareChainDetails.objects.filter(others__has_key="municipality")),
        lambda: models.QuerySet(CareChainDetails).update(patient_name="x"),
        lambda: models.QuerySet(CareChainDetails).update(patient_name=models.F("identity_number")),
    ):
        with pytest.raises(FieldError), transaction.atomic():
            ask()
    assert list(Handover.objects.filter(comment__isnull=True)) == []


def test_what_was_moved_to_another_column_or_lies_plain_is_not_read(county: County, chain: CareChain):
    with connection.cursor() as cursor:
        for stored, refused in (("identity_number", Undecipherable), ("'Eva Ek'", ValueError)):
            cursor.execute(f"UPDATE outage_carechaindetails SET patient_name = {stored}")
            with pytest.raises(refused):
                list(CareChainDetails.objects.all())


def test_many_at_once_are_encrypted_without_asking_for_their_chain(
    county: County, chain: CareChain, django_assert_num_queries
):
    now = timezone.now()
    facts = {
        "user": county.alva.user,
        "unit": county.ward,
        "kind": "protected",
        "reason": "other",
        "until": now,
    }
    rows = [
        Opening(chain=chain, id=uuid4(), note=f"Skäl {n}", at="2026-01-01T00:00Z", **facts) for n in range(3)
    ]
    key_to_write_with(rows[0].data_key_name())
    with django_assert_num_queries(1):
        Opening.objects.bulk_create(rows)
    assert sorted(row.note for row in Opening.objects.all()) == ["Skäl 0", "Skäl 1", "Skäl 2"]


def test_what_is_dumped_is_encrypted_and_what_is_loaded_reads_as_before(
    county: County, chain: CareChain, tmp_path: Path
):
    make_event(county.alva, chain)
    tables = ("outage.CareChainDetails", "outage.Handover", "outage.CareChainEvent")
    dumped = StringIO()
    call_command("dumpdata", *tables, stdout=dumped)
    rows = json.loads(dumped.getvalue())
    assert is_encrypted(
        next(row for row in rows if row["model"] == tables[0].lower())["fields"]["patient_name"]
    )
    assert chain.details.patient_name not in dumped.getvalue()
    file = tmp_path / "dumped.json"
    file.write_text(dumped.getvalue(), encoding="utf-8")
    call_command("loaddata", str(file), verbosity=0)
    assert CareChainDetails.objects.get().patient_name == chain.details.patient_name
    assert Handover.objects.get().spoken_to == "Karin Påhittad"
    # The number in two ways, and the name.
    assert PatientLookup.objects.count() == 3
