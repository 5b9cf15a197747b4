"""What shows that the trace is whole: a keyed hash in each of its rows, and seals over them."""

import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.db import models

from contacts.rules.trail import canonical

from .base import AppendOnlyModel
from .ciphers import Cipher
from .data_key import TRAIL, key_to_write_with

_NONCE_BYTES = 8
MAC_LENGTH = 2 * _NONCE_BYTES + 64


class KeyDestroyed(Exception):
    """The key of the trace is gone: nothing can be written in it."""


def trails_cipher() -> Cipher:
    """Raises KeyDestroyed, and InvalidToken where the environment has another key than it was wrapped by."""
    cipher = key_to_write_with(TRAIL).cipher
    if cipher is None:
        raise KeyDestroyed
    return cipher


class MacField(models.CharField):  # type: ignore[type-arg]
    """Set when a row is inserted, in whichever way: a number used once, and the keyed hash of it and the whole row.

    By the number no row is the copy of another. A column added later is to begin as empty in the rows that are there.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            mac = mac_of(trails_cipher(), new_nonce(), values_of(model_instance))
            setattr(model_instance, self.attname, mac)
        return super().pre_save(model_instance, add)


def new_nonce() -> str:
    return secrets.token_hex(_NONCE_BYTES)


def mac_of(cipher: Cipher, nonce: str, values: Mapping[str, Any]) -> str:
    return nonce + cipher.keyed_hash(b"row " + nonce.encode() + b" " + canonical(values))


def is_mac_of(mac: Any, cipher: Cipher, values: Mapping[str, Any]) -> bool:
    if not isinstance(mac, str) or len(mac) != MAC_LENGTH or not mac.isascii():
        return False
    return hmac.compare_digest(mac, mac_of(cipher, mac[: 2 * _NONCE_BYTES], values))


def values_of(row: models.Model) -> dict[str, Any]:
    """What the row's mac is of. A set of patients counts by its digest, as its number says nothing."""
    values = {name: read(getattr(row, name)) for name, read, _ in _hashed(type(row))}
    if values["patients_id"] is not None:
        values["patients_id"] = row.patients.digest  # type: ignore[attr-defined]
    return told(type(row), values)


def hashed_fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    return [f for f in model._meta.concrete_fields if not f.primary_key and not isinstance(f, MacField)]


def told(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, as its column is: a column of a later version leaves the rows before it as they were."""
    left = {}
    for name, _, empty in _hashed(model):
        value = values[name]
        if type(value) is not type(empty) or value != empty:
            left[name] = value
    return left


@cache
def _hashed(model: type[models.Model]) -> list[tuple[str, Callable[[Any], Any], Any]]:
    """Of each hashed column its name, what reads a value of it, and what it is when it is empty."""
    return [(field.attname, _reader(field), _empty(field)) for field in hashed_fields(model)]


def _reader(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    # A foreign key asks its own field, and that one the other's, for each value.
    return field.target_field.to_python if isinstance(field, models.ForeignKey) else field.to_python


def _empty(field: "models.Field[Any, Any]") -> Any:
    if isinstance(field, models.JSONField):
        return {}
    return "" if isinstance(field, models.CharField) else None


class TrailSeal(AppendOnlyModel):
    """Seals the rows of the trace that were committed since the seal before, or that filled a gap of it.

    `ranges` are their numbers; `upto` is the highest number seen so far, and `gaps` are those below it that a row may
    still turn up at (`contacts/rules/trail.py`). `digest` is a keyed hash over all of the seal, the digest before it
    and the number and mac of each row. `from_before`: rows that were there before there were seals.
    """

    number = models.BigIntegerField("nummer", primary_key=True)
    at = models.DateTimeField("tid")
    upto = models.BigIntegerField("till och med rad")
    ranges = models.TextField("rader")
    gaps = models.TextField("luckor", blank=True)
    from_before = models.BooleanField("från tiden före förseglingen", default=False)
    former = models.CharField("den förra", max_length=64, blank=True)
    digest = models.CharField("kontrollsumma", max_length=64)

    class Meta:
        ordering = ["number"]
        verbose_name = "försegling"
        verbose_name_plural = "förseglingar"

    def __str__(self) -> str:
        return f"Försegling {self.number}"


def seal_digest(cipher: Cipher, content: bytes) -> str:
    return cipher.keyed_hash(b"seal " + content)


def rows_digest(cipher: Cipher, rows: Iterable[tuple[int, str]]) -> str:
    """Of number and mac of each."""
    return cipher.keyed_hash(b"rows " + "\n".join(f"{number} {mac}" for number, mac in rows).encode())
