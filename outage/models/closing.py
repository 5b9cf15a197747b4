"""The outage is closed for a principal: all is done, or left open by somebody's name and a reason."""

from django.db import models
from django.utils import timezone

from contacts.models import Unit
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText

from .outage import Outage
from .signed import SignedRow


class OutageClosing(SignedRow):
    """Closed for the principal of `unit`. The newest counts, until something is entered after it.

    `counted` are the rows that there were then, by their kind (`outage.queries.closing`).
    """

    client_id = models.UUIDField(unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="closings")
    at = models.DateTimeField("stängt", default=timezone.now)
    counted = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = "stängning av driftstopp"
        verbose_name_plural = "stängningar av driftstopp"


class LeftOpen(SignedRow):
    """What the unit `about` is not done with when the outage is closed, who takes care of it, and why.

    `keys` are those of the things left open (`outage.rules.closing.OpenThing`): ids and kinds, no patient.
    """

    client_id = models.UUIDField(unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="left_open")
    about = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    keys = models.JSONField(default=list, editable=False)
    responsible = EncryptedText("ansvarig", max_length=200)
    reason = EncryptedText("skäl", max_length=500)
    at = models.DateTimeField("lämnat öppet", default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "lämnat öppet vid stängning"
        verbose_name_plural = "lämnade öppna vid stängning"

    def data_key_name(self) -> str:
        return name_of(self.about.principal_id, self.outage_id)

    @property
    def in_words(self) -> str:
        return f"{self.responsible}: {self.reason}"
