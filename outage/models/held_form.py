"""A form that came in after the log-in had lapsed: kept until the same person has logged in again."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class HeldForm(models.Model):
    """What somebody had typed when the log-in lapsed. Shown to nobody but the person it belongs to, then removed."""

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    content = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sparat formulär"
        verbose_name_plural = "sparade formulär"

    def __str__(self) -> str:
        return f"sparat formulär {self.at:%Y-%m-%d %H.%M}"
