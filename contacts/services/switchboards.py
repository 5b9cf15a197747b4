"""Which switchboard is a principal's main one, chosen by its own administrator."""

from uuid import UUID

from django.db import transaction

from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, Principal
from contacts.queries.switchboards import choice_version
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right

from .directory import save_row
from .submissions import claim
from .versions import ChangedMeanwhile


def choose_main_switchboard(*, by: Acting, client_id: UUID, version: str, entry: DirectoryEntry) -> Principal:
    """Make a switchboard in use the main one of the person's own principal, where the choice still is the `version`
    that they saw. The same form sent again chooses once.

    Raises NotAllowed, IdClash, ChangedMeanwhile, and RuleError (field `entry`) for what is none of its switchboards.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, entry)
        principal = Principal.objects.select_for_update(no_key=True).get(pk=by.principal.pk)
        content = {"entry": entry.pk, "version": version}
        if claim(by=by, client_id=client_id, kind="principal.main_switchboard", content=content) is not None:
            return principal
        if choice_version(principal) != version:
            raise ChangedMeanwhile
        stands = DirectoryEntry.objects.filter(
            pk=entry.pk, principal=principal, kind=EntryKind.SWITCHBOARD, retired_at__isnull=True
        )
        if not stands.exists():
            raise RuleError("Växeln är inte längre i bruk hos er. Välj en annan.", field="entry")
        principal.main_switchboard = entry
        save_row(by=by, row=principal)
        return principal
