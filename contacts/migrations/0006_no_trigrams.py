"""A search no longer reads the trigrams that a database on PostgreSQL may have."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_KEYS = ("search_key", "digits_key", "first_name_key", "last_name_key", "title_key", "department_key")


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop their indexes; the extension may have other users."""
    if schema_editor.connection.vendor == "postgresql":
        for key in _KEYS:
            schema_editor.execute(f"DROP INDEX IF EXISTS entry_trigrams_{key}")


class Migration(migrations.Migration):
    """Indexes that Django knows nothing of."""

    dependencies = [("contacts", "0005_rota")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
