"""Which entries a number stands in, and whether somebody said that it does not work."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, NumberFlag, Principal, RotaTurn, User
from contacts.queries.prepared import prepared
from contacts.rules.flags import Word, is_said_wrong
from contacts.rules.phone import digits, is_extension, same_number
from contacts.rules.rota import LONGEST


def entries_with_number(number: str, principal: Principal) -> list[DirectoryEntry]:
    """The entries in force with `number`, in any spelling, as somebody of `principal` rings it.

    An extension is one of the principal's own: the same digits ring somebody else's telephone elsewhere.
    """
    return [entry for entry in _with_any([number]) if _stands_in(number, entry, principal.pk)]


def numbers_in_directory(numbers: Collection[str], principal: Principal) -> dict[str, bool]:
    """Those of `numbers` that stand in the directory, and of each whether it is flagged in every entry it is in; of one
    that is in none but a jour's, whether it is said not to work.

    One query, none for no numbers, up to three where some are in no entry. The keys are spelled as they were asked for.
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
    if jours := jours_with(wanted - found.keys(), principal) if wanted - found.keys() else {}:
        wrong = numbers_said_wrong({(pk, number) for number, of in jours.items() for pk in of})
        found |= {number: all((pk, number) in wrong for pk in of) for number, of in jours.items()}
    return found


def words_that_stand() -> QuerySet[NumberFlag]:
    return NumberFlag.objects.filter(withdraws__isnull=True, withdrawn_by__isnull=True)


def jours_with(numbers: Collection[str], principal: Principal) -> dict[str, set[int]]:
    """Which principals have each number in a turn that is not over, as somebody of `principal` rings it. One query."""
    today = timezone.localdate()
    left = Q(weekly=True, until__isnull=True) | Q(weekly=True, until__gte=today - LONGEST)
    left |= Q(weekly=False, ends_on__gte=today)
    rows = RotaTurn.objects.filter(left, replaced_by__isnull=True, withdraws=False).exclude(number="")
    found: dict[str, set[int]] = defaultdict(set)
    for of, written in rows.order_by().values_list("unit__principal", "number").distinct():
        for number in numbers:
            if same_number(number, written) and (of == principal.pk or not is_extension(number)):
                found[number].add(of)
    return found


def numbers_said_wrong(numbers: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of `numbers` of a jour, each with its principal's id, that somebody said do not work. One query at most."""
    words = open_words() if numbers else []
    return {(pk, number) for pk, number in numbers if is_said_wrong(number, pk, words)}


def open_words() -> list[Word]:
    """What was said of any number and not taken back, as the rules take it. One query."""
    return [word for _, word in rows_and_words()]


def rows_and_words() -> list[tuple[NumberFlag, Word]]:
    """Those of `open_words`, each with its row."""
    return [(row, _word(row)) for row in _standing()]


@prepared
def _standing() -> QuerySet[NumberFlag]:
    of_entry = ("principal", "flagged", "digits_key", "verified_at", "retired_at", "joined_into")
    found = words_that_stand().select_related("entry", "jour_of").order_by("at", "pk")
    own = ("number", "at", "user", "unit", "jour_of__name")
    return found.only(*own, *(f"entry__{column}" for column in of_entry))


def words_of_jour(principal: Principal, numbers: Collection[str]) -> list[NumberFlag]:
    """What was said of these numbers in the jour of a principal and stands, newest first, each with who said it."""
    said = words_that_stand().filter(jour_of=principal).select_related("user").order_by("-at", "pk")
    return [word for word in said if any(same_number(word.number, number) for number in numbers)]


def _word(row: NumberFlag) -> Word:
    if row.entry is None:
        return Word(row.number, row.at, row.place.pk, None, open=True)
    entry = row.entry
    is_open = entry.is_flagged(row.number)
    if entry.retired_at is not None and entry.joined_into_id is None:
        # Nobody who retires a contact has said that its number works.
        had = digits(row.number) in entry.digits_key.split()
        is_open = had and (entry.verified_at is None or row.at > entry.verified_at)
    return Word(row.number, row.at, entry.principal_id, entry.pk, is_open)


def last_confirmed(entries: Collection[DirectoryEntry]) -> dict[int, datetime]:
    """When somebody last confirmed each of the entries, also those that have lost their verification. One query."""
    confirmed = {entry.pk: entry.verified_at for entry in entries if entry.verified_at}
    rows = AuditEntry.objects.filter(
        action="directoryentry.verified",
        target_type=DirectoryEntry._meta.label,
        target_id__in=[str(entry.pk) for entry in entries],
    )
    for target, at in rows.order_by("at").values_list("target_id", "at"):
        confirmed[int(target)] = max(at, confirmed.get(int(target), at))
    return confirmed


def flagged_by(user: User, numbers: Collection[str]) -> set[str]:
    """Those of `numbers` that this person has reported as not working. One query at most."""
    if not numbers:
        return set()
    said = words_that_stand().filter(user=user, entry__retired_at__isnull=True).select_related("entry")
    told = [f.number for f in said if f.entry is None or f.entry.is_flagged(f.number)]
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
