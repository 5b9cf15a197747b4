"""The border of the directory: each principal keeps its own."""

from contacts.access import Acting, is_within
from contacts.models import DirectoryEntry, DirectoryJoin, DirectoryUpload, RotaTurn, Unit
from contacts.rules.permissions import Border


@is_within.register
def _(row: DirectoryEntry | DirectoryUpload | Unit, by: Acting, border: Border = Border.PRINCIPAL) -> bool:
    return row.principal_id == by.principal.pk


@is_within.register
def _(turn: RotaTurn, by: Acting, border: Border = Border.PRINCIPAL) -> bool:
    return is_within(turn.unit, by)


@is_within.register
def _(join: DirectoryJoin, by: Acting, border: Border = Border.PRINCIPAL) -> bool:
    kept = join.kept_entry or join.kept_unit
    return kept is not None and is_within(kept, by)
