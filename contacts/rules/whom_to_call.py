"""Which number to ring at this moment (R5.1–R5.5): a ranking over candidates, best first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, tzinfo
from enum import IntEnum

from .availability import is_daytime, is_open, opens_next
from .doubt import Doubt, doubt_at, may_close_early
from .hours import Availability, Hours
from .phone import NumberKind, PhoneKind, classify, display, is_extension, tel_uri
from .swedish_text import sort_key

# A number nobody has confirmed for this long is not verified any more; the routine content may say otherwise.
VERIFICATION_LASTS = timedelta(days=90)


class Way(IntEnum):
    """How a candidate leads to the party, the straightest first."""

    UNIT = 0
    SWITCHBOARD = 1
    HOME_NURSING = 2
    REGION_SWITCHBOARD = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number that may lead to the party. `number` is as stored, empty where it is missing.

    `entry_id` is None for the region's switchboard where the directory has no entry for it. `place` is the number's
    among its entry's: they are to be tried in that order. `flagged` says that somebody found it not to work. `area` is
    the part of the municipality that a hemsjukvård serves, empty for all of it. Who answers a switchboard `connects`.
    `note` is what is to be known of it beside its remark. `duty_ends` is when the jour of who has it is over.
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
    area: str = ""
    connects: bool = False
    duty_ends: datetime | None = None
    note: str = ""


_OF_CANDIDATE = tuple(field.name for field in fields(Candidate))


@dataclass(frozen=True, slots=True)
class Sought:
    """Who is to be reached: a `unit` by name, empty for a principal as such; in a `municipality` by its short name,
    empty in the region. `is_home_nursing` says that the unit is the municipality's hemsjukvård itself.
    """

    unit: str = ""
    municipality: str = ""
    is_home_nursing: bool = False
    in_use: bool = True

    @property
    def asked(self) -> str:
        """What a switchboard is asked for: whoever rings must know that nobody may be there."""
        return self.unit if self.in_use else f"{self.unit} (ur bruk)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberToRing(Candidate):
    """A line of the answer to "whom do I ring now": a candidate, with what holds of it at that moment.

    `number` is as stored and `shown` as it is read; `tel` is the address to ring, None for an extension and
    where the number is missing. `opens_at` is set where it is closed now and is known to open. `hours_known`
    is False where nobody has said when it answers: then `open_now` is False, and the page must not call it
    closed. `relays` says that who answers passes the information on, which never counts as informed (R5.4).

    `ask_for` is whom a switchboard is to connect to, and `asked_relays` that they pass the information on. `area` is
    set where the municipality's hemsjukvård has several. `doubt` is what the remark leaves unsure; where nobody can say
    whether somebody answers now, `hours_known` is False. `may_close_early` holds on eves that people keep differently.
    """

    shown: str
    tel: str | None
    open_now: bool
    opens_at: datetime | None
    hours_known: bool
    relays: bool
    verified: bool
    is_extension: bool
    ask_for: str = ""
    asked_relays: bool = False
    doubt: Doubt = Doubt.NONE
    may_close_early: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether it is Kontakter's or the jour's, not one that was typed with whoever is to be reached."""
        known = self.entry_id is not None or self.duty_ends is not None
        return bool(self.number) and (known or self.way is not Way.UNIT)

    @property
    def leads_to_relay(self) -> bool:
        """Whether who is reached by this number in the end passes the information on (R5.4)."""
        return self.relays or self.asked_relays


def is_verified(verified_at: datetime | None, at: datetime, lasts: timedelta = VERIFICATION_LASTS) -> bool:
    """Whether a number confirmed at `verified_at` still counts as verified at the aware moment `at`."""
    return verified_at is not None and at - verified_at <= lasts


