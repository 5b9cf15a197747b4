"""That something has happened which pages that stay open may show."""

from django.db import models
from django.utils import timezone


class PageChange(models.Model):
    """Pages within `scope` are not what they were. Only added: nobody waits for a row that another transaction holds.

    `scope` is a unit, a principal or everybody (`contacts.page_versions`). `tidy` takes away the old ones.
    """

    append_only = False

    scope = models.CharField(max_length=30)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "ändring på sidor"
        verbose_name_plural = "ändringar på sidor"
        indexes = [models.Index(fields=["scope", "id"], name="page_change_by_scope")]

    def __str__(self) -> str:
        return f"ändring {self.pk}"
