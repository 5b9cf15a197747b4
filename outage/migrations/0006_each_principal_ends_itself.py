"""Each principal ends an outage for itself; the outage as such is closed. What is said of its scope holds from a time."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0007_trigrams"),
        ("outage", "0005_registration_marks_keep_a_picture"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="outage", name="outage_ended_at_and_by"),
        migrations.RemoveConstraint(model_name="outage", name="one_open_outage_per_system"),
        migrations.RenameField(model_name="outage", old_name="ended_at", new_name="closed_at"),
        migrations.RenameField(model_name="outage", old_name="ended_by", new_name="closed_by"),
        migrations.AlterField(
            model_name="outage",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="avslutat"),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                    _connector="OR",
                ),
                name="outage_closed_at_and_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("system",),
                name="one_open_outage_per_system",
            ),
        ),
        # The next migration gives the rows that are there already their own moment.
        migrations.AddField(
            model_name="outagereport",
            name="scope_from",
            field=models.DateTimeField(
                default=django.utils.timezone.now, verbose_name="omfattningen gäller från"
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PrincipalEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("client_id", models.UUIDField(editable=False, null=True, unique=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="åter i drift")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ends", to="outage.outage"
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="contacts.principal"),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="contacts.unit"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "huvudmans avslut av driftstopp",
                "verbose_name_plural": "huvudmäns avslut av driftstopp",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["outage", "principal", "-id"], name="newest_end_of_a_principal")
                ],
            },
        ),
    ]
