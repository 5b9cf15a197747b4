"""Data keys: what patient text lies encrypted with, each wrapped by the environment's key (`DATA_KEYS`)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from .ciphers import Cipher, new_key

# How long a process goes on with a key that another one has destroyed.
KNOWN_SECONDS = 60.0
TRAIL = "trail"


def name_of(principal_id: int, outage_id: uuid.UUID | None = None) -> str:
    """The name of the key of one principal's patients in one outage; without one, of what belongs to no outage."""
    return f"patients/{principal_id}/{outage_id or '-'}"


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
        """None for a destroyed one. Raises InvalidToken where it was wrapped by another key than the environment's."""
        return Cipher(environments_key().decrypt(bytes(self.wrapped))) if self.wrapped else None


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
    since: float = field(default_factory=monotonic)

    @property
    def is_fresh(self) -> bool:
        return monotonic() - self.since < KNOWN_SECONDS


_by_id: dict[uuid.UUID, KnownKey] = {}
# Those whose rows are committed; what a transaction that is under way has made is found by asking.
_by_name: dict[str, KnownKey] = {}


def key_to_write_with(name: str) -> KnownKey:
    """Made where there is none yet, in the transaction under way: rolled back, it is gone with what it encrypted."""
    known = _by_name.get(name)
    if known is not None and known.is_fresh:
        return known
    row = DataKey.objects.filter(name=name).first()
    if row is None:
        row = _made(name)
    known = _known(row)
    if row.pk not in _pending():
        _by_name[name] = known
    return known


def key_to_read_with(key_id: uuid.UUID) -> KnownKey:
    """Raises DataKey.DoesNotExist."""
    known = _by_id.get(key_id)
    return known if known is not None and known.is_fresh else _known(DataKey.objects.get(pk=key_id))


def forget_keys() -> None:
    """Read all keys anew: one of them was destroyed or wrapped anew."""
    _by_id.clear()
    _by_name.clear()


def _known(row: DataKey) -> KnownKey:
    known = _by_id[row.pk] = KnownKey(row.pk, row.cipher)
    return known


def _made(name: str) -> DataKey:
    row = DataKey(name=name, wrapped=environments_key().encrypt(new_key()))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.on_commit(_Made(row.pk))
    except IntegrityError:
        # Another process made it a moment earlier.
        return DataKey.objects.get(name=name)
    return row


class _Made:
    """Marks a key as one whose row may still be rolled back: the connection drops what it was to call then."""

    def __init__(self, key_id: uuid.UUID) -> None:
        self.key_id = key_id

    def __call__(self) -> None:
        """Nothing to do: the transaction is committed, and the mark is gone with it."""


def _pending() -> set[uuid.UUID]:
    called: list[Callable[[], None]] = [entry[1] for entry in connection.run_on_commit]
    return {one.key_id for one in called if isinstance(one, _Made)}
