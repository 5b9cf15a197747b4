"""The one clock of the tests: it shows the same Tuesday morning whatever the day and the minute of the run.

Whatever in the process asks for the time gets this one: pages, sessions, signatures, certificates. The fixture `clock`
in conftest.py starts it anew for each test, and a test that needs another time moves it. Between the tests, where
modules are imported and what several tests share is made, it stands still.
"""

import select
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine
from time_machine import Traveller as Clock

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Far from the breakpoint's window ends and from both clock changes.
TUESDAY = datetime(2026, 11, 24, 10, 52, tzinfo=STOCKHOLM)

__all__ = ["STOCKHOLM", "TUESDAY", "Clock", "between_tests", "going_from", "sleep_at_any_date", "standing_at"]


def going_from(moment: datetime) -> time_machine.travel:
    """Show `moment` and go on from there, in a `with` block; it gives the clock, which can be moved."""
    return time_machine.travel(moment, tick=True)


def standing_at(moment: datetime) -> time_machine.travel:
    """Show `moment`, and nothing else, in a `with` block."""
    return time_machine.travel(moment, tick=False)


between_tests = standing_at(TUESDAY)


def sleep_at_any_date() -> None:
    """Let `time.sleep`, the product's too, wait by another call where faketime refuses its moment to wake up."""
    try:
        time.sleep(0.001)
    except OSError:
        time.sleep = lambda seconds: select.select([], [], [], seconds) and None  # type: ignore[assignment]
