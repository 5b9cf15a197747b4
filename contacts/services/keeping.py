"""Contacts added, changed and confirmed by those who keep them."""

from collections.abc import Mapping
from copy import copy
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.models import DirectoryEntry, Unit
from contacts.models.locking import locked
from contacts.queries.ringing import unit_left
from contacts.rules.entry_facts import FACTS, EntryFacts
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right

from .directory import save_named
from .flags import confirm_jour_numbers
from .submissions import claim
from .traces import added_since, changes_between, leave_trace
from .versions import check_clean, check_version

_NAMESAKE = "Kontakten finns redan hos huvudmannen. Ändra namnet eller avdelningen."


def add_entry(
    *,
    by: Acting,
    client_id: UUID,
    facts: EntryFacts,
    verified: bool = False,
    answers: Mapping[str, str] | None = None,
) -> DirectoryEntry:
    """Add a contact to the person's own principal; a form sent twice gives the contact of the first time.

    `verified` confirms the facts in the same write. Raises NotAllowed, IdClash, and RuleError with the field where
    the contact cannot stand or is there already; with `answers` a Question where one of nearly its name is there.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY)
        unit = _unit_of(by, facts)
        content = _content(facts, unit) | {"verified": verified}
        first = claim(by=by, client_id=client_id, kind="entry.add", content=content)
        if first is not None:
            return DirectoryEntry.objects.get(pk=added_since(first, "directoryentry.added", facts.name))
        _check_in_use(unit)
        entry = DirectoryEntry(principal=by.principal)
        _write(by, entry, facts, unit, answers)
        if verified:
            _confirm(by, client_id, entry)
        return entry


def change_entry(
    *,
    by: Acting,
    entry: DirectoryEntry,
    client_id: UUID,
    version: str,
    facts: EntryFacts,
    verified: bool = False,
    answers: Mapping[str, str] | None = None,
) -> DirectoryEntry:
    """Change a contact that still is the `version` the person saw.

    A changed number or changed hours take the verification away, unless `verified` confirms them in the same write.
    Raises NotAllowed, IdClash, ChangedMeanwhile, RuleError with the field where the contact cannot stand, and with
    `answers` a Question where one of nearly its new name is there.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, entry)
        unit = _unit_of(by, facts)
        content = _content(facts, unit) | {"verified": verified, "entry": entry.pk, "version": version}
        if claim(by=by, client_id=client_id, kind="entry.change", content=content) is not None:
            return DirectoryEntry.objects.get(pk=entry.pk)
        entry = _locked(entry, version)
        if unit and unit.pk != entry.unit_id:
            _check_in_use(unit)
        _write(by, entry, facts, unit, answers)
        if verified:
            _confirm(by, client_id, entry)
        return entry


def verify_entry(
    *, by: Acting, entry: DirectoryEntry, client_id: UUID, version: str, without_number: bool = False
) -> DirectoryEntry:
    """Confirm that a contact is right as the person saw it, in `version`; what was said of its numbers is done with.

    `without_number` confirms that there is no number and that the switchboard is the way. Raises NotAllowed, IdClash,
    ChangedMeanwhile, and RuleError where a number is missing and nobody has said so.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_DIRECTORY, entry)
        content = {"entry": entry.pk, "version": version, "without_number": without_number}
        if claim(by=by, client_id=client_id, kind="entry.verify", content=content) is not None:
            return DirectoryEntry.objects.get(pk=entry.pk)
        entry = _locked(entry, version)
        if not entry.phones and not without_number:
            raise RuleError(
                "Nummer saknas. Lägg till ett, eller bekräfta att växeln är vägen.", field="number"
            )
        _confirm(by, client_id, entry)
        return entry


def _locked(entry: DirectoryEntry, version: str) -> DirectoryEntry:
    """The contact as it stands, in use, where that is the `version` the person saw."""
    rows = DirectoryEntry.objects.select_related("principal", "unit")
    stands = locked(rows.filter(pk=entry.pk)).get()
    check_version(stands, version)
    if stands.retired_at is not None:
        raise RuleError("Kontakten är avförd. Ta tillbaka den först.")
    return stands


def _unit_of(by: Acting, facts: EntryFacts) -> Unit | None:
    """A principal has one unit of each name. Nobody joins it or takes it out of use before the contact stands there."""
    if not facts.unit:
        return None
    units = Unit.objects.filter(principal=by.principal, name=facts.unit).select_related("joined_into")
    unit = locked(units).first()
    if unit is None:
        raise RuleError("Välj en av huvudmannens egna enheter.", field="unit")
    return unit


def _check_in_use(unit: Unit | None) -> None:
    if unit and unit.joined_into:
        raise RuleError(f"{unit.name} är sammanförd med {unit.joined_into.name}. Välj den.", field="unit")
    if unit and not unit.active:
        raise RuleError(f"{unit.name} är ur bruk. Välj en annan enhet.", field="unit")


def _content(facts: EntryFacts, unit: Unit | None) -> dict[str, Any]:
    return {fact: str(getattr(facts, fact)) for fact in FACTS} | {"unit": unit.pk if unit else None}


def _write(
    by: Acting, entry: DirectoryEntry, facts: EntryFacts, unit: Unit | None, answers: Mapping[str, str] | None
) -> None:
    before = copy(entry) if entry.pk else None
    entry.take(facts, unit)
    if before and before.name != entry.name:
        entry.unit = entry.unit or unit_left(before, entry)
    save_named(by=by, before=before, row=entry, answers=answers, taken=_NAMESAKE)


def _confirm(by: Acting, client_id: UUID, entry: DirectoryEntry) -> None:
    before = DirectoryEntry.objects.get(pk=entry.pk)
    entry.verified_at, entry.verified_by, entry.flagged = timezone.now(), by.user, []
    check_clean(entry)
    entry.save()
    leave_trace(by, "directoryentry.verified", entry, changes_between(before, entry))
    numbers = [phone.number for phone in entry.phones]
    confirm_jour_numbers(by=by, principal=entry.principal, client_id=client_id, numbers=numbers)
