"""A directory file that somebody has sent in: what it holds and what it would change, until it is confirmed."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel
from .principal import Principal
from .unit import Unit


class DirectoryUpload(AppendOnlyModel):
    """One file with its preview. Confirming it leaves a row of the trace, `directory.import`, with this row's id.

    `plan` is the preview as it was shown and `plan_hash` tells whether the same file would still do the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    principal = models.ForeignKey(
        Principal, on_delete=models.PROTECT, related_name="+", verbose_name="huvudman"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="person"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="enhet")
    at = models.DateTimeField("tid", default=timezone.now)
    content = models.BinaryField("fil")
    plan = models.JSONField("förhandsvisning")
    plan_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at"]
        verbose_name = "inläst fil"
        verbose_name_plural = "inlästa filer"

    def __str__(self) -> str:
        return f"fil {self.at:%Y-%m-%d %H.%M}"
