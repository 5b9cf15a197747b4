"""Columns that lie encrypted: a text, or JSON. The row says which data key is its own (`data_key_name`).

They are read and written as any other; the database can neither search nor order by them. Empty ones lie empty. What
was encrypted with a key that is destroyed is read as empty.
"""

import json
from base64 import b64decode, b64encode
from typing import Any, Protocol, cast
from uuid import UUID

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull

from .data_key import key_to_read_with, key_to_write_with

_SIGN = "k1:"
_ID_BYTES = 16


class Ciphertext(str):
    """As it stands in the database."""

    __slots__ = ()


class HasDataKey(Protocol):
    def data_key_name(self) -> str: ...


def encrypted(plain: str, key_name: str, about: bytes) -> Ciphertext:
    key = key_to_write_with(key_name)
    if key.cipher is None:
        raise ValueError(f"{key_name} is destroyed")
    content = key.id.bytes + key.cipher.encrypt(plain.encode(), about)
    return Ciphertext(_SIGN + b64encode(content).decode())


def decrypted(stored: str, about: bytes) -> str:
    """Raises Undecipherable; "" where the key is destroyed."""
    if not stored.startswith(_SIGN):
        raise ValueError(f"{about.decode()} is not encrypted")
    content = b64decode(stored[len(_SIGN) :])
    key = key_to_read_with(UUID(bytes=content[:_ID_BYTES]))
    return key.cipher.decrypt(content[_ID_BYTES:], about).decode() if key.cipher else ""


def about_column(model: type[models.Model], name: str) -> bytes:
    return f"{model._meta.label_lower}.{name}".encode()


class _Encrypted(models.Field):  # type: ignore[type-arg]
    _about: bytes

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self._about = about_column(cls, name)

    def get_internal_type(self) -> str:
        return "TextField"

    def db_type(self, connection: Any) -> str:
        return "text"

    def _plain(self, value: Any) -> str:
        raise NotImplementedError

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if not value:
            return value
        return encrypted(self._plain(value), cast("HasDataKey", model_instance).data_key_name(), self._about)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self} lies encrypted")
        return IsNull

    def get_transform(self, lookup_name: str) -> Any:
        return None


class EncryptedText(_Encrypted, models.CharField):  # type: ignore[type-arg]
    """`max_length` is that of the plain text."""

    def _plain(self, value: Any) -> str:
        return str(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypted(value, self._about) if value else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value and not isinstance(value, Ciphertext):
            raise FieldError(f"{self} is written by saving a row")
        return value


class EncryptedJSON(_Encrypted, models.JSONField):
    def _plain(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder, ensure_ascii=False)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if not value:
            return None
        if value.startswith(_SIGN):
            value = decrypted(value, self._about)
        return json.loads(value, cls=self.decoder) if value else self.get_default()

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value and not isinstance(value, Ciphertext):
            raise FieldError(f"{self} is written by saving a row")
        return value if value is None or isinstance(value, Ciphertext) else json.dumps(value)
