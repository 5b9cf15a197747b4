"""Överlämning: one shift of a unit tells the next what is open, and somebody of the next takes over."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText
from outage.rules.shift import TEXT_LETTERS

from .outage import Outage
from .signed import SignedRow


class ShiftHandover(SignedRow):
    """Handed over by `user`, in `unit`. `to` is None where it is not known who comes.

    `left` is what was open then (`outage.queries.shift.left_open`): ids, kinds and times, nothing that tells who a
    patient is; and, as `logged`, the ids of what had just been logged (`outage.queries.shift_done.logged_near`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="shift_handovers")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="till",
    )
    text = EncryptedText("att tänka på", max_length=TEXT_LETTERS, blank=True)
    left = models.JSONField(default=dict, blank=True, editable=False)
    at = models.DateTimeField("överlämnad", default=timezone.now)

    class Meta:
        ordering = ["-at", "pk"]
        verbose_name = "överlämning"
        verbose_name_plural = "överlämningar"
        indexes = [models.Index(fields=["outage", "unit", "-at"], name="shift_by_unit")]

    def __str__(self) -> str:
        return f"överlämning {self.at:%Y-%m-%d %H.%M}"

    def data_key_name(self) -> str:
        return name_of(self.unit.principal_id, self.outage_id)


class ShiftTakeover(SignedRow):
    """`user` has taken over, once for each hand-over."""

    handover = models.OneToOneField(ShiftHandover, on_delete=models.PROTECT, related_name="takeover")
    at = models.DateTimeField("övertagen", default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "övertagande"
        verbose_name_plural = "övertaganden"
