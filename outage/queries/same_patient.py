"""Whether a patient has a care chain already, by the number in any spelling: one's own, or that of another unit."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain, Outage, PatientLookup
from outage.queries.care_chains import find_chains, visible_chains
from outage.queries.outages import earlier_outages
from outage.queries.patient_numbers import chains_with_number, is_whole_number, lookups_of
from outage.queries.protected import without_protected
from outage.rules.back_registration import ChainStatus

FOUND_BEFORE = 10


def own_chains_of(acting: Acting, number: str, outage: Outage, *more: Outage) -> list[CareChain]:
    """The chains of the patient with that number that the acting person may see, by their own number; none that is
    marked as logged on the wrong patient.
    """
    return _own_of(acting, chains_with_number(acting, number, outage, *more), outage, *more)


def own_chains_beside(acting: Acting, chain: CareChain) -> list[CareChain]:
    """The others of the outage with the number of `chain`. None for a chain of the wrong patient."""
    details = chain.details
    if not details.identity_number or details.status == ChainStatus.WRONG_PATIENT:
        return []
    same = chains_with_number(acting, details.identity_number, chain.outage)
    return _own_of(acting, same - {chain.pk}, chain.outage)


def _own_of(acting: Acting, ids: set[UUID], *outages: Outage) -> list[CareChain]:
    if not ids:
        return []
    seen = visible_chains(acting, *outages).filter(pk__in=ids)
    return list(seen.exclude(details__status=ChainStatus.WRONG_PATIENT))


def own_chains_by_number(
    acting: Acting, numbers: Iterable[str], outage: Outage
) -> dict[str, list[CareChain]]:
    """As `own_chains_of`; the number of queries does not depend on how many numbers there are."""
    chains = visible_chains(acting, outage).exclude(details__status=ChainStatus.WRONG_PATIENT).in_bulk()
    hashes = lookups_of(acting, numbers, outage)
    rows = PatientLookup.objects.filter(hash__in={one for own in hashes.values() for one in own})
    by_hash: dict[str, set[UUID]] = defaultdict(set)
    for one, chain, joined_to in rows.values_list("hash", "chain", "chain__joined_to"):
        by_hash[one] |= {pk for pk in (chain, joined_to) if pk and pk in chains}
    return {
        number: sorted((chains[pk] for one in own for pk in by_hash[one]), key=lambda chain: chain.number)
        for number, own in hashes.items()
    }


def own_chains_before(acting: Acting, number: str, outage: Outage) -> list[CareChain]:
    """Those of the outages before `outage` that are still in reach, the newest first."""
    earlier = _before(acting, outage) if number else []
    found = own_chains_of(acting, number, *earlier) if earlier else []
    return sorted(found, key=lambda chain: chain.recorded_at, reverse=True)


def found_before(acting: Acting, text: str, outage: Outage) -> list[CareChain]:
    """The chains of those outages that a search for `text` finds, a few, newest first."""
    earlier = _before(acting, outage) if text else []
    if not earlier:
        return []
    return list(find_chains(acting, text, *earlier).order_by("-recorded_at")[:FOUND_BEFORE])


def _before(acting: Acting, outage: Outage) -> list[Outage]:
    return [o for o in earlier_outages(acting.principal, outage) if o.recorded_at < outage.recorded_at]


def found_elsewhere(acting: Acting, text: str, outage: Outage) -> list[CareChain]:
    """As `chains_of_other_units`, for what was typed in a search: nothing but a whole number finds anything."""
    return chains_of_other_units(acting, text, outage) if is_whole_number(text) else []


def chains_of_other_units(acting: Acting, number: str, outage: Outage) -> list[CareChain]:
    """The chains of the patient that another unit of the same principal and branch has; only the unit may be named.

    For a patient who has protected personal data in any chain the answer is empty.
    """
    ids = chains_with_number(acting, number, outage)
    if not ids:
        return []
    found = (
        CareChain.objects.filter(
            pk__in=ids,
            outage=outage,
            principal=acting.principal,
            joined_to__isnull=True,
        )
        .exclude(details__status=ChainStatus.WRONG_PATIENT)
        .exclude(pk__in=visible_chains(acting, outage).values("pk"))
        .select_related("unit__principal", "details")
        .order_by("number")
    )
    near = [chain for chain in found if acting.unit.shares_branch(chain.unit)]
    return without_protected(acting, near, outage)
