"""Which answers a unit waits for from the others, and since when (R2.2, R3.6–R3.8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contacts.rules.parties import Party

from .back_registration import ChainStatus
from .clock import as_utc
from .routine import Effect, Routine


@dataclass(frozen=True, slots=True)
class Said:
    """A standing message: its type, who sends it, when it happened (aware), and its place in the log.

    `told` says at what aware moment each party was reached with it.
    """

    kind: str
    sender: Party
    at: datetime
    order: int
    told: Mapping[Party, datetime] = field(default_factory=dict)

    @property
    def when(self) -> tuple[datetime, int]:
        """Sort key: the time, then the order of logging."""
        return as_utc(self.at), self.order


@dataclass(frozen=True, slots=True)
class AwaitedAnswer:
    """An answer that somebody is to give: which, who gives it, and since when it can be expected."""

    kind: str
    sender: Party
    since: datetime


def awaited_answers(
    *, routine: Routine, acting: Collection[Party], status: ChainStatus, said: Sequence[Said]
) -> list[AwaitedAnswer]:
    """The answers that a unit acting as `acting` waits for, the longest wait first; among them those that the others
    wait for it to give, where the routine gives no moment at which they are owed.

    What the unit itself sends is waited for from the moment the other was reached with it: until then it is the
    unit's own to ring. What a third party sends is waited for from when it happened. A later answer ends the wait, a
    discharge ends all; for a patient who has died, or a chain of the wrong one, nothing is awaited.
    """
    if status is not ChainStatus.OK:
        return []
    discharged = [m.when for m in said if routine.message(m.kind).effect is Effect.DISCHARGE]
    found = []
    for message in routine.messages.values():
        if not message.awaited_after:
            continue
        for sending in message.sendings:
            own = sending.party in acting
            if (own and message.answers) or not (own or set(sending.tells) & set(acting)):
                continue
            given = [m.when for m in said if m.kind == message.key and m.sender is sending.party]
            waits = [
                since
                for asked in said
                if asked.kind == message.awaited_after
                and (since := _since(asked, sending.party, acting))
                and not any(later > asked.when for later in given + discharged)
            ]
            if waits:
                found.append(AwaitedAnswer(message.key, sending.party, min(waits, key=as_utc)))
    return sorted(found, key=lambda wait: as_utc(wait.since))


def _since(asked: Said, answering: Party, acting: Collection[Party]) -> datetime | None:
    if asked.sender is answering:
        return None
    return asked.told.get(answering) if asked.sender in acting else asked.at
