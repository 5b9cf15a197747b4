"""The audit log in words, for its reviewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.models import AuditEntry
from contacts.queries.reviewing import PeriodFigures
from contacts.rules.permissions import Role
from contacts.rules.reviewing import CODE_DIGITS, Verdict
from contacts.rules.trace_words import (
    is_marked,
    kind_words,
    reason_words,
    right_words,
    trace_words,
    why_words,
)
from contacts.seen import ON_THE_SERVER as SERVER

ON_THE_SERVER = "Servern"
NOBODY = "Ingen inloggad"


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One row of the audit log. `patients` says whose: a chain by the start of its id, which is the same for the same
    chain and no more, or how many were seen at once.
    """

    pk: int
    at: datetime
    who: str
    unit: str
    roles: str
    what: str
    about: str
    reason: str
    patients: str
    verdict: Verdict | None
    is_marked: bool
    by_superuser: bool


def trace_rows(
    rows: Sequence[AuditEntry],
    roles: Mapping[tuple[int, int], Sequence[Role]],
    names: Mapping[tuple[str, str], str],
    verdicts: Mapping[int, Verdict],
) -> list[TraceRow]:
    return [
        TraceRow(
            pk=row.pk,
            at=row.at,
            who=_by(row),
            unit=row.unit.name if row.unit else "",
            roles=", ".join(role.label.lower() for role in _roles(row, roles)),
            what=trace_words(row.action),
            about=_about(row, names),
            reason=reason_words(row.changes),
            patients=_patients(row),
            verdict=verdicts.get(row.pk),
            is_marked=is_marked(row.action, row.changes) or by_superuser(row),
            by_superuser=by_superuser(row),
        )
        for row in rows
    ]


def _by(row: AuditEntry) -> str:
    if row.user:
        return row.user.full_name
    return ON_THE_SERVER if row.origin in {"", SERVER} else NOBODY


def report_totals(figures: PeriodFigures) -> list[tuple[str, int]]:
    """What stands first in a report, each with its words."""
    return [
        ("Rader i loggen", figures.rows),
        ("Personer", figures.people),
        ("Rader om patienter", figures.about_patients),
        ("Att titta på först", figures.marked),
        ("Stickprov", figures.samples),
        ("Dragna rader", figures.drawn),
        *((verdict.label, count) for verdict, count in figures.verdicts.items()),
        ("Väntar på uppföljning", figures.awaiting),
    ]


def by_superuser(row: AuditEntry) -> bool:
    return row.user is not None and row.user.is_superuser


def chain_code(chain: UUID) -> str:
    return chain.hex[:CODE_DIGITS].upper()


def _patients(row: AuditEntry) -> str:
    if row.chain:
        return chain_code(row.chain)
    return str(row.patients) if row.patients else ""


def _roles(row: AuditEntry, roles: Mapping[tuple[int, int], Sequence[Role]]) -> Sequence[Role]:
    if row.user_id is None or row.unit_id is None:
        return ()
    return roles.get((row.user_id, row.unit_id), ())


def _about(row: AuditEntry, names: Mapping[tuple[str, str], str]) -> str:
    name = names.get((row.target_type, row.target_id), "")
    return ", ".join(
        filter(
            None,
            (name, kind_words(row.changes), right_words(row.changes, row.action), why_words(row.changes)),
        )
    )
