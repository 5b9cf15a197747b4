"""Scans: what was sent in, each page of it, which sheet it belongs to, and what was entered from it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from contacts.models import Unit
from contacts.models.base import AppendOnlyModel
from contacts.models.data_key import name_of
from contacts.models.encrypted import EncryptedText
from forms.rules.scan_finding import AsideReason, BackBy, Finding
from outage.models import Handover
from outage.models.signed import OfChain, SignedRow

from .sheet import Sheet, SheetFate


class ScanUpload(SignedRow):
    """One PDF, or one set of images, that was uploaded. Its id is made by the form; the file name is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("skannat", default=timezone.now)
    sha256 = models.CharField("kontrollsumma", max_length=64)
    pages = models.PositiveSmallIntegerField("sidor")

    class Meta:
        ordering = ["-at"]
        verbose_name = "skanning"
        verbose_name_plural = "skanningar"
        indexes = [models.Index(fields=["unit", "-at"], name="scan_by_unit")]


class ScannedPage(AppendOnlyModel):
    """One page of a scan, upright. The picture lies encrypted outside the database, under the page's id.

    `serial` and `sheet_page` are what its code, or the one that shone through, said; empty where none could be read.
    What the page is was said by a match, a back or an aside: the last one that was not undone. `turned` is the
    clockwise rotation applied, in degrees. `cut_off`: a part of the page may be missing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(ScanUpload, on_delete=models.PROTECT, related_name="scanned_pages")
    number = models.PositiveSmallIntegerField("sida i skanningen")
    finding = models.CharField("fynd", max_length=15, choices=Finding.choices)
    serial = models.CharField("löpnummer", max_length=9, blank=True)
    sheet_page = models.PositiveSmallIntegerField("sida på bladet", null=True)
    turned = models.PositiveSmallIntegerField("vriden", default=0)
    cut_off = models.BooleanField("kan vara avskuren", default=False, db_default=False)
    width = models.PositiveIntegerField("bredd")
    height = models.PositiveIntegerField("höjd")
    sha256 = models.CharField("bildens kontrollsumma", max_length=64)

    class Meta:
        ordering = ["upload", "number"]
        verbose_name = "skannad sida"
        verbose_name_plural = "skannade sidor"
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="scanned_page_once_in_its_upload"),
        ]

    def __str__(self) -> str:
        return f"sida {self.number}"

    @property
    def is_blank(self) -> bool:
        return self.finding == Finding.BLANK


class ScanMatch(SignedRow):
    """Which page of which sheet a scanned page is. `round` counts from 1, one up each time a sheet is scanned again.

    `turn`, here and below, numbers from 1 what was said of a page, one up each time it was undone; it is unique, so
    of two who say it at once the second is refused.
    """

    page = models.ForeignKey(ScannedPage, on_delete=models.PROTECT, related_name="matches")
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="matches")
    sheet_page = models.PositiveSmallIntegerField("sida på bladet")
    round = models.PositiveSmallIntegerField("omgång", default=1)
    turn = models.PositiveSmallIntegerField("gång", default=1)
    typed = models.BooleanField("löpnumret skrevs för hand", default=False)
    at = models.DateTimeField("tid", default=timezone.now)

    class Meta:
        ordering = ["sheet", "round", "sheet_page"]
        verbose_name = "sida på blad"
        verbose_name_plural = "sidor på blad"
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "sheet_page", "round", "turn"], name="page_of_sheet_once_in_its_round"
            ),
            models.UniqueConstraint(fields=["page", "turn"], name="scanned_page_matched_once_a_turn"),
        ]


class ScanBack(SignedRow):
    """Which page a scanned page is the back of: of `front`, wherever that belongs, or else of a page of a sheet."""

    page = models.ForeignKey(ScannedPage, on_delete=models.PROTECT, related_name="told_backs")
    turn = models.PositiveSmallIntegerField("gång", default=1)
    front = models.ForeignKey(ScannedPage, null=True, on_delete=models.PROTECT, related_name="backs")
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT, related_name="backs")
    sheet_page = models.PositiveSmallIntegerField("sida på bladet", null=True, blank=True)
    round = models.PositiveSmallIntegerField("omgång", null=True, blank=True)
    told_by = models.CharField("hur det syns", max_length=5, choices=BackBy.choices)
    at = models.DateTimeField("tid", default=timezone.now)

    class Meta:
        ordering = ["page"]
        verbose_name = "baksida"
        verbose_name_plural = "baksidor"
        constraints = [
            models.UniqueConstraint(fields=["page", "turn"], name="scanned_page_back_once_a_turn"),
            models.CheckConstraint(
                condition=models.Q(front__isnull=False, sheet__isnull=True)
                | models.Q(
                    front__isnull=True, sheet__isnull=False, sheet_page__isnull=False, round__isnull=False
                ),
                name="back_of_a_front_or_of_a_sheet",
            ),
        ]


class ScanAside(SignedRow):
    """A waiting page that was laid aside: it belongs to no sheet."""

    page = models.ForeignKey(ScannedPage, on_delete=models.PROTECT, related_name="asides")
    turn = models.PositiveSmallIntegerField("gång", default=1)
    reason = models.CharField("varför", max_length=12, choices=AsideReason.choices)
    at = models.DateTimeField("tid", default=timezone.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = "sida lagd undan"
        verbose_name_plural = "sidor lagda undan"
        constraints = [
            models.UniqueConstraint(fields=["page", "turn"], name="scanned_page_aside_once_a_turn"),
        ]


class ScanUndone(SignedRow):
    """What was said of a scanned page was wrong: the page waits again. The row that said it is kept.

    `step` is the step that took its sheet back to be completed, in the same round of scanning.
    """

    match = models.OneToOneField(ScanMatch, null=True, on_delete=models.PROTECT, related_name="undone")
    back = models.OneToOneField(ScanBack, null=True, on_delete=models.PROTECT, related_name="undone")
    aside = models.OneToOneField(ScanAside, null=True, on_delete=models.PROTECT, related_name="undone")
    step = models.OneToOneField(SheetFate, null=True, on_delete=models.PROTECT, related_name="undoing")
    reason = EncryptedText("varför", max_length=300)
    at = models.DateTimeField("tid", default=timezone.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = "ångrat besked om en sida"
        verbose_name_plural = "ångrade besked om sidor"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(match__isnull=False, back__isnull=True, aside__isnull=True)
                | models.Q(match__isnull=True, back__isnull=False, aside__isnull=True)
                | models.Q(match__isnull=True, back__isnull=True, aside__isnull=False),
                name="one_thing_is_undone",
            ),
        ]

    # As that of a step.
    kept_with = ""

    def data_key_name(self) -> str:
        if self.kept_with:
            return self.kept_with
        told = self.match or self.back or self.aside
        sheet = told.sheet if isinstance(told, ScanMatch | ScanBack) else None
        return sheet.key_name if sheet else name_of(self.unit.principal_id)


class PaperEntry(OfChain, SignedRow):
    """A call that was entered from a sheet: the way from the row in the log to the paper it was read on.

    `moved_from` is the entry it takes the place of, for `reason`: that one named a sheet that the row did not stand on.
    """

    way_to_chain = ("handover", "chain")

    handover = models.OneToOneField(Handover, on_delete=models.PROTECT, related_name="paper_entry")
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="entries")
    moved_from = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="moved_to")
    reason = EncryptedText("varför flyttat", max_length=300, blank=True)
    at = models.DateTimeField("infört", default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "samtal från papper"
        verbose_name_plural = "samtal från papper"


class AllEntered(AppendOnlyModel):
    """Somebody said that all rows of a sheet are in the log: as many as were entered then, scanned as often as it
    was.

    It holds while both numbers do: paper goes on being written on, and what is scanned later is asked about again.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="said_entered")
    rows = models.PositiveSmallIntegerField("införda rader")
    scans = models.PositiveSmallIntegerField("gånger skannat")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("sagt", default=timezone.now)

    class Meta:
        ordering = ["sheet", "at"]
        verbose_name = "alla rader införda"
        verbose_name_plural = "alla rader införda"
        constraints = [
            models.UniqueConstraint(fields=["sheet", "rows", "scans"], name="all_entered_said_once"),
        ]

    def __str__(self) -> str:
        return f"alla rader av {self.sheet}"
