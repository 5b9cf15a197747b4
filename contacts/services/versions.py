"""What is refused because the row is no longer the one that the person saw, or cannot stand as it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError

from contacts.models import DirectoryEntry, Membership, Unit, User
from contacts.queries.versions import version_of
from contacts.rules.errors import CHANGED_MEANWHILE, RuleError

from .whole import whole

Versioned = DirectoryEntry | Unit | User | Membership


class ChangedMeanwhile(RuleError):
    """Somebody else changed the row after the page was rendered. Nothing is written."""

    def __init__(self) -> None:
        super().__init__(CHANGED_MEANWHILE)


@contextmanager
def replacing() -> Iterator[None]:
    """A transaction that replaces rows: of two that replace the same one the second raises ChangedMeanwhile."""
    try:
        with whole():
            yield
    except IntegrityError:
        raise ChangedMeanwhile from None


def check_version(row: Versioned, version: str) -> None:
    """Raises ChangedMeanwhile where `row` is not the version that the person saw. An empty one is not checked."""
    if version and version_of(row) != version:
        raise ChangedMeanwhile


def check_clean(row: Versioned) -> None:
    """Raises RuleError, with the field it belongs beside, where the row is invalid."""
    try:
        row.full_clean()
    except ValidationError as wrong:
        field, reasons = next(iter(wrong.message_dict.items()))
        # What is said of the row as a whole is said of its name: a name stands once.
        raise RuleError(reasons[0], field="name" if field == NON_FIELD_ERRORS else field) from wrong
