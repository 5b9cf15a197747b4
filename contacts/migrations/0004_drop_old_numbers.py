"""The columns whose numbers stand in the lists by now."""

from django.db import migrations


class Migration(migrations.Migration):
    """Drops only."""

    dependencies = [("contacts", "0003_numbers_into_lists")]

    operations = [
        migrations.RemoveField(
            model_name='directoryentry',
            name='extension',
        ),
        migrations.RemoveField(
            model_name='directoryentry',
            name='mobile',
        ),
        migrations.RemoveField(
            model_name='directoryentry',
            name='phone',
        ),
        migrations.RemoveField(
            model_name='unit',
            name='direct_number',
        ),
    ]
