"""As whom the patient was spoken of in a call, where the form showed another than the chain then had."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outage", "0021_to_enter")]

    operations = [
        migrations.AddField(
            model_name="handover",
            name="shown_as",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outage.carechaindetails",
            ),
        ),
    ]
