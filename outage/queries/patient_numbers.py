"""A patient's number found in any spelling: with or without the century, a dash, a plus or blanks, small or capital."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Principal
from contacts.models.ciphers import Cipher
from contacts.models.data_key import known_keys, name_of
from contacts.queries.prepared import prepared
from outage.models import CareChain, Outage, PatientLookup
from outage.rules.identity import asked_text, classify_identity


def lookups_of(acting: Acting, numbers: Iterable[str], *outages: Outage) -> dict[str, list[str]]:
    """What to look up for each of `numbers`, in the acting person's principal: one hash for each of `outages`, whose
    keys are different.
    """
    ciphers = ciphers_of(acting.principal, outages)
    asked = {text: asked_text(classify_identity(text, timezone.localdate())) for text in numbers}
    return {text: [one.keyed_hash(ask) for one in ciphers] if ask else [] for text, ask in asked.items()}


def ciphers_of(principal: Principal, outages: Iterable[Outage]) -> list[Cipher]:
    """What the patients of a principal are looked up with: one for each outage whose key there is."""
    names = [name_of(principal.pk, outage.pk) for outage in outages]
    return [key.cipher for key in known_keys(names).values() if key.cipher]


def chains_with_number(acting: Acting, text: str, *outages: Outage) -> set[UUID]:
    """A chain that was joined to another counts as that other. Whether a chain is within one's border is not asked."""
    hashes = lookups_of(acting, [text], *outages)[text]
    return {joined_to or chain for chain, joined_to in _found(*hashes)} if hashes else set()


@prepared
def _found(*hashes: str) -> QuerySet[PatientLookup, tuple[UUID, UUID | None]]:
    return PatientLookup.objects.filter(hash__in=hashes).values_list("chain", "chain__joined_to")


def has_number(acting: Acting, text: str, *outages: Outage) -> Q:
    """As `chains_with_number`, to filter chains with."""
    found = PatientLookup.objects.filter(hash__in=lookups_of(acting, [text], *outages)[text]).values("chain")
    return Q(pk__in=found) | Q(pk__in=CareChain.objects.filter(pk__in=found).values("joined_to"))


def is_whole_number(text: str) -> bool:
    return classify_identity(text, timezone.localdate()).kind.is_whole
