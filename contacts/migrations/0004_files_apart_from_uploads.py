"""What a file holds is kept apart from the row that it was sent in, so that it can be taken away."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def problems_by_kind(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep what the previews that were shown say, in the form that previews have now."""
    uploads = apps.get_model("contacts", "DirectoryUpload").objects
    for upload in uploads.only("plan").iterator(chunk_size=20):
        plan = upload.plan
        problems = [
            {"column": column, "sentence": sentence, "count": 1, "rows": [[f"Rad {row}", sentence]]}
            for row, column, sentence in plan.get("problems", ())
        ]
        uploads.filter(pk=upload.pk).update(plan={**plan, "problems": problems, "unread": [], "left_out": 0})


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0003_flag_withdrawals'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='directoryupload',
            name='content',
        ),
        migrations.AddField(
            model_name='directoryupload',
            name='choices',
            field=models.JSONField(blank=True, default=dict, verbose_name='val'),
        ),
        migrations.AddField(
            model_name='directoryupload',
            name='file',
            field=models.UUIDField(null=True, verbose_name='fil'),
        ),
        migrations.AddField(
            model_name='directoryupload',
            name='memory',
            field=models.JSONField(blank=True, default=dict, verbose_name='val att minnas'),
        ),
        migrations.AlterField(
            model_name='directoryupload',
            name='plan',
            field=models.JSONField(blank=True, default=dict, verbose_name='förhandsvisning'),
        ),
        migrations.AlterField(
            model_name='directoryupload',
            name='plan_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.CreateModel(
            name='DirectoryFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='tid')),
                ('book', models.JSONField(verbose_name='innehåll')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal', verbose_name='huvudman')),
            ],
            options={
                'verbose_name': 'fil',
                'verbose_name_plural': 'filer',
            },
        ),
        migrations.RunPython(problems_by_kind, migrations.RunPython.noop),
    ]
