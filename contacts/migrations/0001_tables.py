"""The tables as they were when the first migrations were put together; a database that has those has this."""

import contacts.models.unit
import contacts.rules.entry_facts
import contacts.rules.hours
import contacts.rules.parties
import contacts.rules.permissions
import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('contacts', '0001_initial'),
        ('contacts', '0002_numbers_hours_flags'),
        ('contacts', '0003_numbers_into_lists'),
        ('contacts', '0004_drop_old_numbers'),
        ('contacts', '0005_search_indexes'),
        ('contacts', '0006_words_without_hyphens'),
        ('contacts', '0007_trigrams'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Principal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='namn')),
                ('short_name', models.CharField(help_text='Utan ordet kommun, till exempel Umeå.', max_length=60, verbose_name='kortnamn')),
                ('kind', models.CharField(choices=contacts.rules.parties.PrincipalKind.choices, max_length=20, verbose_name='slag')),
                ('support_name', models.CharField(blank=True, max_length=100, verbose_name='egen support')),
                ('support_number', models.CharField(blank=True, max_length=40, verbose_name='supportens nummer')),
                ('own_series', models.CharField(blank=True, help_text='Regionen: hur egna nummer börjar, med komma emellan, till exempel 090-785. Tomt: alla fasta nummer.', max_length=300, verbose_name='nummerserier i egen växel')),
                ('link_text', models.TextField(blank=True, help_text='Ur kommunens egen lokala avbrottsrutin (R1.2).', verbose_name='så når kommunen systemet när bara kommunerna är utestängda')),
                ('sort_key', models.CharField(db_index=True, editable=False, max_length=200)),
            ],
            options={
                'verbose_name': 'huvudman',
                'verbose_name_plural': 'huvudmän',
                'ordering': ['kind', 'sort_key'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('hsa_id', models.CharField(blank=True, max_length=31, verbose_name='HSA-id')),
                ('contact_columns', models.JSONField(blank=True, default=list, editable=False, verbose_name='kolumner i kontaktsökningen')),
                ('is_demo', models.BooleanField(default=False, verbose_name='påhittad person för demo')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'personer',
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='DirectoryEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='namn')),
                ('kind', models.CharField(choices=contacts.rules.entry_facts.EntryKind.choices, max_length=30, verbose_name='typ')),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='förnamn')),
                ('last_name', models.CharField(blank=True, max_length=100, verbose_name='efternamn')),
                ('title', models.CharField(blank=True, max_length=100, verbose_name='titel')),
                ('department', models.CharField(blank=True, max_length=200, verbose_name='avdelning')),
                ('numbers', models.JSONField(blank=True, default=list, verbose_name='nummer')),
                ('availability', models.CharField(choices=contacts.rules.hours.Availability.choices, max_length=20, verbose_name='gäller')),
                ('opens_at', models.TimeField(blank=True, null=True, verbose_name='öppnar')),
                ('closes_at', models.TimeField(blank=True, null=True, verbose_name='stänger')),
                ('friday_closes_at', models.TimeField(blank=True, null=True, verbose_name='stänger fredag')),
                ('lunch_from', models.TimeField(blank=True, null=True, verbose_name='lunchstängt från')),
                ('lunch_to', models.TimeField(blank=True, null=True, verbose_name='lunchstängt till')),
                ('days', models.JSONField(blank=True, default=list, verbose_name='tider per dag')),
                ('eves', models.CharField(choices=contacts.rules.hours.Eves.choices, default='unsaid', max_length=10, verbose_name='aftnar')),
                ('eve_closes_at', models.TimeField(blank=True, null=True, verbose_name='stänger på aftnar')),
                ('summer_from', models.CharField(blank=True, max_length=5, verbose_name='sommartid från')),
                ('summer_to', models.CharField(blank=True, max_length=5, verbose_name='sommartid till')),
                ('summer_opens_at', models.TimeField(blank=True, null=True, verbose_name='öppnar på sommaren')),
                ('summer_closes_at', models.TimeField(blank=True, null=True, verbose_name='stänger på sommaren')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='anmärkning')),
                ('owner', models.CharField(blank=True, max_length=200, verbose_name='ägare')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='källa')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='kontrollerad')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='utgången')),
                ('flagged', models.JSONField(blank=True, default=list, editable=False, verbose_name='anmälda nummer')),
                ('search_key', models.CharField(editable=False, max_length=1500)),
                ('first_name_key', models.CharField(blank=True, editable=False, max_length=100)),
                ('last_name_key', models.CharField(blank=True, editable=False, max_length=100)),
                ('title_key', models.CharField(blank=True, editable=False, max_length=100)),
                ('department_key', models.CharField(blank=True, editable=False, max_length=700)),
                ('digits_key', models.CharField(blank=True, editable=False, max_length=400)),
                ('sort_key', models.CharField(db_index=True, editable=False, max_length=200)),
                ('retired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='avförd av')),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='kontrollerad av')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='contacts.principal', verbose_name='huvudman')),
            ],
            options={
                'verbose_name': 'kontakt',
                'verbose_name_plural': 'kontakter',
                'ordering': ['sort_key', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'insänt formulär',
                'verbose_name_plural': 'insända formulär',
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='namn')),
                ('ward_kind', models.CharField(blank=True, choices=contacts.rules.parties.WardKind.choices, max_length=20, verbose_name='vårdavdelning')),
                ('outpatient_kind', models.CharField(blank=True, choices=contacts.rules.parties.OutpatientKind.choices, max_length=30, verbose_name='öppenvård')),
                ('municipal_kind', models.CharField(blank=True, choices=contacts.models.unit.MunicipalKind.choices, max_length=20, verbose_name='kommunal enhet')),
                ('hsa_id', models.CharField(blank=True, max_length=31, verbose_name='HSA-id')),
                ('active', models.BooleanField(default=True, verbose_name='i bruk')),
                ('search_key', models.CharField(db_index=True, editable=False, max_length=400)),
                ('sort_key', models.CharField(db_index=True, editable=False, max_length=200)),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='contacts.principal', verbose_name='huvudman')),
            ],
            options={
                'verbose_name': 'enhet',
                'verbose_name_plural': 'enheter',
                'ordering': ['sort_key'],
            },
        ),
        migrations.CreateModel(
            name='NumberFlag',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=60, verbose_name='nummer')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='contacts.directoryentry', verbose_name='kontakt')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit', verbose_name='enhet')),
            ],
            options={
                'verbose_name': 'anmält nummer',
                'verbose_name_plural': 'anmälda nummer',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=contacts.rules.permissions.Role.choices, max_length=20, verbose_name='roll')),
                ('title', models.CharField(help_text='Till exempel sjuksköterska.', max_length=60, verbose_name='titel')),
                ('active', models.BooleanField(default=True, verbose_name='gäller')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='contacts.unit', verbose_name='enhet')),
            ],
            options={
                'verbose_name': 'uppdrag',
                'verbose_name_plural': 'uppdrag',
                'ordering': ['unit__sort_key'],
            },
        ),
        migrations.CreateModel(
            name='DirectoryUpload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='tid')),
                ('content', models.BinaryField(verbose_name='fil')),
                ('plan', models.JSONField(verbose_name='förhandsvisning')),
                ('plan_hash', models.CharField(max_length=64)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal', verbose_name='huvudman')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit', verbose_name='enhet')),
            ],
            options={
                'verbose_name': 'inläst fil',
                'verbose_name_plural': 'inlästa filer',
                'ordering': ['-at'],
            },
        ),
        migrations.AddField(
            model_name='directoryentry',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='contacts.unit', verbose_name='enhet'),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='tid')),
                ('action', models.CharField(max_length=60, verbose_name='händelse')),
                ('target_type', models.CharField(blank=True, max_length=60, verbose_name='slag av rad')),
                ('target_id', models.CharField(blank=True, max_length=64, verbose_name='rad')),
                ('chain', models.UUIDField(db_index=True, null=True, verbose_name='vårdkedja')),
                ('changes', models.JSONField(blank=True, default=dict, verbose_name='ändring')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('principal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='contacts.principal', verbose_name='huvudman')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='contacts.unit', verbose_name='enhet')),
            ],
            options={
                'verbose_name': 'rad i loggen',
                'verbose_name_plural': 'loggen',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SubmissionClash',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField()),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clashes', to='contacts.submission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'krock mellan formulär',
                'verbose_name_plural': 'krockar mellan formulär',
                'constraints': [models.UniqueConstraint(fields=('submission', 'content_hash'), name='clash_kept_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.UniqueConstraint(fields=('principal', 'name'), name='unit_name_once_per_principal'),
        ),
        migrations.AddIndex(
            model_name='numberflag',
            index=models.Index(fields=['entry', '-at'], name='flag_by_entry'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'unit', 'role'), name='membership_once'),
        ),
        migrations.AddIndex(
            model_name='directoryentry',
            index=models.Index(fields=['kind', 'principal'], name='entry_kind_principal'),
        ),
        migrations.AddIndex(
            model_name='directoryentry',
            index=models.Index(fields=['sort_key', 'id', 'retired_at', 'search_key', 'digits_key'], name='entry_search'),
        ),
        migrations.AddIndex(
            model_name='directoryentry',
            index=models.Index(fields=['sort_key', 'id', 'retired_at', 'first_name_key', 'last_name_key', 'title_key', 'department_key'], name='entry_search_by_field'),
        ),
        migrations.AddConstraint(
            model_name='directoryentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verified_at__isnull', True), ('verified_by__isnull', True)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='entry_verified_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='directoryentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retired_at__isnull', True), ('retired_by__isnull', True)), models.Q(('retired_at__isnull', False), ('retired_by__isnull', False)), _connector='OR'), name='entry_retired_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='directoryentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lunch_from__isnull', True), ('lunch_to__isnull', True)), models.Q(('lunch_from__isnull', False), ('lunch_to__isnull', False)), _connector='OR'), name='entry_lunch_from_and_to'),
        ),
        migrations.AddConstraint(
            model_name='directoryentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('summer_closes_at__isnull', True), ('summer_opens_at__isnull', True)), models.Q(('summer_closes_at__isnull', False), ('summer_opens_at__isnull', False)), _connector='OR'), name='entry_summer_opens_and_closes'),
        ),
        migrations.AddConstraint(
            model_name='directoryentry',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('principal', 'name', 'department'), name='entry_name_once_per_department', violation_error_message='Kontakten finns redan hos huvudmannen.'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['target_type', 'target_id'], name='trace_by_target'),
        ),
    ]
