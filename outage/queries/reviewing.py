"""The care chains that a reviewer asks the audit log about, by the patient's number or the chain's code."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import AuditEntry
from contacts.rules.permissions import Right
from contacts.rules.reviewing import CODE_DIGITS, is_chain_code
from outage.models import CareChain, CareChainDetails, Outage
from outage.queries.patient_numbers import chains_with_number, is_whole_number
from outage.rules.identity import IdentityKind, asked_text, classify_identity, lookup_texts

_DIGITS = 32


def chains_of_drills(chains: Collection[UUID]) -> set[UUID]:
    """Those of `chains` that are of a drill. One query, for none too."""
    found = CareChain.objects.filter(pk__in=[*chains, UUID(int=0)], outage__drill=True)
    return set(found.values_list("pk", flat=True))


def chains_asked_for(by: Acting, text: str) -> set[UUID] | None:
    """Those of the own principal and branch, also the ones joined with them, whose patient has the number now; None
    for what is no number and no code. Raises NotAllowed.
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
    return _in_reach(by, named)


def chains_once_asked_for(by: Acting, text: str) -> set[UUID]:
    """Those whose patient had the number before, and may have another now; none for a code. As `chains_asked_for`.

    Their patient is the one whom they name now: whoever has the number is no patient of theirs.
    """
    check_may(by, Right.REVIEW_LOG)
    if is_chain_code(text) or not is_whole_number(text):
        return set()
    former = CareChainDetails.objects.filter(chain__principal=by.principal, replaced_by__isnull=False)
    asked = _asked(text)
    known = former.values_list("chain", "identity_kind", "identity_number")
    found = {chain for chain, kind, number in known if asked in lookup_texts(IdentityKind(kind), number)}
    return _in_reach(by, Q(pk__in=found))


def seen_without(text: str, chains: Collection[UUID], rows: Iterable[AuditEntry]) -> set[int]:
    """The keys of those of `rows` that are from a time when none of their `chains` had the number."""
    if is_chain_code(text):
        return set()
    family: dict[UUID, UUID] = {}
    spans = defaultdict[UUID, list[tuple[datetime, datetime | None]]](list)
    asked = _asked(text)
    known = CareChainDetails.objects.filter(chain__in=chains).values_list(
        "chain",
        "chain__joined_to",
        "recorded_at",
        "replaced_by__recorded_at",
        "identity_kind",
        "identity_number",
    )
    for chain, joined_to, since, until, kind, number in known:
        family[chain] = joined_to or chain
        if asked in lookup_texts(IdentityKind(kind), number):
            spans[family[chain]].append((since, until))

    def had_it(row: AuditEntry) -> bool:
        about = [row.chain] if row.chain else row.patients.chains if row.patients else []
        times = [span for chain in about if chain in family for span in spans[family[chain]]]
        return any(since <= row.at and (until is None or row.at < until) for since, until in times)

    return {row.pk for row in rows if not had_it(row)}


def _asked(text: str) -> str:
    return asked_text(classify_identity(text, timezone.localdate()))


def _in_reach(by: Acting, named: Q) -> set[UUID]:
    kept = CareChain.objects.filter(named, principal=by.principal)
    ids = {pk for chain in kept for pk in (chain.pk, chain.joined_to_id) if pk}
    chains = CareChain.objects.filter(Q(pk__in=ids) | Q(joined_to__in=ids)).select_related("unit__principal")
    return {chain.pk for chain in chains if by.unit.shares_branch(chain.unit)}
