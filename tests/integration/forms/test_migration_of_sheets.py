"""A sheet printed before there were serials keeps what was known of it, and is followed from then on as any other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.migrations.state import StateApps

from forms.rules.serial import read_serial
from tests.migrating import contacts_today, migrate

OLD, NEW = ("blanketter", "0003_contact_list"), ("blanketter", "0006_every_sheet_has_a_serial")
PRINTED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def old(empty_database: None) -> StateApps:
    # The people and the units are as they are today, whatever the sheets are.
    return migrate(contacts_today(), OLD)


def sheets(apps: StateApps, count: int) -> list[Any]:
    principal = apps.get_model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    unit = apps.get_model("contacts", "Unit").objects.create(
        principal=principal, name="Medicin 1", search_key="medicin 1", sort_key="medicin 1"
    )
    user = apps.get_model("contacts", "User").objects.create(username="alva")
    model = apps.get_model("blanketter", "Sheet")
    return [
        model.objects.create(
            id=uuid4(),
            kind=["checklist", "care_chain"][number % 2],
            unit=unit,
            user=user,
            printed_at=PRINTED + timedelta(days=number),
            routine_version="2023-04-03",
            pages=1 + number,
            sha256=f"{number:064x}",
        )
        for number in range(count)
    ]


def test_old_sheets_get_a_serial_a_first_step_and_a_row_for_the_file(old: StateApps):
    before = sheets(old, 12)
    new = migrate(contacts_today(), NEW)
    rows = {row.pk: row for row in new.get_model("blanketter", "Sheet").objects.all()}
    steps = list(new.get_model("blanketter", "SheetFate").objects.all())
    files = {row.sheet_id: row for row in new.get_model("blanketter", "Export").objects.all()}
    assert set(rows) == set(files) == {sheet.pk for sheet in before}
    assert len({row.serial for row in rows.values()}) == len(before)
    assert sorted((s.sheet_id, s.number, s.fate) for s in steps) == sorted((pk, 1, "printed") for pk in rows)
    for step in steps:
        assert (step.at, step.user_id) == (rows[step.sheet_id].printed_at, before[0].user_id)
        assert step.unit_id == before[0].unit_id
    for sheet in before:
        row, file = rows[sheet.pk], files[sheet.pk]
        assert read_serial(row.serial) == row.serial
        assert (row.kind, row.pages, row.printed_at) == (sheet.kind, sheet.pages, sheet.printed_at)
        assert (row.batch_id, row.place, row.version) == (None, None, "1")
        assert (file.sha256, file.kind, file.pages) == (sheet.sha256, sheet.kind, sheet.pages)
        assert (file.at, file.user_id, file.unit_id) == (sheet.printed_at, sheet.user_id, sheet.unit_id)
        assert (file.batch_id, file.sealed_by) == (None, "")


def test_where_nothing_was_printed_nothing_is_made(old: StateApps):
    new = migrate(contacts_today(), NEW)
    for name in ("Sheet", "SheetFate", "Export"):
        assert not new.get_model("blanketter", name).objects.exists()


def test_of_a_sheet_that_came_to_its_end_before_nobody_is_asked_whether_all_is_entered(old: StateApps):
    lives = [
        "",
        "filled",
        "filled scanned",
        "voided",
        "filled scanned filled scanned checked destroyed",
        "kept",
    ]
    before = migrate(contacts_today(), ("blanketter", "0007_all_entered"))
    principal = before.get_model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    unit = before.get_model("contacts", "Unit").objects.create(
        principal=principal, name="Medicin 1", search_key="medicin 1", sort_key="medicin 1"
    )
    made = {}
    for place, life in enumerate(lives):
        made[life] = before.get_model("blanketter", "Sheet").objects.create(
            serial=f"{place:09}", kind="log_sheet", unit=unit, routine_version="2023-04-03", pages=1
        )
        for number, step in enumerate(["printed", *life.split()], 1):
            made[life].fates.create(number=number, fate=step, unit=unit, at=PRINTED + timedelta(hours=number))
    new = migrate(contacts_today(), ("blanketter", "0008_ended_sheets_entered"))
    said = {row.sheet_id: row for row in new.get_model("blanketter", "AllEntered").objects.all()}
    assert set(said) == {made[life].pk for life in lives[3:]}
    destroyed = said[made[lives[4]].pk]
    assert (destroyed.rows, destroyed.scans, destroyed.user_id, destroyed.unit_id) == (0, 2, None, unit.pk)
    assert destroyed.at == PRINTED + timedelta(hours=7)
