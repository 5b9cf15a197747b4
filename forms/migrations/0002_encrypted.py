"""What was typed about a sheet lies encrypted from here on."""

import contacts.models.encrypted
from django.db import migrations

from contacts.migrations._encrypting import Encrypting
from contacts.models.data_key import name_of


def encrypt(apps, schema_editor):
    run = Encrypting(apps, schema_editor)
    run.encrypt(
        'blanketter.PaperEntry', ['reason'], ('handover__chain__principal', 'handover__chain__outage')
    )
    run.encrypt('blanketter.SheetFate', ['reason', 'given_to'], ('sheet__unit__principal', 'sheet__outage'))
    # As the row says it: of a sheet by the sheet, else by the unit, of no outage.
    undone = apps.get_model('blanketter', 'ScanUndone')
    of_sheet = {
        pk: told
        for way in ('match__sheet', 'back__sheet')
        for pk, *told in undone.objects.filter(**{f'{way}__isnull': False}).values_list(
            'pk', f'{way}__unit__principal', f'{way}__outage'
        )
    }
    for pk, principal, _, raw in run.rows(undone, ['reason'], ('unit__principal', 'pk')):
        run.encrypt_row(undone, pk, name_of(*of_sheet.get(pk, (principal, None))), raw)


class Migration(migrations.Migration):

    dependencies = [
        ('blanketter', '0001_tables'),
        ('contacts', '0012_trace_and_keys'),
        ('outage', '0004_encrypted'),
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
        migrations.RunPython(encrypt, elidable=True),
    ]
