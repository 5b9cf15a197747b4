"""Sheets printed before there were serials get one, their first step, and a row for the file that was given out."""

import secrets

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from forms.rules.serial import make_serial


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill in what every sheet has from now on."""
    sheet_model = apps.get_model("blanketter", "Sheet")
    fate_model = apps.get_model("blanketter", "SheetFate")
    export_model = apps.get_model("blanketter", "Export")
    taken: set[str] = set()
    for sheet in sheet_model.objects.filter(serial__isnull=True).iterator():
        serial = make_serial(secrets.randbelow(2**64))
        while serial in taken:
            serial = make_serial(secrets.randbelow(2**64))
        taken.add(serial)
        sheet_model.objects.filter(pk=sheet.pk).update(serial=serial)
        fate_model.objects.create(
            sheet_id=sheet.pk,
            number=1,
            fate="printed",
            at=sheet.printed_at,
            user_id=sheet.user_id,
            unit_id=sheet.unit_id,
        )
        export_model.objects.create(
            kind=sheet.kind,
            sheet_id=sheet.pk,
            unit_id=sheet.unit_id,
            user_id=sheet.user_id,
            at=sheet.printed_at,
            pages=sheet.pages,
            sha256=sheet.sha256,
        )


class Migration(migrations.Migration):
    """Data only; going back drops the columns it filled."""

    dependencies = [("blanketter", "0004_serials_fates_scans")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
