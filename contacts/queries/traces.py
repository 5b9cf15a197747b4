"""Reads of the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.models import AuditEntry, PatientInSet
from contacts.rules.trace_words import LISTED
from contacts.seen import where_from


def noted_since(by: Acting, since: datetime, chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that a row tells of as listed for the acting person, from where the request comes."""
    rows = AuditEntry.objects.filter(
        user=by.user, membership=by.membership, action=LISTED, origin=where_from(), at__gte=since
    )
    found = set(rows.filter(chain__in=chains).order_by().values_list("chain", flat=True))
    sets = PatientInSet.objects.filter(chain__in=chains, seen_in__entries__in=rows.order_by())
    return {chain for chain in found if chain} | set(sets.values_list("chain", flat=True))
