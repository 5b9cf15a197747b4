"""The jour of the demo: a hemsjukvård whose evenings, nights and weekends go by a weekly rota, with one exception."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.errors import Answers
from contacts.rules.rota import Turn
from contacts.services.rota import add_turn

_YLVA = ("Ylva Bäckmyr", "070-174 06 11")
_JON = ("Jon Tjärnlid", "070-174 06 12")
_STANDS_IN = ("Mona Åsdal", "070-174 06 13")
_WEEKDAY_FROM, _UNTIL = time(16), time(8)
_SATURDAY = 5
_WEEKLY = (_YLVA, _JON, _YLVA, _JON, _YLVA, _JON, _JON)
"""Who has the jour from each day of the week until the next morning."""


def write_rota(*, by: Acting, unit: Unit, now: datetime) -> None:
    """Turns that began the week before the aware moment `now`, without an end: every night is covered."""
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday() + 7)
    for weekday, (who, number) in enumerate(_WEEKLY):
        starts, ends = _from_day(datetime.combine(monday, time()) + timedelta(days=weekday))
        _add(by, unit, Turn(who, number, starts, ends, weekly=True))
    # The first Saturday that has not begun.
    ahead = (_SATURDAY - today.weekday()) % 7 or 7
    starts, ends = _from_day(datetime.combine(today, time()) + timedelta(days=ahead))
    _add(by, unit, Turn(*_STANDS_IN, starts, ends))


def _from_day(day: datetime) -> tuple[datetime, datetime]:
    begins = _UNTIL if day.weekday() >= _SATURDAY else _WEEKDAY_FROM
    return datetime.combine(day, begins), datetime.combine(day + timedelta(days=1), _UNTIL)


def _add(by: Acting, unit: Unit, turn: Turn) -> None:
    add_turn(by=by, unit=unit, client_id=uuid4(), turn=turn, answers=Answers({}, {}))
