"""Encrypting what stood plain in a column before it was an encrypted one: the last step of a migration."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model, TextField
from django.db.models.functions import Cast

from .encrypted import about_column, encrypted

_AT_ONCE = 200
_NOTHING = ("", "{}", "[]", "null")

# A row as a dictionary, with what it held as "plain".
Told = dict[str, Any]


def encrypt_column(model: type[Model], column: str, key_name: Callable[[Told], str], *told_by: str) -> None:
    """Encrypt the column in every row. `key_name` names the key by what `told_by` says of the row."""
    about = about_column(model, column)
    for row in plain_rows(model, column, *told_by):
        stored = encrypted(row["plain"], key_name(row), about)
        model._base_manager.filter(pk=row["pk"]).update(**{column: stored})


def plain_rows(model: type[Model], column: str, *told_by: str) -> Iterator[Told]:
    """The rows that hold something there, a few at a time: they may be large, and are changed meanwhile."""
    rows = model._base_manager.annotate(plain=Cast(column, TextField())).exclude(plain__in=_NOTHING)
    ids = list(rows.filter(plain__isnull=False).values_list("pk", flat=True))
    for first in range(0, len(ids), _AT_ONCE):
        yield from list(rows.filter(pk__in=ids[first : first + _AT_ONCE]).values("pk", "plain", *told_by))
