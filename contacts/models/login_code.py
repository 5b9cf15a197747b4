"""One-time codes for the first log-in and for a new password."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.rules.login_codes import CodeKind

from .staff import User


class LoginCode(models.Model):
    """A code that was handed out. What it is cannot be read from the row, which has its keyed hash.

    The newest of a person is the one that holds, until it is used or has expired.
    """

    append_only = False

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="login_codes", verbose_name="person"
    )
    kind = models.CharField("slag", max_length=10, choices=CodeKind.choices)
    code_hash = models.CharField(max_length=64)
    at = models.DateTimeField("gjord", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="gjord av",
    )
    expires_at = models.DateTimeField("gäller till")
    used_at = models.DateTimeField("använd", null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "engångskod"
        verbose_name_plural = "engångskoder"

    def __str__(self) -> str:
        return f"{CodeKind(self.kind).label}, {self.user}"
