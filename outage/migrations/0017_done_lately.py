"""A unit's newest events and calls, for Överlämning."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0016_drill")]

    operations = [
        migrations.AddIndex(
            model_name=name,
            index=models.Index(fields=["unit", "recorded_at"], name=index),
        )
        for name, index in (("carechainevent", "event_by_unit"), ("handover", "handover_by_unit"))
    ]
