"""Händelse: what happened to one patient, by kind of message."""

import uuid
from datetime import date, datetime

from django.db import models

from contacts.models.encrypted import EncryptedJSON, EncryptedText
from contacts.rules.parties import Party

from .care_chain import CareChain
from .signed import LoggedRow, OfChain
from .whom import WhomField


class CareChainEvent(OfChain, LoggedRow):
    """One event. A row that `supersedes` another corrects it or, where `withdraws` is set, takes it back.

    `kind` is a message type of the outage's routine; `sender` the party whose message it is; `happened_at` what the
    person said, `recorded_at` the server's time, `written_at` the time on the paper it was entered from, which has
    `paper_serial` and is signed by `paper_signature`. `order` is its place among all rows of the chain as they were
    logged. On a correction `told_rightly` says that those told of the former row got the right information; on what
    happened shortly before the outage `in_system` says that it is registered in the system. `first_logged_at` is when
    what was moved here was logged first, of the other patient.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("meddelande", max_length=40)
    sender = models.CharField(max_length=20, choices=Party.choices)
    happened_at = models.DateTimeField("hände")
    written_at = models.DateTimeField("skrevs på papper", null=True, blank=True)
    paper_serial = models.CharField("blad", max_length=9, blank=True)
    paper_signature = EncryptedText("signatur på papperet", max_length=200, blank=True)
    particulars = EncryptedJSON(default=dict, blank=True)
    order = models.PositiveIntegerField(default=0)
    first_logged_at = models.DateTimeField("loggades först", null=True, editable=False)
    told_rightly = models.BooleanField("de underrättade fick rätt uppgift", default=False)
    in_system = models.BooleanField("står i systemet", default=False)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    withdraws = models.BooleanField("återtag", default=False)
    reason = EncryptedText("varför", max_length=300, blank=True)

    class Meta:
        ordering = ["happened_at", "recorded_at"]
        verbose_name = "händelse"
        verbose_name_plural = "händelser"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdraws=False) | models.Q(supersedes__isnull=False),
                name="event_withdrawal_points_at_a_row",
            ),
        ]
        indexes = [
            models.Index(fields=["chain", "happened_at"], name="event_by_chain"),
            models.Index(fields=["unit", "recorded_at"], name="event_by_unit"),
            # Most replace none. Of the index that has them too a database that has counted its rows believes that it
            # finds nothing by it, and reads the whole table for each row instead.
            models.Index(
                fields=["supersedes"], condition=models.Q(supersedes__isnull=False), name="event_corrections"
            ),
        ]

    @property
    def logged_at(self) -> datetime:
        """When somebody logged it first: whoever moves it to the right patient knows more than who logged it did."""
        return self.first_logged_at or self.recorded_at

    @property
    def put_down_at(self) -> datetime:
        """When somebody first wrote it down: on the paper that it was entered from, else here."""
        return self.written_at or self.logged_at

    @property
    def sip_date(self) -> date | None:
        text = self.particulars.get("sip_date")
        return date.fromisoformat(text) if text else None

    @property
    def participants(self) -> tuple[str, ...]:
        return tuple(self.particulars.get("participants", ()))


class OpenItem(OfChain, LoggedRow):
    """A discharge left with a party not told: who is responsible and why. It never makes the discharge complete."""

    way_to_chain = ("event", "chain")

    client_id = models.UUIDField(unique=True, editable=False)
    event = models.ForeignKey(CareChainEvent, on_delete=models.PROTECT, related_name="open_items")
    recipient = WhomField("vem som inte är underrättad", max_length=200)
    place = WhomField(max_length=200, blank=True, editable=False)
    responsible = EncryptedText("ansvarig", max_length=200)
    reason = EncryptedText("varför", max_length=300)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "öppen punkt"
        verbose_name_plural = "öppna punkter"

    @property
    def whom(self) -> str:
        """Who is not told, as `Target.whom` has it."""
        return self.place or self.recipient


class DischargeCompletion(LoggedRow):
    """A discharge with every party informed, closed by somebody (R1.6).

    `rests_on` are the ids of the calls that had told them, each by its first row: the completion stands only while
    all of them do.
    """

    event = models.ForeignKey(CareChainEvent, on_delete=models.PROTECT, related_name="completions")
    rests_on = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "avslutad utskrivning"
        verbose_name_plural = "avslutade utskrivningar"
