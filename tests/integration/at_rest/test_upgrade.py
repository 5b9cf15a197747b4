"""What lay plain before lies encrypted after an upgrade, reads as it did, and is known again when it is sent again."""

from pathlib import Path
from uuid import UUID

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from contacts.access import acting_in
from contacts.models import DirectoryFile, DirectoryUpload, Membership, Submission, SubmissionClash
from contacts.services.submissions import claim, content_hash, keep_clash
from outage.models import HeldForm
from outage.services.held_forms import hold_form
from tests.factories import same_id
from tests.migrating import migrate

NAME = "Tolvan Tolvansson"
TYPED = {"patient_name": [NAME], "comment": ["Läggs i sal 4"]}
BEFORE = [("contacts", "0012_trace_and_keys"), ("outage", "0003_openings"), ("blanketter", "0001_tables")]


def make_rows() -> UUID:
    """As the version before wrote them; returns the id of a form."""
    apps = migrate(*BEFORE)
    model = apps.get_model
    region = model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    user = model("contacts", "User").objects.create(username="alva", is_active=True)
    ward = model("contacts", "Unit").objects.create(
        principal=region, name="Medicin", search_key="medicin", sort_key="medicin", ward_kind="somatic"
    )
    works = model("contacts", "Membership").objects.create(user=user, unit=ward, role="staff")
    sent = model("contacts", "Submission").objects.create(
        id=same_id(1), kind="call", user=user, content_hash=content_hash(TYPED)
    )
    other = {**TYPED, "comment": ["Något annat"]}
    model("contacts", "SubmissionClash").objects.create(
        submission=sent, user=user, content=other, content_hash=content_hash(other)
    )
    model("outage", "HeldForm").objects.create(
        user=user, membership=works, path="/x/", content='{"patient_name": ["Tolvan Tolvansson"]}'
    )
    model("contacts", "DirectoryFile").objects.create(principal=region, book={"sheets": [NAME]})
    for plan in ({}, {"groups": {"new": [NAME]}}):
        model("contacts", "DirectoryUpload").objects.create(principal=region, user=user, unit=ward, plan=plan)
    return sent.pk


def test_it_goes_on_as_it_stood_and_can_not_be_read(empty_database: None):
    sent = make_rows()
    call_command("migrate", verbosity=0)
    alva = acting_in(Membership.objects.get())
    assert HeldForm.objects.get().content == '{"patient_name": ["Tolvan Tolvansson"]}'
    held = hold_form(by=alva.membership, path="/x/", content={"patient_name": [NAME]})
    clash = SubmissionClash.objects.get()
    assert (clash.content["comment"], held) == (["Något annat"], HeldForm.objects.get())
    assert keep_clash(by=alva, client_id=sent, content=clash.content) == clash
    with transaction.atomic():
        first = claim(by=alva, client_id=sent, kind="call", content=TYPED)
    assert first == Submission.objects.get()
    assert first.content_hash != content_hash(TYPED)
    assert DirectoryFile.objects.get().book == {"sheets": [NAME]}
    plans = [row.plan for row in DirectoryUpload.objects.order_by("at", "pk")]
    assert sorted(plans, key=len) == [{}, {"groups": {"new": [NAME]}}]
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        for path in file.parent.glob(f"{file.name}*"):
            assert b"Tolvan" not in path.read_bytes(), path
    assert not MigrationExecutor(connection).migration_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes()
    )
