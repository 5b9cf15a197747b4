"""An outage that somebody had ended was over for everybody; what was said of its scope held all of it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def keep_what_was_so(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give every principal its own end of each ended outage, and every report the outage's start as its moment."""
    reports = apps.get_model("outage", "OutageReport")
    reports.objects.update(scope_from=F("started_at"))
    principals = list(apps.get_model("contacts", "Principal").objects.order_by("pk"))
    end = apps.get_model("outage", "PrincipalEnd")
    for outage in apps.get_model("outage", "Outage").objects.filter(closed_at__isnull=False).order_by("pk"):
        said = reports.objects.filter(outage=outage).order_by("recorded_at", "pk")
        row = said.filter(kind="ended").last() or said.last()
        if row is None:
            continue
        end.objects.bulk_create(
            end(
                outage=outage,
                principal=principal,
                ended_at=outage.closed_at,
                user_id=outage.closed_by_id,
                unit_id=row.unit_id,
                recorded_at=row.recorded_at,
            )
            for principal in principals
        )


class Migration(migrations.Migration):
    dependencies = [("outage", "0006_each_principal_ends_itself")]

    operations = [migrations.RunPython(keep_what_was_so, migrations.RunPython.noop)]
