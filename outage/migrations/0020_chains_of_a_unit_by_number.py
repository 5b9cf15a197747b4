"""Which chains of a unit somebody has written about, from the index alone, for Lägesbild."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0019_chains_changed_by_unit")]

    operations = [
        migrations.RemoveIndex(model_name="carechain", name="chain_by_unit"),
        migrations.AddIndex(
            model_name="carechain",
            index=models.Index(
                fields=["outage", "principal", "unit", "number", "rows"], name="chain_by_unit"
            ),
        ),
    ]
