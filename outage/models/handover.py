"""Samtal: one telephone call about one patient, given or received, reached or not (R2.5)."""

import uuid
from dataclasses import fields
from datetime import datetime
from typing import NamedTuple

from django.db import models

from contacts.models.base import AppendOnlyModel, WithId
from contacts.models.encrypted import EncryptedText
from outage.rules.handover import CallFacts, Checked, Direction, ReadBack
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.told import Notice

from .call_code import CallCode
from .care_chain import CareChain, CareChainDetails
from .event import CareChainEvent
from .signed import LoggedRow, OfChain
from .whom import WhomField


class Logged(NamedTuple):
    """A row of a call, by whom and when it was logged."""

    pk: uuid.UUID
    signature: str
    recorded_at: datetime


class Handover(OfChain, LoggedRow):
    """One call or one try. Only `outcome` reached makes anybody informed.

    `recipient` is the key of the other end: a party, or a participant of a SIP; `place` which place that was (as
    `CareChainDetails.place_keys` has it, empty where it was not known), whatever the chain names later. A row that
    `supersedes` another corrects it or, where `withdraws` is set, takes it back. `signature` is the text as it stood
    at the log-in of whoever wrote the row; `unit` is the one that rang or was rung, though another corrects or moves
    the call. What was entered from a sheet of paper has its serial, when it was written there and by whom. `code` was
    read aloud, or typed, in the call, and follows it through corrections and moves. `shown_as` says as whom the patient
    was spoken of, where that was not who the chain says they were at the call's time: the form showed another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.ForeignKey(CareChain, on_delete=models.PROTECT, related_name="handovers")
    direction = models.CharField("riktning", max_length=10, choices=Direction.choices)
    recipient = WhomField("motpart", max_length=200)
    place = models.CharField(max_length=60, blank=True, editable=False)
    place_name = EncryptedText("plats", max_length=200, blank=True)
    order = models.PositiveIntegerField(default=0)
    outcome = models.CharField("utfall", max_length=20, choices=CallOutcome.choices)
    at = models.DateTimeField("samtalets tid")
    written_at = models.DateTimeField("skrevs på papper", null=True, blank=True)
    paper_serial = models.CharField("blad", max_length=9, blank=True)
    paper_signature = EncryptedText("signatur på papperet", max_length=200, blank=True)
    spoken_to = EncryptedText("talade med", max_length=200, blank=True)
    spoken_to_unit = EncryptedText("deras enhet", max_length=200, blank=True)
    number = EncryptedText("nummer", max_length=60, blank=True)
    read_back = models.CharField(
        "återläsning",
        max_length=20,
        blank=True,
        choices=ReadBack.choices,
    )
    read_back_reason = EncryptedText("varför inte återläst", max_length=300, blank=True)
    comment = EncryptedText("kommentar", blank=True)
    next_step = EncryptedText("nästa steg och när", max_length=300, blank=True)
    call_back = EncryptedText("ring tillbaka: nummer och tid", max_length=200, blank=True)
    code = models.ForeignKey(
        CallCode, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="calls"
    )
    shown_as = models.ForeignKey(
        CareChainDetails, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    checked = models.CharField("kontroll av motparten", max_length=20, blank=True, choices=Checked.choices)
    checked_reason = EncryptedText("varför inte motringd", max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    withdraws = models.BooleanField("återtag", default=False)
    reason = EncryptedText("varför", max_length=300, blank=True)
    # Room for the longest name, title, unit and HSA-id.
    signature = models.CharField("signatur", max_length=700)

    class Meta:
        ordering = ["at", "recorded_at"]
        verbose_name = "samtal"
        verbose_name_plural = "samtal"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdraws=False) | models.Q(supersedes__isnull=False),
                name="handover_withdrawal_points_at_a_row",
            ),
        ]
        indexes = [
            models.Index(fields=["chain", "at"], name="handover_by_chain"),
            models.Index(fields=["unit", "recorded_at"], name="handover_by_unit"),
            # The newest that a unit received: read as far as a page shows.
            models.Index(fields=["unit", "direction", "at", "recorded_at"], name="handover_newest"),
            # Most replace none. Of the index that has them too a database that has counted its rows believes that it
            # finds nothing by it, and reads the whole table for each row instead.
            models.Index(
                fields=["supersedes"],
                condition=models.Q(supersedes__isnull=False),
                name="handover_corrections",
            ),
        ]

    # Of a call that was moved here the row that was logged first, of the other patient; as `with_first` hands it out.
    first: Logged | None = None

    @property
    def made(self) -> "Logged | Handover":
        """Who logged the call and when, whoever moved it here."""
        return self.first or self

    @property
    def left_by(self) -> uuid.UUID:
        """The id of the row that strikes the call in the chain that it came from, where it came from another."""
        return uuid.uuid5(self.pk, "from")

    @property
    def is_try(self) -> bool:
        """Whether a call of the unit's own did not get through: only that unit knows what it dialled."""
        return self.direction == Direction.GIVEN and self.outcome in FAILED

    @property
    def facts(self) -> CallFacts:
        """As it was typed."""
        told = {f.name: getattr(self, f.name) for f in fields(CallFacts)}
        told |= {
            "direction": Direction(self.direction),
            "outcome": CallOutcome(self.outcome),
            "read_back": ReadBack(self.read_back) if self.read_back else None,
            "checked": Checked(self.checked) if self.checked else None,
        }
        return CallFacts(**told)

    def __str__(self) -> str:
        return f"samtal {self.at:%Y-%m-%d %H.%M}"


class HandoverMessage(WithId, AppendOnlyModel):
    """One message in a call: the event that was told of, or the change of details that a notice is about."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="messages")
    event = models.ForeignKey(CareChainEvent, null=True, on_delete=models.PROTECT, related_name="messages")
    change = models.ForeignKey(CareChainDetails, null=True, on_delete=models.PROTECT, related_name="+")
    notice = models.CharField(max_length=20, blank=True, choices=Notice.choices)

    class Meta:
        ordering = ["pk"]
        verbose_name = "meddelande i samtal"
        verbose_name_plural = "meddelanden i samtal"
        constraints = [
            models.UniqueConstraint(fields=["handover", "event"], name="message_once_per_call"),
            models.UniqueConstraint(fields=["handover", "change", "notice"], name="notice_once_per_call"),
            models.CheckConstraint(
                condition=models.Q(event__isnull=False, change__isnull=True, notice="")
                | (models.Q(event__isnull=True, change__isnull=False) & ~models.Q(notice="")),
                name="message_of_an_event_or_a_change",
            ),
        ]

    def __str__(self) -> str:
        return f"meddelande {self.pk}"
