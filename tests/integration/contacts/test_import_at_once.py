"""Two who bring in files at the same time: nothing is doubled, nobody meets a broken page."""

from uuid import uuid4

import pytest

from contacts.access import Acting
from contacts.filing.bringing_in import confirm_steps
from contacts.filing.uploads import upload_steps
from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload
from contacts.services.progress import finish
from tests.factories import at_once
from tests.integration.contacts.importing import malas

pytestmark = pytest.mark.django_db(transaction=True)


def uploaded(by: Acting) -> DirectoryUpload:
    upload = finish(upload_steps(by=by, client_id=uuid4(), content=malas("Kosten", "Tvätten")))
    return DirectoryUpload.objects.get(pk=upload.pk)


def confirmed(by: Acting, upload: DirectoryUpload):
    return lambda: finish(confirm_steps(by=by, upload=upload, client_id=uuid4(), retire_missing=False))


def test_one_upload_confirmed_twice_at_once_is_one_import(county):
    upload = uploaded(county.mala_admin)
    first, second = at_once([confirmed(county.mala_admin, upload)] * 2)
    assert first == second == AuditEntry.objects.get(action="directory.import", target_id=str(upload.pk))
    assert DirectoryEntry.objects.filter(name="Kosten").count() == 1


def test_two_uploads_of_one_file_confirmed_at_once_are_one_import_and_one_new_preview(county):
    by = county.mala_admin
    results = at_once([confirmed(by, uploaded(by)), confirmed(by, uploaded(by))])
    assert sorted(type(result).__name__ for result in results) == ["AuditEntry", "DirectoryUpload"]
    (renewed,) = [result for result in results if isinstance(result, DirectoryUpload)]
    assert [row["name"] for row in renewed.plan["groups"]["unchanged"]] == ["Kosten", "Tvätten"]
    assert DirectoryEntry.objects.filter(name__in=["Kosten", "Tvätten"]).count() == 2
