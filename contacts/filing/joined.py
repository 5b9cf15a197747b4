"""Rows of a file that name a contact as it was called before it was joined into another.

The next year's file has both rows still. The one of the old name changes nothing; what it says, and the kept contact
has from it, is not taken away by the row of the kept one's own name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from contacts.models import DirectoryEntry
from contacts.rules.entry_facts import EntryFacts
from contacts.rules.names import name_key
from contacts.rules.phone import Phone, same_number

from .changes import COLUMN_OF, is_given, merged
from .rows import DirectoryRow


class OtherNames:
    """The contacts in use by the names that were joined into them."""

    def __init__(self, in_use: Iterable[DirectoryEntry]) -> None:
        self._exact: dict[tuple[str, str, str], DirectoryEntry] = {}
        self._named: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._entries: dict[int, DirectoryEntry] = {}
        for entry in in_use:
            for name, department in entry.other_names:
                key = (entry.principal.name, name_key(name))
                self._exact[(*key, name_key(department))] = entry
                self._named[key].add(entry.pk)
                self._entries[entry.pk] = entry

    def kept_of(self, row: DirectoryRow, principal: str, *, alone: bool) -> DirectoryEntry | None:
        """The contact that the row's name was joined into.

        By name and department; what is no person is known by its name alone, where no contact in use has it (`alone`).
        """
        key = (principal, name_key(row.facts.name))
        found = self._exact.get((*key, name_key(row.facts.department)))
        if found is not None or row.facts.is_person or not alone or len(self._named.get(key, ())) != 1:
            return found
        return self._entries[next(iter(self._named[key]))]


def by_kept(rows: Mapping[int, DirectoryEntry], of: Iterable[DirectoryRow]) -> dict[int, list[DirectoryRow]]:
    """The rows of old names by the id of the contact that each was joined into."""
    found: dict[int, list[DirectoryRow]] = defaultdict(list)
    for row in of:
        if row.row in rows:
            found[rows[row.row].pk].append(row)
    return found


def as_joined(old: EntryFacts, new: EntryFacts, others: Sequence[DirectoryRow]) -> EntryFacts:
    """What a contact becomes by the row of its own name, beside rows of `others`: what these say and stands, stands."""
    told = [(row, merged(row, old)) for row in others]
    stands = {
        fact: getattr(old, fact)
        for fact in COLUMN_OF
        if fact != "phones"
        and any(is_given(row, fact) and getattr(facts, fact) == getattr(old, fact) for row, facts in told)
    }
    theirs = [phone for row in others if row.numbers_given for phone in row.facts.phones]
    return replace(new, **stands, phones=_phones(old.phones, new.phones, theirs))


def _phones(old: Sequence[Phone], new: Sequence[Phone], theirs: Sequence[Phone]) -> tuple[Phone, ...]:
    def among(phone: Phone, phones: Sequence[Phone]) -> Phone | None:
        return next((other for other in phones if same_number(other.number, phone.number)), None)

    kept = [among(phone, new) or (phone if among(phone, theirs) else None) for phone in old]
    added = [phone for phone in new if among(phone, old) is None]
    return tuple([phone for phone in kept if phone is not None] + added) if theirs else tuple(new)
