"""What R4 says of an event when the principals are back at different times, and an end is said late.

Admissions, discharges and SIPs are entered by the region, so they follow its end in everybody's log; the rest follows
the end of whoever logged it. What happened after that end is outside R4. Whoever logged it then, or wrote it on paper,
unaware of the end, had no system to enter it in: somebody checks that it stands there (case 19).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .routine import Effect
from .told import minute_of


class Counts(Enum):
    """Whether R4 counts an event. DIRECT: whoever enters it did so as it happened, or does without being asked."""

    BY_R4 = "by_r4"
    TO_CHECK = "to_check"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Back:
    """An event by the ends of one principal: whether it was back `after` which it happened, and whether that had been
    said (`known`) when the event was first logged.
    """

    after: bool
    known: bool = False


def follows_region(effect: Effect) -> bool:
    """Whether it is the region that enters it, whoever has logged it."""
    return effect is not Effect.INFORMATION


def counts(effect: Effect, own: Back, region: Back | None, *, dated: bool = False) -> Counts:
    """`own` is the principal whose log it is, `region` the one that enters stays and SIPs; None where it took no part
    in the outage or was not cut off. `dated`: the date of a SIP is agreed.
    """
    back = region if region and follows_region(effect) else own
    if not back.after:
        return Counts.BY_R4
    is_entered = dated if effect is Effect.SIP else follows_region(effect)
    return Counts.TO_CHECK if is_entered and not back.known else Counts.DIRECT


def was_known(
    happened_at: datetime, put_down_at: datetime, said: Iterable[tuple[datetime, datetime | None]]
) -> bool:
    """Whether it was put down as something after an end; `said` has when each was said, and the end or None where it
    was taken back, oldest first.
    """
    end = next((end for at, end in reversed([*said]) if at <= put_down_at), None)
    return end is not None and minute_of(happened_at) > end
