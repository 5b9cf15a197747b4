"""Vårdkedja: one patient's way through ward, municipality and out-patient care in one outage."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import AppendOnlyModel
from contacts.rules.parties import WARD_KIND_LABELS
from outage.rules.back_registration import BEFORE_LABELS, CHAIN_STATUS_LABELS
from outage.rules.identity import IDENTITY_KIND_LABELS

from .outage import Outage


class CareChain(models.Model):
    """The chain itself: who owns it never changes; `details` points at the newest row of what is known."""

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="chains")
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("nummer")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    details = models.ForeignKey("CareChainDetails", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        verbose_name = "vårdkedja"
        verbose_name_plural = "vårdkedjor"
        constraints = [
            models.UniqueConstraint(fields=["outage", "number"], name="chain_number_once_per_outage"),
        ]
        indexes = [models.Index(fields=["outage", "principal", "unit"], name="chain_by_unit")]

    def __str__(self) -> str:
        # No name here: this text reaches the admin's lists and titles.
        return f"Vårdkedja {self.number}"


class CareChainDetails(AppendOnlyModel):
    """What is known of a chain's patient and places. A change is a new row that replaces the former."""

    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="history")
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", verbose_name="ersätter"
    )
    identity_kind = models.CharField(
        max_length=30, choices=[(k.value, label) for k, label in IDENTITY_KIND_LABELS.items()]
    )
    identity_number = models.CharField("personnummer eller reservnummer", max_length=40, blank=True)
    patient_name = models.CharField("patientens namn", max_length=200, blank=True)
    protected_identity = models.BooleanField("skyddade personuppgifter", default=False)
    ward_kind = models.CharField(
        "slag av avdelning", max_length=20, choices=[(k.value, v) for k, v in WARD_KIND_LABELS.items()]
    )
    ward_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="avdelning"
    )
    municipality = models.ForeignKey(
        Principal, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="kommun"
    )
    outpatient_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="öppenvård"
    )
    before = models.CharField(
        "inskriven i systemet före driftstoppet",
        max_length=20,
        choices=[(b.value, label) for b, label in BEFORE_LABELS.items()],
    )
    status = models.CharField(
        "läge", max_length=20, choices=[(s.value, label) for s, label in CHAIN_STATUS_LABELS.items()]
    )
    status_reason = models.CharField("varför", max_length=300, blank=True)
    search_key = models.CharField(max_length=300, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "uppgifter om vårdkedja"
        verbose_name_plural = "uppgifter om vårdkedjor"
        indexes = [
            models.Index(fields=["ward_unit"], name="details_by_ward"),
            models.Index(fields=["outpatient_unit"], name="details_by_outpatient"),
        ]

    def __str__(self) -> str:
        return f"uppgifter {self.pk}"
