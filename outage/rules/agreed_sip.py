"""What is agreed of a SIP, from all messages about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from .wording import STOCKHOLM


@dataclass(frozen=True, slots=True)
class AgreedSip:
    """The SIP as last agreed; a field is empty where nothing was said. `date` is an ISO date."""

    date: str = ""
    time: str = ""
    place: str = ""
    participants: tuple[str, ...] = ()

    @property
    def begins(self) -> datetime | None:
        """In Stockholm; of a meeting without a clock time, the end of its day."""
        try:
            at = time.fromisoformat(self.time.replace(".", ":"))
        except ValueError:
            at = time.max
        return datetime.combine(date.fromisoformat(self.date), at, STOCKHOLM) if self.date else None


def agreed_sip(messages: Iterable[Mapping[str, Any]]) -> AgreedSip:
    """The combined particulars of the messages, in time order: the last value of each counts.

    A time belongs to the date it was said for: another date without a time has none.
    """
    on = clock = place = ""
    participants: tuple[str, ...] = ()
    for said in messages:
        if said.get("sip_date") and said["sip_date"] != on:
            on, clock = said["sip_date"], ""
        clock = said.get("sip_time") or clock
        place = said.get("sip_place") or place
        participants = tuple(said.get("participants") or participants)
    return AgreedSip(on, clock, place, participants)
