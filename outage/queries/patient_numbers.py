"""A patient's number found in any spelling: with or without the century, a dash, a plus or blanks, small or capital."""

from collections.abc import Callable
from functools import cache, reduce
from uuid import UUID

from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Replace, Substr, Upper
from django.utils import timezone

from contacts.queries.prepared import prepared
from outage.models import CareChain, CareChainDetails
from outage.rules.identity import IdentityKind, classify_identity, number_key

# Characters left out, and letters that SQLite cannot upper-case.
_SPELLINGS = [(sign, "") for sign in " -+"] + [(letter, letter.upper()) for letter in "åäöæøéèüñáčđŋšŧž"]

_Rows = Callable[..., QuerySet[CareChainDetails]]


@cache
def keyed() -> QuerySet[CareChainDetails]:
    """What is known of all chains now, each row with the `key` of its number (`rules.identity.number_key`).

    Cached, because the query is slow to construct: to be filtered, never iterated itself.
    """
    key: Func = reduce(
        lambda found, pair: Replace(found, Value(pair[0]), Value(pair[1])),
        _SPELLINGS,
        Upper(F("identity_number")),
    )
    # The newest row of a chain only: what it says now.
    return CareChainDetails.objects.filter(replaced_by__isnull=True).annotate(key=key)


def with_number(text: str) -> QuerySet[CareChainDetails]:
    """What is known of the chains whose patient has the number `text`.

    In any century: for a number typed in ten digits, now or then, it was guessed.
    """
    rows, values = _asked(text)
    return rows(*values) if values else CareChainDetails.objects.none()


def chains_with_number(text: str) -> set[UUID]:
    """A chain that was joined to another counts as that other."""
    rows, values = _asked(text)
    return {row.chain.joined_to_id or row.chain_id for row in _PREPARED[rows](*values)} if values else set()


def _asked(text: str) -> tuple[_Rows, tuple[str, ...]]:
    typed = classify_identity(text, timezone.localdate())
    key = number_key(typed.stored)
    if typed.kind is IdentityKind.UNKNOWN or not key:
        return _of_key, ()
    return (_of_birth, (key[2:], typed.kind.value)) if typed.born else (_of_key, (key,))


def _of_birth(after_century: str, kind: str) -> QuerySet[CareChainDetails]:
    found = keyed().annotate(after_century=Substr("key", 3)).select_related("chain")
    return found.filter(after_century=after_century, identity_kind=kind)


def _of_key(key: str) -> QuerySet[CareChainDetails]:
    return keyed().filter(Q(key=key)).select_related("chain")


_PREPARED = {rows: prepared(rows) for rows in (_of_birth, _of_key)}


def is_whole_number(text: str) -> bool:
    """Whether `text` is a whole number, not a part of one, a name, or a number that cannot be told from a name."""
    kind = classify_identity(text, timezone.localdate()).kind
    return kind not in (IdentityKind.OTHER, IdentityKind.UNKNOWN)


def of_details(details: QuerySet[CareChainDetails]) -> Q:
    """Filter for the chains that one of `details` belongs to, or to one that was joined to them."""
    chains = details.values("chain")
    return Q(pk__in=chains) | Q(pk__in=CareChain.objects.filter(pk__in=chains).values("joined_to"))
