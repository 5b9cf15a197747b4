"""Hours in words: as a person reads them, and as the directory file has them, to and from."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

from .clock_words import WEEKDAYS, clock_range, day_words, is_day_end, parse_clock, parse_day, read_weekdays
from .errors import RuleError
from .hours import (
    DAYTIME_CLOSES,
    DAYTIME_OPENS,
    HOLIDAY,
    MIDNIGHT,
    Availability,
    Eves,
    Hours,
    Span,
    Summer,
    check_hours,
    day_of,
)
from .remarks import read_remark
from .swedish_text import search_key

_ROUND_THE_CLOCK = "dygnet runt"
_AS_APPLIES = "–"
"""What "Tider" says where "Gäller" alone says it and the remark is not to be read."""


def hours_words(hours: Hours) -> str:
    """The hours as they are read: "Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00"."""
    applies = hours.availability.label if hours.known else "Tider okända"
    phrases = _days_phrases(hours) if hours.days else [applies]
    if hours.opens_at is not None or hours.closes_at is not None:
        daytime = clock_range(hours.opens_at or DAYTIME_OPENS, hours.closes_at or DAYTIME_CLOSES)
        phrases[0] += f" {daytime}"
    return ", ".join(phrases + _phrases(hours, lunch="lunchstängt", summer="sommartid"))


def hours_text(hours: Hours, remark: str = "") -> str:
    """The hours as the column "Tider" has them: "fredag till 15.00; lunch 12.00–13.00".

    Empty where "Gäller" alone says them, "–" where `remark` would be read as others. `read_hours` reads it.
    """
    phrases = _days_phrases(hours)
    if hours.opens_at is not None and hours.closes_at is not None:
        phrases.append(clock_range(hours.opens_at, hours.closes_at))
    elif hours.opens_at is not None:
        phrases.append(f"från {hours.opens_at:%H.%M}")
    elif hours.closes_at is not None:
        phrases.append(f"till {hours.closes_at:%H.%M}")
    phrases += _phrases(hours, lunch="lunch", summer="sommar")
    if not phrases and hours.availability is Availability.DAYTIME and read_remark(remark).hours:
        return _AS_APPLIES
    return "; ".join(phrases)


def _days_phrases(hours: Hours) -> list[str]:
    """As "mån–tor 08.00–16.30", "helgdag 10.00–14.00"; equal neighbours are joined."""
    phrases = []
    for span, group in groupby(range(len(hours.days)), lambda p: (hours.days[p], p == HOLIDAY)):
        places = list(group)
        if span[0] is not None:
            names = [_PLACES[place] for place in (places[0], places[-1])]
            phrases.append(f"{'–'.join(dict.fromkeys(names))} {_span_words(span[0])}")
    return phrases


_PLACES = (*WEEKDAYS, "helgdag")


def _span_words(span: Span) -> str:
    if span == Span(MIDNIGHT, MIDNIGHT):
        return _ROUND_THE_CLOCK
    return " och ".join(clock_range(part.opens, part.closes) for part in span.parts)


def _phrases(hours: Hours, *, lunch: str, summer: str) -> list[str]:
    """What comes after the hours of the days; the two words are those it begins with."""
    phrases = []
    if hours.friday_closes_at is not None:
        phrases.append(f"fredag till {hours.friday_closes_at:%H.%M}")
    if hours.lunch_from is not None and hours.lunch_to is not None:
        phrases.append(f"{lunch} {clock_range(hours.lunch_from, hours.lunch_to)}")
    if hours.summer is not None:
        days = f"{day_words(hours.summer.from_day)}–{day_words(hours.summer.to_day)}"
        phrases.append(f"{summer} {days} {clock_range(hours.summer.opens, hours.summer.closes)}")
    if hours.eves is Eves.SHORT and hours.eve_closes_at is not None:
        phrases.append(f"aftnar till {hours.eve_closes_at:%H.%M}")
    elif hours.eves in _EVES_AS:
        phrases.append(f"aftnar som {_EVES_AS[hours.eves]}")
    return phrases


_EVES_AS = {Eves.WEEKEND: "helg", Eves.WEEKDAY: "vardag"}


_APPLIES: dict[str, Availability] = {
    "": Availability.UNKNOWN,
    "okant": Availability.UNKNOWN,
    "vardag dagtid": Availability.DAYTIME,
    "vardagar dagtid": Availability.DAYTIME,
    "dagtid": Availability.DAYTIME,
    "dygnet runt": Availability.ALWAYS,
    "kvall helg": Availability.EVENING_WEEKEND,
    "kvall och helg": Availability.EVENING_WEEKEND,
    "egna tider": Availability.OWN_HOURS,
}


def read_hours(applies: str, remark: str, times: str = "") -> Hours:
    """Read the hours from a directory file's "Gäller" and "Tider", or where that is empty from its "Anmärkning".

    A remark is read whole, beside daytime hours, or not at all (`rules.remarks`). Raises RuleError (field "Gäller" or
    "Tider") on what cannot be read or meant.
    """
    availability = _APPLIES.get(search_key(applies))
    if availability is None:
        raise RuleError(
            "Skriv vardag dagtid, kväll och helg, dygnet runt, egna tider eller lämna tomt.", field="Gäller"
        )
    if is_read_from_remark(applies, times):
        return read_remark(remark).hours or Hours(availability)
    try:
        read = _read_times(availability, times)
        check_hours(read)
    except RuleError as wrong:
        raise RuleError(wrong.reason, field="Tider") from wrong
    return read


def is_read_from_remark(applies: str, times: str) -> bool:
    """Whether a row says its hours in its remark: daytime, and no times of its own."""
    return _APPLIES.get(search_key(applies)) is Availability.DAYTIME and not times.strip()


def is_as_applies(applies: str, hours: Hours) -> bool:
    """Whether a text says of the hours what "Gäller" says of them."""
    return bool(search_key(applies)) and _APPLIES.get(search_key(applies)) is hours.availability


def _split(text: str) -> list[str]:
    phrases = (" ".join(phrase.split()).removesuffix(".") for phrase in re.split(r"[;,\n]", text))
    return [phrase for phrase in phrases if phrase]


def _read_times(availability: Availability, times: str) -> Hours:
    hours = Hours(availability)
    if set(times.split()) <= {_AS_APPLIES, "-"}:
        return hours
    said: set[str] = set()
    # The days of "mån, ons 08–12", which the comma parts from their hours; those that "mån 08–12, 13–16" goes on with.
    waiting: list[int] = []
    last: list[int] = []
    for text in _split(times):
        if (days := read_weekdays(text)) is not None:
            waiting += days
            continue
        if last and (more := _RANGES.fullmatch(text)):
            for place in last:
                before = hours.days[place]
                spans = [*(before.parts if before else ()), *_read_spans(more[0])]
                hours = replace(hours, days=_with_day(hours.days, place, day_of(spans)))
            continue
        last = []
        for phrase in _TIMES_PHRASES:
            if not waiting and (found := phrase.pattern.fullmatch(text)):
                _say_once(said, phrase.subject)
                hours = phrase.read(hours, found)
                break
        else:
            days, span = _read_day_phrase(text)
            last = waiting + days
            for place in last:
                _say_once(said, _PLACES[place])
                hours = replace(hours, days=_with_day(hours.days, place, span))
            waiting = []
    if waiting:
        raise RuleError(f"Skriv tiderna efter {_PLACES[waiting[-1]]}.")
    return hours


def _say_once(said: set[str], subject: str) -> None:
    if subject in said:
        raise RuleError(f"Skriv {subject} bara en gång.")
    said.add(subject)


def _with_day(days: tuple[Span | None, ...], place: int, span: Span | None) -> tuple[Span | None, ...]:
    whole = days or (None,) * (HOLIDAY + 1)
    return (*whole[:place], span, *whole[place + 1 :])


def _read_day_phrase(text: str) -> tuple[list[int], Span | None]:
    """Read "mån–tor 08.00–16.30", "lör dygnet runt" or "sön stängt"."""
    found = _DAY_PHRASE.fullmatch(text)
    days = read_weekdays(found["days"]) if found else None
    if found is None or days is None:
        raise RuleError(
            f'"{text}" går inte att läsa. Skriv till exempel 08.00–16.30; fredag till 15.00; lunch 12.00–13.00 '
            "eller mån–tor 08.00–16.30; fre 08.00–15.00."
        )
    if found["shut"]:
        return days, None
    if found["round"]:
        return days, Span(MIDNIGHT, MIDNIGHT)
    return days, day_of(_read_spans(found["spans"]))


def _read_spans(text: str) -> list[Span]:
    found = (_A_RANGE.fullmatch(part) for part in _BETWEEN_RANGES.split(text))
    pairs = [(each["opens"], each["closes"]) for each in found if each]
    return [Span(parse_clock(a), MIDNIGHT if is_day_end(b) else parse_clock(b)) for a, b in pairs]


_A_CLOCK = r"[0-9]{1,2}(?:[.:][0-9][0-9])?"
_RANGE = rf"(?:kl\.? )?(?P<opens>{_A_CLOCK}) ?[–—-] ?(?P<closes>{_A_CLOCK})"
_UNTIL = rf"till (?:kl\.? )?(?P<closes>{_A_CLOCK})"
_A_DAY = r"[0-9][0-9]-[0-9][0-9]|[0-9]{1,2} ?/ ?[0-9]{1,2}|[0-9]{1,2}\.? ?[a-z]+\.?"
_FLAGS = re.IGNORECASE

_PLAIN_RANGE = rf"(?:kl\.? )?{_A_CLOCK} ?[–—-] ?{_A_CLOCK}"
_BETWEEN_RANGES = re.compile(r" (?:och|samt|&) ", _FLAGS)
_A_RANGE = re.compile(_RANGE, _FLAGS)
_RANGES = re.compile(rf"{_PLAIN_RANGE}(?: (?:och|samt|&) {_PLAIN_RANGE})*", _FLAGS)
_DAY_PHRASE = re.compile(
    rf"(?P<days>[^0-9:]+?):? (?:öppet )?(?:(?P<spans>{_RANGES.pattern})|(?P<round>dygnet runt)|(?P<shut>stängt))",
    _FLAGS,
)


class _Phrase(NamedTuple):
    """One kind of phrase: what it is about, how it is written, what it makes of the hours read so far."""

    subject: str
    pattern: re.Pattern[str]
    read: Callable[[Hours, re.Match[str]], Hours]


def _clocks(**groups: str) -> Callable[[Hours, re.Match[str]], Hours]:
    """What puts the clock times of a phrase into the hours, by field."""

    def read(hours: Hours, found: re.Match[str]) -> Hours:
        clocks: dict[str, Any] = {field: parse_clock(found[group]) for field, group in groups.items()}
        return replace(hours, **clocks)

    return read


def _read_summer(hours: Hours, found: re.Match[str]) -> Hours:
    from_day, to_day = found["from_day"], found["to_day"]
    if from_day.isdigit():
        # "15–30 juni": the month is said once.
        from_day += to_day.lstrip("0123456789")
    opens, closes = parse_clock(found["opens"]), parse_clock(found["closes"])
    return replace(hours, summer=Summer(parse_day(from_day), parse_day(to_day), opens, closes))


def _read_short_eves(hours: Hours, found: re.Match[str]) -> Hours:
    return replace(hours, eves=Eves.SHORT, eve_closes_at=parse_clock(found["closes"]))


def _read_eves_as(hours: Hours, found: re.Match[str]) -> Hours:
    return replace(
        hours, eves=next(eves for eves, word in _EVES_AS.items() if word == found["as"].casefold())
    )


def _phrase(subject: str, pattern: str, read: Callable[[Hours, re.Match[str]], Hours]) -> _Phrase:
    return _Phrase(subject, re.compile(pattern, _FLAGS), read)


# Whole phrases only: "Stängt 12–13 juni" is not a lunch, and "Sommartid endast 08–12" has no dates.
_TIMES_PHRASES = (
    _phrase(
        "lunch",
        rf"(?:lunch|(?:lunch)?stängt(?: för lunch)?):? {_RANGE}",
        _clocks(lunch_from="opens", lunch_to="closes"),
    ),
    _phrase("fredag", rf"fre(?:dag(?:ar)?)? {_UNTIL}", _clocks(friday_closes_at="closes")),
    _phrase("öppettiden", rf"(?:öppet )?{_RANGE}", _clocks(opens_at="opens", closes_at="closes")),
    _phrase(
        "sommartiden",
        rf"sommar(?:tid)?:? (?P<from_day>{_A_DAY}|[0-9]{{1,2}}) ?[–—-] ?(?P<to_day>{_A_DAY}):? "
        rf"(?:(?:endast|bara) )?{_RANGE}",
        _read_summer,
    ),
    _phrase("öppningstiden", rf"(?:från|öppnar) (?:kl\.? )?(?P<opens>{_A_CLOCK})", _clocks(opens_at="opens")),
    _phrase(
        "stängningstiden", rf"(?:till|stänger) (?:kl\.? )?(?P<closes>{_A_CLOCK})", _clocks(closes_at="closes")
    ),
    _phrase("aftnar", rf"(?:alla )?aftnar {_UNTIL}", _read_short_eves),
    _phrase("aftnar", r"(?:alla )?aftnar som (?P<as>helg|vardag)(?:ar)?", _read_eves_as),
)
