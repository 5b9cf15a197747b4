"""Printed sheets: what was printed, by whom, and the hash of the file."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Unit
from contacts.models.base import AppendOnlyModel
from outage.models import CareChain, Outage


class SheetKind(models.TextChoices):
    """The kinds of sheet that can be printed."""

    CARE_CHAIN = "care_chain", "Vårdkedjeblankett"
    CHECKLIST = "checklist", "Checklista"
    CONTACT_LIST = "contact_list", "Kontaktlista"


class Sheet(AppendOnlyModel):
    """One export of one sheet. `sha256` is that of the PDF as it was given out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("blankett", max_length=20, choices=SheetKind.choices)
    outage = models.ForeignKey(Outage, null=True, on_delete=models.PROTECT, related_name="+")
    chain = models.ForeignKey(CareChain, null=True, on_delete=models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField("utskriven", default=timezone.now)
    routine_version = models.CharField("rutinens version", max_length=60)
    pages = models.PositiveSmallIntegerField("sidor")
    sha256 = models.CharField("kontrollsumma", max_length=64)

    class Meta:
        ordering = ["-printed_at"]
        verbose_name = "blankett"
        verbose_name_plural = "blanketter"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.printed_at:%Y-%m-%d %H.%M}"
