"""What the file of long work is known by: then a list says of it, unopened, that it is not handed out any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0022_work_bound")]

    operations = [
        migrations.AddField(
            model_name="work",
            name="sha256",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
    ]
