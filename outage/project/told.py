"""What whoever gives a command can put right is told in a sentence; a fault of ours has its traceback."""

from cryptography.fernet import InvalidToken
from dj_database_url import ParseError, UnknownSchemeError
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from contacts.file_errors import why
from outage.project.upgrades import is_migrated

NOT_OF_THIS_VERSION = "Databasen är inte av den här versionen än. .ci/prepare.py gör den i ordning."


def sentence(error: Exception, *, preparing: bool = False) -> str | None:
    """None where it is a fault of ours. `preparing`: who was to make the database ready is not told that it is not."""
    if isinstance(error, ParseError | UnknownSchemeError):
        return (
            "DATABASE_URL går inte att läsa. Skriv till exempel postgres://namn:lösenord@värd:5432/databas."
        )
    if isinstance(error, InvalidToken):
        # Of models, which are not loaded where the settings are what is wrong.
        from outage.checks import PUT_BACK_THE_KEY

        return f"DATA_KEYS öppnar inte det som ska läsas.\n{PUT_BACK_THE_KEY}"
    if isinstance(error, ImproperlyConfigured | CommandError):
        return str(error)
    if isinstance(error, DatabaseError):
        return _of_database(error, preparing=preparing)
    if isinstance(error, OSError) and error.filename:
        return f"Det gick inte: {why(error)}."
    return None


def _of_database(error: DatabaseError, *, preparing: bool) -> str | None:
    try:
        connection.close()
        is_ready = is_migrated(connection, frozenset(MigrationLoader(None).disk_migrations))
    except DatabaseError:
        return f"Databasen svarar inte: {error}\nKontrollera DATABASE_URL."
    if not is_ready and not preparing:
        return NOT_OF_THIS_VERSION
    # SQLite has the same name for a table that we have misspelt.
    is_its_own = isinstance(error, OperationalError) and "no such" not in str(error)
    return f"Databasen sade nej: {error}" if is_its_own else None
