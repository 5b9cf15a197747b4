"""Öppnande: somebody looked at a patient whom one does not see by the way, said why, and until when it holds."""

import uuid

from django.db import models
from django.utils import timezone

from contacts.models.encrypted import EncryptedText
from outage.rules.opening import NOTE_LETTERS, OpeningKind, OpeningReason

from .care_chain import CareChain
from .signed import OfChain, SignedRow


class Opening(OfChain, SignedRow):
    """Of a patient with protected personal data, or in an emergency of another unit's. It holds for that person in
    that unit until `until`; one more reason is a row more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="openings")
    kind = models.CharField("slag", max_length=10, choices=OpeningKind.choices)
    reason = models.CharField("skäl", max_length=20, choices=OpeningReason.choices)
    note = EncryptedText("annat skäl", max_length=NOTE_LETTERS, blank=True)
    at = models.DateTimeField("öppnad", default=timezone.now)
    until = models.DateTimeField("gäller till")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "öppnande"
        verbose_name_plural = "öppnanden"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("at")), name="opening_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["chain", "user", "unit", "until"], name="opening_in_force")]

    def __str__(self) -> str:
        return f"öppnande {self.at:%Y-%m-%d %H.%M}"
