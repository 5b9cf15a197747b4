"""Columns that lie encrypted: a text, or JSON. The row says which data key is its own (`data_key_name`).

They are read and written as any other; the database can neither search nor order by them. Empty ones lie empty. What
was encrypted with a key that is destroyed is read as empty (`GONE`).
"""

import json
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull

from contacts.rules.errors import RuleError

from .data_key import KnownKey, key_to_write_with, key_with_bytes

_SIGN = "k1:"
_SIGNED = len(_SIGN)
_ID_BYTES = 16
_EMPTY_JSON = ("{}", "[]", "null")


class Ciphertext(str):
    """As it stands in the database."""

    __slots__ = ()


class Gone(str):
    """An empty text that was not always empty: the key that it was encrypted with is destroyed."""

    __slots__ = ()


GONE = Gone()


class KeyDestroyed(RuleError):
    """Nothing more can be written beside what was purged with the key of that name.

    `form` is the one that somebody had filled in, where it was one: what was typed must not be lost.
    """

    def __init__(self, key_name: str = "", form: Any = None) -> None:
        super().__init__("Uppgifterna är gallrade. Skriv i stället en sen uppgift, under Blad.")
        self.key_name = key_name
        self.form = form


class HasDataKey(Protocol):
    def data_key_name(self) -> str: ...


def encrypted(plain: str, key_name: str, about: bytes) -> Ciphertext:
    """Raises KeyDestroyed."""
    key = key_to_write_with(key_name)
    if key.cipher is None:
        raise KeyDestroyed(key_name)
    return encrypted_with(key, plain, about)


def encrypted_with(key: KnownKey, plain: str, about: bytes) -> Ciphertext:
    if key.cipher is None:
        raise KeyDestroyed
    content = key.id.bytes + key.cipher.encrypt(plain.encode(), about)
    return Ciphertext(_SIGN + b2a_base64(content, newline=False).decode())


def decrypted(stored: str, about: bytes) -> str:
    """Raises Undecipherable; `GONE` where the key is destroyed."""
    # Called for each value of each row that is read: no step more than is needed.
    if stored[:_SIGNED] != _SIGN:
        raise ValueError(f"{about.decode()} is not encrypted")
    content = a2b_base64(stored[_SIGNED:])
    cipher = key_with_bytes(content[:_ID_BYTES]).cipher
    return cipher.decrypt(content[_ID_BYTES:], about).decode() if cipher else GONE


def decrypted_with(key: KnownKey, stored: str, about: bytes) -> str:
    """As `decrypted`, where the key is at hand."""
    content = a2b_base64(stored[_SIGNED:])
    return key.cipher.decrypt(content[_ID_BYTES:], about).decode() if key.cipher else GONE


def is_encrypted(stored: str) -> bool:
    return stored.startswith(_SIGN)


def about_column(model: type[models.Model], name: str) -> bytes:
    return f"{model._meta.label_lower}.{name}".encode()


_Set = TypeVar("_Set")
_Got = TypeVar("_Got")

if TYPE_CHECKING:
    _Text = models.CharField[str, str]

    class _Field(models.Field[_Set, _Got]): ...
else:
    _Text = models.CharField

    class _Field(models.Field, Generic[_Set, _Got]): ...


class _Encrypted(_Field[_Set, _Got]):
    _about: bytes

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self._about = about_column(cls, name)

    def get_internal_type(self) -> str:
        return "TextField"

    def db_type(self, connection: Any) -> str:
        return "text"

    def _plain(self, value: Any) -> str:
        return str(value)

    def _stays_plain(self, value: Any) -> bool:
        return not value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, Ciphertext) or self._stays_plain(value):
            return value
        return self._lying(model_instance, value)

    def _lying(self, row: models.Model, value: Any) -> Ciphertext:
        return encrypted(self._plain(value), cast("HasDataKey", row).data_key_name(), self._about)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if not isinstance(value, Ciphertext) and not self._stays_plain(value):
            raise FieldError(f"{self} is written by saving a row")
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        """What `dumpdata` writes lies encrypted as well."""
        value = self.value_from_object(obj)
        return value if self._stays_plain(value) else self._lying(obj, value)

    def to_python(self, value: Any) -> Any:
        """What `loaddata` reads. What a person types is a text, whatever it looks like: `clean` does not ask here."""
        if isinstance(value, str) and value.startswith(_SIGN):
            return Ciphertext(value)
        return super().to_python(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self} lies encrypted")
        return IsNull

    def get_transform(self, lookup_name: str) -> Any:
        return None


class EncryptedText(_Encrypted[str, str], _Text):
    """`max_length` is that of the plain text."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypted(value, self._about) if value else value


class EncryptedJSON(_Encrypted[Any, Any], models.JSONField):
    def _plain(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder, ensure_ascii=False)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if not value:
            return None
        if value in _EMPTY_JSON:
            return json.loads(value)
        plain = decrypted(value, self._about)
        return self.get_default() if plain is GONE else json.loads(plain, cls=self.decoder)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        kept = super().get_db_prep_save(value, connection)
        return kept if kept is None or isinstance(kept, Ciphertext) else json.dumps(kept)
