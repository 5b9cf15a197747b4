"""The five weekdays that a remark tells of, as hours."""

from collections.abc import Sequence

from .hours import HOLIDAY, Availability, Hours, Span, day_of

_FRIDAY = 4
Day = Sequence[Span]


def hours_of_week(days: Sequence[Day], lunch: Span | None) -> Hours:
    """The hours of an entry that answers on these five days and no others, `lunch` taken out of each."""
    return _as_daytime(days, lunch) or _as_own(days, lunch)


def _as_daytime(days: Sequence[Day], lunch: Span | None) -> Hours | None:
    """The five days as daytime with at most one pause and another closing time on Fridays; None where they are not."""
    first, friday = days[0], days[_FRIDAY]
    if not first or not friday or len(first) > 2 or any(day != first for day in days[:_FRIDAY]):
        return None
    if len(first) == 2:
        if lunch is not None:
            return None
        lunch = Span(first[0].closes, first[1].opens)
    opens, closes = first[0].opens, first[-1].closes
    pause = [lunch] if lunch and len(first) == 2 else []
    if (
        friday[0].opens != opens
        or [s.opens for s in friday] != [opens, *(p.closes for p in pause)][: len(friday)]
    ):
        return None
    if len(friday) == 2 and friday[0].closes != first[0].closes:
        return None
    if len(friday) == 1 and len(first) == 2 and friday[0].closes > first[0].closes:
        return None
    return Hours(
        Availability.DAYTIME,
        opens_at=opens,
        closes_at=closes,
        friday_closes_at=friday[-1].closes if friday[-1].closes != closes else None,
        lunch_from=lunch.opens if lunch else None,
        lunch_to=lunch.closes if lunch else None,
    )


def _as_own(days: Sequence[Day], lunch: Span | None) -> Hours:
    week = (*map(day_of, days), *(None,) * (HOLIDAY + 1 - len(days)))
    return Hours(
        Availability.OWN_HOURS,
        days=week,
        lunch_from=lunch.opens if lunch else None,
        lunch_to=lunch.closes if lunch else None,
    )
