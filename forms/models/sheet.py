"""Printed sheets, the batches that blank ones are issued in, what became of each, and every file handed out."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Principal, Unit
from contacts.models.base import AppendOnlyModel
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText
from contacts.rules.labelled import Labelled
from forms.rules.serial import shown_serial
from forms.rules.sheet_fate import Fate, VoidReason
from outage.models import CareChain, Outage
from outage.models.signed import SignedRow


class SheetKind(Labelled):
    CARE_CHAIN = "care_chain", "Vårdkedjeblankett"
    LOG_SHEET = "log_sheet", "Loggblad"
    SIP = "sip", "SIP-blankett"
    SIP_PATIENT = "sip_patient", "SIP, patientens exemplar"
    SIP_INVITATION = "sip_invitation", "Kallelse till SIP"
    CHECKLIST = "checklist", "Checklista"
    CONTACT_LIST = "contact_list", "Kontaktlista"
    CALL_SUPPORT = "call_support", "Samtalsstöd"
    BINDER = "binder", "Beredskapspärm"
    WORK_LIST = "work_list", "Lista"
    OVERVIEW = "overview", "Lägesbild"


ACCOUNTABLE = (
    SheetKind.CARE_CHAIN,
    SheetKind.LOG_SHEET,
    SheetKind.SIP,
    SheetKind.SIP_PATIENT,
    SheetKind.SIP_INVITATION,
    SheetKind.WORK_LIST,
)
"""What tells of patients, or is meant to: each such sheet is followed until it is accounted for. No other holds up the
closing of an outage.
"""

BLANK_KINDS = (SheetKind.CARE_CHAIN, SheetKind.LOG_SHEET, SheetKind.SIP, SheetKind.SIP_INVITATION)
"""What is issued blank, in batches."""

COPIES = {SheetKind.SIP: SheetKind.SIP_PATIENT}
"""What is issued blank with each sheet of a kind, where that is asked for: a sheet of its own, for the patient."""

COME_BACK = tuple(kind for kind in ACCOUNTABLE if kind not in COPIES.values())
"""What is written on and comes back: it is scanned and checked, and its rows are entered in the log (R2.4, R2.6)."""


class SheetBatch(AppendOnlyModel):
    """Blank sheets of one kind issued for a unit ahead of need. Its id is made by the form that asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("blankett", max_length=20, choices=SheetKind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("utfärdat", default=timezone.now)
    count = models.PositiveSmallIntegerField("antal blad")

    class Meta:
        ordering = ["-issued_at"]
        verbose_name = "parti"
        verbose_name_plural = "partier"

    def __str__(self) -> str:
        return f"{self.count} {self.get_kind_display()} {self.issued_at:%Y-%m-%d %H.%M}"


class Sheet(AppendOnlyModel):
    """One sheet, of one or more pages, under one serial. `user` is None for what a command on the server printed.

    A blank sheet has no chain; `batch` and `place` say where it was issued. `version` is that of its content file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.CharField("löpnummer", max_length=9, unique=True)
    kind = models.CharField("blankett", max_length=20, choices=SheetKind.choices)
    outage = models.ForeignKey(Outage, null=True, on_delete=models.PROTECT, related_name="+")
    chain = models.ForeignKey(CareChain, null=True, on_delete=models.PROTECT, related_name="sheets")
    batch = models.ForeignKey(SheetBatch, null=True, on_delete=models.PROTECT, related_name="sheets")
    place = models.PositiveSmallIntegerField("nummer i partiet", null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField("utskriven", default=timezone.now)
    routine_version = models.CharField("rutinens version", max_length=60)
    version = models.CharField("blankettens version", max_length=2, default="1")
    pages = models.PositiveSmallIntegerField("sidor")

    class Meta:
        ordering = ["-printed_at", "place"]
        verbose_name = "blad"
        verbose_name_plural = "blad"
        constraints = [models.UniqueConstraint(fields=["batch", "place"], name="sheet_once_in_its_batch")]
        indexes = [models.Index(fields=["unit", "-printed_at"], name="sheet_by_unit")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown_serial}"

    @property
    def shown_serial(self) -> str:
        return shown_serial(self.serial)

    @property
    def key_name(self) -> str:
        """The name of the key of what is typed about it; a blank sheet is of no outage."""
        return name_of(self.unit.principal_id, self.outage_id)

    @property
    def accountable(self) -> bool:
        return self.kind in ACCOUNTABLE

    @property
    def comes_back(self) -> bool:
        return self.kind in COME_BACK

    @property
    def patients_copy(self) -> bool:
        return self.kind == SheetKind.SIP_PATIENT


class DisposalDecision(SignedRow):
    """A principal's decision on destroying scanned paper (gallringsbeslut). The latest of a principal is in force.

    `allows` is False where paper may not be destroyed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    allows = models.BooleanField("papper får förstöras")
    reference = models.CharField("beteckning", max_length=200)
    decided_on = models.DateField("beslutat")
    note = models.CharField("anmärkning", max_length=300, blank=True)
    at = models.DateTimeField("infört", default=timezone.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = "gallringsbeslut"
        verbose_name_plural = "gallringsbeslut"


class SheetFate(AppendOnlyModel):
    """One step in the life of a sheet. `number` counts them from 1 and is unique, so of two who take the same step at
    once the second is refused.

    `signature` is the text as it stood at log-in, empty for a command on the server. `decision` is what allowed the
    paper to be destroyed, `on` the day it was, and `given_to` who got the patient's copy.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="fates")
    number = models.PositiveSmallIntegerField("steg")
    fate = models.CharField("läge", max_length=10, choices=Fate.choices)
    at = models.DateTimeField("infört", default=timezone.now)
    on = models.DateField("dag", null=True, blank=True)
    void_reason = models.CharField("varför makulerat", max_length=10, blank=True, choices=VoidReason.choices)
    reason = EncryptedText("varför", max_length=300, blank=True)
    given_to = EncryptedText("lämnat till", max_length=200, blank=True)
    decision = models.ForeignKey(DisposalDecision, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.CharField("signatur", max_length=700, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sheet", "number"]
        verbose_name = "steg"
        verbose_name_plural = "steg"
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="fate_once_in_its_place")]

    def __str__(self) -> str:
        return f"{self.get_fate_display()} {self.at:%Y-%m-%d %H.%M}"

    # The name of the key of what is typed here, where that of the sheet is of no outage.
    kept_with = ""

    def data_key_name(self) -> str:
        return self.kept_with or self.sheet.key_name


class Export(AppendOnlyModel):
    """One PDF that was handed out: its hash, by whom, when. `sheet` or `batch` says of what, `part` which part of a
    batch.

    `sealed_by` is the name in the certificate it was sealed with, empty where the server has none.
    """

    kind = models.CharField("blankett", max_length=20, choices=SheetKind.choices)
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT, related_name="exports")
    batch = models.ForeignKey(SheetBatch, null=True, on_delete=models.PROTECT, related_name="exports")
    part = models.PositiveSmallIntegerField("del", null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("lämnad ut", default=timezone.now)
    pages = models.PositiveSmallIntegerField("sidor")
    sha256 = models.CharField("kontrollsumma", max_length=64, db_index=True)
    sealed_by = models.CharField("sigill", max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "utlämnad fil"
        verbose_name_plural = "utlämnade filer"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H.%M}"
