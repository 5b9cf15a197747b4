"""Which authorities an outage cuts off (R1.2, R1.3), and when it is over: each authority ends it for itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from contacts.rules.labelled import Labelled
from contacts.rules.parties import PrincipalKind

BEING_PURGED = "Driftstoppet gallras just nu. Försök igen om en stund."


class OutageScope(Labelled):
    """How far an outage reaches: only the municipalities (R1.2) or both authorities (R1.3)."""

    MUNICIPALITIES_ONLY = "municipalities_only", "Enbart kommunerna"
    BOTH_PRINCIPALS = "both_principals", "Båda huvudmännen"


@dataclass(frozen=True, slots=True)
class OutageFacts:
    """What is reported of an outage. Times are aware; `expected_end_at` None when nobody knows.

    `scope_from` is from when on a changed scope holds; None from the start on.
    """

    scope: OutageScope
    started_at: datetime
    scope_from: datetime | None = None
    expected_end_at: datetime | None = None
    planned: bool = False
    sees: str = ""


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One report of an outage's scope: `scope` from the aware moment `since` on."""

    scope: OutageScope
    since: datetime


def scope_at(rows: Sequence[ScopeRow], at: datetime) -> OutageScope:
    """The scope in force at `at`, by `rows` in the order in which they were reported.

    A later report overrides earlier ones, from its own moment on and not before; the same scope reported again only
    corrects from when it holds. Before all of them the scope is the first one's: the start may have been moved since.
    ValueError for no rows.
    """
    if not rows:
        raise ValueError("an outage of which nothing is said has no scope")
    rows = [
        row for row, after in zip_longest(rows, rows[1:]) if after is None or after.scope is not row.scope
    ]
    first = min(row.since for row in rows)
    return [row.scope for row in rows if row.since <= max(at, first)][-1]


def cut_off(scope: OutageScope, kind: PrincipalKind) -> bool:
    return scope is OutageScope.BOTH_PRINCIPALS or kind is PrincipalKind.MUNICIPALITY


@dataclass(frozen=True, slots=True)
class PartInOutage:
    """A principal that took part in an outage, and since when it is back; None while it is not."""

    kind: PrincipalKind
    ended_at: datetime | None


def closed_since(scope: OutageScope, parts: Iterable[PartInOutage]) -> datetime | None:
    """When the outage as such was over, by those who took part in it; None while it goes on.

    It is the region's to end. Where the region took no part, or is not cut off, all municipalities that took part
    must have ended; a region alone in an outage of the municipalities ends it. It ends the outage for nobody else:
    for a principal that has not said that it is back it goes on.
    """
    parts = list(parts)
    regions = [part.ended_at for part in parts if part.kind is PrincipalKind.REGION]
    municipalities = [part.ended_at for part in parts if part.kind is PrincipalKind.MUNICIPALITY]
    lead = regions or municipalities
    if scope is OutageScope.MUNICIPALITIES_ONLY:
        lead = municipalities or regions
    ends = [end for end in lead if end is not None]
    return max(ends) if ends and len(ends) == len(lead) else None
