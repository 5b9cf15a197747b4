"""Reads of the audit log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting
from contacts.models import AuditEntry, PatientSet
from contacts.queries.prepared import prepared
from contacts.rules.trace_words import LISTED
from contacts.seen import where_from


def noted_since(by: Acting, since: datetime, chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that a row tells of as listed for the acting person, from where the request comes."""
    rows = _listed_for(by.user.pk, by.membership.pk, LISTED, where_from(), since)
    sets = tuple({pk for _, pk in rows if pk})
    found = {chain for chain, _ in rows if chain} | {chain for one in _sets(*sets) for chain in one.chains}
    return found.intersection(chains)


@prepared
def _listed_for(
    user_id: int, membership_id: int, action: str, origin: str, since: datetime
) -> "QuerySet[AuditEntry, tuple[UUID | None, int | None]]":
    rows = AuditEntry.objects.filter(
        user=user_id, membership=membership_id, action=action, origin=origin, at__gte=since
    )
    return rows.order_by().values_list("chain", "patients").distinct()


@prepared
def _sets(*ids: int) -> "QuerySet[PatientSet]":
    return PatientSet.objects.filter(pk__in=ids)
