"""A patient's number found in any spelling: with or without the century, a dash, a plus or blanks, small or capital."""

from functools import cache, reduce

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace, Upper
from django.utils import timezone

from outage.models import CareChain, CareChainDetails
from outage.rules.identity import IdentityKind, classify_identity, number_key

# What is left out, and the letters that SQLite knows no capitals of.
_SPELLINGS = [(sign, "") for sign in " -+"] + [(letter, letter.upper()) for letter in "åäöæøéèüñáčđŋšŧž"]


@cache
def keyed() -> QuerySet[CareChainDetails]:
    """What is known of all chains now, each row with the `key` of its number (`rules.identity.number_key`).

    Kept, for it takes long to put together: to be narrowed, never gone through itself.
    """
    key = reduce(
        lambda found, pair: Replace(found, Value(pair[0]), Value(pair[1])),
        _SPELLINGS,
        Upper(F("identity_number")),
    )
    # The newest row of a chain only: what it says now.
    return CareChainDetails.objects.filter(replaced_by__isnull=True).annotate(key=key)


def with_number(text: str) -> QuerySet[CareChainDetails]:
    """What is known of the chains whose patient has the number `text`.

    Whichever century: the one that was typed in ten digits, now or then, was guessed.
    """
    typed = classify_identity(text, timezone.localdate())
    key = number_key(typed.stored)
    if typed.kind is IdentityKind.UNKNOWN or not key:
        return CareChainDetails.objects.none()
    if typed.born:
        return keyed().filter(key__endswith=key[2:], identity_kind=typed.kind)
    return keyed().filter(key=key)


def is_whole_number(text: str) -> bool:
    """Whether `text` is all of a number, not a part of one, a name, or a number that cannot be told from a name."""
    kind = classify_identity(text, timezone.localdate()).kind
    return kind not in (IdentityKind.OTHER, IdentityKind.UNKNOWN)


def of_details(details: QuerySet[CareChainDetails]) -> Q:
    """Those chains that one of `details` is known of, or of one that was joined to them."""
    chains = details.values("chain")
    return Q(pk__in=chains) | Q(pk__in=CareChain.objects.filter(pk__in=chains).values("joined_to"))
