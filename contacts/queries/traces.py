"""Reads of the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from contacts.access import Acting
from contacts.models import AuditEntry, PatientInSet, Principal
from contacts.rules.trace_words import LISTED, NOT_WRITTEN
from contacts.seen import where_from


def newest_write(principal: Principal) -> int:
    """A number that grows with each write that people of `principal` can see; viewing a patient does not count, nor
    does a log-in or what was refused.

    What is written about a patient is seen by its own principal only.
    """
    found = AuditEntry.objects.filter(Q(principal=principal) | Q(chain__isnull=True))
    seen = found.exclude(action__in=NOT_WRITTEN)
    newest: int | None = seen.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def noted_since(by: Acting, since: datetime, chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that a row tells of as listed for the acting person, from where the request comes."""
    rows = AuditEntry.objects.filter(
        user=by.user, membership=by.membership, action=LISTED, origin=where_from(), at__gte=since
    )
    found = set(rows.filter(chain__in=chains).order_by().values_list("chain", flat=True))
    sets = PatientInSet.objects.filter(chain__in=chains, seen_in__entries__in=rows.order_by())
    return {chain for chain in found if chain} | set(sets.values_list("chain", flat=True))
