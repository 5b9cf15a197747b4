"""Held forms lie encrypted, and are known again by a keyed hash."""

import contacts.models.encrypted
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.models.data_key import name_of
from contacts.models.encrypting import Told, encrypt_column, plain_rows
from contacts.models.hashed import hashed_with

_PRINCIPAL = "membership__unit__principal"


def key_name(told: Told) -> str:
    return name_of(told[_PRINCIPAL])


def encrypt(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    held = apps.get_model("outage", "HeldForm")
    for told in plain_rows(held, "content", _PRINCIPAL):
        held.objects.filter(pk=told["pk"]).update(content_hash=hashed_with(key_name(told), told["plain"]))
    encrypt_column(held, "content", key_name, _PRINCIPAL)


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0014_at_rest'),
        ('outage', '0003_openings'),
    ]

    operations = [
        migrations.AddField(
            model_name='heldform',
            name='content_hash',
            field=models.CharField(db_index=True, default='-', max_length=64),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='heldform',
            name='content',
            field=contacts.models.encrypted.EncryptedText(max_length=200000),
        ),
        migrations.RunPython(encrypt),
    ]