def best_first(
    candidates: Iterable[Candidate],
    at: datetime,
    zone: tzinfo,
    lasts: timedelta = VERIFICATION_LASTS,
    sought: Sought | None = None,
) -> tuple[NumberToRing, ...]:
    """The numbers to ring at the aware moment `at`, best first, with whom to ask for to reach who is `sought`.

    Who has the jour comes first, unless that number was found not to work or cannot be rung from outside. The jour of
    a municipality's hemsjukvård does so while the municipality is not reached as by day, and is last then. Next, who
    has a number comes before who has none. Among those, who answers now comes before who may answer, and who is
    closed comes last, soonest to open first. An entry of unknown hours counts as answering in daytime only. Between
    equals: what can be rung from outside, the straightest way (R5.3 before R5.4, the region's switchboard last), a
    hemsjukvård for the whole municipality before those of its areas, the verified.
    """
    candidates = list(candidates)
    daytime = is_daytime(at, zone)
    by_day = _is_by_day(candidates, at, zone)
    several_areas = len({c.area for c in candidates if c.way is Way.HOME_NURSING}) > 1

    def rank(ranked: tuple[Candidate, NumberToRing]) -> tuple[object, ...]:
        candidate, line = ranked
        unsure = not candidate.hours.known
        answers = is_open(candidate.hours, at, zone)
        if not line.number:
            standing = 3
        elif line.doubt is Doubt.CLOSED:
            standing = 1
        elif answers or (unsure and daytime):
            standing = 0
        else:
            standing = 1 if unsure else 2
        opens = opens_next(candidate.hours, at, zone) if not answers and candidate.hours.known else None
        is_duty = line.duty_ends is not None
        stands_back = is_duty and line.way is Way.HOME_NURSING and by_day
        return (
            line.flagged or line.is_extension or not is_duty or stands_back,
            standing,
            line.flagged,
            line.is_extension,
            opens.timestamp() if opens else 0.0,
            stands_back,
            line.way,
            not answers,
            sort_key(candidate.area),
            not line.verified,
            sort_key(line.entry_name),
            candidate.place,
            line.number,
        )

    lines = ((candidate, _line(candidate, at, zone, lasts)) for candidate in candidates)
    ranked = sorted(lines, key=rank)
    if sought is None:
        return tuple(line for _, line in ranked)
    asked = _Asked(sought, [candidate for candidate, _ in ranked], at, zone)
    lines_asked = ((candidate, asked.of(candidate, line)) for candidate, line in ranked)
    return tuple(
        replace(line, area=candidate.area) if several_areas and candidate.area else line
        for candidate, line in lines_asked
    )


def _is_by_day(candidates: Iterable[Candidate], at: datetime, zone: tzinfo) -> bool:
    """Whether the municipality is reached as by day: its switchboard answers, or has it none, it is daytime."""
    own = [candidate for candidate in candidates if candidate.way is Way.SWITCHBOARD]
    return any(_connects_now(each, at, zone) for each in own) if own else is_daytime(at, zone)


def _connects_now(own: Candidate, at: datetime, zone: tzinfo) -> bool:
    """Whether the municipality's switchboard answers with somebody to connect to."""
    if doubt_at(own.hours, own.remark, at, zone) is Doubt.CLOSED:
        return False
    # One that answers round the clock has nobody to connect to in the evening but the hemsjukvård.
    if own.hours.availability in (Availability.ALWAYS, Availability.UNKNOWN):
        return is_daytime(at, zone)
    return is_open(own.hours, at, zone)


