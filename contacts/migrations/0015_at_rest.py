"""Forms that clashed and files that were sent in lie encrypted; the hashes of posted forms are keyed."""

import contacts.models.encrypted
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from contacts.migrations._encrypting import Encrypting
from contacts.models.data_key import name_of
from contacts.models.submission import SUBMISSIONS

_AT_ONCE = 500


def encrypt(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run = Encrypting(apps, schema_editor)
    clashes = apps.get_model("contacts", "SubmissionClash")
    # Which assignment it was is not said: any of the person's tells the principal.
    for clash in clashes.objects.values("pk", "user__memberships__unit__principal").order_by("-user__memberships"):
        principal = clash["user__memberships__unit__principal"]
        clashes.objects.filter(pk=clash["pk"]).update(key_name=name_of(principal or 0))
    for pk, key_name, _, raw in run.rows(clashes, ["content"], ("key_name", "pk")):
        run.encrypt_row(clashes, pk, str(key_name), raw)
    for name, column in (("DirectoryFile", "book"), ("DirectoryUpload", "plan")):
        model = apps.get_model("contacts", name)
        for pk, principal, _, raw in run.rows(model, [column], ("principal", "pk")):
            run.encrypt_row(model, pk, name_of(principal), raw)


def key_hashes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """So that what was sent before is known when it is sent again."""
    run = Encrypting(apps, schema_editor)
    for name in ("Submission", "SubmissionClash"):
        rows = apps.get_model("contacts", name).objects
        ids = list(rows.values_list("pk", flat=True))
        cipher = run.key(SUBMISSIONS).cipher if ids else None
        for first in range(0, len(ids), _AT_ONCE):
            some = list(rows.filter(pk__in=ids[first : first + _AT_ONCE]).only("content_hash"))
            for row in some:
                row.content_hash = cipher.keyed_hash(row.content_hash)
            rows.bulk_update(some, ["content_hash"])


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0014_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='submissionclash',
            name='key_name',
            field=models.CharField(default='-', max_length=100),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='directoryfile',
            name='book',
            field=contacts.models.encrypted.EncryptedJSON(verbose_name='innehåll'),
        ),
        migrations.AlterField(
            model_name='directoryupload',
            name='plan',
            field=contacts.models.encrypted.EncryptedJSON(blank=True, default=dict, verbose_name='förhandsvisning'),
        ),
        migrations.AlterField(
            model_name='submissionclash',
            name='content',
            field=contacts.models.encrypted.EncryptedJSON(),
        ),
        migrations.RunPython(encrypt),
        migrations.RunPython(key_hashes),
    ]
