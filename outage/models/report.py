"""The report of an outage: its figures as they were last worked out, and what people learned."""

from django.db import models
from django.utils import timezone

from contacts.models import Principal
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText

from .outage import Outage
from .signed import SignedRow


class OutageFigures(models.Model):
    """A copy of what the log says, counted, as it was at `version` (`outage.queries.report`); no patient text.

    `reach` is how far whoever reads it reaches within the principal, "" for all of it. `tables` and `charts` are shown
    as they stand: the latter are SVG with what is read aloud in their place, by name. `main` has what one outage is set
    beside another by.
    """

    append_only = False

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="figures")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    reach = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=200)
    made_at = models.DateTimeField("gjord", default=timezone.now)
    tables = models.JSONField(default=list)
    charts = models.JSONField(default=dict)
    main = models.JSONField(default=dict)

    class Meta:
        verbose_name = "rapport om driftstopp"
        verbose_name_plural = "rapporter om driftstopp"
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "principal", "reach"], name="figures_once_for_each_reach"
            ),
        ]

    def __str__(self) -> str:
        return f"rapport {self.made_at:%Y-%m-%d %H.%M}"


class Lesson(SignedRow):
    """What somebody learned of an outage, who takes care of it and by when. What is added later is a row of its own.

    It outlives what is purged of the outage, so it lies encrypted with the principal's own key.
    """

    client_id = models.UUIDField(unique=True, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="lessons")
    text = EncryptedText("lärdom", max_length=2000)
    owner = EncryptedText("ansvarig", max_length=200)
    due = models.DateField("klart senast", null=True, blank=True)
    at = models.DateTimeField("skriven", default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "lärdom"
        verbose_name_plural = "lärdomar"

    def data_key_name(self) -> str:
        return name_of(self.unit.principal_id)
