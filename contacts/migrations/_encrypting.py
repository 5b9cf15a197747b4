"""For the migrations from which on columns lie encrypted: rows that stand are encrypted, and what was plain is wiped."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.core.management import CommandError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Model, TextField
from django.db.models.functions import Cast

from contacts.models.ciphers import Cipher, new_key
from contacts.models.data_key import KnownKey, environments_key, name_of
from contacts.models.encrypted import about_column, encrypted_with

CHUNK = 1000
_EMPTY = ("", "{}", "[]", "null")


class Encrypting:
    """One run of a migration. Data keys are read and written as the table stands in the migrations so far."""

    def __init__(self, apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        self.apps = apps
        self.connection: BaseDatabaseWrapper = schema_editor.connection
        self._keys: dict[str, KnownKey] = {}

    def key(self, name: str) -> KnownKey:
        if name not in self._keys:
            row, _ = self.apps.get_model("contacts", "DataKey").objects.get_or_create(
                name=name, defaults={"wrapped": environments_key().encrypt(new_key())}
            )
            wrapped = bytes(row.wrapped)
            cipher = Cipher(environments_key().decrypt(wrapped)) if wrapped else None
            self._keys[name] = KnownKey(row.pk, cipher)
        return self._keys[name]

    def encrypt(
        self,
        label: str,
        columns: Iterable[str],
        owner: tuple[str, str],
        keep: Mapping[str, Callable[[str], bool]] | None = None,
    ) -> None:
        """Encrypt `columns` of a model; `owner` leads to the row's principal and outage, `keep` says what stays plain."""
        model = self.apps.get_model(label)
        kept = keep or {}
        for pk, principal, outage, raw in self.rows(model, columns, owner):
            told = {name: text for name, text in raw.items() if not (text and name in kept and kept[name](text))}
            self.encrypt_row(model, pk, name_of(principal, outage), told)

    def encrypt_row(
        self, model: type[Model], pk: Any, key_name: str, raw: Mapping[str, str | None]
    ) -> None:
        told = {name: text for name, text in raw.items() if text is not None and text not in _EMPTY}
        values = {
            name: encrypted_with(self.key(key_name), text, about_column(model, name))
            for name, text in told.items()
        }
        self.write(model, pk, values)

    def rows(
        self, model: type[Model], columns: Iterable[str], owner: tuple[str, str]
    ) -> Iterator[tuple[Any, int, Any, dict[str, str | None]]]:
        """Key, principal, outage, and `columns` as they stand."""
        names = list(columns)
        told = {f"raw_{place}": Cast(F(name), TextField()) for place, name in enumerate(names)}
        found = model._default_manager.order_by().annotate(**told).values_list("pk", *owner, *told)
        pks = model._default_manager.order_by("pk").values_list("pk", flat=True)
        left = iter(list(pks))
        total, done = len(pks), 0
        while chunk := list(islice(left, CHUNK)):
            for pk, principal, outage, *raw in found.filter(pk__in=chunk):
                yield pk, principal, outage, dict(zip(names, raw, strict=True))
            done += len(chunk)
            print(f"Krypterar {model._meta.verbose_name_plural}: {done} av {total}", flush=True)

    def write(self, model: type[Model], pk: Any, values: Mapping[str, Any]) -> None:
        """Past the ORM, which takes longer to write the statement than to run it."""
        if not values:
            return
        quote = self.connection.ops.quote_name
        fields = [model._meta.get_field(name) for name in values]
        told = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        own: Any = model._meta.pk
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quote(model._meta.db_table)} SET {told} WHERE {quote(own.column)} = %s",
                [*map(_adapted, values.values()), own.get_db_prep_value(pk, self.connection)],
            )


def _adapted(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def wipe(alias: str, models: Iterable[type[Model]]) -> None:
    """Leave nothing of what a table held before in the database's files: neither in free pages nor in SQLite's log.

    Outside a transaction. On PostgreSQL the log is archived, and ages as the installation says.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in models:
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(model._meta.db_table)}")
            return
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise CommandError("Ett annat program har databasen öppen. Stäng det, och kör uppdateringen igen.")