class _Asked:
    """Whom each switchboard is to be asked for, of the one that is sought (R5.3, R5.4, R5.5)."""

    def __init__(self, sought: Sought, ranked: Sequence[Candidate], at: datetime, zone: tzinfo) -> None:
        self._sought = sought
        home = (c for c in ranked if c.way is Way.HOME_NURSING and c.duty_ends is None)
        self._home = [c for c in home if is_open(c.hours, at, zone)]
        self._daytime = is_daytime(at, zone)
        own = (c for c in ranked if c.way is Way.SWITCHBOARD)
        self._switchboard = next((c for c in own if _connects_now(c, at, zone)), None)
        self._by_day = _is_by_day(ranked, at, zone)

    def of(self, candidate: Candidate, line: NumberToRing) -> NumberToRing:
        sought = self._sought
        if candidate.way is Way.REGION_SWITCHBOARD and sought.municipality and not sought.is_home_nursing:
            return self._through_the_region(candidate, line)
        if candidate.way is Way.UNIT and sought.is_home_nursing:
            return replace(line, remark=_without_relaying(line.remark))
        always = candidate.hours.availability is Availability.ALWAYS
        if candidate.way is Way.SWITCHBOARD and always and not self._daytime and not sought.is_home_nursing:
            return replace(line, ask_for=self._home_nursing(), asked_relays=True, remark=candidate.note)
        if candidate.connects and candidate.entry_name != sought.unit:
            # Of a switchboard's remark, which names whom it otherwise connects to, only the hours concern the call.
            fits = not sought.is_home_nursing or line.doubt is not Doubt.NONE
            remark = line.remark if fits else candidate.note
            return replace(line, ask_for=sought.asked, remark=remark)
        return line

    def _through_the_region(self, candidate: Candidate, line: NumberToRing) -> NumberToRing:
        """What the region's switchboard is asked for when a municipality is to be reached.

        Its own remark is about the region's units: that of the person or unit to ask for is shown instead.
        """
        own = [candidate.note, candidate.remark if line.doubt is not Doubt.NONE else ""]
        town = self._sought.municipality
        if self._by_day:
            asked = self._sought.asked or (
                self._switchboard.entry_name if self._switchboard else f"växeln i {town}"
            )
            remarks = [self._switchboard.remark] if self._switchboard else []
            return replace(line, ask_for=asked, remark=". ".join(filter(None, [*own, *remarks])))
        remarks = [self._home[0].remark] if len({c.entry_name for c in self._home}) == 1 else []
        remark = ". ".join(filter(None, [*own, *remarks]))
        return replace(line, ask_for=self._home_nursing(), asked_relays=True, remark=remark)

    def _home_nursing(self) -> str:
        names = list(dict.fromkeys(c.entry_name for c in self._home))
        areas = list(dict.fromkeys(c.area for c in self._home if c.area))
        asked = names[0] if len(names) == 1 else f"hemsjukvården i {self._sought.municipality}"
        return asked + (f", området där patienten bor ({', '.join(areas)})" if len(areas) > 1 else "")


_RELAYING = re.compile(r"förmedl|vidarebefordr", re.IGNORECASE)


def _without_relaying(remark: str) -> str:
    """What a remark says beside that who answers passes things on: the one who is reached is the one that is sought."""
    return "; ".join(part for part in re.split(r" ?; ?", remark) if not _RELAYING.search(part))


def _line(candidate: Candidate, at: datetime, zone: tzinfo, lasts: timedelta) -> NumberToRing:
    number = "" if classify(candidate.number) is NumberKind.NONE else candidate.number.strip()
    answers = is_open(candidate.hours, at, zone)
    doubt = doubt_at(candidate.hours, candidate.remark, at, zone)
    unsure = answers and doubt >= Doubt.OPEN_OR_NOT
    told = {name: getattr(candidate, name) for name in _OF_CANDIDATE}
    remark = ". ".join(filter(None, [candidate.note, candidate.remark]))
    # Whether the area is to be told is seen when all lines are there.
    told |= {"number": number, "remark": remark, "area": ""}
    return NumberToRing(
        **told,
        shown=display(number),
        tel=tel_uri(number),
        # Where there is no number nobody answers on it, whatever the hours.
        open_now=bool(number) and answers and not unsure,
        opens_at=None if answers or not number else opens_next(candidate.hours, at, zone),
        hours_known=candidate.hours.known and not unsure,
        relays=candidate.way is Way.HOME_NURSING,
        verified=is_verified(candidate.verified_at, at, lasts),
        is_extension=is_extension(number),
        doubt=doubt,
        may_close_early=bool(number) and not unsure and may_close_early(candidate.hours, at, zone),
    )


def first_number(numbers: Sequence[NumberToRing]) -> str:
    """The number to ring first, as typed; nothing where there is none."""
    return next((n.number for n in numbers if n.number), "")
