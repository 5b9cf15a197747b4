"""The two moments a printed contact list answers for: daytime on a weekday, and an evening at the weekend."""

from datetime import date, datetime, time, timedelta, tzinfo

from contacts.rules.availability import is_eve, is_public_holiday

DAYTIME_AT = time(10)
WEEKEND_AT = time(19)
_FRIDAY, _SATURDAY = 4, 5
_DAY = timedelta(days=1)


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
