"""The mark of paper on rows: how it is written and read back."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from contacts.rules.errors import RuleError
from outage.models import CareChainEvent, Handover
from outage.rules.clock import as_utc
from outage.rules.paper import PaperMark, not_before


def mark_of(row: CareChainEvent | Handover) -> PaperMark | None:
    """None for a row that was not entered from paper."""
    if not row.paper_serial:
        return None
    return PaperMark(serial=row.paper_serial, written_at=row.written_at, signed_by=row.paper_signature)


def mark_fields(paper: PaperMark | None) -> dict[str, Any]:
    """The model fields that hold a row's mark."""
    if paper is None:
        return {}
    return {
        "paper_serial": paper.serial,
        "written_at": paper.written_at,
        "paper_signature": paper.signed_by.strip(),
    }


def check_before_written(paper: PaperMark | None, happened_at: datetime) -> None:
    """Raises RuleError (field `happened_at`) for an event that happened after it was written on the paper."""
    if paper and paper.written_at and as_utc(happened_at) > as_utc(paper.written_at):
        refusal = not_before(paper.written_at, "Händelsen", happened_at, timezone.now())
        raise RuleError(refusal, field="happened_at")
