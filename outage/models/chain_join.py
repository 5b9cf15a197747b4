"""Two care chains of the same patient that were joined, and joins that were undone."""

from django.db import models

from contacts.models.encrypted import EncryptedText

from .care_chain import CareChain
from .signed import LoggedRow, OfChain


class ChainJoin(OfChain, LoggedRow):
    """`other` was joined to `kept`: what was logged in both is read as one chain, and no row of either was changed.

    `same` are the pairs of events that are one and the same, each by the row that stood then: the kept chain's and
    the other's. A row that `undoes` another says that the two are not to be read as one after all.
    """

    way_to_chain = ("kept",)

    client_id = models.UUIDField(unique=True, editable=False)
    kept = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="joins")
    other = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="joined_in")
    same = models.JSONField(default=list, blank=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    reason = EncryptedText("varför", max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "sammanföring av vårdkedjor"
        verbose_name_plural = "sammanföringar av vårdkedjor"
        constraints = [
            models.CheckConstraint(condition=~models.Q(kept=models.F("other")), name="joined_chains_are_two"),
        ]
