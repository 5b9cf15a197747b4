"""How the installation stands, for who watches it: numbers of all principals, nothing of a patient or a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Max

from contacts.models import AuditEntry, Work
from contacts.rules.work import WorkState
from outage.models import HeldForm, Outage
from outage.rules.handover import CLOCK_SKEW


@dataclass(frozen=True)
class Figure:
    words: str
    value: float


def figures(now: datetime) -> dict[str, Figure]:
    """By names in the form of Prometheus; seconds and seconds since 1970."""
    waiting = Work.objects.filter(state=WorkState.WAITING)
    first = waiting.order_by("asked_at").values_list("asked_at", flat=True).first()
    # By the index of times: the table is long, and what is older is as good as none.
    lately = AuditEntry.objects.filter(at__gt=now - timedelta(days=32), action="backup.made")
    made = lately.aggregate(at=Max("at"))["at"]
    ahead = newest_ahead(now)
    return {
        "outages_open": Figure(
            "Outages not closed", Outage.objects.filter(closed_at__isnull=True, drill=False).count()
        ),
        "log_ins": Figure("Log-ins that have not ended", Session.objects.filter(expire_date__gt=now).count()),
        "held_forms": Figure("Forms that wait for their owner", HeldForm.objects.count()),
        "work_waiting": Figure("Long work in the line", waiting.count()),
        "work_waited_seconds": Figure(
            "How long the first in the line has waited", (now - first).total_seconds() if first else 0
        ),
        "last_backup_timestamp_seconds": Figure(
            "When the last backup was begun; 0: not within 32 days", made.timestamp() if made else 0
        ),
        "clock_behind_seconds": Figure(
            "How far the clock is behind the newest row of the trace",
            (ahead - now).total_seconds() if ahead else 0,
        ),
    }


def newest_ahead(now: datetime) -> datetime | None:
    """When the newest row of the trace was written, where the clock has not come to that yet."""
    rows = AuditEntry.objects.filter(at__gt=now + CLOCK_SKEW).order_by("-at")
    return rows.values_list("at", flat=True).first()
