"""Which version of the details says as whom somebody heard of the patient; the rows are made anew after `migrate`."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0023_number_lookups")]

    operations = [
        migrations.AddField(
            model_name="chainstate",
            name="heard_as",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outage.carechaindetails",
            ),
        ),
    ]
