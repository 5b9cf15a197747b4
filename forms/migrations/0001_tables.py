"""The tables as they were when the first migrations were put together; a database that has those has this."""

import django.db.models.deletion
import django.utils.timezone
import forms.models.sheet
import forms.rules.scan_finding
import forms.rules.sheet_fate
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('blanketter', '0001_initial'),
        ('blanketter', '0002_initial'),
        ('blanketter', '0003_contact_list'),
        ('blanketter', '0004_serials_fates_scans'),
        ('blanketter', '0005_old_sheets'),
        ('blanketter', '0006_every_sheet_has_a_serial'),
        ('blanketter', '0007_all_entered'),
        ('blanketter', '0008_ended_sheets_entered'),
        ('blanketter', '0009_work_list'),
        ('blanketter', '0010_room_for_the_longest_signature'),
        ('blanketter', '0011_what_a_scanned_page_is'),
    ]

    dependencies = [
        ('contacts', '0001_tables'),
        ('outage', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScannedPage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='sida i skanningen')),
                ('finding', models.CharField(choices=forms.rules.scan_finding.Finding.choices, max_length=15, verbose_name='fynd')),
                ('serial', models.CharField(blank=True, max_length=9, verbose_name='löpnummer')),
                ('sheet_page', models.PositiveSmallIntegerField(null=True, verbose_name='sida på bladet')),
                ('turned', models.PositiveSmallIntegerField(default=0, verbose_name='vriden')),
                ('width', models.PositiveIntegerField(verbose_name='bredd')),
                ('height', models.PositiveIntegerField(verbose_name='höjd')),
                ('sha256', models.CharField(max_length=64, verbose_name='bildens kontrollsumma')),
            ],
            options={
                'verbose_name': 'skannad sida',
                'verbose_name_plural': 'skannade sidor',
                'ordering': ['upload', 'number'],
            },
        ),
        migrations.CreateModel(
            name='DisposalDecision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('allows', models.BooleanField(verbose_name='papper får förstöras')),
                ('reference', models.CharField(max_length=200, verbose_name='beteckning')),
                ('decided_on', models.DateField(verbose_name='beslutat')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='anmärkning')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='infört')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'gallringsbeslut',
                'verbose_name_plural': 'gallringsbeslut',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='ScanAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveSmallIntegerField(default=1, verbose_name='gång')),
                ('reason', models.CharField(choices=forms.rules.scan_finding.AsideReason.choices, max_length=12, verbose_name='varför')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asides', to='blanketter.scannedpage')),
            ],
            options={
                'verbose_name': 'sida lagd undan',
                'verbose_name_plural': 'sidor lagda undan',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='ScanUpload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='skannat')),
                ('sha256', models.CharField(max_length=64, verbose_name='kontrollsumma')),
                ('pages', models.PositiveSmallIntegerField(verbose_name='sidor')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'skanning',
                'verbose_name_plural': 'skanningar',
                'ordering': ['-at'],
            },
        ),
        migrations.AddField(
            model_name='scannedpage',
            name='upload',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scanned_pages', to='blanketter.scanupload'),
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('serial', models.CharField(max_length=9, unique=True, verbose_name='löpnummer')),
                ('kind', models.CharField(choices=forms.models.sheet.SheetKind.choices, max_length=20, verbose_name='blankett')),
                ('place', models.PositiveSmallIntegerField(null=True, verbose_name='nummer i partiet')),
                ('printed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='utskriven')),
                ('routine_version', models.CharField(max_length=60, verbose_name='rutinens version')),
                ('version', models.CharField(default='1', max_length=2, verbose_name='blankettens version')),
                ('pages', models.PositiveSmallIntegerField(verbose_name='sidor')),
                ('chain', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='outage.carechain')),
                ('outage', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outage.outage')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'blad',
                'verbose_name_plural': 'blad',
                'ordering': ['-printed_at', 'place'],
            },
        ),
        migrations.CreateModel(
            name='ScanMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet_page', models.PositiveSmallIntegerField(verbose_name='sida på bladet')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='omgång')),
                ('turn', models.PositiveSmallIntegerField(default=1, verbose_name='gång')),
                ('typed', models.BooleanField(default=False, verbose_name='löpnumret skrevs för hand')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='blanketter.scannedpage')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='blanketter.sheet')),
            ],
            options={
                'verbose_name': 'sida på blad',
                'verbose_name_plural': 'sidor på blad',
                'ordering': ['sheet', 'round', 'sheet_page'],
            },
        ),
        migrations.CreateModel(
            name='ScanBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveSmallIntegerField(default=1, verbose_name='gång')),
                ('sheet_page', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='sida på bladet')),
                ('round', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='omgång')),
                ('told_by', models.CharField(choices=forms.rules.scan_finding.BackBy.choices, max_length=5, verbose_name='hur det syns')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('front', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='backs', to='blanketter.scannedpage')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told_backs', to='blanketter.scannedpage')),
                ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='backs', to='blanketter.sheet')),
            ],
            options={
                'verbose_name': 'baksida',
                'verbose_name_plural': 'baksidor',
                'ordering': ['page'],
            },
        ),
        migrations.CreateModel(
            name='PaperEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='varför flyttat')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='infört')),
                ('handover', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='paper_entry', to='outage.handover')),
                ('moved_from', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_to', to='blanketter.paperentry')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='blanketter.sheet')),
            ],
            options={
                'verbose_name': 'samtal från papper',
                'verbose_name_plural': 'samtal från papper',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AllEntered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.PositiveSmallIntegerField(verbose_name='införda rader')),
                ('scans', models.PositiveSmallIntegerField(verbose_name='gånger skannat')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sagt')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='said_entered', to='blanketter.sheet')),
            ],
            options={
                'verbose_name': 'alla rader införda',
                'verbose_name_plural': 'alla rader införda',
                'ordering': ['sheet', 'at'],
            },
        ),
        migrations.CreateModel(
            name='SheetBatch',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=forms.models.sheet.SheetKind.choices, max_length=20, verbose_name='blankett')),
                ('issued_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='utfärdat')),
                ('count', models.PositiveSmallIntegerField(verbose_name='antal blad')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'parti',
                'verbose_name_plural': 'partier',
                'ordering': ['-issued_at'],
            },
        ),
        migrations.AddField(
            model_name='sheet',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='blanketter.sheetbatch'),
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=forms.models.sheet.SheetKind.choices, max_length=20, verbose_name='blankett')),
                ('part', models.PositiveSmallIntegerField(null=True, verbose_name='del')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='lämnad ut')),
                ('pages', models.PositiveSmallIntegerField(verbose_name='sidor')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='kontrollsumma')),
                ('sealed_by', models.CharField(blank=True, max_length=200, verbose_name='sigill')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='blanketter.sheet')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='blanketter.sheetbatch')),
            ],
            options={
                'verbose_name': 'utlämnad fil',
                'verbose_name_plural': 'utlämnade filer',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SheetFate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='steg')),
                ('fate', models.CharField(choices=forms.rules.sheet_fate.Fate.choices, max_length=10, verbose_name='läge')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='infört')),
                ('on', models.DateField(blank=True, null=True, verbose_name='dag')),
                ('void_reason', models.CharField(blank=True, choices=forms.rules.sheet_fate.VoidReason.choices, max_length=10, verbose_name='varför makulerat')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='varför')),
                ('given_to', models.CharField(blank=True, max_length=200, verbose_name='lämnat till')),
                ('signature', models.CharField(blank=True, max_length=700, verbose_name='signatur')),
                ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='blanketter.disposaldecision')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fates', to='blanketter.sheet')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'steg',
                'verbose_name_plural': 'steg',
                'ordering': ['sheet', 'number'],
            },
        ),
        migrations.CreateModel(
            name='ScanUndone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='varför')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('aside', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone', to='blanketter.scanaside')),
                ('back', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone', to='blanketter.scanback')),
                ('match', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone', to='blanketter.scanmatch')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undoing', to='blanketter.sheetfate')),
            ],
            options={
                'verbose_name': 'ångrat besked om en sida',
                'verbose_name_plural': 'ångrade besked om sidor',
                'ordering': ['-at'],
            },
        ),
        migrations.AddConstraint(
            model_name='scanaside',
            constraint=models.UniqueConstraint(fields=('page', 'turn'), name='scanned_page_aside_once_a_turn'),
        ),
        migrations.AddIndex(
            model_name='scanupload',
            index=models.Index(fields=['unit', '-at'], name='scan_by_unit'),
        ),
        migrations.AddConstraint(
            model_name='scannedpage',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='scanned_page_once_in_its_upload'),
        ),
        migrations.AddConstraint(
            model_name='scanmatch',
            constraint=models.UniqueConstraint(fields=('sheet', 'sheet_page', 'round', 'turn'), name='page_of_sheet_once_in_its_round'),
        ),
        migrations.AddConstraint(
            model_name='scanmatch',
            constraint=models.UniqueConstraint(fields=('page', 'turn'), name='scanned_page_matched_once_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='scanback',
            constraint=models.UniqueConstraint(fields=('page', 'turn'), name='scanned_page_back_once_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='scanback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('front__isnull', False), ('sheet__isnull', True)), models.Q(('front__isnull', True), ('round__isnull', False), ('sheet__isnull', False), ('sheet_page__isnull', False)), _connector='OR'), name='back_of_a_front_or_of_a_sheet'),
        ),
        migrations.AddConstraint(
            model_name='allentered',
            constraint=models.UniqueConstraint(fields=('sheet', 'rows', 'scans'), name='all_entered_said_once'),
        ),
        migrations.AddIndex(
            model_name='sheet',
            index=models.Index(fields=['unit', '-printed_at'], name='sheet_by_unit'),
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.UniqueConstraint(fields=('batch', 'place'), name='sheet_once_in_its_batch'),
        ),
        migrations.AddConstraint(
            model_name='sheetfate',
            constraint=models.UniqueConstraint(fields=('sheet', 'number'), name='fate_once_in_its_place'),
        ),
        migrations.AddConstraint(
            model_name='scanundone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('aside__isnull', True), ('back__isnull', True), ('match__isnull', False)), models.Q(('aside__isnull', True), ('back__isnull', False), ('match__isnull', True)), models.Q(('aside__isnull', False), ('back__isnull', True), ('match__isnull', True)), _connector='OR'), name='one_thing_is_undone'),
        ),
    ]
