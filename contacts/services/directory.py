"""Writes about who there is: principals, units, people, assignments, entries. Each writes its audit row."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, Membership, Principal, Unit, User
from contacts.models.locking import locked
from contacts.rules.entry_facts import HOUR_LABELS
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.rules.swedish_text import search_key

from .flags import carry_words
from .namesakes import check_namesakes, is_renamed
from .people import check_not_last, check_not_own, check_username
from .traces import changes_between, leave_trace
from .versions import check_clean, check_version

Row = Principal | Unit | User | Membership | DirectoryEntry

# When one of these changes, the entry is no longer what somebody verified.
_VERIFIED_FIELDS = frozenset({"name", "numbers", *HOUR_LABELS})


def save_row(*, by: Acting | User | None, row: Row) -> None:
    """Save a new or changed row; None is a command on the server.

    Raises ValidationError where the row is invalid, NotAllowed where somebody gives themselves an assignment, and
    RuleError as `check_row`.
    Saving with nothing changed writes nothing. A changed number or changed hours remove an entry's verification; a
    new name of a principal or unit goes into the search keys of its entries, and its former one among its other names:
    what was written by that still means it.
    """
    with transaction.atomic():
        before = _stored(row)
        changes = changes_between(before, row)
        password_set = isinstance(row, User) and isinstance(before, User) and before.password != row.password
        if before is not None and not changes and not password_set:
            return
        if isinstance(row, DirectoryEntry) and before is not None and _VERIFIED_FIELDS & changes.keys():
            row.lose_verification()
            changes = changes_between(before, row)
        if isinstance(row, DirectoryEntry | Unit) and (
            before is None or isinstance(before, DirectoryEntry | Unit)
        ):
            _check_renamed(before, row)
        if isinstance(row, Principal | Unit) and before is not None and "name" in changes:
            had = (*row.other_names, before.name)
            row.other_names = [name for name in dict.fromkeys(had) if name != row.name]
        _check(before, row)
        if isinstance(row, Membership) and row.active and not (before and before.active):
            check_not_own(by, row.user)
        row.full_clean()
        row.save()
        if isinstance(row, DirectoryEntry) and "numbers" in changes:
            carry_words([row])
        if isinstance(row, Principal | Unit) and "name" in changes:
            # Their search keys. What somebody else is changing of them just then is waited for.
            for entry in locked(row.entries.select_related("principal", "unit")):
                entry.save()
        if password_set:
            changes["password"] = ["", ""]
        verb = "added" if before is None else "changed"
        leave_trace(by, f"{row._meta.model_name}.{verb}", row, changes)


def check_row(row: Row) -> None:
    """Raises RuleError where a new name of a principal or person is another's in another spelling, where a principal
    would be left without an administrator, and where an assignment would be another person's, unit's or role's.
    """
    _check(_stored(row), row)


def _stored(row: Row) -> Any:
    return type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None


def _check(before: Any, row: Row) -> None:
    if isinstance(row, Principal):
        _check_principal(before, row)
    elif isinstance(row, User):
        check_username(before, row)
    elif isinstance(row, Membership) and before is not None and _of(before) != _of(row):
        raise RuleError("En annan person, enhet eller roll är ett annat uppdrag. Lägg till det i stället.")
    for principal, ended in _would_end(before, row).items():
        check_not_last(principal, ended)


def _of(row: Membership) -> tuple[int, int, str]:
    return row.user_id, row.unit_id, row.role


def _check_principal(before: Any, row: Principal) -> None:
    """A file and a command find a principal by either name, however it is spelled."""
    others = Principal.objects.exclude(pk=row.pk).values_list("name", "short_name")
    taken = {search_key(name): both[0] for both in others for name in both}
    for field in ("name", "short_name"):
        name = getattr(row, field)
        if search_key(name) in taken and (before is None or getattr(before, field) != name):
            raise RuleError(
                f"Huvudmannen finns redan: {taken[search_key(name)]}. Välj ett annat namn.", field=field
            )


def _would_end(before: Any, row: Row) -> dict[Principal, list[Membership]]:
    """The assignments in force that end when the row is saved, by principal."""
    gone = {User: "is_active", Unit: "active", Membership: "active"}.get(type(row))
    if before is None or gone is None or not getattr(before, gone) or getattr(row, gone):
        return {}
    theirs = Q(pk=row.pk) if isinstance(row, Membership) else Q(**{row._meta.model_name or "": row})
    ended: dict[Principal, list[Membership]] = defaultdict(list)
    for one in Membership.objects.filter(theirs, active=True).select_related("unit__principal", "user"):
        ended[one.unit.principal].append(one)
    return ended


def save_named(
    *,
    by: Acting,
    row: DirectoryEntry | Unit,
    before: DirectoryEntry | Unit | None,
    answers: Mapping[str, str] | None,
    taken: str,
) -> None:
    """Save a contact or unit that was added, or changed from `before`, inside the transaction of the caller.

    Raises RuleError, with the field, where it cannot stand; `taken` where somebody else took its name at the same
    time; with `answers` a Question where one of nearly its name is there.
    """
    if is_renamed(before, row):
        check_namesakes(row, answers)
    check_clean(row)
    try:
        with transaction.atomic():
            save_row(by=by, row=row)
    except IntegrityError as wrong:
        raise RuleError(taken, field="name") from wrong


def _check_renamed(before: DirectoryEntry | Unit | None, row: DirectoryEntry | Unit) -> None:
    """Raises ValidationError where the row's new name is another's, in any spelling."""
    if not is_renamed(before, row):
        return
    try:
        check_namesakes(row)
    except RuleError as wrong:
        raise ValidationError({"name": wrong.reason}) from wrong


def retire_entry(*, by: Acting, entry: DirectoryEntry, version: str = "") -> None:
    """Take an entry out of use; it keeps its history. Retiring it again changes nothing.

    Raises NotAllowed, and ChangedMeanwhile where it is not the `version` that the person saw.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, entry)
        entry = DirectoryEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if entry.retired_at is not None:
            return
        check_version(entry, version)
        entry.retired_at, entry.retired_by, entry.flagged = timezone.now(), by.user, []
        # Not its numbers and hours: what is wrong with an entry must not keep it in use.
        entry.clean_fields()
        entry.validate_constraints()
        entry.save()
        leave_trace(by, "directoryentry.retired", entry, {})


def restore_entry(*, by: Acting, entry: DirectoryEntry) -> None:
    """Raises NotAllowed, and RuleError where another has its name by now."""
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, entry)
        entry = DirectoryEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if entry.retired_at is None:
            return
        if entry.joined_into is not None:
            raise RuleError(f"{entry.name} är sammanförd med {entry.joined_into.name}. Upplös det där.")
        try:
            check_namesakes(entry)
        except RuleError as wrong:
            raise RuleError(f"{entry.name} finns redan bland kontakterna. Avför den först.") from wrong
        entry.retired_at = entry.retired_by = None
        entry.clean_fields()
        entry.validate_constraints()
        entry.save()
        carry_words([entry])
        leave_trace(by, "directoryentry.restored", entry, {})


def note_password_change(*, by: Acting | User, person: User) -> None:
    """Write the audit row for a password that the admin page has saved."""
    with transaction.atomic():
        leave_trace(by, "user.password_set", person, {})
