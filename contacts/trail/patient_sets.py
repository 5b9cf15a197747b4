"""The sets of patients that were seen: a row of the trace vouches for the digest, the digest for the chains."""

import hashlib
from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from contacts.models import AuditEntry, PatientSet
from contacts.rules.trail import ranges_of

from .faults import Faults, Kind, Noun
from .reading import pieces_of

# In SQL, as a page waits for it: the same by the ORM takes several times as long.
_FOUND = "SELECT id FROM contacts_patientset WHERE digest = %s"
# It asks first, for a trigger of SQLite refuses a row that is there already (INSERT OR REPLACE).
_ADDED = (
    "INSERT INTO contacts_patientset (digest, size, ids) SELECT %s, %s, %s"
    f" WHERE NOT EXISTS ({_FOUND}) ON CONFLICT (digest) DO NOTHING RETURNING id"
)
_MOST_KNOWN = 2_000

# Sets that are committed, by digest. Without their ids, so that they are small.
_known: dict[str, PatientSet] = {}


def set_of(chains: Collection[UUID]) -> PatientSet:
    """Stored if it is not; in the caller's transaction."""
    ids = b"".join(sorted({one.bytes for one in chains}))
    digest = hashlib.sha256(ids).hexdigest()
    if known := _known.get(digest):
        return known
    size = len(ids) // 16
    columns = {"id": _stored(digest, size, ids), "digest": digest, "size": size}
    found = PatientSet.from_db(connection.alias, list(columns), list(columns.values()))
    transaction.on_commit(lambda: _keep(found))
    return found


def _stored(digest: str, size: int, ids: bytes) -> int:
    """Its number."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDED, [digest, size, ids, digest])
        if not (row := cursor.fetchone()):
            cursor.execute(_FOUND, [digest])
            row = cursor.fetchone()
    return int(row[0])


def _keep(known: PatientSet) -> None:
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[known.digest] = known


def forget_sets() -> None:
    """The database is another."""
    _known.clear()


def verify_sets(faults: Faults) -> None:
    for number, *columns in pieces_of(PatientSet.objects.all(), ["digest", "size", "ids"]):
        if not columns or not _is_whole(*columns):
            faults.add(Noun.SET, number, number, Kind.CHANGED)
    # A set is written together with the row that says it.
    told = AuditEntry.objects.filter(patients=OuterRef("pk"))
    untold = PatientSet.objects.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True)
    for first, last in ranges_of(untold.iterator()):
        faults.add(Noun.SET, first, last, Kind.INSERTED)


def _is_whole(digest: object, size: object, ids: object) -> bool:
    if not isinstance(ids, bytes | memoryview):
        return False
    return (digest, size) == (hashlib.sha256(ids).hexdigest(), len(ids) / 16)
