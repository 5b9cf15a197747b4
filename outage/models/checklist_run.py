"""Ticks on a checklist, by unit and outage (R2.7)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Unit
from contacts.models.base import AppendOnlyModel

from .outage import Outage


class ChecklistTick(AppendOnlyModel):
    """An item ticked, or unticked again. The newest row of an item says how it stands."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="ticks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    checklist = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    done = models.BooleanField("klart")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "bock i checklista"
        verbose_name_plural = "bockar i checklistor"
        indexes = [models.Index(fields=["outage", "unit", "checklist"], name="tick_by_unit")]

    def __str__(self) -> str:
        return f"{self.checklist}.{self.item}"
