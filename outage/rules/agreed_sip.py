"""What is agreed of a SIP, from all messages about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AgreedSip:
    """The SIP as last agreed; a field is empty where nothing was said. `date` is an ISO date."""

    date: str = ""
    time: str = ""
    place: str = ""
    participants: tuple[str, ...] = ()


def agreed_sip(messages: Iterable[Mapping[str, Any]]) -> AgreedSip:
    """The combined particulars of the messages, in time order: the last value of each counts.

    A time belongs to the date it was said for: another date without a time has none.
    """
    date = time = place = ""
    participants: tuple[str, ...] = ()
    for said in messages:
        if said.get("sip_date") and said["sip_date"] != date:
            date, time = said["sip_date"], ""
        time = said.get("sip_time") or time
        place = said.get("sip_place") or place
        participants = tuple(said.get("participants") or participants)
    return AgreedSip(date, time, place, participants)
