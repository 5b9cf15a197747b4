"""What reviewers did: the rows they drew at random, and what they noted on a row."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.rules.reviewing import LONGEST_NOTE, Verdict

from .audit_entry import AuditEntry
from .base import AppendOnlyModel
from .data_key import name_of
from .encrypted import EncryptedText
from .unit import Unit


class ReviewSample(AppendOnlyModel):
    """Drawn at random among the `drawn_from` rows about patients from `since` to `until` that the reviewer reviews."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("draget", default=timezone.now)
    since = models.DateTimeField("från")
    until = models.DateTimeField("till")
    drawn_from = models.PositiveIntegerField("av antal rader")
    entries = models.ManyToManyField(AuditEntry, related_name="samples")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "stickprov"
        verbose_name_plural = "stickprov"

    def __str__(self) -> str:
        return f"stickprov {self.at:%Y-%m-%d %H.%M}"

    @property
    def last_day(self) -> datetime:
        """`until` is the first moment after the last day."""
        return self.until - timedelta(microseconds=1)


class ReviewNote(AppendOnlyModel):
    """What a reviewer says of one row; the newest one counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="notes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("tid", default=timezone.now)
    verdict = models.CharField("bedömning", max_length=12, choices=Verdict.choices)
    text = EncryptedText("anteckning", max_length=LONGEST_NOTE, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "anteckning vid loggkontroll"
        verbose_name_plural = "anteckningar vid loggkontroll"
        indexes = [models.Index(fields=["entry", "at"], name="note_by_entry")]

    def __str__(self) -> str:
        return f"anteckning {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.unit.principal_id)
