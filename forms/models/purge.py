"""Gallring: its steps, and what somebody wrote of an outage after it was purged."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import AppendOnlyModel
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedJSON, EncryptedText
from forms.rules.purge import LastStep, LateOutcome, PurgeStepKind
from outage.models import Outage
from outage.models.signed import SignedRow

from .sheet import DisposalDecision


class PurgeStep(AppendOnlyModel):
    """One step of purging what a principal has of an outage. `number` counts them from 1 and is unique, so of two who
    take one at once the second is refused.

    `on` is the day that it is to be done, under `decision`; `counted` what there was then, by the keys of
    `forms.rules.purge.COUNTED`. `reason` says why it was withdrawn or not done. What the server did has no `user`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="purge_steps")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("steg")
    kind = models.CharField("läge", max_length=10, choices=PurgeStepKind.choices)
    at = models.DateTimeField("tid", default=timezone.now)
    on = models.DateField("dag", null=True, blank=True)
    decision = models.ForeignKey(DisposalDecision, null=True, on_delete=models.PROTECT, related_name="+")
    counted = models.JSONField("räknat", default=dict, blank=True)
    reason = EncryptedText("varför", max_length=2000, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["outage", "principal", "number"]
        verbose_name = "steg i en gallring"
        verbose_name_plural = "steg i gallringar"
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "principal", "number"], name="purge_step_once_in_its_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.principal_id)

    @property
    def facts(self) -> LastStep:
        return LastStep(PurgeStepKind(self.kind), self.user_id, self.on)


class LateEntry(SignedRow):
    """What somebody wrote of an outage that is purged: it cannot stand in the log, and must not be lost.

    `said` has the label of each field and what was typed in it. It lies encrypted with the principal's own key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="late_entries")
    said = EncryptedJSON("vad som skrevs")
    at = models.DateTimeField("skriven", default=timezone.now)

    class Meta:
        ordering = ["-at", "pk"]
        verbose_name = "sen uppgift"
        verbose_name_plural = "sena uppgifter"
        indexes = [models.Index(fields=["unit", "-at"], name="late_by_unit")]

    def data_key_name(self) -> str:
        return name_of(self.unit.principal_id)


class LateDecision(SignedRow):
    """What a coordinator decided of it; the newest counts. `number` counts them from 1."""

    client_id = models.UUIDField(unique=True, editable=False)
    entry = models.ForeignKey(LateEntry, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField("gång")
    outcome = models.CharField("avgörande", max_length=10, choices=LateOutcome.choices)
    reason = EncryptedText("varför", max_length=300)
    at = models.DateTimeField("avgjord", default=timezone.now)

    class Meta:
        ordering = ["entry", "number"]
        verbose_name = "avgörande av en sen uppgift"
        verbose_name_plural = "avgöranden av sena uppgifter"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="late_decided_once_a_number")]

    def data_key_name(self) -> str:
        return self.entry.data_key_name()
