"""One more kind of row of how a chain stands; they are written as all of them are made anew after `migrate`."""

from django.db import migrations, models

from outage.models.chain_state import StateKind


class Migration(migrations.Migration):
    dependencies = [("outage", "0020_chains_of_a_unit_by_number")]

    operations = [
        migrations.AlterField(
            model_name="chainstate",
            name="what",
            field=models.CharField(choices=StateKind.choices, max_length=8),
        ),
    ]
