"""The sets of patients that were seen: a row of the trace vouches for the digest, the digest for the members."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from contacts.models import AuditEntry, PatientInSet, PatientSet
from contacts.queries.prepared import prepared
from contacts.rules.trail import ranges_of

from .faults import Faults, Kind, Noun
from .reading import UNREADABLE, Values, pieces_of

_MEMBERS_AT_ONCE = 20_000


def digest_of(chains: Iterable[UUID]) -> str:
    """The same whatever the order."""
    return _digest(sorted(one.hex for one in chains))


def _digest(ids: Iterable[str]) -> str:
    return hashlib.sha256(bytes.fromhex("".join(ids))).hexdigest()


# In SQL, as a page waits for it: the same by the ORM takes several times as long. On SQLite whoever writes is alone.
_NEW = "INSERT INTO contacts_patientset (digest, size) VALUES (%s, %s) "
_ADDED = _NEW + "RETURNING id"
_ADDED_IF_NEW = _NEW + "ON CONFLICT (digest) DO NOTHING RETURNING id"
_MEMBER = "INSERT INTO contacts_patientinset (seen_in_id, chain) VALUES (%s, %s)"
_MEMBERS = "INSERT INTO contacts_patientinset (seen_in_id, chain) SELECT %s, unnest(%s::uuid[])"


def set_of(chains: Collection[UUID]) -> PatientSet:
    """Stored if it is not; in the caller's transaction."""
    # In order, as the index has them.
    ids = sorted({one.hex for one in chains})
    digest = _digest(ids)
    for known in _with_digest(digest):
        return known
    columns: list[str | int] = [digest, len(ids)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_ADDED_IF_NEW, columns)
            added = cursor.fetchone()
            if added is None:
                # Somebody else saw the same ones for the first time a moment earlier.
                return PatientSet.objects.get(digest=digest)
            cursor.execute(_MEMBERS, [added[0], ids])
        else:
            cursor.execute(_ADDED, columns)
            added = cursor.fetchone()
            cursor.executemany(_MEMBER, [(added[0], one) for one in ids])
    return PatientSet.from_db(connection.alias, ["id", "digest", "size"], [added[0], *columns])


@prepared
def _with_digest(digest: str) -> "QuerySet[PatientSet]":
    return PatientSet.objects.filter(digest=digest)


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
