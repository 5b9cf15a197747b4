"""How a moment and a day are read from what people type, and which years they may lie in."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from contacts.rules.clock_words import parse_clock
from contacts.rules.errors import Question, RuleError

from .clock import as_utc
from .wording import STOCKHOLM, comes_twice, day, day_and_time, local_day, typed_clock, which_hour

NO_TIME = "Ange klockslag."
NOT_A_TIME = "Skriv tiden som 10.52."
MIDNIGHT = "Midnatt skrivs 00.00, med datumet för dagen som börjar."
NOT_A_MOMENT = "Skriv tiden som 10.52 eller igår 23.50."
AHEAD = "Dagen kan inte ligga framåt i tiden."
SKIPPED = "Klockan ställdes om då: tiden finns inte. Ange en annan tid."

_DAYS_BACK = {"idag": 0, "igår": 1, "iförrgår": 2}
_NIGHT = "inatt"
# Of a part of a day: the first and last minute that is of it, and how it is said.
_PARTS: dict[str, tuple[time, time, str]] = {
    **dict.fromkeys(("morse", "morgon"), (time(4), time(11, 59), "på morgonen")),
    **dict.fromkeys(("förmiddag", "förmiddags"), (time(6), time(12, 30), "på förmiddagen")),
    **dict.fromkeys(("eftermiddag", "eftermiddags"), (time(12), time(18, 59), "på eftermiddagen")),
    "kväll": (time(17), time(23, 59), "på kvällen"),
}
# Of the night in which one is, or that has just been: from when, and until when, a time may be of it.
_EVENING, _MORNING = time(18), time(6)
_WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
_MONTHS = (
    *("jan(?:uari)?", "feb(?:ruari)?", "mars?", "apr(?:il)?", "maj", "juni?", "juli?", "aug(?:usti)?"),
    *("sep(?:t|tember)?", "okt(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
_WEEKDAY = r"(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag)?\.?"
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_DATE = rf"[0-9]{{1,2}}(?:/[0-9]{{1,2}}| ?{_MONTH}\.?)"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PART = rf"(?:{'|'.join(sorted(_PARTS, key=len, reverse=True))})"
_SINCE = re.compile(r"i(mån|tis|ons|tors|fre|lör|sön)dags")
_NAMED = re.compile(rf"({_WEEKDAY})?(?:([0-9]{{1,2}})(?:/([0-9]{{1,2}})|({_MONTH})\.?))?")
_RELATIVE = re.compile(rf"(idag|igår|iförrgår|i(?={_PART}))({_PART})?")
_DAY_WORD = (
    rf"(i ?(?:dag|går|förrgår)(?: {_PART})?|i ?{_PART}|i ?natt|i ?(?:mån|tis|ons|tors|fre|lör|sön)dags"
    rf"|{_ISO.pattern}|(?:{_WEEKDAY} )?{_DATE}|{_WEEKDAY})"
)
# Nothing need stand between a word that ends in a letter and its time.
_WORD_FIRST = re.compile(rf"{_DAY_WORD}(?:,? |(?<=[a-zåäö])(?=[0-9]))(.+)")
_WORD_LAST = re.compile(rf"(.+?)(?:,? |(?<=[0-9])(?=[a-zåäö])){_DAY_WORD}")
# As a clock or another program writes it; what is logged has no seconds.
_SECONDS = re.compile(r"([0-9]{1,2}:[0-9]{2}):[0-9]{2}")
_HYPHEN = re.compile(r"(?<=[0-9])-(?=[0-9]{2}$)")
_SIDES = {"sommartid": 0, "vintertid": 1}
_SIDE = re.compile(r"(.+?),? ?(sommartid|vintertid)")
_MIDNIGHT = re.compile(r"(?:kl(?:ockan)?\.? ?)?24[.:, ]?00", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")
# Two digits are an hour or a typing error: the time of a call has its minutes.
_FEWEST_DIGITS = 3
_YEARS_KEPT = 50

# How long ago a time that lies ahead today may have been yesterday, to be what was meant.
_SINCE_YESTERDAY = timedelta(hours=12)

# Nobody has a page open, or held, for longer.
_LONGEST_OPEN = timedelta(days=366)

# Days are long for an outage; a start further back is a typing error.
LONGEST_OUTAGE = timedelta(days=31)

Years = tuple[int, int]


def years_around(at: date | datetime) -> Years:
    """The first and last year that a moment may lie in: one before that of `at` and one after."""
    year = local_day(at).year
    return year - 1, year + 1


def check_start(at: datetime, now: datetime) -> None:
    """Raises RuleError where an outage reported at `now` would have begun longer ago than an outage can last."""
    if as_utc(now) - as_utc(at) > LONGEST_OUTAGE:
        raise RuleError(
            f"Starten ligger mer än {LONGEST_OUTAGE.days} dagar tillbaka. Ange när det här driftstoppet började.",
            field="started_at",
        )


def check_year(on: date, years: Years, field: str | None = None) -> None:
    """Raises RuleError, about `field`, where the year of `on` is outside `years`, first and last included."""
    first, last = years
    if not first <= on.year <= last:
        raise RuleError(
            f"Året {on.year:04} kan inte stämma. Ange ett datum mellan {first} och {last}.", field=field
        )


def check_past(on: date, today: date) -> None:
    """Raises RuleError where `on` lies ahead of `today`, or longer ago than paper and decisions are kept."""
    if on > today:
        raise RuleError(AHEAD)
    check_year(on, (today.year - _YEARS_KEPT, today.year))


def read_clock(text: str) -> time:
    """A time of day with its minutes: 10.52, 10:52, 10-52, 1052, 10 52, kl. 10.52 or 10:52:00. Raises RuleError for all
    else.
    """
    written = " ".join(unicodedata.normalize("NFC", text).split())
    written = _HYPHEN.sub(".", _SECONDS.sub(r"\1", written))
    if len(_DIGIT.findall(written)) < _FEWEST_DIGITS:
        raise RuleError(NOT_A_TIME)
    try:
        return parse_clock(written)
    except RuleError as wrong:
        raise RuleError(MIDNIGHT if _MIDNIGHT.fullmatch(written) else NOT_A_TIME) from wrong


def read_time(text: str) -> tuple[str, time]:
    """A time of day and the words for a day before or after it, without spaces; "" where there are none."""
    written = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    word, clock = "", written
    if first := _WORD_FIRST.fullmatch(written):
        word, clock = first[1], first[2]
    elif last := _WORD_LAST.fullmatch(written):
        word, clock = last[2], last[1]
    try:
        return word.replace(" ", ""), read_clock(clock)
    except RuleError as wrong:
        if word and str(wrong) == NOT_A_TIME:
            raise RuleError(NOT_A_MOMENT) from wrong
        raise


def read_side(text: str) -> tuple[str, str]:
    """A time as it is typed, and which of the two hours of the night in October it says: "" or a word."""
    found = _SIDE.fullmatch(" ".join(unicodedata.normalize("NFC", text).casefold().split()))
    return (found[1], found[2]) if found else (text, "")


def read_moment(
    word: str,
    at: time,
    on: date | None,
    *,
    now: datetime,
    years: Years,
    shown: datetime | None = None,
    side: str = "",
) -> datetime:
    """The aware moment in Stockholm of a wall clock time, with the word for a day and the date given beside it.

    No date is today. A word names its day where the date beside it is left out, today or that same day; beside
    another date it is refused, since one of them is wrong. A weekday is the last one, today included; a date without
    a year the nearest; of a night it is refused where the night is not sure. `shown` is the moment that the form
    showed: a time that still reads the same is that moment to the second, and in a repeated hour keeps its side of
    the change, unless `side` says which (`read_side`). Otherwise the later one not ahead of `now` is meant, since one
    logs what has just happened. Raises RuleError, without a field.
    """
    today = local_day(now)
    meant = on or today
    if word:
        meant = _day_named(word, at, now)
        if on not in (None, today, meant):
            said = "I förrgår" if word == "iförrgår" else word.capitalize()
            if word not in _DAYS_BACK:
                said = "Dagen du skrev"
            raise RuleError(f"{said} är {day(meant, now)}, men datumet är {day(on, now)}. Ändra det ena.")
    check_year(meant, years)
    if (
        shown is not None
        and (local_day(shown), typed_clock(shown)) == (meant, f"{at:%H.%M}")
        and side in ("", which_hour(shown).strip())
    ):
        return shown.astimezone(STOCKHOLM)
    found = _in_stockholm(meant, at, now, shown)
    if side and not comes_twice(found):
        raise RuleError(f"{side.capitalize()} skrivs bara i timmen som kommer två gånger.")
    return found.replace(fold=_SIDES[side]) if side else found


def read_as_opened(
    word: str, at: time, on: date | None, *, found: datetime, now: datetime, opened: datetime, years: Years
) -> datetime | None:
    """What reads as `found` now (`read_moment`), as it read when its page was opened, where that is another day: the
    page was left open, or held, over midnight, and may have been filled in before it. None where it is not.
    """
    if local_day(opened) >= local_day(now) or as_utc(now) - as_utc(opened) > _LONGEST_OPEN:
        return None
    with suppress(RuleError):
        then = read_moment(word, at, on, now=opened, years=years)
        return then if local_day(then) != local_day(found) else None
    return None


def other_day(at: datetime, near: datetime, now: datetime) -> datetime | None:
    """The same time the day after or before `at`, where that is nearer `near`, whose day it has: a form had filled that
    in, and it may have been left. None where it is not, or lies ahead of `now`, as for an `at` that does itself.
    """
    if local_day(at) != local_day(near) or as_utc(at) > as_utc(now):
        return None
    on = local_day(at) + timedelta(days=1 if as_utc(at) < as_utc(near) else -1)
    with suppress(RuleError):
        found = _in_stockholm(on, at.astimezone(STOCKHOLM).time(), now, None)
        if as_utc(found) <= as_utc(now) and abs(as_utc(found) - as_utc(near)) < abs(
            as_utc(at) - as_utc(near)
        ):
            return found
    return None


def both_hours(at: datetime, now: datetime) -> dict[str, datetime]:
    """By side (`read_side`), the two moments that read as `at` does in that night, where both have passed."""
    here = at.astimezone(STOCKHOLM)
    both = {side: here.replace(fold=fold) for side, fold in _SIDES.items()} if comes_twice(here) else {}
    return both if all(as_utc(each) <= as_utc(now) for each in both.values()) else {}


def ask_day(at: datetime, other: datetime, now: datetime) -> Question:
    """Whether `other` was meant (`other_day`). It is answered by "other" or "same"."""
    return Question(
        "which-day",
        f"Datumet är inte ändrat, så tiden blir {day_and_time(at, now)}. Menar du {day_and_time(other, now)}?",
        (
            ("other", f"Ja, {day_and_time(other, now)}"),
            ("same", f"Nej, {day_and_time(at, now)} är rätt"),
        ),
    )


def ask_opened(times: dict[datetime, datetime], now: datetime) -> Question:
    """Whether times were meant as they read when the page was opened (`read_as_opened`, by how they read now). It is
    answered by "opened" or "now".
    """
    then, read = (
        " och ".join(dict.fromkeys(day_and_time(at, now) for at in each)) for each in (times.values(), times)
    )
    return Question(
        "opened",
        "Det har blivit en ny dag sedan sidan öppnades. Vilken dag menar du?",
        (("opened", then), ("now", read)),
    )


def ask_hour(times: list[datetime], now: datetime) -> Question:
    """In which of the two hours `times` were (`both_hours`). It is answered by the side."""
    clocks = " och ".join(dict.fromkeys(map(typed_clock, times)))
    return Question(
        "which-hour",
        f"Klockan ställdes tillbaka {day(times[0], now)}: {clocks} kom två gånger. Vilken gång var det?",
        (("sommartid", "Första gången (sommartid)"), ("vintertid", "Andra gången (vintertid)")),
        warning="Är det olika: skriv sommartid eller vintertid efter tiden." if len(times) > 1 else "",
    )


def _day_named(word: str, at: time, now: datetime) -> date:
    """The day in Stockholm that words beside a time mean. Raises RuleError where that is not sure."""
    today = local_day(now)
    if relative := _RELATIVE.fullmatch(word):
        _check_part(relative[2], at)
        return today - timedelta(days=_DAYS_BACK.get(relative[1], 0))
    if word == _NIGHT:
        return _day_of_night(at, now)
    if since := _SINCE.fullmatch(word):
        return today - timedelta(days=(today.weekday() - _weekday(since[1]) - 1) % 7 + 1)
    if _ISO.fullmatch(word):
        try:
            return date.fromisoformat(word)
        except ValueError as wrong:
            raise RuleError(NOT_A_MOMENT) from wrong
    weekday, number, month, name = _NAMED.fullmatch(word).groups()  # type: ignore[union-attr]
    if number is None:
        on = today - timedelta(days=(today.weekday() - _weekday(weekday)) % 7)
    else:
        on = _nearest(today, int(number), int(month) if month else _month(name))
    if weekday and on.weekday() != _weekday(weekday):
        raise RuleError(f"{day(on, now).capitalize()} är den dagen. Ändra veckodagen eller datumet.")
    return on


def _check_part(part: str | None, at: time) -> None:
    """Raises RuleError for a time that is not of that part of a day: one of the two is wrong, or it is the night."""
    first, last, said = _PARTS.get(part or "", (time.min, time.max, ""))
    if not first <= at <= last:
        raise RuleError(f"{at:%H.%M} är inte {said}. Ändra det ena, eller skriv datumet.")


def _day_of_night(at: time, now: datetime) -> date:
    here = now.astimezone(STOCKHOLM)
    # Later in the day it may be the night to come that is meant.
    if at < _MORNING and here.time() < _EVENING:
        return here.date()
    if at >= _EVENING and here.time() < _EVENING:
        return here.date() - timedelta(days=1)
    raise RuleError(NOT_A_MOMENT)


def _weekday(word: str) -> int:
    return next(place for place, short in enumerate(_WEEKDAYS) if word.startswith(short[:3]))


def _month(word: str) -> int:
    return next(place for place, name in enumerate(_MONTHS, start=1) if word.startswith(name[:3]))


def _nearest(today: date, number: int, month: int) -> date:
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):
            found.append(date(year, month, number))
    if not found:
        raise RuleError(NOT_A_MOMENT)
    return min(found, key=lambda on: abs(on - today))


def ahead(sentence: str, at: datetime, now: datetime) -> str:
    """The sentence about a time that lies ahead; where it was yesterday that it was meant of, how that is written."""
    before = at - timedelta(days=1)
    if local_day(at) != local_day(now) or as_utc(now) - as_utc(before) > _SINCE_YESTERDAY:
        return sentence
    clock = typed_clock(at)
    return f"{sentence} Menar du i går ({day(before, now)}) {clock}? Skriv igår {clock}."


def _in_stockholm(on: date, at: time, now: datetime, shown: datetime | None) -> datetime:
    first = datetime.combine(on, at, STOCKHOLM)
    if first.astimezone(UTC).astimezone(STOCKHOLM).time() != at:
        raise RuleError(SKIPPED)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    # Comparing in UTC: two times of one zone are compared by the wall clock, which is wrong in a repeated hour.
    passed = [each for each in (second, first) if as_utc(each) <= as_utc(now)]
    same_side = [each for each in passed if shown is not None and _same_side(each, shown)]
    return (same_side or passed or [first])[0]


def _same_side(at: datetime, shown: datetime) -> bool:
    """Whether `shown` lies in the same repeated hour as `at`, on the same side of the change."""
    local = shown.astimezone(STOCKHOLM)
    return comes_twice(local) and local.date() == at.date() and local.utcoffset() == at.utcoffset()
