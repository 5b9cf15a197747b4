"""The audit log: who, unit, patient's chain, action, time."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel
from .principal import Principal
from .unit import Unit


class AuditEntry(AppendOnlyModel):
    """One action by one person. Written in the transaction of the write it records; never changed.

    `chain` is the id of the care chain whose patient it concerns (none for other actions), `changes` holds what
    changed from and to for data that is not about patients.
    """

    at = models.DateTimeField("tid", default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="person")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="enhet")
    principal = models.ForeignKey(Principal, models.PROTECT, null=True, verbose_name="huvudman")
    action = models.CharField("händelse", max_length=60)
    target_type = models.CharField("slag av rad", max_length=60, blank=True)
    target_id = models.CharField("rad", max_length=64, blank=True)
    chain = models.UUIDField("vårdkedja", null=True, db_index=True)
    changes = models.JSONField("ändring", default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "rad i loggen"
        verbose_name_plural = "loggen"
        indexes = [models.Index(fields=["target_type", "target_id"], name="trace_by_target")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H.%M} {self.action}"
