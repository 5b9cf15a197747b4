"""How much is written about a unit's chains, from the index alone, for Lägesbild."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0018_newest_received")]

    operations = [
        migrations.RemoveIndex(model_name="carechain", name="chain_by_unit"),
        migrations.AddIndex(
            model_name="carechain",
            index=models.Index(fields=["outage", "principal", "unit", "rows"], name="chain_by_unit"),
        ),
    ]
