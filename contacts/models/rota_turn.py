"""Who has the jour at a unit: turns, weekly or once."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from contacts.rules.phone import LONGEST_NUMBER
from contacts.rules.rota import Turn

from .base import AppendOnlyModel, person
from .unit import Unit

TURN_COLUMNS = (
    *("who", "number", "starts_on", "starts_at", "ends_on", "ends_at"),
    *("weekly", "until", "order", "at"),
)
"""The columns that `turn_of` reads a turn from, in its order."""


class RotaTurn(AppendOnlyModel):
    """One turn as somebody wrote it. A change is a new row that `replaces` it, and so is what takes it away.

    Days and times are by the wall clock; without `who` nobody has the jour. `order` numbers the rows of a unit.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="turns", verbose_name="enhet")
    order = models.PositiveIntegerField("ordning")
    who = models.CharField("vem", max_length=100, blank=True)
    number = models.CharField("nummer", max_length=LONGEST_NUMBER, blank=True)
    starts_on = models.DateField("från dag")
    starts_at = models.TimeField("från kl.")
    ends_on = models.DateField("till dag")
    ends_at = models.TimeField("till kl.")
    weekly = models.BooleanField("varje vecka", default=False)
    until = models.DateField("sista dag", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="ersätter"
    )
    withdraws = models.BooleanField("tar bort", default=False)
    at = models.DateTimeField("tid", default=timezone.now)
    user = person()

    class Meta:
        ordering = ["unit", "order"]
        verbose_name = "jourpass"
        verbose_name_plural = "jourpass"
        constraints = [
            models.UniqueConstraint(fields=["unit", "order"], name="turn_order_once"),
            models.CheckConstraint(
                condition=models.Q(withdraws=False) | models.Q(replaces__isnull=False),
                name="turn_withdraws_one",
            ),
            models.CheckConstraint(
                condition=models.Q(who="", number="", weekly=False)
                | (~models.Q(who="") & ~models.Q(number="")),
                name="turn_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turn.name} {self.starts_on}"

    @property
    def stands(self) -> bool:
        """Whether it is neither changed nor taken away."""
        return not self.withdraws and not hasattr(self, "replaced_by")

    @property
    def turn(self) -> Turn:
        return turn_of([getattr(self, name) for name in TURN_COLUMNS])

    @turn.setter
    def turn(self, turn: Turn) -> None:
        self.who, self.number, self.weekly, self.until = turn.who, turn.number, turn.weekly, turn.until
        self.starts_on, self.starts_at = turn.starts.date(), turn.starts.time()
        self.ends_on, self.ends_at = turn.ends.date(), turn.ends.time()


def turn_of(columns: Sequence[Any]) -> Turn:
    who, number, starts_on, starts_at, ends_on, ends_at, *rest = columns
    starts, ends = datetime.combine(starts_on, starts_at), datetime.combine(ends_on, ends_at)
    return Turn(who, number, starts, ends, *rest)
