"""The outage, what was reported of it and whom one rang for support (R1)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import AppendOnlyModel, paired
from outage.rules.outage_status import OUTAGE_SCOPE_LABELS


class Outage(models.Model):
    """One outage of one system. Only its end and the pointer to what is now known of it ever change."""

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    system = models.CharField("system", max_length=60)
    routine_id = models.CharField("rutin", max_length=60)
    recorded_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField("åter i drift", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    current = models.ForeignKey("OutageReport", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name = "driftstopp"
        verbose_name_plural = "driftstopp"
        constraints = [
            paired("ended_at", "ended_by", "outage_ended_at_and_by"),
            models.UniqueConstraint(
                fields=["system"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_outage_per_system",
            ),
        ]

    def __str__(self) -> str:
        return f"Driftstopp i {self.system}"

    @property
    def is_open(self) -> bool:
        """Tell whether the outage still goes on."""
        return self.ended_at is None


class ReportKind(models.TextChoices):
    """What a row about an outage is: the first report, one more, or a change of what is known."""

    FIRST = "first", "Första anmälan"
    JOINED = "joined", "Anmälan till pågående driftstopp"
    CHANGED = "changed", "Ändrad uppgift"
    ENDED = "ended", "Åter i drift"
    REOPENED = "reopened", "Avslutet ångrat"


class OutageReport(AppendOnlyModel):
    """What one person said of the outage. The outage's scope, start and expected end are those of its current row."""

    client_id = models.UUIDField(null=True, unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=ReportKind.choices)
    scope = models.CharField(
        "omfattning", max_length=30, choices=[(s.value, label) for s, label in OUTAGE_SCOPE_LABELS.items()]
    )
    started_at = models.DateTimeField("började")
    expected_end_at = models.DateTimeField("väntas sluta", null=True, blank=True)
    planned = models.BooleanField("planerat", default=False)
    sees = models.TextField("vad man ser", blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "anmälan av driftstopp"
        verbose_name_plural = "anmälningar av driftstopp"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.recorded_at:%Y-%m-%d %H.%M}"


class SupportContact(AppendOnlyModel):
    """One's own support was told (R1.1): who rang, when, and the case number one got."""

    client_id = models.UUIDField(unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="support_contacts")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField("ringde")
    case_number = models.CharField("ärendenummer", max_length=60, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "kontakt med support"
        verbose_name_plural = "kontakter med support"

    def __str__(self) -> str:
        return f"{self.principal} {self.at:%Y-%m-%d %H.%M}"
