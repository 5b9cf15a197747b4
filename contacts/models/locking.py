"""Rows locked for a transaction."""

from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

from .statements import a_row, answer

Row = TypeVar("Row", bound=Model)


def lock_word(word: str) -> None:
    """Lock a word for the caller's transaction, of which there is no row: who locks the same waits."""
    db = connections[DEFAULT_DB_ALIAS]
    # On SQLite whoever writes is alone.
    if db.features.has_select_for_update:
        answer(db, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [word], a_row)


def locked(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """Lock `rows` for the caller's transaction, in the order of their keys; it may then read them.

    What is joined to them is read after that. A statement that waits for a lock gets on PostgreSQL the row as it is by
    then, and what is joined as it was before: whatever the row points at now would be missing.
    """
    # On SQLite whoever writes is alone.
    if connections[DEFAULT_DB_ALIAS].features.has_select_for_update:
        list(rows.select_related(None).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return rows
