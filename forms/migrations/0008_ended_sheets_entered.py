"""Sheets that came to an end before anybody was asked whether all their rows are in the log: nobody is asked now."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_ENDS = ("destroyed", "kept", "voided")


def say(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Say it of each of them, without a person, as of the day it came to its end."""
    sheet_model = apps.get_model("blanketter", "Sheet")
    said_model = apps.get_model("blanketter", "AllEntered")
    for sheet in sheet_model.objects.filter(fates__fate__in=_ENDS).distinct().iterator():
        steps = list(sheet.fates.order_by("number"))
        said_model.objects.create(
            sheet=sheet,
            rows=sheet.entries.count(),
            scans=sum(step.fate == "scanned" for step in steps),
            unit_id=sheet.unit_id,
            at=steps[-1].at,
        )


class Migration(migrations.Migration):
    """Data only; going back drops the table."""

    dependencies = [("blanketter", "0007_all_entered")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop)]
