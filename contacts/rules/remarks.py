"""Hours that stand in a remark are read whole or not at all.

Each clause of a remark must be understood: as times, as who is reached beside them, or as other hours in a summer
whose days or times it does not say. Where one is not, nothing of the remark is read, and people are to read it.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import time
from functools import lru_cache
from itertools import pairwise

from .clock_words import is_day_end, parse_clock
from .errors import RuleError
from .hours import (
    DAYTIME_CLOSES,
    DAYTIME_OPENS,
    MIDNIGHT,
    Availability,
    Eves,
    Hours,
    Span,
    Summer,
    check_hours,
)
from .remark_week import hours_of_week
from .remark_words import (
    CLOCK,
    PERIOD,
    RANGE,
    first_day,
    is_roles,
    last_day,
    looks_like_hours,
    names_only_rest,
    read_days,
    tidy_remark,
    without_labels,
)

_WEEKDAYS = range(5)


@dataclass(frozen=True, slots=True)
class SomeSummer:
    """Other hours in summer, of which the remark says no days; no times either where `opens` and `closes` are None."""

    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class RemarkHours:
    """What a remark says about hours. `hours` are those it makes of daytime on weekdays, None where it changes none.

    `left` says that it seems to speak of hours and is not wholly understood: then it changes none.
    """

    hours: Hours | None = None
    left: bool = False
    summer: SomeSummer | None = None


class _NotUnderstood(Exception):
    pass


def _must(be_so: bool) -> None:
    if not be_so:
        raise _NotUnderstood


@lru_cache(maxsize=4096)
def read_remark(remark: str) -> RemarkHours:
    """Read a remark beside daytime on weekdays."""
    tidied = tidy_remark(remark)
    if not looks_like_hours(tidied):
        return RemarkHours()
    reading = _Reading()
    try:
        for clause in _clauses(tidied):
            reading.take(clause)
        return RemarkHours(reading.hours(), summer=reading.some_summer)
    except (_NotUnderstood, RuleError):
        return RemarkHours(left=True)


def _clauses(tidied: str) -> list[str]:
    """The clauses of a remark. What joins two times, or times and what comes after, parts two clauses."""
    parted = re.sub(r"(?<=[0-9]) (?:och|samt|men|&|\+|/) (?=[a-zåäö0-9])", ", ", tidied)
    pieces = re.split(r"[;,\n()!]|\.(?= |$)", parted)
    return [found for piece in pieces if (found := " ".join(piece.split()).strip(" .:-"))]


_ONE_RANGE = re.compile(RANGE)
_LUNCH_WORDS = (
    r"(?:vi )?(?:har )?(?:lunchstängt|(?:stängt|stänger) (?:för|under|vid|över) lunch(?:en)?"
    r"|lunchrast|lunchpaus|lunchuppehåll|lunch|stängt|stängd)"
    r"(?: alla vardagar| varje dag| dagligen)?(?: mellan| från)?:?"
)
_LUNCH = re.compile(
    rf"(?:{_LUNCH_WORDS} (?P<first>{RANGE})|(?P<then>{RANGE}):? {_LUNCH_WORDS}"
    rf"|(?:stängt|stänger) (?P<for>{RANGE}) för lunch)"
)
_CLOSES = r"(?:öppet till|endast till|bara till|till|stänger vi|stänger|stängt från|stängt efter)(?: redan)?"
_UNTIL = re.compile(
    rf"(?:(?P<days>[^0-9]+?):? )?{_CLOSES} (?P<clock>{CLOCK})(?: (?:på )?(?P<after>[^0-9]+))?"
)
_UNTIL_ON = re.compile(
    r"(?:stänger(?: vi)?|stängt)(?: redan)? (?:på )?(?P<days>[^0-9]+?) "
    rf"(?P<word>från |efter |till |redan )?(?P<clock>{CLOCK})"
)
_FROM = re.compile(rf"(?:(?P<days>[^0-9]+?):? )?(?:öppet från|öppnar vi|öppnar|från) (?P<clock>{CLOCK})")
_SHUT = re.compile(
    r"(?P<days>[^0-9]+?):? (?:är det stängt|stängt|stängd|obemannat|ej öppet|ej bemannat|inte bemannat)"
    r"|(?:stängt|stängd|obemannat|ej öppet|ej bemannat|inte öppet|ej|inte)(?: på| under)? (?P<of>[^0-9]+)"
)
_SUMMER = (
    r"(?:på |under )?(?:sommar(?:en|tid|tider|tiden|öppet|öppettid|öppettider|perioden|månaderna|halvåret)?)"
)
_OTHER_HOURS = (
    r"(?:kortare|andra|annan|ändrade|begränsade|avvikande|förkortade|kortade|reducerade|minskade)"
    r" ?(?:öppettider|öppettid|öppethållande|öppet|tider|tid)?"
)
_DATED = re.compile(
    rf"(?:(?:{_SUMMER}|under perioden|perioden|period|under)(?: gäller)?:? )?{PERIOD}:? (?P<rest>.*)"
)
_UNDATED = re.compile(rf"{_SUMMER}(?: gäller)?:? (?P<rest>.+)|(?P<before>.+) {_SUMMER}")
_VAGUE = re.compile(rf"(?:{_SUMMER}(?: gäller| är det)?:? {_OTHER_HOURS}|{_OTHER_HOURS} (?:i )?{_SUMMER})")
_EVE = r"(?:alla )?(?:aftnar|dag(?:en|ar|arna)? före (?:röd dag|röda dagar|helgdag|helgdagar))"
_SHORT_EVE = re.compile(rf"{_EVE}:? (?:endast |öppet )?{_CLOSES} (?P<clock>{CLOCK})")
_EVE_AS = re.compile(rf"{_EVE} (?:som (?P<as>helg|vardag)(?:ar)?|(?P<shut>stängt))")
# They say what daytime on weekdays says already.
_AS_DAYTIME = (
    *("vardag dagtid", "vardagar dagtid", "dagtid", "dagtid vardagar", "dagtid vardag", "kontorstid"),
    *("under kontorstid", "vardagar kontorstid", "kontorstid vardagar", "endast vardagar", "bara vardagar"),
    *("endast dagtid", "endast kontorstid", "bara dagtid", "helgfria vardagar", "vardagar"),
)


# Times without a word are those of a whole day only where they are long enough to be one.
_SHORTEST_DAY = 4 * 60


def _minutes(span: Span) -> int:
    return (span.closes.hour - span.opens.hour) * 60 + span.closes.minute - span.opens.minute


def _clock(text: str) -> time:
    return MIDNIGHT if is_day_end(text) else parse_clock(text)


def _spans(text: str) -> tuple[list[Span], str]:
    """The ranges in a clause, and what else is in it."""
    found = [_span(each) for each in _ONE_RANGE.findall(text)]
    rest = without_labels(re.sub(r"\b(?:och|samt)\b(?= *$)", "", _ONE_RANGE.sub(" ", text)))
    return found, rest


def _span(text: str) -> Span:
    opens, closes = re.split(r" ?- ?", text)
    return Span(_clock(opens), _clock(closes))


@dataclass(slots=True)
class _Reading:
    every: list[Span] = field(default_factory=list)
    by_day: dict[int, list[Span]] = field(default_factory=dict)
    shut: set[int] = field(default_factory=set)
    closes: dict[int, time] = field(default_factory=dict)
    opens: dict[int, time] = field(default_factory=dict)
    lunch: Span | None = None
    summer: Summer | None = None
    some_summer: SomeSummer | None = None
    eves: Eves = Eves.UNSAID
    eve_closes_at: time | None = None
    # What a bare range goes on with: the spans of the clause before, where that is what it ended with.
    goes_on: list[list[Span]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    roles: bool = False
    bare: bool = False
    started: bool = False

    def take(self, clause: str) -> None:
        """Raises _NotUnderstood."""
        goes_on, self.goes_on = self.goes_on, []
        started, self.started = self.started, True
        if self.waiting:
            # "ons 8-12" may follow on "mån,".
            spans, rest = _spans(clause)
            _must(bool(spans) or read_days(rest) is not None)
        if clause in _AS_DAYTIME or is_roles(clause):
            self.roles = self.roles or is_roles(clause)
            return
        known = (
            *(self._eves, self._vague, self._dated, self._lunch),
            *(self._until, self._from, self._shut, self._undated),
        )
        if not any(read(clause) for read in known):
            self._ranges(clause, goes_on, first=not started)

    def _ranges(self, clause: str, goes_on: list[list[Span]], *, first: bool) -> None:
        spans, rest = _spans(clause)
        days = read_days(rest) if rest else []
        if days is None:
            raise _NotUnderstood
        if not spans:
            self.waiting += days
            return
        if days or self.waiting:
            self._say_days([*self.waiting, *days], spans)
            self.waiting = []
        elif goes_on:
            for said in goes_on:
                said.extend(spans)
            self.goes_on = goes_on
        elif self.every or not (first or without_labels(clause) != clause):
            # Times alone, after something else: of what, nobody can tell.
            raise _NotUnderstood
        else:
            self.every += spans
            self.bare = without_labels(clause) == clause
            self.goes_on = [self.every]

    def _say_days(self, days: list[int], spans: list[Span]) -> None:
        for day in days:
            # Beside daytime on weekdays the weekend is no part of what is said.
            _must(day in _WEEKDAYS and day not in self.by_day and day not in self.shut)
            self.by_day[day] = list(spans)
            self.goes_on.append(self.by_day[day])

    def _lunch(self, clause: str) -> bool:
        found = _LUNCH.fullmatch(clause)
        if not found:
            return False
        _must(self.lunch is None)
        self.lunch = _span(found["first"] or found["then"] or found["for"])
        return True

    def _until(self, clause: str) -> bool:
        found = _UNTIL.fullmatch(clause) or _UNTIL_ON.fullmatch(clause)
        if not found or (found.re is _UNTIL_ON and clause.startswith("stängt") and not found["word"]):
            return False
        named = [found["days"] or "", found.groupdict().get("after") or ""]
        days = [left for text in named if (left := without_labels(text))]
        return len(days) < 2 and self._clock_on("".join(days), found["clock"], self.closes)

    def _from(self, clause: str) -> bool:
        found = _FROM.fullmatch(clause)
        if not found:
            return False
        return self._clock_on(without_labels(found["days"] or ""), found["clock"], self.opens)

    def _clock_on(self, days: str, clock: str, kept: dict[int, time]) -> bool:
        places = read_days(days) if days else list(_WEEKDAYS)
        if places is None:
            return False
        _must(bool(places) and all(place in _WEEKDAYS and place not in kept for place in places))
        kept.update(dict.fromkeys(places, _clock(clock)))
        return True

    def _shut(self, clause: str) -> bool:
        found = _SHUT.fullmatch(clause)
        if not found:
            return False
        days = found["days"] or found["of"]
        if names_only_rest(days):
            return True
        places = read_days(days)
        if places is None:
            return False
        _must(not any(place in self.by_day or place in self.shut for place in places))
        self.shut |= {place for place in places if place in _WEEKDAYS}
        return True

    def _dated(self, clause: str) -> bool:
        found = _DATED.fullmatch(clause)
        if not found:
            return False
        from_day, to_day = found["from_day"], found["to_day"]
        if from_day.isdigit():
            from_day += to_day.lstrip("0123456789")
        spans, rest = _spans(found["rest"])
        try:
            period = first_day(from_day), last_day(to_day)
        except RuleError:
            # "mån-fre" is a period too, to a pattern.
            return False
        _must(rest in ("", "vardagar") and len(spans) == 1 and not (self.summer or self.some_summer))
        self.summer = Summer(*period, spans[0].opens, spans[0].closes)
        return True

    def _vague(self, clause: str) -> bool:
        return bool(_VAGUE.fullmatch(clause)) and self._some_summer(SomeSummer())

    def _undated(self, clause: str) -> bool:
        found = _UNDATED.fullmatch(clause)
        if not found:
            return False
        rest = re.sub(
            r"^(?:kortare|kortade|ändrade)(?: tider| öppettider)? ", "", found["rest"] or found["before"]
        )
        if until := re.fullmatch(rf"(?:{_CLOSES}) (?P<clock>{CLOCK})", rest):
            return self._some_summer(SomeSummer(MIDNIGHT, _clock(until["clock"])))
        spans, rest = _spans(rest)
        if rest not in ("", "vardagar") or len(spans) != 1:
            return False
        return self._some_summer(SomeSummer(spans[0].opens, spans[0].closes))

    def _some_summer(self, said: SomeSummer) -> bool:
        _must(not (self.summer or self.some_summer))
        self.some_summer = said
        return True

    def _eves(self, clause: str) -> bool:
        if found := _SHORT_EVE.fullmatch(clause):
            eves, self.eve_closes_at = Eves.SHORT, _clock(found["clock"])
        elif found := _EVE_AS.fullmatch(clause):
            eves = Eves.WEEKDAY if found["as"] == "vardag" else Eves.WEEKEND
        else:
            return False
        _must(self.eves is Eves.UNSAID)
        self.eves = eves
        return True

    def hours(self) -> Hours | None:
        """What all clauses make of daytime on weekdays, None where they change nothing of it."""
        _must(not self.waiting or sorted(self.waiting) == list(_WEEKDAYS))
        # "12-13": nobody can tell whether it is open or closed then.
        _must(not self.bare or sum(_minutes(span) for span in self.every) >= _SHORTEST_DAY)
        # "13-15, enhetschef": whether the number or the one person answers then, nobody can tell.
        _must(not (self.roles and self.bare))
        days = [self._day(place) for place in _WEEKDAYS]
        hours = hours_of_week(days, self.lunch)
        if not (self.every or self.by_day or 0 in self.opens):
            hours = replace(hours, opens_at=None)
        if not (self.every or self.by_day or 0 in self.closes):
            hours = replace(hours, closes_at=None)
        hours = replace(hours, summer=self.summer, eves=self.eves, eve_closes_at=self.eve_closes_at)
        check_hours(hours)
        return None if hours == Hours(Availability.DAYTIME) else hours

    def _day(self, place: int) -> list[Span]:
        if place in self.shut:
            _must(place not in self.closes and place not in self.opens)
            return []
        spans = list(self.by_day.get(place) or self.every)
        if not spans:
            _must(not self.by_day)
            spans = [Span(DAYTIME_OPENS, DAYTIME_CLOSES)]
        _must(all(span.opens < span.closes for span in spans))
        _must(all(before.closes < after.opens for before, after in pairwise(spans)))
        if opens := self.opens.get(place):
            spans[0] = Span(opens, spans[0].closes)
        if closes := self.closes.get(place):
            spans = [span for span in spans if span.opens < closes]
            _must(bool(spans))
            spans[-1] = Span(spans[-1].opens, min(closes, spans[-1].closes) if len(spans) > 1 else closes)
        return spans
