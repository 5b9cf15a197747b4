"""Which databases this version can migrate from."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

TOO_OLD = (
    "Databasen är äldre än vad den här versionen kan gå vidare från. Ingenting är ändrat.\n"
    "Starta först den sista version som har filen outage/migrations/0011_duty_counts_its_calls.py, sedan den här."
)


def is_too_old(connection: BaseDatabaseWrapper) -> bool:
    """Whether only some of the migrations that today's initial ones replace have been run."""
    run = set(MigrationRecorder(connection).applied_migrations())
    former = [set(found.replaces) for found in MigrationLoader(None).disk_migrations.values()]
    return any(run & names and not names <= run for names in former)


def is_migrated(connection: BaseDatabaseWrapper, known: frozenset[tuple[str, str]]) -> bool:
    """Whether all migrations of this version have been run; those of a later one may have been too."""
    return known <= set(MigrationRecorder(connection).applied_migrations())
