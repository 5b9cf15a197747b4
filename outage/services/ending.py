"""Whether the outage can be over for a principal since a moment, and what is asked of what it has logged after that."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from contacts.access import Acting
from contacts.rules.errors import Question, RuleError
from outage.models import CareChainEvent, Outage
from outage.queries.past_end import PastEnd, past_end
from outage.rules.handover import CLOCK_SKEW
from outage.rules.moments import ahead
from outage.rules.wording import day_and_time, moment

# So many are named in the question; the others are counted.
_NAMED = 4


def check_end(
    by: Acting, outage: Outage, ended_at: datetime, answers: Mapping[str, str], key: str = "logged-after-end"
) -> None:
    """Raises RuleError for an end ahead or before the start, and Question for what is logged after it: who logged it
    did not know that the system was back, or the end is wrong. `key` tells it from that of another outage. The caller
    holds the outage's lock.
    """
    start, now = outage.current.started_at, timezone.now()
    if ended_at > now + CLOCK_SKEW:
        raise RuleError(
            ahead("Tiden ligger framåt. Ange när systemet kom tillbaka.", ended_at, now), field="ended_at"
        )
    if ended_at < start:
        raise RuleError(
            f"Driftstoppet började {day_and_time(start, now)}. Ange den tiden eller en senare.",
            field="ended_at",
        )
    late = past_end(by, outage, ended_at)
    if late and _question(by, key, outage, ended_at, late, now).settled(answers) != "ja":
        raise RuleError(f"Ange när {outage.system} kom tillbaka.", field="ended_at")


def _by(row: CareChainEvent, by: Acting) -> str:
    return row.user.full_name + ("" if row.unit_id == by.unit.pk else f", {row.unit.name}")


def _question(
    by: Acting, key: str, outage: Outage, ended_at: datetime, late: PastEnd, now: datetime
) -> Question:
    at, system, routine = moment(ended_at, now), outage.system, outage.routine
    rows = [
        (
            f"{routine.label(row.kind)} {moment(row.happened_at, now)}, {name}, loggat av {_by(row, by)}",
            "chain",
            str(chain.pk),
        )
        for row, chain, name in late.seen[:_NAMED]
    ]
    if more := len(late.seen) - len(rows):
        rows.append((f"{more} till hos er", "", ""))
    if late.hidden:
        which = "händelse i en vårdkedja" if late.hidden == 1 else "händelser i vårdkedjor"
        rows.append((f"{late.hidden} {which} som du inte ser", "", ""))
    if late.calls:
        rows.append(
            (f"{late.calls} samtal, som står kvar som {'det' if late.calls == 1 else 'de'} är", "", "")
        )
    return Question(
        key,
        f"Var {system} åter {at}? Det här är loggat efter den tiden. Det som ska stå i {system} kommer då på listan "
        "för att kontrolleras.",
        (("ja", f"Ja, {system} var åter {at}"), ("nej", "Nej, jag anger en annan tid")),
        rows=rows,
    )
