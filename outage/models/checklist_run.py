"""Ticks on a checklist, by unit and outage (R2.7)."""

from django.db import models
from django.utils import timezone

from .outage import Outage
from .signed import SignedRow


class ChecklistTick(SignedRow):
    """An item ticked, or unticked again. The newest row of an item counts."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="ticks")
    checklist = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    done = models.BooleanField("klart")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "bock i checklista"
        verbose_name_plural = "bockar i checklistor"
        indexes = [models.Index(fields=["outage", "unit", "checklist"], name="tick_by_unit")]
