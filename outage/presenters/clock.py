"""What the server's clock has not come to yet and is logged all the same: the clock has gone wrong."""

from datetime import datetime

from contacts.page_versions import holds_until
from outage.queries.figures import newest_ahead
from outage.rules.handover import CLOCK_SKEW
from outage.rules.wording import day_and_clock, moment


def logged_at(at: datetime, now: datetime) -> str:
    """As `moment`, of what has been: a time that has not is marked until it is there."""
    if at <= now + CLOCK_SKEW:
        return moment(at, now)
    holds_until(now, at)
    return f"{moment(at, now)} (framåt i tiden)"


def clock_gone_wrong(now: datetime) -> str:
    """For whoever runs the server; "" where nothing is logged ahead of its clock."""
    at = newest_ahead(now)
    if at is None:
        return ""
    return (
        f"Det senaste i loggen är skrivet {day_and_clock(at)}, men serverns klocka är {day_and_clock(now)}. "
        "Kontrollera den: timedatectl. Går den rätt nu, så har den gått före: det som loggades då har fel tid."
    )
