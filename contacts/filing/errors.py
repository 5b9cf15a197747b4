"""What a file that cannot be taken in is refused with."""

from contacts.rules.errors import RuleError


class BadTable(RuleError):
    """The file is no table we read, or it goes past a limit. The reason says what to do instead."""
