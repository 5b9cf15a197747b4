"""Base classes for the rows of an outage: who wrote them, in which unit, and when."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Unit
from contacts.models.base import AppendOnlyModel, WithId


class OfChain(models.Model):
    """A row that hangs on a care chain: what was typed in it lies encrypted with the key of the chain's principal in
    the chain's outage. `way_to_chain` leads there, through rows that are loaded as a rule.
    """

    way_to_chain: tuple[str, ...] = ("chain",)

    class Meta:
        abstract = True

    def data_key_name(self) -> str:
        row: Any = self
        for step in self.way_to_chain:
            row = getattr(row, step)
        name: str = row.key_name
        return name


class SignedRow(WithId, AppendOnlyModel):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class LoggedRow(SignedRow):
    """Has, beside the time it is about, the server's own."""

    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
