from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, PROTECT, Subquery


def copy_places(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    details = apps.get_model("outage", "CareChainDetails").objects.filter(pk=OuterRef("details"))
    apps.get_model("outage", "CareChain").objects.update(
        ward_unit=Subquery(details.values("ward_unit")),
        outpatient_unit=Subquery(details.values("outpatient_unit")),
    )


def place() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, editable=False, null=True, on_delete=PROTECT, related_name="+", to="contacts.unit"
    )


class Migration(migrations.Migration):

    dependencies = [("contacts", "0015_at_rest"), ("outage", "0005_at_rest")]

    operations = [
        migrations.RemoveIndex(model_name="carechaindetails", name="details_by_ward"),
        migrations.RemoveIndex(model_name="carechaindetails", name="details_by_outpatient"),
        migrations.AddField(model_name="carechain", name="ward_unit", field=place()),
        migrations.AddField(model_name="carechain", name="outpatient_unit", field=place()),
        migrations.RunPython(copy_places, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="carechain",
            index=models.Index(fields=["outage", "principal", "ward_unit"], name="chain_by_ward"),
        ),
        migrations.AddIndex(
            model_name="carechain",
            index=models.Index(fields=["outage", "principal", "outpatient_unit"], name="chain_by_outpatient"),
        ),
    ]
