"""What was typed about a patient lies encrypted from here on, and an exact look-up of a number asks for keyed hashes."""

import json

import contacts.models.encrypted
import django.db.models.deletion
import outage.models.whom
from django.db import migrations, models

from contacts.migrations._encrypting import Encrypting
from contacts.models.data_key import name_of
from contacts.models.encrypted import about_column, encrypted_with
from outage.rules.identity import IdentityKind, lookup_texts
from outage.rules.informing import PARTICIPANT_PREFIX

OF_CHAIN = ('chain__principal', 'chain__outage')


def is_no_name(text):
    return not text.startswith(PARTICIPANT_PREFIX)


def encrypt(apps, schema_editor):
    run = Encrypting(apps, schema_editor)
    fill_lookups(run)
    take_ids_out(run)
    run.encrypt('outage.CareChainDetails', ['identity_number', 'patient_name', 'status_reason'], OF_CHAIN)
    run.encrypt('outage.CareChainEvent', ['paper_signature', 'particulars', 'reason'], OF_CHAIN)
    run.encrypt(
        'outage.OpenItem',
        ['recipient', 'place', 'responsible', 'reason'],
        ('event__chain__principal', 'event__chain__outage'),
        keep={'recipient': is_no_name, 'place': is_no_name},
    )
    run.encrypt('outage.ChainJoin', ['reason'], ('kept__principal', 'kept__outage'))
    run.encrypt(
        'outage.Handover',
        [
            'recipient', 'place_name', 'paper_signature', 'spoken_to', 'spoken_to_unit', 'number',
            'read_back_reason', 'comment', 'next_step', 'call_back', 'checked_reason', 'reason',
        ],
        OF_CHAIN,
        keep={'recipient': is_no_name},
    )
    run.encrypt('outage.Opening', ['note'], OF_CHAIN)
    take_typed_out(run)
    run.encrypt('outage.RegistrationMark', ['choice'], OF_CHAIN)


def fill_lookups(run):
    """Those of the row that a chain is known by now."""
    chains = run.apps.get_model('outage', 'CareChain')
    lookups = run.apps.get_model('outage', 'PatientLookup')
    columns = ['details__identity_number', 'details__identity_kind']
    for pk, principal, outage, raw in run.rows(chains, columns, ('principal', 'outage')):
        number, kind = raw.values()
        texts = lookup_texts(IdentityKind(kind), number) if kind else ()
        key = run.key(name_of(principal, outage)) if texts else None
        lookups.objects.bulk_create(
            lookups(chain_id=pk, key_id=key.id, hash=key.cipher.keyed_hash(text)) for text in texts
        )


def take_ids_out(run):
    """What an unlisted place is known by does not tell where it is."""
    model = run.apps.get_model('outage', 'CareChainDetails')
    about = about_column(model, 'others')
    for pk, principal, outage, raw in run.rows(model, ['others'], OF_CHAIN):
        others = json.loads(raw['others'])
        if others:
            ids = {party: place.pop('id') for party, place in others.items()}
            text = json.dumps(others, ensure_ascii=False)
            key = run.key(name_of(principal, outage))
            run.write(model, pk, {'other_ids': ids, 'others': encrypted_with(key, text, about)})


def take_typed_out(run):
    """What a mark's picture has of the patient gets a column of its own."""
    model = run.apps.get_model('outage', 'RegistrationMark')
    about = about_column(model, 'typed')
    for pk, principal, outage, raw in run.rows(model, ['picture'], OF_CHAIN):
        picture = json.loads(raw['picture'] or 'null')
        if picture:
            typed = json.dumps(picture.pop('typed'), ensure_ascii=False)
            key = run.key(name_of(principal, outage))
            run.write(model, pk, {'picture': picture, 'typed': encrypted_with(key, typed, about)})


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0012_trace_and_keys'),
        ('outage', '0003_openings'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='carechaindetails',
            name='search_key',
        ),
        migrations.AddField(
            model_name='carechaindetails',
            name='other_ids',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='registrationmark',
            name='typed',
            field=contacts.models.encrypted.EncryptedJSON(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='carechaindetails',
            name='identity_number',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=40, verbose_name='personnummer eller reservnummer'),
        ),
        migrations.AlterField(
            model_name='carechaindetails',
            name='others',
            field=contacts.models.encrypted.EncryptedJSON(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='carechaindetails',
            name='patient_name',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='patientens namn'),
        ),
        migrations.AlterField(
            model_name='carechaindetails',
            name='status_reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='carechainevent',
            name='paper_signature',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='signatur på papperet'),
        ),
        migrations.AlterField(
            model_name='carechainevent',
            name='particulars',
            field=contacts.models.encrypted.EncryptedJSON(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='carechainevent',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='chainjoin',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='call_back',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='ring tillbaka: nummer och tid'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='checked_reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför inte motringd'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='comment',
            field=contacts.models.encrypted.EncryptedText(blank=True, verbose_name='kommentar'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='next_step',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='nästa steg och när'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='number',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=60, verbose_name='nummer'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='paper_signature',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='signatur på papperet'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='place_name',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='plats'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='read_back_reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför inte återläst'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='recipient',
            field=outage.models.whom.WhomField(max_length=200, verbose_name='motpart'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='spoken_to',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='talade med'),
        ),
        migrations.AlterField(
            model_name='handover',
            name='spoken_to_unit',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=200, verbose_name='deras enhet'),
        ),
        migrations.AlterField(
            model_name='opening',
            name='note',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=120, verbose_name='annat skäl'),
        ),
        migrations.AlterField(
            model_name='openitem',
            name='place',
            field=outage.models.whom.WhomField(blank=True, editable=False, max_length=200),
        ),
        migrations.AlterField(
            model_name='openitem',
            name='reason',
            field=contacts.models.encrypted.EncryptedText(max_length=300, verbose_name='varför'),
        ),
        migrations.AlterField(
            model_name='openitem',
            name='recipient',
            field=outage.models.whom.WhomField(max_length=200, verbose_name='vem som inte är underrättad'),
        ),
        migrations.AlterField(
            model_name='openitem',
            name='responsible',
            field=contacts.models.encrypted.EncryptedText(max_length=200, verbose_name='ansvarig'),
        ),
        migrations.AlterField(
            model_name='registrationmark',
            name='choice',
            field=contacts.models.encrypted.EncryptedText(blank=True, max_length=300, verbose_name='beslut'),
        ),
        migrations.CreateModel(
            name='PatientLookup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(db_index=True, max_length=64)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lookups', to='outage.carechain')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='patient_lookups', to='contacts.datakey')),
            ],
            options={
                'verbose_name': 'sökning på nummer',
                'verbose_name_plural': 'sökningar på nummer',
            },
        ),
        migrations.RunPython(encrypt, elidable=True),
    ]
