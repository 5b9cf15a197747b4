"""Which entries a number stands in, and whether somebody said that it does not work."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from contacts.models import DirectoryEntry, NumberFlag, Principal, User
from contacts.queries.prepared import prepared
from contacts.rules.phone import digits, is_extension, same_number


def entries_with_number(number: str, principal: Principal) -> list[DirectoryEntry]:
    """The entries in force with `number`, in any spelling, as somebody of `principal` rings it.

    An extension is one of the principal's own: the same digits ring somebody else's telephone elsewhere.
    """
    return [entry for entry in _with_any([number]) if _stands_in(number, entry, principal.pk)]


def numbers_in_directory(numbers: Collection[str], principal: Principal) -> dict[str, bool]:
    """Those of `numbers` that stand in the directory, and of each whether it is flagged in every entry it is in.

    One query, or none for no numbers. The keys are spelled as they were asked for.
    """
    wanted = {number for number in numbers if digits(number)}
    if not wanted:
        return {}
    entries = _with_any(wanted)
    found: dict[str, bool] = {}
    for number in wanted:
        flags = [entry.is_flagged(number) for entry in entries if _stands_in(number, entry, principal.pk)]
        if flags:
            found[number] = all(flags)
    return found


def words_that_stand() -> QuerySet[NumberFlag]:
    return NumberFlag.objects.filter(withdraws__isnull=True, withdrawn_by__isnull=True)


def flagged_by(user: User, numbers: Collection[str]) -> set[str]:
    """Those of `numbers` that this person has reported as not working. One query at most."""
    if not numbers:
        return set()
    said = words_that_stand().filter(user=user, entry__retired_at__isnull=True).exclude(entry__flagged=[])
    told = [f.number for f in said.select_related("entry") if f.entry.is_flagged(f.number)]
    return {number for number in numbers if any(same_number(number, other) for other in told)}


def _with_any(numbers: Collection[str]) -> list[DirectoryEntry]:
    keys = sorted({digits(number) for number in numbers} - {""})
    return _with_any_digits(*keys) if keys else []


@prepared
def _with_any_digits(*keys: str) -> QuerySet[DirectoryEntry]:
    # Not `contains`, which makes a pattern of the value.
    sought = [GreaterThan(StrIndex("digits_key", Value(key)), 0) for key in keys]
    found = DirectoryEntry.objects.filter(reduce(or_, map(Q, sought)), retired_at__isnull=True)
    return found.only("numbers", "flagged", "principal").order_by("pk")


def _stands_in(number: str, entry: DirectoryEntry, principal_id: int) -> bool:
    if is_extension(number) and entry.principal_id != principal_id:
        return False
    return any(same_number(number, phone.number) for phone in entry.phones)
