"""What somebody wrote about a sheet lies encrypted: it may name a patient."""

from uuid import UUID

import contacts.models.encrypted
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.models.data_key import name_of
from contacts.models.encrypting import Told, encrypt_column

# Each column with the ways to the outage of its row.
_COLUMNS = [
    ("SheetFate", "reason", ["sheet__outage"]),
    ("SheetFate", "given_to", ["sheet__outage"]),
    ("ScanUndone", "reason", ["match__sheet__outage", "back__sheet__outage"]),
    ("PaperEntry", "reason", ["handover__chain__outage"]),
]


def key_name(told: Told) -> str:
    outages = [value for value in told.values() if isinstance(value, UUID) and value != told["pk"]]
    return name_of(told["unit__principal"], next(iter(outages), None))


def encrypt(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model, column, ways in _COLUMNS:
        encrypt_column(apps.get_model("blanketter", model), column, key_name, "unit__principal", *ways)


class Migration(migrations.Migration):

    dependencies = [
        ('blanketter', '0001_tables'),
        ('contacts', '0014_at_rest'),
    ]

    operations = [
        migrations.AlterField(
            model_name='paperentry',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför flyttat'),
        ),
        migrations.AlterField(
            model_name='scanundone',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='sheetfate',
            name='given_to',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='lämnat till'),
        ),
        migrations.AlterField(
            model_name='sheetfate',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför'),
        ),
        migrations.RunPython(encrypt),
    ]
