"""Writes about who there is: principals, units, people, assignments, entries. Each writes its audit row."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, Membership, Principal, Unit, User
from contacts.models.locking import locked
from contacts.rules.entry_facts import HOUR_LABELS
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right

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
    RuleError where a principal would be left without an administrator, or a user name is another's in another case.
    Saving with nothing changed writes nothing. A changed number or changed hours remove an entry's verification; a
    new name of a principal or unit goes into the search keys of its entries.
    """
    with transaction.atomic():
        before = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
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
        if isinstance(row, User) and (before is None or isinstance(before, User)):
            check_username(before, row)
        _check_rights(by, before, row)
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


def _check_rights(by: Acting | User | None, before: Row | None, row: Row) -> None:
    if isinstance(row, User) and isinstance(before, User) and before.is_active and not row.is_active:
        ended = list(row.memberships.filter(active=True).select_related("unit__principal", "user"))
        for principal in {one.unit.principal for one in ended}:
            check_not_last(principal, [one for one in ended if one.unit.principal_id == principal.pk])
    if not isinstance(row, Membership):
        return
    was = before if isinstance(before, Membership) and before.active else None
    given = ("user_id", "unit_id", "role")
    same = was is not None and all(getattr(was, name) == getattr(row, name) for name in given)
    if row.active and not same:
        check_not_own(by, row.user)
    if was is not None and not (row.active and same):
        check_not_last(was.unit.principal, [was])


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
