"""The tables as they were when the first migrations were put together; a database that has those has this."""

import contacts.rules.parties
import django.db.models.deletion
import django.utils.timezone
import outage.models.outage
import outage.rules.back_registration
import outage.rules.handover
import outage.rules.identity
import outage.rules.informing
import outage.rules.outage_status
import outage.rules.told
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('outage', '0001_initial'),
        ('outage', '0002_from_paper'),
        ('outage', '0003_owed_from_calls'),
        ('outage', '0004_places_of_calls'),
        ('outage', '0005_registration_marks_keep_a_picture'),
        ('outage', '0006_each_principal_ends_itself'),
        ('outage', '0007_ended_outages_ended_for_all'),
        ('outage', '0008_held_form_assignment'),
        ('outage', '0009_chain_join'),
        ('outage', '0010_room_for_the_longest_signature'),
        ('outage', '0011_duty_counts_its_calls'),
    ]

    dependencies = [
        ('contacts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CareChain',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(verbose_name='nummer')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rows', models.PositiveIntegerField(default=0, editable=False)),
                ('joined_to', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='joined', to='outage.carechain')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'vårdkedja',
                'verbose_name_plural': 'vårdkedjor',
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='CareChainDetails',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('identity_kind', models.CharField(choices=outage.rules.identity.IdentityKind.choices, max_length=30)),
                ('identity_number', models.CharField(blank=True, max_length=40, verbose_name='personnummer eller reservnummer')),
                ('patient_name', models.CharField(blank=True, max_length=200, verbose_name='patientens namn')),
                ('protected_identity', models.BooleanField(default=False, verbose_name='skyddade personuppgifter')),
                ('ward_kind', models.CharField(choices=contacts.rules.parties.WardKind.choices, max_length=20, verbose_name='slag av avdelning')),
                ('not_admitted', models.BooleanField(default=False, verbose_name='inte inlagd')),
                ('others', models.JSONField(blank=True, default=dict)),
                ('changed', models.JSONField(blank=True, default=dict)),
                ('order', models.PositiveIntegerField(default=0)),
                ('before', models.CharField(choices=outage.rules.back_registration.Before.choices, max_length=20, verbose_name='inskriven i systemet före driftstoppet')),
                ('status', models.CharField(choices=outage.rules.back_registration.ChainStatus.choices, max_length=20, verbose_name='läge')),
                ('status_reason', models.CharField(blank=True, max_length=300, verbose_name='varför')),
                ('search_key', models.CharField(editable=False, max_length=300)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='outage.carechain')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal', verbose_name='kommun')),
                ('outpatient_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit', verbose_name='öppenvård')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='outage.carechaindetails', verbose_name='ersätter')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ward_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit', verbose_name='avdelning')),
            ],
            options={
                'verbose_name': 'uppgifter om vårdkedja',
                'verbose_name_plural': 'uppgifter om vårdkedjor',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='carechain',
            name='details',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outage.carechaindetails'),
        ),
        migrations.CreateModel(
            name='CareChainEvent',
            fields=[
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40, verbose_name='meddelande')),
                ('sender', models.CharField(choices=contacts.rules.parties.Party.choices, max_length=20)),
                ('happened_at', models.DateTimeField(verbose_name='hände')),
                ('written_at', models.DateTimeField(blank=True, null=True, verbose_name='skrevs på papper')),
                ('paper_serial', models.CharField(blank=True, max_length=9, verbose_name='blad')),
                ('paper_signature', models.CharField(blank=True, max_length=200, verbose_name='signatur på papperet')),
                ('particulars', models.JSONField(blank=True, default=dict)),
                ('order', models.PositiveIntegerField(default=0)),
                ('told_rightly', models.BooleanField(default=False, verbose_name='de underrättade fick rätt uppgift')),
                ('in_system', models.BooleanField(default=False, verbose_name='står i systemet')),
                ('withdraws', models.BooleanField(default=False, verbose_name='återtag')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='varför')),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='outage.carechain')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='outage.carechainevent')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'händelse',
                'verbose_name_plural': 'händelser',
                'ordering': ['happened_at', 'recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='ChainJoin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('client_id', models.UUIDField(editable=False, unique=True)),
                ('same', models.JSONField(blank=True, default=list)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='varför')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joins', to='outage.carechain')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joined_in', to='outage.carechain')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='outage.chainjoin')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sammanföring av vårdkedjor',
                'verbose_name_plural': 'sammanföringar av vårdkedjor',
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='carechaindetails',
            name='made_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='outage.chainjoin'),
        ),
        migrations.CreateModel(
            name='DischargeCompletion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('rests_on', models.JSONField(blank=True, default=list)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='completions', to='outage.carechainevent')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'avslutad utskrivning',
                'verbose_name_plural': 'avslutade utskrivningar',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField()),
                ('since', models.DateTimeField()),
                ('awaits', models.BooleanField(default=False)),
                ('calls', models.PositiveSmallIntegerField(default=0)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duties', to='outage.carechain')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('unless_back', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.principal')),
            ],
            options={
                'verbose_name': 'att ringa',
                'verbose_name_plural': 'att ringa',
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=outage.rules.handover.Direction.choices, max_length=10, verbose_name='riktning')),
                ('recipient', models.CharField(max_length=200, verbose_name='motpart')),
                ('place', models.CharField(blank=True, editable=False, max_length=60)),
                ('place_name', models.CharField(blank=True, max_length=200, verbose_name='plats')),
                ('order', models.PositiveIntegerField(default=0)),
                ('outcome', models.CharField(choices=outage.rules.informing.CallOutcome.choices, max_length=20, verbose_name='utfall')),
                ('at', models.DateTimeField(verbose_name='samtalets tid')),
                ('written_at', models.DateTimeField(blank=True, null=True, verbose_name='skrevs på papper')),
                ('paper_serial', models.CharField(blank=True, max_length=9, verbose_name='blad')),
                ('paper_signature', models.CharField(blank=True, max_length=200, verbose_name='signatur på papperet')),
                ('spoken_to', models.CharField(blank=True, max_length=200, verbose_name='talade med')),
                ('spoken_to_unit', models.CharField(blank=True, max_length=200, verbose_name='deras enhet')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='nummer')),
                ('read_back', models.CharField(blank=True, choices=outage.rules.handover.ReadBack.choices, max_length=20, verbose_name='återläsning')),
                ('read_back_reason', models.CharField(blank=True, max_length=300, verbose_name='varför inte återläst')),
                ('comment', models.TextField(blank=True, verbose_name='kommentar')),
                ('next_step', models.CharField(blank=True, max_length=300, verbose_name='nästa steg och när')),
                ('call_back', models.CharField(blank=True, max_length=200, verbose_name='ring tillbaka: nummer och tid')),
                ('withdraws', models.BooleanField(default=False, verbose_name='återtag')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='varför')),
                ('signature', models.CharField(max_length=700, verbose_name='signatur')),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='outage.carechain')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='outage.handover')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'samtal',
                'verbose_name_plural': 'samtal',
                'ordering': ['at', 'recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='HandoverMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notice', models.CharField(blank=True, choices=outage.rules.told.Notice.choices, max_length=20)),
                ('change', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outage.carechaindetails')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='outage.carechainevent')),
                ('handover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='outage.handover')),
            ],
            options={
                'verbose_name': 'meddelande i samtal',
                'verbose_name_plural': 'meddelanden i samtal',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='HeldForm',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('path', models.CharField(max_length=300)),
                ('content', models.TextField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.membership')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'sparat formulär',
                'verbose_name_plural': 'sparade formulär',
            },
        ),
        migrations.CreateModel(
            name='OpenItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('client_id', models.UUIDField(editable=False, unique=True)),
                ('recipient', models.CharField(max_length=200, verbose_name='vem som inte är underrättad')),
                ('place', models.CharField(blank=True, editable=False, max_length=200)),
                ('responsible', models.CharField(max_length=200, verbose_name='ansvarig')),
                ('reason', models.CharField(max_length=300, verbose_name='varför')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='outage.carechainevent')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'öppen punkt',
                'verbose_name_plural': 'öppna punkter',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('system', models.CharField(max_length=60, verbose_name='system')),
                ('routine_id', models.CharField(max_length=60, verbose_name='rutin')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='avslutat')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'driftstopp',
                'verbose_name_plural': 'driftstopp',
                'ordering': ['-recorded_at'],
            },
        ),
        migrations.CreateModel(
            name='ChecklistTick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checklist', models.CharField(max_length=80)),
                ('item', models.CharField(max_length=80)),
                ('done', models.BooleanField(verbose_name='klart')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ticks', to='outage.outage')),
            ],
            options={
                'verbose_name': 'bock i checklista',
                'verbose_name_plural': 'bockar i checklistor',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='carechain',
            name='outage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chains', to='outage.outage'),
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='outage.outage')),
            ],
            options={
                'verbose_name': 'kvittens',
                'verbose_name_plural': 'kvittenser',
            },
        ),
        migrations.CreateModel(
            name='OutageReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(editable=False, null=True, unique=True)),
                ('kind', models.CharField(choices=outage.models.outage.ReportKind.choices, max_length=10)),
                ('scope', models.CharField(choices=outage.rules.outage_status.OutageScope.choices, max_length=30, verbose_name='omfattning')),
                ('scope_from', models.DateTimeField(verbose_name='omfattningen gäller från')),
                ('started_at', models.DateTimeField(verbose_name='började')),
                ('expected_end_at', models.DateTimeField(blank=True, null=True, verbose_name='väntas sluta')),
                ('planned', models.BooleanField(default=False, verbose_name='planerat')),
                ('sees', models.TextField(blank=True, verbose_name='vad man ser')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='outage.outage')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'anmälan av driftstopp',
                'verbose_name_plural': 'anmälningar av driftstopp',
                'ordering': ['recorded_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='outage',
            name='current',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outage.outagereport'),
        ),
        migrations.CreateModel(
            name='PrincipalEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(editable=False, null=True, unique=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='åter i drift')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ends', to='outage.outage')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contacts.principal')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'huvudmans avslut av driftstopp',
                'verbose_name_plural': 'huvudmäns avslut av driftstopp',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RegistrationMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(editable=False, unique=True)),
                ('task', models.TextField()),
                ('done', models.BooleanField(verbose_name='klart')),
                ('choice', models.CharField(blank=True, max_length=300, verbose_name='beslut')),
                ('entered', models.BooleanField(default=False, verbose_name='infört')),
                ('picture', models.JSONField(blank=True, null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='outage.carechain')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'markering av efterregistrering',
                'verbose_name_plural': 'markeringar av efterregistrering',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SupportContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(editable=False, unique=True)),
                ('at', models.DateTimeField(verbose_name='ringde')),
                ('case_number', models.CharField(blank=True, max_length=60, verbose_name='ärendenummer')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='support_contacts', to='outage.outage')),
                ('principal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contacts.principal')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contacts.unit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'kontakt med support',
                'verbose_name_plural': 'kontakter med support',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='carechainevent',
            index=models.Index(fields=['chain', 'happened_at'], name='event_by_chain'),
        ),
        migrations.AddConstraint(
            model_name='carechainevent',
            constraint=models.CheckConstraint(condition=models.Q(('withdraws', False), ('supersedes__isnull', False), _connector='OR'), name='event_withdrawal_points_at_a_row'),
        ),
        migrations.AddConstraint(
            model_name='chainjoin',
            constraint=models.CheckConstraint(condition=models.Q(('kept', models.F('other')), _negated=True), name='joined_chains_are_two'),
        ),
        migrations.AddIndex(
            model_name='carechaindetails',
            index=models.Index(fields=['ward_unit'], name='details_by_ward'),
        ),
        migrations.AddIndex(
            model_name='carechaindetails',
            index=models.Index(fields=['outpatient_unit'], name='details_by_outpatient'),
        ),
        migrations.AddIndex(
            model_name='duty',
            index=models.Index(fields=['unit', 'chain'], name='duty_by_unit'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['chain', 'at'], name='handover_by_chain'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('withdraws', False), ('supersedes__isnull', False), _connector='OR'), name='handover_withdrawal_points_at_a_row'),
        ),
        migrations.AddConstraint(
            model_name='handovermessage',
            constraint=models.UniqueConstraint(fields=('handover', 'event'), name='message_once_per_call'),
        ),
        migrations.AddConstraint(
            model_name='handovermessage',
            constraint=models.UniqueConstraint(fields=('handover', 'change', 'notice'), name='notice_once_per_call'),
        ),
        migrations.AddConstraint(
            model_name='handovermessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('change__isnull', True), ('event__isnull', False), ('notice', '')), models.Q(('change__isnull', False), ('event__isnull', True), models.Q(('notice', ''), _negated=True)), _connector='OR'), name='message_of_an_event_or_a_change'),
        ),
        migrations.AddIndex(
            model_name='checklisttick',
            index=models.Index(fields=['outage', 'unit', 'checklist'], name='tick_by_unit'),
        ),
        migrations.AddIndex(
            model_name='carechain',
            index=models.Index(fields=['outage', 'principal', 'unit'], name='chain_by_unit'),
        ),
        migrations.AddConstraint(
            model_name='carechain',
            constraint=models.UniqueConstraint(fields=('outage', 'number'), name='chain_number_once_per_outage'),
        ),
        migrations.AddConstraint(
            model_name='carechain',
            constraint=models.CheckConstraint(condition=models.Q(('joined_to__isnull', True), models.Q(('joined_to', models.F('id')), _negated=True), _connector='OR'), name='chain_not_joined_to_itself'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.UniqueConstraint(fields=('outage', 'unit'), name='acknowledged_once_per_unit'),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='outage_closed_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='outage',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('system',), name='one_open_outage_per_system'),
        ),
        migrations.AddIndex(
            model_name='principalend',
            index=models.Index(fields=['outage', 'principal', '-id'], name='newest_end_of_a_principal'),
        ),
        migrations.AddIndex(
            model_name='registrationmark',
            index=models.Index(fields=['chain'], name='mark_by_chain'),
        ),
    ]
