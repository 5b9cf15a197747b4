"""Överlämning between shifts, and who took over."""

import contacts.models.encrypted
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0019_turns"),
        ("outage", "0010_untold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ShiftHandover",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "text",
                    contacts.models.encrypted.EncryptedText(
                        blank=True, max_length=2000, verbose_name="att tänka på"
                    ),
                ),
                ("left", models.JSONField(blank=True, default=dict, editable=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="överlämnad")),
                (
                    "outage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shift_handovers",
                        to="outage.outage",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="till",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "överlämning",
                "verbose_name_plural": "överlämningar",
                "ordering": ["-at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ShiftTakeover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="övertagen")),
                (
                    "handover",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takeover",
                        to="outage.shifthandover",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "övertagande",
                "verbose_name_plural": "övertaganden",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="shifthandover",
            index=models.Index(fields=["outage", "unit", "-at"], name="shift_by_unit"),
        ),
    ]
