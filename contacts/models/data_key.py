"""Data keys: what patient text lies encrypted with, each wrapped by the environment's key (`DATA_KEYS`)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import local
from time import monotonic
from weakref import WeakValueDictionary

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, Replace, Substr
from django.utils import timezone

from .ciphers import Cipher, new_key

# How long a process goes on with a key that another one has destroyed.
KNOWN_SECONDS = 60.0
TRAIL = "trail"


def name_of(principal_id: int, outage_id: uuid.UUID | None = None) -> str:
    """The name of the key of one principal's patients in one outage; without one, of what belongs to no outage."""
    return f"patients/{principal_id}/{outage_id or '-'}"


def principal_id_of(name: str) -> int | None:
    """Whose patients the key of that name is of; None where it is another kind of key."""
    kind, *told = name.split("/")
    return int(told[0]) if kind == "patients" else None


def outage_id_of(name: str) -> uuid.UUID | None:
    """Of which outage the patients are; None for a key of no outage."""
    kind, *told = name.split("/")
    return uuid.UUID(told[1]) if kind == "patients" and told[1] != "-" else None


class DataKey(models.Model):
    """One key. It is made when first written with; destroyed, it leaves its row, and all that it encrypted is gone."""

    append_only = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("vad den låser", max_length=100, unique=True)
    wrapped = models.BinaryField("inlåst nyckel", blank=True)
    made_at = models.DateTimeField("gjord", default=timezone.now)
    destroyed_at = models.DateTimeField("förstörd", null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = "datanyckel"
        verbose_name_plural = "datanycklar"

    def __str__(self) -> str:
        return self.name

    @property
    def cipher(self) -> Cipher | None:
        """None for a destroyed one, and for one that is shut: it is about to be, and can still be opened again.

        Raises InvalidToken where it was wrapped by another key than the environment's.
        """
        if not self.wrapped or self.destroyed_at is not None:
            return None
        return Cipher(environments_key().decrypt(bytes(self.wrapped)))


def destroyed_in_query(principal_id: Value | OuterRef, outage_id: OuterRef) -> Subquery:
    """When the key with the name that `name_of` gives was destroyed; None where it was not."""
    # SQLite keeps an id without dashes.
    bare = Replace(Cast(outage_id, models.CharField()), Value("-"), Value(""))
    parts = [Substr(bare, begin, length) for begin, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    dashed = [each for part in parts for each in (Value("-"), part)][1:]
    name = Concat(Value("patients/"), Cast(principal_id, models.CharField()), Value("/"), *dashed)
    return Subquery(DataKey.objects.filter(name=name, wrapped=b"").order_by().values("destroyed_at"))


def is_shut(name: str) -> bool:
    """Whether nobody may begin to write with it: it is about to be destroyed, or is."""
    return DataKey.objects.filter(name=name, destroyed_at__isnull=False).exists()


def environments_key() -> MultiFernet:
    """The first of `DATA_KEYS` wraps, all unwrap."""
    return _multi_fernet(tuple(settings.DATA_KEYS))


@lru_cache(maxsize=4)
def _multi_fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@dataclass(frozen=True, slots=True)
class KnownKey:
    id: uuid.UUID
    cipher: Cipher | None
    until: float = field(default_factory=lambda: monotonic() + KNOWN_SECONDS)


# By the bytes of the id, as a value is encrypted with it.
_by_id: dict[bytes, KnownKey] = {}
# Those whose rows are committed.
_by_name: dict[str, KnownKey] = {}


class _Made:
    """A key whose row is not committed yet; on commit it becomes one that every thread may write with.

    Only the connection holds it, as what to call on commit, and drops it where an `atomic` block is rolled back:
    nothing more is then encrypted with that key.
    """

    def __init__(self, name: str, known: KnownKey) -> None:
        self.name = name
        self.known: KnownKey | None = known

    def __call__(self) -> None:
        if self.known is not None:
            _by_name[self.name] = self.known


class _OfThread(local):
    def __init__(self) -> None:
        self.made: WeakValueDictionary[str, _Made] = WeakValueDictionary()


_own = _OfThread()


def key_to_write_with(name: str) -> KnownKey:
    """Made where there is none yet, in the transaction under way: rolled back, it is gone with what it encrypted."""
    return known_keys([name]).get(name) or _made(name)


def known_keys(names: Iterable[str]) -> dict[str, KnownKey]:
    """The keys that there are, by name; those that this process does not know by one query."""
    found, unknown = {}, []
    for name in names:
        made = _own.made.get(name)
        known = made.known if made else _by_name.get(name)
        if known is not None and (made or monotonic() < known.until):
            found[name] = known
        else:
            unknown.append(name)
    for row in DataKey.objects.filter(name__in=unknown) if unknown else ():
        known = found[row.name] = _known(row)
        if made := _own.made.get(row.name):
            made.known = known
        else:
            _by_name[row.name] = known
    return found


def name_for_files(principal_id: int, outage_id: uuid.UUID) -> str:
    """Of what is made of an outage and waits for somebody: its own key, and once that is destroyed the principal's."""
    name = name_of(principal_id, outage_id)
    known = known_keys([name]).get(name)
    return name_of(principal_id) if known and known.cipher is None else name


def key_to_read_with(key_id: uuid.UUID) -> KnownKey:
    """Raises DataKey.DoesNotExist."""
    return key_with_bytes(key_id.bytes)


def key_with_bytes(key_id: bytes) -> KnownKey:
    known = _by_id.get(key_id)
    if known is not None and monotonic() < known.until:
        return known
    return _known(DataKey.objects.get(pk=uuid.UUID(bytes=key_id)))


def forget_keys() -> None:
    """Read all keys anew: one of them was destroyed or wrapped anew."""
    _by_id.clear()
    _by_name.clear()
    for made in _own.made.values():
        made.known = None


def _known(row: DataKey) -> KnownKey:
    known = _by_id[row.pk.bytes] = KnownKey(row.pk, row.cipher)
    return known


def _made(name: str) -> KnownKey:
    row = DataKey(name=name, wrapped=environments_key().encrypt(new_key()))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Another process made it a moment earlier.
        return known_keys([name])[name]
    known = _known(row)
    made = _own.made[name] = _Made(name, known)
    transaction.on_commit(made)
    return known
