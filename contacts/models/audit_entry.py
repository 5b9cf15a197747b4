"""The audit log: who, unit, patient's chain, action, time."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from .base import AppendOnlyModel
from .principal import Principal
from .staff import Membership
from .trail import MAC_LENGTH, MacField
from .unit import Unit


class PatientSet(AppendOnlyModel):
    """The care chains that were seen at once. Each distinct set is stored once, however often it is seen.

    `ids` are those of the chains, 16 bytes each, in order; `digest` is the SHA-256 of it.
    """

    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField("antal")
    ids = models.BinaryField("vårdkedjor")

    class Meta:
        verbose_name = "sedda tillsammans"
        verbose_name_plural = "sedda tillsammans"

    def __str__(self) -> str:
        return "1 vårdkedja" if self.size == 1 else f"{self.size} vårdkedjor"

    @property
    def chains(self) -> list[UUID]:
        ids = bytes(self.ids)
        return [UUID(bytes=ids[at : at + 16]) for at in range(0, len(ids), 16)]


class AuditEntry(AppendOnlyModel):
    """One action by one person. Written in the transaction of the write it records; never changed.

    `chain` is the id of the care chain whose patient it concerns, `patients` are those of a list that was seen (none
    for other actions); `changes` holds what changed from and to for data that is not about patients; `origin` says
    from where: an address, or the server itself.
    """

    at = models.DateTimeField("tid", default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="person")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="enhet")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="uppdrag"
    )
    principal = models.ForeignKey(Principal, models.PROTECT, null=True, verbose_name="huvudman")
    origin = models.CharField("varifrån", max_length=100, blank=True)
    action = models.CharField("händelse", max_length=60)
    target_type = models.CharField("slag av rad", max_length=60, blank=True)
    target_id = models.CharField("rad", max_length=64, blank=True)
    chain = models.UUIDField("vårdkedja", null=True, db_index=True)
    patients = models.ForeignKey(
        PatientSet, models.PROTECT, null=True, related_name="entries", verbose_name="vårdkedjor"
    )
    changes = models.JSONField("ändring", default=dict, blank=True)
    mac = MacField("kontrollsumma", max_length=MAC_LENGTH, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "rad i loggen"
        verbose_name_plural = "loggen"
        indexes = [models.Index(fields=["target_type", "target_id"], name="trace_by_target")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H.%M} {self.action}"
