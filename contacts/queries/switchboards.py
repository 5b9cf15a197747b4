"""The switchboards of the principals, and which is each one's main one (R5.1, R5.3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from contacts.models import DirectoryEntry, Principal
from contacts.rules.entry_facts import EntryKind
from contacts.rules.main_switchboard import MainSwitchboard, Switchboard, main_switchboard
from contacts.rules.phone import PhoneKind

from .entries import as_listed, entries_in_use

_FROM_OUTSIDE = tuple(kind for kind in PhoneKind if kind is not PhoneKind.EXTENSION)


def outside_number(entry: DirectoryEntry) -> str:
    """The first number that can be rung from outside, "" where there is none."""
    return entry.first_number(*_FROM_OUTSIDE)


def main_among(entries: Iterable[DirectoryEntry]) -> dict[int, MainSwitchboard]:
    """The main switchboard of each principal that has one in use, by the principal's id.

    Among `entries` are all switchboards in use of these principals, each with its principal.
    """
    by_principal: dict[int, list[DirectoryEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind == EntryKind.SWITCHBOARD:
            by_principal[entry.principal_id].append(entry)
    return {pk: main_of(found[0].principal, found) for pk, found in by_principal.items()}


def main_of(principal: Principal, in_use: Iterable[DirectoryEntry]) -> MainSwitchboard:
    found = [Switchboard(e.pk, outside_number(e), of_unit=e.unit_id is not None) for e in in_use]
    return main_switchboard(principal.main_switchboard_id, found, of_region=principal.is_region)


def main_numbers(entries: Iterable[DirectoryEntry]) -> Mapping[int, str]:
    """What to ring for each principal whose main switchboard is known and can be rung from outside, by its id."""
    switchboards = [entry for entry in entries if entry.kind == EntryKind.SWITCHBOARD]
    main = {found.entry_id for found in main_among(switchboards).values()}
    numbers = {e.principal_id: outside_number(e) for e in switchboards if e.pk in main}
    return {pk: number for pk, number in numbers.items() if number}


def own_switchboards(principal: Principal) -> list[DirectoryEntry]:
    """The switchboards in force of one principal, in Swedish order."""
    found = as_listed(entries_in_use().filter(kind=EntryKind.SWITCHBOARD, principal=principal))
    return list(found.order_by("sort_key", "pk"))


def choice_version(principal: Principal) -> str:
    """The version of the choice that a page showed, so that nobody overwrites what somebody else chose meanwhile."""
    return str(principal.main_switchboard_id or "ingen")


def fresh_principal(principal: Principal) -> Principal:
    """Re-read, with the chosen switchboard."""
    return Principal.objects.select_related("main_switchboard").get(pk=principal.pk)


def is_main(entry: DirectoryEntry) -> bool:
    """Whether an entry is its principal's main switchboard. No query for one that is no switchboard in use."""
    if entry.kind != EntryKind.SWITCHBOARD or entry.retired_at is not None:
        return False
    return main_of(entry.principal, own_switchboards(entry.principal)).entry_id == entry.pk


def is_chosen(entry: DirectoryEntry) -> bool:
    return entry.principal.main_switchboard_id == entry.pk
