"""What joining two contacts and joining two units have in common; the caller holds the transaction."""

from copy import copy
from typing import Any, TypeVar
from uuid import UUID

from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, DirectoryJoin, Unit
from contacts.models.locking import locked
from contacts.queries.joined import side_of
from contacts.rules.errors import RuleError
from contacts.rules.joining import check_pair
from contacts.rules.permissions import Right

from .submissions import claim
from .traces import leave_trace
from .versions import check_version

Row = TypeVar("Row", DirectoryEntry, Unit)


def to_join(
    *, by: Acting, kept: Row, other: Row, client_id: UUID, versions: tuple[str, str], **content: object
) -> tuple[Row, Row] | None:
    """The two locked, as the person saw them in `versions`; None where the same form came before.

    Raises NotAllowed, IdClash, ChangedMeanwhile, AlreadyJoined, and RuleError where they are no pair.
    """
    check_may(by, Right.MANAGE_DIRECTORY, kept, other)
    told = {"kept": kept.pk, "other": other.pk, "versions": list(versions), **content}
    if claim(by=by, client_id=client_id, kind=f"{_kind(kept)}.join", content=told) is not None:
        return None
    kept, other = _locked(kept, other)
    check_pair(side_of(kept), side_of(other), word="enhet" if isinstance(kept, Unit) else "kontakt")
    for row, version in zip((kept, other), versions, strict=True):
        check_version(row, version or "-")
    return kept, other


def to_part(
    *, by: Acting, join: DirectoryJoin, kept: Row | None, other: Row | None, client_id: UUID
) -> tuple[Row, Row] | None:
    """The two of a join locked; None where the same form came before.

    Raises NotAllowed, IdClash, and RuleError where they are taken apart already.
    """
    assert kept is not None, "a join of two of the kind"
    assert other is not None, "a join of two of the kind"
    check_may(by, Right.MANAGE_DIRECTORY, join)
    told = {"join": str(join.pk)}
    if claim(by=by, client_id=client_id, kind=f"{_kind(kept)}.part", content=told) is not None:
        return None
    kept, other = _locked(kept, other)
    if DirectoryJoin.objects.filter(undoes=join).exists():
        raise RuleError("Sammanföringen är redan upplöst.")
    return kept, other


def write_join(*, by: Acting, client_id: UUID, kept: Row, other: Row, **told: Any) -> DirectoryJoin:
    """Write the row of a join, or of one undone, and what it leaves in the audit log of both."""
    kind, name = _kind(kept), kept._meta.model_name
    join = DirectoryJoin(id=client_id, user=by.user, **{f"kept_{kind}": kept, f"other_{kind}": other}, **told)
    join.save()
    verb, away = ("parted", "parted") if join.undoes else ("joined", "joined_away")
    leave_trace(by, f"{name}.{verb}", kept, {"joined": other.name})
    leave_trace(by, f"{name}.{away}", other, {"joined": kept.name})
    return join


def _kind(row: DirectoryEntry | Unit) -> str:
    return "unit" if isinstance(row, Unit) else "entry"


def _locked(kept: Row, other: Row) -> tuple[Row, Row]:
    # Two who lock the same two cannot deadlock. Whoever names one of two units in a chain locks it too: what keeps a
    # unit is checked under this lock.
    related = ("principal",) if isinstance(kept, Unit) else ("principal", "unit")
    rows = type(kept).objects.filter(pk__in=[kept.pk, other.pk])
    found = {row.pk: row for row in locked(rows.select_related(*related))}
    return copy(found[kept.pk]), copy(found[other.pk])
