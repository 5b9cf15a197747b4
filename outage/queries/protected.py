"""Whose number somebody has marked as protected: a chain of the patient that another unit has is told of to nobody."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from contacts.access import Acting
from outage.models import CareChain, Outage, PatientLookup
from outage.queries.outages import recent_outages
from outage.queries.patient_numbers import lookups_of


def without_protected(acting: Acting, chains: Iterable[CareChain], *outages: Outage) -> list[CareChain]:
    """Those of `chains` whose patient no chain of the principal has with protected personal data, whichever unit's it
    is: of `outages`, and of all that are in reach. A patient has also the numbers of the chains that were joined.

    The number of queries does not depend on how many chains there are.
    """
    found = list(chains)
    numbers: dict[UUID, set[str]] = {chain.pk: set() for chain in found}
    if not numbers:
        return []
    of_patient = CareChain.objects.filter(Q(pk__in=numbers) | Q(joined_to__in=numbers))
    for pk, kept, number in of_patient.values_list("pk", "joined_to", "details__identity_number"):
        numbers[kept if kept in numbers else pk].add(number)
    in_reach = {outage.pk: outage for outage in (*recent_outages(acting.principal), *outages)}
    every = {number for own in numbers.values() for number in own if number}
    hidden = protected_among(acting, every, *in_reach.values())
    return [
        chain
        for chain in found
        if not chain.details.protected_identity and hidden.isdisjoint(numbers[chain.pk])
    ]


def protected_among(acting: Acting, numbers: Iterable[str], *outages: Outage) -> set[str]:
    """Those of `numbers` that a chain of the principal in `outages` has with protected personal data."""
    hashes = lookups_of(acting, numbers, *outages)
    protected = Q(chain__joined_to=None, chain__details__protected_identity=True) | Q(
        chain__joined_to__details__protected_identity=True
    )
    rows = PatientLookup.objects.filter(protected, hash__in={one for own in hashes.values() for one in own})
    marked = set(rows.values_list("hash", flat=True))
    return {number for number, own in hashes.items() if not marked.isdisjoint(own)}
