"""Somebody found that a number of the directory does not work."""

import uuid

from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel, person
from .directory_entry import DirectoryEntry
from .principal import Principal
from .unit import Unit


class NumberFlag(AppendOnlyModel):
    """One person's report that a number does not work, or, where it `withdraws` one, that it was a mistake.

    It is of a contact, or of the jour of a principal (`jour_of`) that has the number in a turn. Which are still to be
    looked at is in `entry.flagged`; one of a jour is until it is withdrawn, by who keeps the jour too.

    It holds no patient data: neither which call it was nor about whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(
        DirectoryEntry, models.PROTECT, null=True, blank=True, related_name="flags", verbose_name="kontakt"
    )
    jour_of = models.ForeignKey(
        Principal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="jour hos"
    )
    number = models.CharField("nummer", max_length=60)
    at = models.DateTimeField("tid", default=timezone.now)
    user = person()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="enhet")
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by", verbose_name="återtar"
    )

    class Meta:
        ordering = ["-at"]
        verbose_name = "anmält nummer"
        verbose_name_plural = "anmälda nummer"
        indexes = [models.Index(fields=["entry", "-at"], name="flag_by_entry")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entry__isnull=False, jour_of__isnull=True)
                | models.Q(entry__isnull=True, jour_of__isnull=False),
                name="flag_of_contact_or_jour",
            )
        ]

    @property
    def place(self) -> DirectoryEntry | Principal:
        """What has the number."""
        found = self.entry or self.jour_of
        assert found is not None, "a constraint says so"
        return found

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d %H.%M}"
