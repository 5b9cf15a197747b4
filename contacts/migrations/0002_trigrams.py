"""PostgreSQL finds what stands inside a word by its trigrams instead of reading every entry."""

from django.apps.registry import Apps
from django.db import DatabaseError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_INDEX = "entry_trigrams_{}"
_KEYS = ("search_key", "digits_key", "first_name_key", "last_name_key", "title_key", "department_key")


def add_trigrams(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the indexes on PostgreSQL, if their extension is there and may be used; without it searches are only slower.

    One for each key: in one for them all a text too short for a trigram would have all of it read.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        # An own savepoint: what is refused here must not take the rest of the migration with it.
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    for key in _KEYS:
        index = f"{_INDEX.format(key)} ON contacts_directoryentry USING gin ({key} gin_trgm_ops)"
        schema_editor.execute(f"CREATE INDEX {index}")


def drop_trigrams(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the indexes; the extension may have other users."""
    if schema_editor.connection.vendor == "postgresql":
        for key in _KEYS:
            schema_editor.execute(f"DROP INDEX IF EXISTS {_INDEX.format(key)}")


class Migration(migrations.Migration):
    """Indexes that Django knows nothing of: on the other engine there is no such thing."""

    dependencies = [("contacts", "0001_tables")]

    replaces = [("contacts", "0007_trigrams")]

    operations = [migrations.RunPython(add_trigrams, drop_trigrams)]
