"""What was done about efterregistrering when the system is back (R4)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models.encrypted import EncryptedJSON, EncryptedText

from .care_chain import CareChain
from .outage import Outage
from .signed import OfChain, SignedRow


class RegistrationMark(OfChain, SignedRow):
    """A task marked done, or not done after all. `task` is the derived task's key; the newest row counts.

    `choice` is what the person decided where the routine leaves it to be decided by hand; `entered` says that what
    the task is about was entered in the system. `picture` is what was to be done and `typed` all that was typed there
    (`outage.rules.ticks`); rows from before it was stored have neither.
    """

    client_id = models.UUIDField(unique=True, editable=False)
    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="marks")
    task = models.TextField()
    done = models.BooleanField("klart")
    choice = EncryptedText("beslut", max_length=300, blank=True)
    entered = models.BooleanField("infört", default=False)
    picture = models.JSONField(null=True, blank=True)
    typed = EncryptedJSON(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    # Of one that is read in a chain that its own was joined to: the task it was written for.
    stored_task = ""

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "markering av efterregistrering"
        verbose_name_plural = "markeringar av efterregistrering"
        indexes = [models.Index(fields=["chain"], name="mark_by_chain")]


class TaskTurn(OfChain, SignedRow):
    """Whose turn it is to do a task in the system, so that two do not do the same; or a note on it. `holder` is who
    does it after this row, None for nobody; the newest row of the task counts, and the newest that has a `note`.
    """

    client_id = models.UUIDField(unique=True, editable=False)
    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="turns")
    task = models.TextField()
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = EncryptedText("anteckning", max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = "tur med en uppgift"
        verbose_name_plural = "turer med uppgifter"
        indexes = [models.Index(fields=["chain"], name="turn_by_chain")]


class Acknowledgement(SignedRow):
    """A unit has acknowledged its messages in the system (R4.6), or has not after all: the newest row counts. What was
    acknowledged before the outage was opened again for the principal counts no longer.
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="acknowledgements")
    done = models.BooleanField("kvitterat", default=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "kvittens"
        verbose_name_plural = "kvittenser"
        indexes = [models.Index(fields=["outage", "unit"], name="acknowledged_by_unit")]
