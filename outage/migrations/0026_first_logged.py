"""When what was moved to another patient was logged first; of what was moved before this nobody knows it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0025_acknowledged_anew")]

    operations = [
        migrations.AddField(
            "carechainevent",
            "first_logged_at",
            models.DateTimeField(editable=False, null=True, verbose_name="loggades först"),
        ),
    ]
