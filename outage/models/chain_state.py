"""How each chain stands: what every unit is to tell about it, has told and waits for, and what efterregistrering needs
of its calls. A copy of what the log says.
"""

from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models.base import ModelState

from contacts.models import Principal, Unit
from contacts.models.base import WithId
from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party
from outage.rules.informing import PARTICIPANT_PREFIX, InformState
from outage.rules.told import Closed, Notice, Target, folded

from .care_chain import CareChain, CareChainDetails
from .event import CareChainEvent, OpenItem
from .handover import Handover
from .outage import Outage


class StateKind(Labelled):
    OWED = "owed", "Att ringa"
    AWAITED = "awaited", "Väntar på svar"
    TOLD = "told", "Underrättad"
    LATEST = "latest", "Senast"
    UNTOLD = "untold", "Inte känd av alla"
    OTHERS = "others", "Andras"
    MISSING = "missing", "Utan inskrivning"
    UNSENT = "unsent", "Att skicka"
    RING_BACK = "back", "Att ringa tillbaka"
    TO_ENTER = "enter", "Hade patienten"


# What is a call to make: that somebody is to be told, or rung back.
TO_RING = (StateKind.OWED, StateKind.RING_BACK)

# A unit that has somebody to ring, waits for an answer, or is to enter something, sees the chain.
IN_SIGHT = (*TO_RING, StateKind.AWAITED, StateKind.TO_ENTER)


def is_answer(message: str) -> bool:
    """Whether the `message` of a row is one that answers what was said, and stands for no event that is logged."""
    return message.startswith("new:")


class ChainState(WithId):
    """One message that a unit is to tell one target, an answer that it waits for, when it last told a party, the
    chain's latest event, one that not everybody was told of or that others sent (`Untold`), that nobody has logged or
    decided how the patient came or left, a message that it is to send after another (`Unsent`), its call `rung`
    that asked to be rung back, `at` a time where one was said, or that the chain no longer names the unit, and that it
    is to enter something of it afterwards (`queries.doers`).

    Recomputed from the log with each row, so that lists of thousands of chains are read by few queries. No patient
    text: who or what is named stands in the rows of the log that are pointed at. Nor anything that hangs on the
    clock, on the directory or on an outage's end, but `ticked`: whether a valid tick says that the event has been
    entered. `reads_in` is the principal that, once back, reads it in the system all the same, or answers
    there.

    `whom` is the target's place, while that is not known its party, or which participant of the chain it is. It is
    named by `named_in` as `named_as`, by the call `rung`, or by `said_in` as the participant `said_no`. `message` is
    what the call form ticks it by; `day` and `at` tell it from others of its kind. `heard_as` has who the
    patient was said to be, where another is to be told. `position` is its place among the chain's rows of that kind.
    """

    append_only = False

    what = models.CharField(max_length=8, choices=StateKind.choices)
    chain = models.ForeignKey(CareChain, on_delete=models.CASCADE, related_name="states", db_index=False)
    # As the chain has them: rows of an outage are found among those of all others.
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="+", db_index=False)
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    whom = models.CharField(max_length=60, blank=True)
    party = models.CharField(max_length=20, blank=True, choices=Party.choices)
    former = models.BooleanField(default=False)
    choice = models.CharField(max_length=30, blank=True)
    named_in = models.ForeignKey(
        CareChainDetails, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    named_as = models.CharField(max_length=20, blank=True, choices=Party.choices)
    rung = models.ForeignKey(Handover, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_in = models.ForeignKey(
        CareChainEvent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    said_no = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=90, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    urgent = models.BooleanField(default=False)
    retracts = models.BooleanField(default=False)
    corrects = models.BooleanField(default=False)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    rank = models.PositiveSmallIntegerField(default=9)
    since = models.DateTimeField()
    state = models.CharField(max_length=20, blank=True, choices=InformState.choices)
    tries = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    reads_in = models.ForeignKey(
        Principal, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ticked = models.BooleanField(default=False)
    tried = models.ForeignKey(Handover, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    open_item = models.ForeignKey(
        OpenItem, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    heard_as = models.ForeignKey(
        CareChainDetails, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    # Why it need not be told after all; what is closed by the log alone is not stored.
    closed: Closed | None = None

    class Meta:
        verbose_name = "läge för vårdkedja"
        verbose_name_plural = "lägen för vårdkedjor"
        indexes = [
            models.Index(fields=["chain", "unit"], name="state_by_chain"),
            models.Index(fields=["outage", "principal", "unit", "what", "chain"], name="state_by_unit"),
        ]

    def __str__(self) -> str:
        return f"läge {self.pk}"

    @classmethod
    def unsaved(cls, **said: Any) -> "ChainState":
        """As the class called with the same: a chain's rows are made anew with each write, and few are saved."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row.__dict__ |= _DEFAULTS
        for name, value in said.items():
            if name in _POINTERS:
                row.__dict__[_POINTERS[name]] = value and value.pk
                row._state.fields_cache[name] = value
            else:
                row.__dict__[name] = value
        return row

    @property
    def content(self) -> tuple[Any, ...]:
        """All that it says, for comparison with another."""
        found: tuple[Any, ...] = _content(self.__dict__)
        return found

    @property
    def target(self) -> Target:
        party = Party(self.party) if self.party else None
        participant = self.participant
        if self.whom.startswith(PARTICIPANT_PREFIX):
            return Target(PARTICIPANT_PREFIX + folded(participant), participant=participant)
        place = "" if self.whom == self.party else self.whom
        return Target(place, party, participant=participant, former=self.former)

    @property
    def participant(self) -> str:
        if self.said_in is None:
            # Somebody who was rung, and whom no message names.
            called = self.rung.recipient if self.rung else ""
            return called.removeprefix(PARTICIPANT_PREFIX) if called.startswith(PARTICIPANT_PREFIX) else ""
        names = self.said_in.participants
        # None are left once they are purged.
        return names[self.said_no].strip() if names else "gallrad"

    @property
    def is_answer(self) -> bool:
        return is_answer(self.message)

    @property
    def notice(self) -> Notice | None:
        how, _, rest = self.message.partition(":")
        return Notice(rest.partition(":")[0]) if how == "notice" else None

    @property
    def event_id(self) -> str:
        """The id of the event that is to be told, if it is one that is logged."""
        how, _, pk = self.message.partition(":")
        return pk if how == "event" else ""


_DEFAULTS = {field.attname: field.get_default() for field in ChainState._meta.concrete_fields}
_POINTERS = {field.name: field.attname for field in ChainState._meta.concrete_fields if field.is_relation}
_content = itemgetter(*(field.attname for field in ChainState._meta.concrete_fields if not field.primary_key))
