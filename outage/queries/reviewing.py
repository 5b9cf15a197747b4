"""The care chains that a reviewer asks the audit log about, by the patient's number or the chain's code."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from contacts.access import Acting, check_may
from contacts.rules.permissions import Right
from contacts.rules.reviewing import CODE_DIGITS, is_chain_code
from outage.models import CareChain, Outage
from outage.queries.patient_numbers import chains_with_number, is_whole_number

_DIGITS = 32


def chains_of_drills(chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that are of a drill. One query, for none too."""
    found = CareChain.objects.filter(pk__in=[*chains, UUID(int=0)], outage__drill=True)
    return set(found.values_list("pk", flat=True))


def chains_asked_for(by: Acting, text: str) -> set[UUID] | None:
    """Those of the own principal and branch, also the ones joined with them; None for what is no number and no code.

    Raises NotAllowed.
    """
    check_may(by, Right.REVIEW_LOG)
    if is_chain_code(text):
        rest = _DIGITS - CODE_DIGITS
        named = Q(pk__gte=UUID(text + "0" * rest), pk__lte=UUID(text + "f" * rest))
    elif is_whole_number(text):
        outages = Outage.objects.filter(
            pk__in=CareChain.objects.filter(principal=by.principal).values("outage")
        )
        named = Q(pk__in=chains_with_number(by, text, *outages))
    else:
        return None
    kept = CareChain.objects.filter(named, principal=by.principal)
    ids = {pk for chain in kept for pk in (chain.pk, chain.joined_to_id) if pk}
    chains = CareChain.objects.filter(Q(pk__in=ids) | Q(joined_to__in=ids)).select_related("unit__principal")
    return {chain.pk for chain in chains if by.unit.shares_branch(chain.unit)}
