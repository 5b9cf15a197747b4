"""What was called a blank back, and shown to nobody, is laid to its front; what else was said of pages stays (R2.6)."""

from uuid import uuid4

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from contacts.models import Unit
from forms.models import ScanBack, ScanMatch, ScannedPage, Sheet
from forms.queries.scans import pictures_of, waiting_count
from tests.migrating import contacts_today, migrate

OLD, NEW = (
    ("blanketter", "0010_room_for_the_longest_signature"),
    ("blanketter", "0011_what_a_scanned_page_is"),
)


def scan(apps: StateApps, unit, user, findings: list[str]) -> None:
    models = {
        name: apps.get_model("blanketter", name)
        for name in ("ScanUpload", "ScannedPage", "ScanMatch", "Sheet")
    }
    upload = models["ScanUpload"].objects.create(unit=unit, user=user, sha256="0" * 64, pages=len(findings))
    for number, finding in enumerate(findings, 1):
        page = models["ScannedPage"].objects.create(
            id=uuid4(), upload=upload, number=number, finding=finding, width=1, height=1, sha256="0" * 64
        )
        if finding == "matched":
            sheet = models["Sheet"].objects.create(
                serial=uuid4().hex[:9], kind="log_sheet", unit=unit, user=user, routine_version="1", pages=1
            )
            models["ScanMatch"].objects.create(page=page, sheet=sheet, sheet_page=1, user=user, unit=unit)


def test_old_blank_pages_go_to_their_fronts_or_wait(transactional_db):
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    old = migrate(contacts_today(), OLD)
    try:
        principal = old.get_model("contacts", "Principal").objects.create(
            name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
        )
        unit = old.get_model("contacts", "Unit").objects.create(
            principal=principal, name="Medicin 1", search_key="medicin 1", sort_key="medicin 1"
        )
        user = old.get_model("contacts", "User").objects.create(username="alva")
        scan(old, unit, user, ["matched", "blank", "blank", "matched"])
        scan(old, unit, user, ["blank"])
        scan(old, unit, user, ["matched", "blank", "matched"])
        migrate(contacts_today(), NEW)
    finally:
        migrate(*newest)
    told = [
        (back.page.number, back.front.number, back.told_by)
        for back in ScanBack.objects.order_by("page__upload__at", "page__number")
    ]
    assert sorted(told) == [(2, 1, "place"), (2, 1, "place"), (3, 4, "place")]
    assert all(back.page.upload_id == back.front.upload_id for back in ScanBack.objects.all())
    assert (ScannedPage.objects.count(), ScanMatch.objects.filter(turn=1).count()) == (8, 4)
    # The one with no front is shown at last.
    assert waiting_count(Unit.objects.get()) == 1
    backs = sorted(len(picture.backs) for sheet in Sheet.objects.all() for picture in pictures_of(sheet))
    assert backs == [0, 1, 1, 1]
