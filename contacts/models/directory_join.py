"""Two contacts or two units that were joined, and joins that were taken apart again."""

import uuid

from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel, person
from .directory_entry import DirectoryEntry
from .unit import Unit


def _pair(*, of_units: bool) -> models.Q:
    return models.Q(
        kept_entry__isnull=of_units,
        other_entry__isnull=of_units,
        kept_unit__isnull=not of_units,
        other_unit__isnull=not of_units,
    )


class DirectoryJoin(AppendOnlyModel):
    """`other` was joined into `kept`, both of them contacts or both units. A row that `undoes` one takes it apart.

    `before` and `after` hold the columns of the kept one that the join wrote; `moved` what came with the other: the
    words and flags of its numbers, the choice of main switchboard; of a unit its contacts, turns and assignments.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept_entry = models.ForeignKey(
        DirectoryEntry, models.PROTECT, null=True, related_name="joins", verbose_name="kontakt"
    )
    other_entry = models.ForeignKey(DirectoryEntry, models.PROTECT, null=True, related_name="+")
    kept_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="joins", verbose_name="enhet")
    other_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    moved = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    at = models.DateTimeField("tid", default=timezone.now)
    user = person()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "sammanföring i katalogen"
        verbose_name_plural = "sammanföringar i katalogen"
        constraints = [
            models.CheckConstraint(
                condition=_pair(of_units=False) | _pair(of_units=True),
                name="join_of_two_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"sammanföring {self.pk}"

    @property
    def other(self) -> DirectoryEntry | Unit:
        other = self.other_unit or self.other_entry
        assert other, "a join of two"
        return other
