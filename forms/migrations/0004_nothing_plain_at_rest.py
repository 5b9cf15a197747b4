"""What was plain in held forms, clashes and files that came in, or hashed without a key, stands in no free page."""

from django.db import migrations

from contacts.migrations._encrypting import wipe

TABLES = [
    ('contacts', 'DirectoryFile'),
    ('contacts', 'DirectoryUpload'),
    ('contacts', 'Submission'),
    ('contacts', 'SubmissionClash'),
    ('outage', 'HeldForm'),
]


def wipe_all(apps, schema_editor):
    # In a new database there is nothing to wipe.
    if apps.get_model('contacts', 'DataKey').objects.exists():
        wipe(schema_editor.connection.alias, [apps.get_model(*name) for name in TABLES])


class Migration(migrations.Migration):

    # No database vacuums inside a transaction; recorded when it is done, it is done once.
    atomic = False

    dependencies = [
        ('blanketter', '0003_nothing_plain_left'),
        ('contacts', '0015_at_rest'),
        ('outage', '0005_at_rest'),
    ]

    operations = [migrations.RunPython(wipe_all, migrations.RunPython.noop, elidable=True)]
