"""The newest calls that a unit received, for Läge."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0017_done_lately")]

    operations = [
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["unit", "direction", "at", "recorded_at"], name="handover_newest"),
        )
    ]
