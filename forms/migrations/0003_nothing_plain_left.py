"""What was plain before it was encrypted stands in no free page and in no log of the database either."""

from django.db import migrations

from contacts.migrations._encrypting import wipe

TABLES = [
    ('outage', 'CareChainDetails'),
    ('outage', 'CareChainEvent'),
    ('outage', 'ChainJoin'),
    ('outage', 'Handover'),
    ('outage', 'OpenItem'),
    ('outage', 'Opening'),
    ('outage', 'RegistrationMark'),
    ('blanketter', 'PaperEntry'),
    ('blanketter', 'ScanUndone'),
    ('blanketter', 'SheetFate'),
]


def wipe_all(apps, schema_editor):
    # In a new database there is nothing to wipe.
    if apps.get_model('contacts', 'DataKey').objects.exists():
        wipe(schema_editor.connection.alias, [apps.get_model(*name) for name in TABLES])


class Migration(migrations.Migration):

    # No database vacuums inside a transaction; recorded when it is done, it is done once.
    atomic = False

    dependencies = [('blanketter', '0002_encrypted')]

    operations = [migrations.RunPython(wipe_all, migrations.RunPython.noop, elidable=True)]
