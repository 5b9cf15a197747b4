"""What a message says, in words."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from .routine import Particular
from .wording import day, lower_first, moment

_LABELS = dict(Particular.choices())


def labelled(particulars: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    """The particulars of an event as (label, value), dates in words."""
    for name, value in particulars.items():
        label = _LABELS.get(name, name)
        if name == "participants":
            yield label, ", ".join(value)
        elif name.endswith("_date"):
            yield label, day(datetime.fromisoformat(value).date(), now)
        else:
            yield label, str(value)


def in_short(happened: datetime, particulars: Mapping[str, Any], now: datetime) -> str:
    """When an event happened and its particulars, in one line."""
    more = "; ".join(f"{lower_first(label)} {value}" for label, value in labelled(particulars, now))
    return moment(happened, now) + (f", {more}" if more else "")
