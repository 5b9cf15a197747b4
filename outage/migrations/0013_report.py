"""The kept report of an outage, and what people learned of it."""

import contacts.models.encrypted
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0019_turns'),
        ('outage', '0012_task_turns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(editable=False, unique=True)),
                ('text', contacts.models.encrypted.EncryptedText(max_length=2000, verbose_name='lärdom')),
                ('owner', contacts.models.encrypted.EncryptedText(max_length=200, verbose_name='ansvarig')),
                ('due', models.DateField(blank=True, null=True, verbose_name='klart senast')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='skriven')),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lessons', to='outage.outage')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'lärdom',
                'verbose_name_plural': 'lärdomar',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='OutageFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reach', models.CharField(blank=True, max_length=40)),
                ('version', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='gjord')),
                ('tables', models.JSONField(default=list)),
                ('charts', models.JSONField(default=dict)),
                ('main', models.JSONField(default=dict)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='outage.outage')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal')),
            ],
            options={
                'verbose_name': 'rapport om driftstopp',
                'verbose_name_plural': 'rapporter om driftstopp',
                'constraints': [models.UniqueConstraint(fields=('outage', 'principal', 'reach'), name='figures_once_for_each_reach')],
            },
        ),
    ]
