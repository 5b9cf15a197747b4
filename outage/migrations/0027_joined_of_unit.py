"""What a unit opened and was joined is found without looking through all that it opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0026_first_logged")]

    operations = [
        migrations.AddIndex(
            "carechain",
            models.Index(
                fields=["outage", "principal", "unit", "joined_to"],
                condition=models.Q(joined_to__isnull=False),
                name="chain_joined_of_unit",
            ),
        )
    ]
