"""Sheets of emergency codes, and who came in with them."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.rules.emergency import LONGEST_NOTE, EmergencyReason

from .base import AppendOnlyModel
from .staff import Membership
from .unit import Unit


class EmergencySheet(AppendOnlyModel):
    """Codes that were printed for a unit. The newest one of a unit is the one that holds, until it has expired."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="emergency_sheets", verbose_name="enhet"
    )
    at = models.DateTimeField("utskrivet", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="utskrivet av"
    )
    expires_at = models.DateTimeField("gäller till")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "blad med nödkoder"
        verbose_name_plural = "blad med nödkoder"

    def __str__(self) -> str:
        return f"Nödkoder, {self.unit}"


class EmergencyCode(AppendOnlyModel):
    """A code on a sheet, by its number there. What it is cannot be read from the row, which has its keyed hash."""

    sheet = models.ForeignKey(
        EmergencySheet, on_delete=models.PROTECT, related_name="codes", verbose_name="blad"
    )
    number = models.PositiveSmallIntegerField("nummer")
    code_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        verbose_name = "nödkod"
        verbose_name_plural = "nödkoder"

    def __str__(self) -> str:
        return f"Nödkod {self.number}"


class EmergencyLogIn(AppendOnlyModel):
    """A person who came in with a code, once: the database has one row for each code at most."""

    code = models.OneToOneField(
        EmergencyCode, on_delete=models.PROTECT, related_name="used", verbose_name="nödkod"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name="uppdrag"
    )
    at = models.DateTimeField("tid", default=timezone.now)
    until = models.DateTimeField("gäller till")
    reason = models.CharField("skäl", max_length=20, choices=EmergencyReason.choices)
    note = models.CharField("kommentar", max_length=LONGEST_NOTE, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "nödinloggning"
        verbose_name_plural = "nödinloggningar"

    def __str__(self) -> str:
        return f"Nödinloggning {self.at:%Y-%m-%d %H.%M}"
