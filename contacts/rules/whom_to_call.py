"""Which number to ring at this moment (R5.1–R5.5): a ranking over candidates, best first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import IntEnum

from .availability import Availability, Hours, is_daytime, is_open, opens_next
from .phone import NumberKind, PhoneKind, classify, display, is_extension, tel_uri
from .swedish_text import sort_key

# A number nobody has confirmed for this long is not verified any more; the routine content may say otherwise.
VERIFICATION_LASTS = timedelta(days=90)


_UNKNOWN_HOURS = Hours(Availability.UNKNOWN)


class Way(IntEnum):
    """How a candidate leads to the party, the straightest first."""

    UNIT = 0
    SWITCHBOARD = 1
    HOME_NURSING = 2
    REGION_SWITCHBOARD = 3


WAY_LABELS: dict[Way, str] = {
    Way.UNIT: "Enhetens eget nummer",
    Way.SWITCHBOARD: "Kommunens växel",
    Way.HOME_NURSING: "Hemsjukvården, som förmedlar",
    Way.REGION_SWITCHBOARD: "Regionens växel",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number that may lead to the party. `number` is as stored, empty where it is missing.

    `entry_id` is None for the region's switchboard where the directory has no entry for it. `place` is the number's
    among its entry's: they are to be tried in that order. `flagged` tells that somebody found it not to work.
    `duty_ends` is when the jour of who has it is over; None for all others.
    """

    entry_name: str
    number: str
    way: Way
    hours: Hours
    remark: str = ""
    verified_at: datetime | None = None
    entry_id: int | None = None
    kind: PhoneKind = PhoneKind.DIRECT
    place: int = 0
    flagged: bool = False
    duty_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class NumberToRing:
    """A line of the answer to "whom do I ring now".

    `number` is as stored and `shown` as it is read; `tel` is the address to ring, None for an extension and
    where the number is missing. `opens_at` is set where it is closed now and is known to open. `hours_known`
    is False where nobody has said when it answers: then `open_now` is False, and the page must not call it
    closed. `relays` tells that who answers passes the information on, which never counts as informed (R5.4).
    """

    entry_name: str
    number: str
    shown: str
    tel: str | None
    open_now: bool
    opens_at: datetime | None
    hours_known: bool
    relays: bool
    verified: bool
    verified_at: datetime | None
    remark: str
    is_extension: bool
    way: Way
    entry_id: int | None = None
    kind: PhoneKind = PhoneKind.DIRECT
    hours: Hours = _UNKNOWN_HOURS
    flagged: bool = False
    duty_ends: datetime | None = None


def is_verified(verified_at: datetime | None, at: datetime, lasts: timedelta = VERIFICATION_LASTS) -> bool:
    """Tell whether a number confirmed at `verified_at` still counts as verified at the aware moment `at`."""
    return verified_at is not None and at - verified_at <= lasts


def best_first(
    candidates: Iterable[Candidate], at: datetime, zone: tzinfo, lasts: timedelta = VERIFICATION_LASTS
) -> tuple[NumberToRing, ...]:
    """Give the numbers to ring at the aware moment `at`, best first.

    Who has the jour comes first, unless that number was found not to work or can not be rung from outside. Then who
    has a number comes before who has none. Among those, who answers now comes before who may answer, and who is
    closed comes last, soonest to open first. An entry of unknown hours counts as answering in daytime only. Between
    equals: what can be rung from outside, the straightest way (R5.3 before R5.4, the region's switchboard last), the
    verified.
    """
    daytime = is_daytime(at, zone)

    def rank(ranked: tuple[Candidate, NumberToRing]) -> tuple[object, ...]:
        candidate, line = ranked
        if not line.number:
            standing = 3
        elif line.open_now or (not line.hours_known and daytime):
            standing = 0
        else:
            standing = 2 if line.hours_known else 1
        opens = line.opens_at.timestamp() if line.opens_at else 0.0
        return (
            line.flagged or line.is_extension or line.duty_ends is None,
            standing,
            line.flagged,
            line.is_extension,
            opens,
            line.way,
            not line.open_now,
            not line.verified,
            sort_key(line.entry_name),
            candidate.place,
            line.number,
        )

    lines = ((candidate, _line(candidate, at, zone, lasts)) for candidate in candidates)
    return tuple(line for _, line in sorted(lines, key=rank))


def _line(candidate: Candidate, at: datetime, zone: tzinfo, lasts: timedelta) -> NumberToRing:
    open_now = is_open(candidate.hours, at, zone)
    number = "" if classify(candidate.number) is NumberKind.NONE else candidate.number.strip()
    return NumberToRing(
        entry_name=candidate.entry_name,
        number=number,
        shown=display(number),
        tel=tel_uri(number),
        open_now=open_now,
        opens_at=None if open_now else opens_next(candidate.hours, at, zone),
        hours_known=candidate.hours.known,
        relays=candidate.way is Way.HOME_NURSING,
        verified=is_verified(candidate.verified_at, at, lasts),
        verified_at=candidate.verified_at,
        remark=candidate.remark,
        is_extension=is_extension(number),
        way=candidate.way,
        entry_id=candidate.entry_id,
        kind=candidate.kind,
        hours=candidate.hours,
        flagged=candidate.flagged,
        duty_ends=candidate.duty_ends,
    )


def first_number(numbers: Sequence[NumberToRing]) -> str:
    """The number to ring first, as typed; nothing where there is none."""
    return next((n.number for n in numbers if n.number), "")
