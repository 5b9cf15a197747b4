"""Whether an outage is a drill. All that there are were in earnest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0015_missing")]

    operations = [
        migrations.AddField(
            model_name="outage",
            name="drill",
            # A server of the former version goes on reporting outages until it is upgraded.
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="övning"),
        ),
    ]
