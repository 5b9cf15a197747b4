"""The two moments a printed contact list answers for: daytime on a weekday, and an evening at the weekend."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from contacts.rules.availability import is_eve, is_public_holiday

DAYTIME_AT = time(10)
WEEKEND_AT = time(19)
MOST_ENTRIES = 3_000
"""In a list of more than one principal: a hundred pages."""

_FRIDAY, _SATURDAY = 4, 5
_DAY = timedelta(days=1)


def listed_one_by_one(counts: Mapping[int, int], own: int) -> frozenset[int]:
    """Give the principals whose entries stand one by one, of `counts`, how many each has; the others have whom to ring.

    All of them; where that would be a book, the `own` alone; where that is one too, none. A list of one is whole.
    """
    if len(counts) <= 1 or sum(counts.values()) <= MOST_ENTRIES:
        return frozenset(counts)
    return frozenset({own} & counts.keys()) if counts.get(own, 0) <= MOST_ENTRIES else frozenset()


def weekday_and_weekend(printed_on: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give 10.00 on the first ordinary weekday after the day of printing, and 19.00 on the first Saturday after it.

    Ordinary is a weekday that is neither a public holiday nor its eve. Both moments are aware, in `zone`.
    """
    weekday = printed_on + _DAY
    while weekday.weekday() > _FRIDAY or is_public_holiday(weekday) or is_eve(weekday):
        weekday += _DAY
    saturday = printed_on + _DAY
    while saturday.weekday() != _SATURDAY:
        saturday += _DAY
    return (
        datetime.combine(weekday, DAYTIME_AT, tzinfo=zone),
        datetime.combine(saturday, WEEKEND_AT, tzinfo=zone),
    )
