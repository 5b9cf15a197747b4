"""Held forms lie encrypted, and are known again by a keyed hash."""

import contacts.models.encrypted
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.migrations._encrypting import Encrypting
from contacts.models.data_key import name_of


def encrypt(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run = Encrypting(apps, schema_editor)
    held = apps.get_model("outage", "HeldForm")
    for pk, principal, _, raw in run.rows(held, ["content"], ("membership__unit__principal", "pk")):
        told = run.key(name_of(principal)).cipher.keyed_hash(raw["content"])
        run.write(held, pk, {"content_hash": told})
        run.encrypt_row(held, pk, name_of(principal), raw)


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0015_at_rest'),
        ('outage', '0004_encrypted'),
    ]

    operations = [
        migrations.AddField(
            model_name='heldform',
            name='content_hash',
            field=models.CharField(default='-', max_length=64),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='heldform',
            name='content',
            field=contacts.models.encrypted.EncryptedText(max_length=200000),
        ),
        migrations.RunPython(encrypt),
    ]
