"""The sets of patients that were seen: a row of the trace vouches for the digest, the digest for the members."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from contacts.models import AuditEntry, PatientInSet, PatientSet
from contacts.rules.trail import ranges_of

from .faults import Faults, Kind, Noun
from .reading import UNREADABLE, Values, pieces_of

_MEMBERS_AT_ONCE = 20_000


def digest_of(chains: Iterable[UUID]) -> str:
    """The same whatever the order."""
    return hashlib.sha256(b"".join(one.bytes for one in sorted(chains))).hexdigest()


def verify_sets(faults: Faults) -> None:
    for sets in _some_at_once():
        members = _members_of([number for number, *_ in sets])
        for number, *columns in sets:
            chains = members.get(number, [])
            if chains is None or columns != [_digest_or_none(chains), len(chains)]:
                faults.add(Noun.SET, number, number, Kind.CHANGED, "i den, eller bland dess patienter")
    # A set is written together with the row that says it.
    told = AuditEntry.objects.filter(patients=OuterRef("pk"))
    untold = PatientSet.objects.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True)
    for first, last in ranges_of(untold.iterator()):
        faults.add(Noun.SET, first, last, Kind.INSERTED)
    sets_there = PatientSet.objects.filter(pk=OuterRef("seen_in_id"))
    loose = PatientInSet.objects.exclude(Exists(sets_there)).order_by("pk").values_list("pk", flat=True)
    for first, last in ranges_of(loose.iterator()):
        faults.add(Noun.MEMBER, first, last, Kind.INSERTED)


def _digest_or_none(chains: list[Any]) -> str | None:
    return digest_of(chains) if all(isinstance(one, UUID) for one in chains) else None


def _some_at_once() -> Iterator[list[Values]]:
    sets: list[Values] = []
    held = 0
    for values in pieces_of(PatientSet.objects.all(), ["digest", "size"]):
        sets.append(values)
        held += values[2] if len(values) == 3 and isinstance(values[2], int) else 1
        if held >= _MEMBERS_AT_ONCE or len(sets) == 500:
            yield sets
            sets, held = [], 0
    yield sets


def _members_of(numbers: Collection[int]) -> dict[int, list[Any] | None]:
    """None for a set with a member that cannot be read."""
    rows = PatientInSet.objects.order_by().values_list("seen_in_id", "chain")
    found: dict[int, list[Any] | None] = {}
    try:
        by_set: dict[int, list[Any]] = defaultdict(list)
        for number, chain in rows.filter(seen_in__in=numbers):
            by_set[number].append(chain)
        return {**by_set}
    except UNREADABLE:
        if len(numbers) == 1:
            return dict.fromkeys(numbers)
        for number in numbers:
            found |= _members_of([number])
        return found
