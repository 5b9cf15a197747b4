"""The border of the directory and of people: each principal keeps its own."""

from contacts.access import Acting, is_within
from contacts.models import (
    AuditEntry,
    DirectoryEntry,
    DirectoryJoin,
    DirectoryUpload,
    Membership,
    RotaTurn,
    Unit,
    User,
    Work,
)
from contacts.rules.permissions import Border

from .reviewing import reviewed


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


@is_within.register
def _(membership: Membership, by: Acting, border: Border = Border.PRINCIPAL) -> bool:
    return is_within(membership.unit, by)


@is_within.register
def _(person: User, by: Acting, border: Border = Border.PRINCIPAL) -> bool:
    return person.memberships.filter(unit__principal=by.principal).exists()


@is_within.register
def _(row: AuditEntry, by: Acting, border: Border = Border.BRANCH) -> bool:
    return reviewed(by).filter(pk=row.pk).exists()


@is_within.register
def _(work: Work, by: Acting, border: Border = Border.UNIT) -> bool:
    return (work.user_id, work.membership_id) == (by.user.pk, by.membership.pk)
