"""How the routine's content files are read: as all content is. What is wrong with one is a RoutineError here."""

from contacts.content.table import ContentError as RoutineError
from contacts.content.table import Table, read_toml

__all__ = ["RoutineError", "Table", "read_toml"]
