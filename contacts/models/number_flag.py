"""Somebody found that a number of the directory does not work."""

import uuid

from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel, person
from .directory_entry import DirectoryEntry
from .unit import Unit


class NumberFlag(AppendOnlyModel):
    """One person's report that a number does not work, or, where it `withdraws` one, that it was a mistake.

    Which are still to be looked at is in `entry.flagged`.

    It holds no patient data: neither which call it was nor about whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(DirectoryEntry, models.PROTECT, related_name="flags", verbose_name="kontakt")
    number = models.CharField("nummer", max_length=60)
    at = models.DateTimeField("tid", default=timezone.now)
    user = person()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="enhet")
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name="återtar"
    )

    class Meta:
        ordering = ["-at"]
        verbose_name = "anmält nummer"
        verbose_name_plural = "anmälda nummer"
        indexes = [models.Index(fields=["entry", "-at"], name="flag_by_entry")]

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d %H.%M}"
