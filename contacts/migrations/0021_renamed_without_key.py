"""A unit is renamed without a lock on its key."""

from django.db import migrations, models

NAME = "unit_name_once_per_principal"


class Migration(migrations.Migration):
    dependencies = [("contacts", "0020_reminds_outside")]

    operations = [
        migrations.RemoveConstraint(model_name="unit", name=NAME),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True),
                fields=("principal", "name"),
                name=NAME,
                violation_error_message="Enhet med den här huvudmannen och det här namnet finns redan.",
            ),
        ),
    ]
