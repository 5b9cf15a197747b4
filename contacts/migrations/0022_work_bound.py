"""Whether what long work was to do is written: then it is too late to cancel it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0021_renamed_without_key")]

    operations = [
        migrations.AddField(
            model_name="work",
            name="bound",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
