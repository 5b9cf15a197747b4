"""A restore that has put a database in place and is not done with the rest. The mark is a table without rows, which
comes with the database in one step and goes last: nobody is to serve it, or tidy what belongs to it, until then.
"""

from django.db import connection

MARK = "restore_unfinished"
UNFINISHED = "Återställningen blev inte klar. Ge kommandot restore en gång till, med --replace."


def is_unfinished() -> bool:
    """Raises DatabaseError."""
    return MARK in connection.introspection.table_names()


def stop_where_unfinished() -> None:
    """Raises SystemExit with what to do, and DatabaseError."""
    if is_unfinished():
        raise SystemExit(UNFINISHED)
