"""The two moments a printed contact list answers for: daytime on a weekday, and an evening at the weekend."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from contacts.rules.free_days import is_eve, is_public_holiday
from outage.rules.wording import STOCKHOLM

DAYTIME_AT = time(10)
WEEKEND_AT = time(19)
MOST_ENTRIES = 3_000
"""In one file, as in the binder, of more than one principal: a hundred pages."""
PART_ENTRIES = 500
"""In a part, so that neither its time nor its memory grows with the list: some twenty pages."""

DAYS_OF_ROTA = timedelta(days=14)
"""So far ahead the list says who has the jour."""

_FRIDAY, _SATURDAY = 4, 5
_DAY = timedelta(days=1)


def listed_one_by_one(counts: Mapping[int, int], own: int) -> frozenset[int]:
    """The principals whose entries are listed one by one, of `counts`, how many each has; the others have whom to
    ring.

    All of them; where that would be a book, the `own` alone; where that is one too, none. A list of one is whole.
    """
    if len(counts) <= 1 or sum(counts.values()) <= MOST_ENTRIES:
        return frozenset(counts)
    return frozenset({own} & counts.keys()) if counts.get(own, 0) <= MOST_ENTRIES else frozenset()


def parts_of_places(entries: Sequence[int]) -> tuple[tuple[tuple[int, int, int], ...], ...]:
    """Divide places with so many `entries` each, in order, into parts of PART_ENTRIES at most.

    Each part names its places with the first entry there that is in it, and the one after the last. A place without
    entries counts as one: whom to ring there takes its room. A place that has more than a part goes on in the next.
    """
    parts: list[list[tuple[int, int, int]]] = [[]]
    room = PART_ENTRIES
    for place, count in enumerate(entries):
        first = 0
        while True:
            if not room or (parts[-1] and not first and room < min(count, PART_ENTRIES)):
                parts.append([])
                room = PART_ENTRIES
            end = min(count, first + room)
            parts[-1].append((place, first, end))
            room -= max(end - first, 1)
            first = end
            if first >= count:
                break
    return tuple(map(tuple, parts))


def weekday_and_weekend(printed_on: date) -> tuple[datetime, datetime]:
    """10.00 on the first ordinary weekday after the day of printing, and 19.00 on the first Saturday after it.

    Ordinary is a weekday that is neither a public holiday nor its eve. Both moments are aware, in Stockholm.
    """
    weekday = printed_on + _DAY
    while weekday.weekday() > _FRIDAY or is_public_holiday(weekday) or is_eve(weekday):
        weekday += _DAY
    saturday = printed_on + _DAY
    while saturday.weekday() != _SATURDAY:
        saturday += _DAY
    return (
        datetime.combine(weekday, DAYTIME_AT, tzinfo=STOCKHOLM),
        datetime.combine(saturday, WEEKEND_AT, tzinfo=STOCKHOLM),
    )
