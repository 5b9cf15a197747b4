"""Two contacts or two units that were joined, and joins that were taken apart again."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel
from .directory_entry import DirectoryEntry
from .unit import Unit


class DirectoryJoin(AppendOnlyModel):
    """`other` was joined into `kept`, both of them contacts or both units. A row that `undoes` one takes it apart.

    `before` and `after` hold the columns of the kept one that the join wrote; `moved` what came with the other: the
    words and flags of its numbers, the choice of main switchboard; of a unit its contacts, turns and assignments.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept_entry = models.ForeignKey(
        DirectoryEntry, null=True, on_delete=models.PROTECT, related_name="joins", verbose_name="kontakt"
    )
    other_entry = models.ForeignKey(DirectoryEntry, null=True, on_delete=models.PROTECT, related_name="+")
    kept_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="joins", verbose_name="enhet"
    )
    other_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    moved = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    at = models.DateTimeField("tid", default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="person"
    )

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "sammanföring i katalogen"
        verbose_name_plural = "sammanföringar i katalogen"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kept_entry__isnull=False,
                    other_entry__isnull=False,
                    kept_unit__isnull=True,
                    other_unit__isnull=True,
                )
                | models.Q(
                    kept_entry__isnull=True,
                    other_entry__isnull=True,
                    kept_unit__isnull=False,
                    other_unit__isnull=False,
                ),
                name="join_of_two_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"sammanföring {self.pk}"

    @property
    def other(self) -> DirectoryEntry | Unit:
        """What was joined into the kept one."""
        other = self.other_unit or self.other_entry
        assert other, "a join of two"
        return other
