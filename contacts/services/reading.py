"""Viewing: that somebody saw patients' data leaves an audit row too; a person's own choices."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, User
from contacts.rules.directory_search import ContactColumn


def note_look(
    *,
    by: Acting | User,
    action: str,
    chain: UUID | None = None,
    patients: Collection[UUID] = (),
    target: Model | None = None,
    page: str = "",
) -> AuditEntry:
    """Audit row: the person was shown one patient's chain, or all those of a list, on the page of that name."""
    changes = {"page": page} if page else {}
    with transaction.atomic():
        if isinstance(by, User):
            return audit.record_system(
                action=action, user=by, target=target, chain=chain, patients=patients, changes=changes
            )
        return audit.record(
            by=by, action=action, target=target, chain=chain, patients=patients, changes=changes
        )


def choose_columns(*, by: Acting, columns: Collection[ContactColumn]) -> None:
    """Remember which columns the acting person wants in the advanced search (R5.6); the same again changes nothing."""
    chosen = [column.value for column in ContactColumn if column in columns]
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
        before = user.contact_columns
        if before == chosen:
            return
        user.contact_columns = by.user.contact_columns = chosen
        user.full_clean()
        user.save(update_fields=["contact_columns"])
        changes = {"contact_columns": [" ".join(before), " ".join(chosen)]}
        audit.record(by=by, action="user.columns_chosen", target=user, changes=changes)


def choose_reminders(*, by: Acting, outside: bool) -> None:
    """Remember whether the acting person wants reminders beside the browser's window too. The same changes nothing."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
        before = user.reminds_outside
        if before == outside:
            return
        user.reminds_outside = by.user.reminds_outside = outside
        user.save(update_fields=["reminds_outside"])
        audit.record(
            by=by, action="user.reminders_chosen", target=user, changes={"reminds_outside": [before, outside]}
        )
