"""Reads of the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.models import AuditEntry, PatientSet
from contacts.rules.trace_words import LISTED
from contacts.seen import where_from


def noted_since(by: Acting, since: datetime, chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that a row tells of as listed for the acting person, from where the request comes."""
    rows = AuditEntry.objects.filter(
        user=by.user, membership=by.membership, action=LISTED, origin=where_from(), at__gte=since
    )
    found = set(rows.filter(chain__in=chains).order_by().values_list("chain", flat=True))
    sets = PatientSet.objects.filter(pk__in=rows.order_by().values("patients"))
    listed = {chain for one in sets for chain in one.chains}
    return {chain for chain in found if chain} | listed.intersection(chains)
