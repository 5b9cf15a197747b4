"""Every sheet has a serial of its own, and its hash stands with the file that was given out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the old rows were filled in."""

    dependencies = [("blanketter", "0005_old_sheets")]

    operations = [
        migrations.AlterField(
            model_name="sheet",
            name="serial",
            field=models.CharField(max_length=9, unique=True, verbose_name="löpnummer"),
        ),
        migrations.RemoveField(model_name="sheet", name="sha256"),
    ]
