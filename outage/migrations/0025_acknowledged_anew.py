"""Messages are acknowledged anew once an outage was opened again, and an acknowledgement is taken back by a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0024_heard_as")]

    operations = [
        migrations.RemoveConstraint("acknowledgement", "acknowledged_once_per_unit"),
        migrations.AddField(
            "acknowledgement", "done", models.BooleanField(default=True, verbose_name="kvitterat")
        ),
        migrations.AddIndex(
            "acknowledgement", models.Index(fields=["outage", "unit"], name="acknowledged_by_unit")
        ),
    ]
