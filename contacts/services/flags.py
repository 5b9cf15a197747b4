"""That a number does not work: said by whoever found out, seen by whoever owns the entry."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from contacts import audit
from contacts.access import Acting
from contacts.models import DirectoryEntry, NumberFlag, Principal
from contacts.queries.flags import (
    entries_with_number,
    jours_with,
    last_confirmed,
    rows_and_words,
    words_of_jour,
    words_that_stand,
)
from contacts.rules.errors import RuleError
from contacts.rules.flags import Word, follows
from contacts.rules.phone import digits, same_number

from .submissions import claim

_NOT_YOURS = "Du har inte anmält numret, eller så har någon redan kontrollerat det."
_NOT_THERE = "Numret står inte bland kontakterna. Sök kontakten och läs vilket nummer som gäller."


def flag_number(
    *, by: Acting, client_id: UUID, number: str, entry: DirectoryEntry | None = None
) -> list[NumberFlag]:
    """Flag `number`, in any spelling, as one that does not work, in every entry in force and every jour that has it:
    the number of `entry`, where one is named, as that one's principal rings it.

    Whoever is signed in may, of any principal. Give the rows, one for each; sent again, the same rows. The flag stays
    until somebody who keeps the entry verifies it or changes the number, or who keeps the jour says that it works.
    Raise RuleError (field `number`) where the number is nowhere, IdClash where the id is taken by something else.
    """
    with transaction.atomic():
        sent_before = _sent_before(by, client_id, "number_flag", number, entry)
        if sent_before is not None:
            return sent_before
        rows = _locked(by, number, entry)
        flags = [_flag(by, client_id, row, number) for row in rows if _spelled(row, number)]
        if flags or entry is None:
            flags += [_flag_jour(by, client_id, of, number) for of in _jours(by, number, entry)]
        if not flags:
            raise RuleError(_NOT_THERE, field="number")
        return flags


def withdraw_flag(
    *, by: Acting, client_id: UUID, number: str, entry: DirectoryEntry | None = None
) -> list[NumberFlag]:
    """Take back one's own word that `number` does not work, in every entry in force and every jour that has it.

    The number is no longer flagged where nobody else has said the same since it was last verified. Give the rows that
    take it back; sent again, the same. Raise RuleError (field `number`) where no word of the person's stands, IdClash
    where the id is taken by something else.
    """
    with transaction.atomic():
        sent_before = _sent_before(by, client_id, "number_flag.withdrawn", number, entry)
        if sent_before is not None:
            return sent_before
        rows = _locked(by, number, entry)
        taken_back = [back for row in rows for back in _withdrawn(by, client_id, row, number)]
        for of in _jours(by, number, entry):
            own = [word for word in words_of_jour(of, [number]) if word.user_id == by.user.pk]
            taken_back += _take_back(by, client_id, own)
        if not taken_back:
            raise RuleError(_NOT_YOURS, field="number")
        return taken_back


def carry_words(entries: Collection[DirectoryEntry]) -> None:
    """Let what was said of a number hold where it stands by now: `entries` are saved, and have got it or are back."""
    words: dict[str, list[tuple[NumberFlag, Word]]] = defaultdict(list)
    for row, word in rows_and_words() if entries else ():
        words[digits(word.number)].append((row, word))
    if not words:
        return
    confirmed = last_confirmed(entries)
    for entry in entries:
        keys = dict.fromkeys(digits(phone.number) for phone in entry.phones)
        told = [key for key in keys if key not in entry.flagged and _follow(entry, words[key], confirmed)]
        if told:
            entry.flagged = [*entry.flagged, *told]
            DirectoryEntry.objects.filter(pk=entry.pk).update(flagged=entry.flagged)


def _follow(
    entry: DirectoryEntry, words: Collection[tuple[NumberFlag, Word]], confirmed: Mapping[int, datetime]
) -> bool:
    """Whether any of the words of a number stands at the entry, which has it, with what is copied there: one of each
    person's, under their name and its time.
    """
    last = confirmed.get(entry.pk)
    rows = [row for row, word in words if follows(word, entry.pk, entry.principal_id, last)]
    stand = {row.user_id for row in rows if row.entry_id == entry.pk}
    for row in rows:
        copy_id = uuid5(row.pk, str(entry.pk))
        # One that was copied before, and stands no longer, was taken back.
        if row.user_id not in stand and not NumberFlag.objects.filter(pk=copy_id).exists():
            stand.add(row.user_id)
            copy_word(copy_id, row, entry)
    return bool(stand)


def copy_word(row_id: UUID, word: NumberFlag, entry: DirectoryEntry) -> None:
    who = {"user_id": word.user_id, "unit_id": word.unit_id}
    NumberFlag(id=row_id, entry=entry, number=word.number, at=word.at, **who).save()


def _sent_before(
    by: Acting, client_id: UUID, kind: str, number: str, entry: DirectoryEntry | None
) -> list[NumberFlag] | None:
    """The rows that the same form made when it first came; None where it did not."""
    content = {"number": number.strip(), "entry": entry.pk if entry else None}
    first = claim(by=by, client_id=client_id, kind=kind, content=content)
    if first is None:
        return None
    own = NumberFlag.objects.filter(user=by.user, at__gte=first.at).order_by("entry")
    own = own.select_related("entry", "jour_of")
    return [flag for flag in own if flag.pk == uuid5(client_id, str(flag.withdraws_id or _key(flag.place)))]


def _key(place: DirectoryEntry | Principal) -> str:
    return f"jour {place.pk}" if isinstance(place, Principal) else str(place.pk)


def _jours(by: Acting, number: str, entry: DirectoryEntry | None) -> list[Principal]:
    """The principals whose jour has the number, as it is rung."""
    of = jours_with([number], entry.principal if entry else by.principal)
    return list(Principal.objects.filter(pk__in=of.get(number, ())).order_by("pk"))


def _locked(by: Acting, number: str, entry: DirectoryEntry | None) -> QuerySet[DirectoryEntry]:
    found = entries_with_number(number, entry.principal if entry else by.principal)
    if entry and entry.pk not in {row.pk for row in found}:
        found = []
    # Locked in the order of their keys, so that two who flag at once cannot deadlock.
    locked = DirectoryEntry.objects.select_for_update(no_key=True).order_by("pk")
    return locked.filter(pk__in=[row.pk for row in found], retired_at__isnull=True)


def _withdrawn(by: Acting, client_id: UUID, entry: DirectoryEntry, number: str) -> list[NumberFlag]:
    if not entry.is_flagged(number):
        return []
    said = words_that_stand().filter(entry=entry)
    if entry.verified_at is not None:
        said = said.filter(at__gt=entry.verified_at)
    standing = [flag for flag in said if same_number(flag.number, number)]
    own = [flag for flag in standing if flag.user_id == by.user.pk]
    backs = _take_back(by, client_id, own)
    if own and len(own) == len(standing):
        left = [key for key in entry.flagged if key != digits(number)]
        DirectoryEntry.objects.filter(pk=entry.pk).update(flagged=left)
    return backs


def confirm_jour_numbers(
    *, by: Acting, principal: Principal, client_id: UUID, numbers: Collection[str]
) -> None:
    """Whoever keeps the jour says that the numbers work; in the transaction of the caller, who has checked that."""
    _take_back(by, client_id, words_of_jour(principal, numbers))


def _take_back(by: Acting, client_id: UUID, words: Collection[NumberFlag]) -> list[NumberFlag]:
    """Rows that take back the words, all of one place, with what that leaves in the audit log."""
    backs = []
    for word in words:
        of = {"entry": word.entry, "jour_of": word.jour_of, "user": by.user, "unit": by.unit}
        back = NumberFlag(id=uuid5(client_id, str(word.pk)), number=word.number, withdraws=word, **of)
        back.save()
        backs.append(back)
    if backs:
        number = ", ".join(dict.fromkeys(back.number for back in backs))
        audit.record(by=by, action="number.unflagged", target=backs[0].place, changes={"number": number})
    return backs


def _spelled(entry: DirectoryEntry, number: str) -> str:
    """The number as the entry has it, "" where it has not."""
    return next((phone.number for phone in entry.phones if same_number(phone.number, number)), "")


def _flag(by: Acting, client_id: UUID, entry: DirectoryEntry, number: str) -> NumberFlag:
    shown = _spelled(entry, number)
    flag = NumberFlag(id=uuid5(client_id, _key(entry)), entry=entry, number=shown, user=by.user, unit=by.unit)
    flag.save()
    if not entry.is_flagged(shown):
        # Only that column is saved: the rest of the entry is not this person's to answer for.
        DirectoryEntry.objects.filter(pk=entry.pk).update(flagged=[*entry.flagged, digits(shown)])
    audit.record(by=by, action="number.flagged", target=entry, changes={"number": shown})
    return flag


def _flag_jour(by: Acting, client_id: UUID, principal: Principal, number: str) -> NumberFlag:
    who = {"user": by.user, "unit": by.unit}
    flag = NumberFlag(id=uuid5(client_id, _key(principal)), jour_of=principal, number=number.strip(), **who)
    flag.save()
    audit.record(by=by, action="number.flagged", target=principal, changes={"number": flag.number})
    return flag
