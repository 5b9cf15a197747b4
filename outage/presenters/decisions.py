"""Decisions made by hand, for the routine's owner: where the routine left it to people, and how often."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from outage.queries.decisions import Decided
from outage.rules.routine import Decision


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One case: its number, what the routine says of it and in which clause ("" where it says nothing), and counts."""

    case: str
    why: str
    clause: str
    total: int
    entered: int
    not_entered: int
    outages: int


def decided_rows(found: Iterable[Decided]) -> list[DecidedRow]:
    """The most often decided first."""
    rows = [_row(each) for each in found]
    return sorted(rows, key=lambda row: (-row.total, _in_order(row.case), row.why))


def _row(decided: Decided) -> DecidedRow:
    outcome = decided.outage.routine.outcomes.get(decided.key)
    stands = outcome if outcome is not None and outcome.decision is Decision.DECIDE else None
    return DecidedRow(
        case=decided.key.partition("-")[0],
        why=stands.why if stands else "Fallet är inte sparat.",
        clause=(stands.clause or "") if stands else "",
        total=decided.entered.total(),
        entered=decided.entered[True],
        not_entered=decided.entered[False],
        outages=len(decided.outages),
    )


def _in_order(case: str) -> int:
    return int(case) if re.fullmatch(r"\d+", case) else 0
