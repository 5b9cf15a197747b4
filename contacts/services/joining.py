"""Two contacts that are one: joined, and taken apart again. No row is lost and none is overwritten."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from contacts.access import Acting
from contacts.models import DirectoryEntry, DirectoryJoin, NumberFlag, Principal
from contacts.queries.flags import words_that_stand
from contacts.queries.joined import COLUMNS, in_use_now, said_by, stored
from contacts.queries.ringing import unit_left
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.joining import Part, Pick, flags_after, flags_back, given_back, joined
from contacts.rules.names import name_key
from contacts.rules.phone import digits

from .directory import save_row
from .flags import copy_word
from .joins import to_join, to_part, write_join
from .namesakes import check_namesakes, is_renamed
from .versions import check_clean

_VERIFIED = ("verified_at", "verified_by_id")
_COLUMNS = tuple(column for columns in COLUMNS.values() for column in columns) + _VERIFIED


def join_entries(
    *,
    by: Acting,
    kept: DirectoryEntry,
    other: DirectoryEntry,
    client_id: UUID,
    version: str,
    other_version: str,
    picks: Mapping[Part, Pick],
) -> DirectoryEntry:
    """Join `other` into `kept`, both as the person saw them, and give the kept one; a form sent twice joins once.

    The other is retired and stays; the words about its numbers, and the choice of it as main switchboard, follow.
    Raises NotAllowed, IdClash, ChangedMeanwhile, AlreadyJoined, and RuleError where they cannot be joined.
    """
    with transaction.atomic():
        seen = (version, other_version)
        pair = to_join(by=by, kept=kept, other=other, client_id=client_id, versions=seen, picks=picks)
        if pair is None:
            return DirectoryEntry.objects.get(pk=kept.pk)
        kept, other = pair
        was = copy(kept)
        told = joined(said_by(kept), said_by(other), picks)
        main = _follow_main(by, kept, other, told[Part.KIND])
        moved = {"flagged": other.flagged, "names": [], "main": main}
        words = [word for word in words_that_stand().filter(entry=other) if other.is_flagged(word.number)]
        _retire(by, other, kept)
        _put(kept, told)
        kept.unit = kept.unit or unit_left(was, kept) or unit_left(other, kept)
        moved["names"] = _new_names(was, other, kept)
        kept.other_names = [*kept.other_names, *moved["names"]]
        flags = flags_after(kept.phones, was.flagged, moved["flagged"], _confirmed_since(was, words))
        moved["words"] = _move_words(client_id, words, kept, flags)
        _save(by, was, kept, flags)
        moved["flagged_after"] = flags
        columns = {"before": stored(was, _COLUMNS), "after": stored(kept, _COLUMNS)}
        write_join(by=by, client_id=client_id, kept=kept, other=other, moved=moved, **columns)
        return kept


def undo_entry_join(*, by: Acting, join: DirectoryJoin, client_id: UUID) -> DirectoryJoin:
    """Take two joined contacts apart again: the other comes back into use, the kept one gets back what it had.

    What somebody has changed of it since stands; `moved["stands"]` of the row that is given names it. The same form
    again gives the same row. Raises NotAllowed, IdClash, and RuleError where it is undone already or the name is taken.
    """
    with transaction.atomic():
        pair = to_part(by=by, join=join, kept=join.kept_entry, other=join.other_entry, client_id=client_id)
        if pair is None:
            return DirectoryJoin.objects.get(pk=client_id)
        kept, other = pair
        was, now = copy(kept), stored(kept, _COLUMNS)
        back, stands = given_back(join.before, join.after, now, list(COLUMNS.values()))
        for name, value in back.items():
            column = next(field for field in kept._meta.concrete_fields if field.attname == name)
            setattr(kept, name, value if column.is_relation else column.to_python(value))
        if kept.unit and kept.unit_id != was.unit_id:
            # What it was joined into since, or where nobody is left there, where it is.
            kept.unit = in_use_now(kept.unit) or was.unit
        kept.other_names = [pair for pair in kept.other_names if pair not in join.moved["names"]]
        own = {digits(phone.number) for phone in kept.phones}
        flags = [number for number in was.flagged if number in own]
        _save(by, was, kept, flags)
        _give_back_verification(join, kept, changed_since=bool(stands) or now["verified_at"] is not None)
        had, after = join.moved["flagged"], join.moved["flagged_after"]
        other.flagged = flags_back(other.phones, had, after, was.flagged)
        _restore(other)
        _give_back_main(by, join, kept, other)
        moved = {"stands": [part.value for part, columns in COLUMNS.items() if columns in stands]}
        return write_join(by=by, client_id=client_id, kept=kept, other=other, moved=moved, undoes=join)


def _retire(by: Acting, other: DirectoryEntry, kept: DirectoryEntry) -> None:
    other.retired_at, other.retired_by, other.flagged = timezone.now(), by.user, []
    other.joined_into = kept
    other.clean_fields()
    other.save()


def _restore(other: DirectoryEntry) -> None:
    other.retired_at = other.retired_by = other.joined_into = None
    try:
        check_namesakes(other)
    except RuleError as wrong:
        raise RuleError(f"{wrong.reason} Upplös sedan.") from wrong
    other.clean_fields()
    other.validate_constraints()
    other.save()


def _put(kept: DirectoryEntry, told: Mapping[Part, object]) -> None:
    kept.name, kept.first_name, kept.last_name = told[Part.NAME]  # type: ignore[misc]
    kept.phones = told[Part.NUMBERS]  # type: ignore[assignment]
    for part, value in told.items():
        if part not in (Part.NAME, Part.NUMBERS):
            setattr(kept, part.value, value)


def _new_names(was: DirectoryEntry, other: DirectoryEntry, kept: DirectoryEntry) -> list[list[str]]:
    """The names by which the two were known and the one that stands is not, each with its department."""
    known = {_named(pair) for pair in ([kept.name, kept.department], *kept.other_names)}
    names = []
    for pair in ([was.name, was.department], [other.name, other.department]):
        if _named(pair) not in known:
            names.append(pair)
            known.add(_named(pair))
    # One of the very same name and department is known by it; the pair says that somebody is joined.
    return names or [[other.name, other.department]]


def _named(pair: list[str]) -> tuple[str, ...]:
    return tuple(map(name_key, pair))


def _save(by: Acting, was: DirectoryEntry, kept: DirectoryEntry, flags: list[str]) -> None:
    if is_renamed(was, kept):
        check_namesakes(kept)
    kept.flagged = flags
    check_clean(kept)
    save_row(by=by, row=kept)
    DirectoryEntry.objects.filter(pk=kept.pk).update(flagged=flags)


def _confirmed_since(was: DirectoryEntry, words: list[NumberFlag]) -> set[str]:
    """The numbers that the kept one has too and that somebody confirmed there after they were said not to work."""
    if was.verified_at is None:
        return set()
    latest: dict[str, datetime] = {}
    for word in words:
        key = digits(word.number)
        latest[key] = max(word.at, latest.get(key, word.at))
    own = {digits(phone.number) for phone in was.phones}
    return {key for key, at in latest.items() if key in own and at < was.verified_at}


def _move_words(
    client_id: UUID, words: list[NumberFlag], kept: DirectoryEntry, flags: list[str]
) -> list[str]:
    """Let what was said of a number stand where it stands by now, under the name of whoever said it."""
    ids = []
    for word in words:
        if digits(word.number) in flags:
            ids.append(uuid5(client_id, str(word.pk)))
            copy_word(ids[-1], word, kept)
    return list(map(str, ids))


def _follow_main(by: Acting, kept: DirectoryEntry, other: DirectoryEntry, kind: object) -> bool:
    principal = Principal.objects.select_for_update(no_key=True).get(pk=kept.principal_id)
    if principal.main_switchboard_id == kept.pk and kind != EntryKind.SWITCHBOARD:
        raise RuleError(f"{kept.name} är er huvudväxel. Låt typen vara växel.", field=Part.KIND.value)
    if principal.main_switchboard_id != other.pk:
        return False
    if kind != EntryKind.SWITCHBOARD:
        raise RuleError(f"{other.name} är er huvudväxel. Välj typen växel.", field=Part.KIND.value)
    principal.main_switchboard = kept
    save_row(by=by, row=principal)
    return True


def _give_back_main(by: Acting, join: DirectoryJoin, kept: DirectoryEntry, other: DirectoryEntry) -> None:
    principal = Principal.objects.select_for_update(no_key=True).get(pk=kept.principal_id)
    if join.moved["main"] and principal.main_switchboard_id == kept.pk:
        principal.main_switchboard = other
        save_row(by=by, row=principal)


def _give_back_verification(join: DirectoryJoin, kept: DirectoryEntry, *, changed_since: bool) -> None:
    if changed_since or not join.before["verified_at"]:
        return
    column = DirectoryEntry._meta.get_field("verified_at")
    DirectoryEntry.objects.filter(pk=kept.pk).update(
        verified_at=column.to_python(join.before["verified_at"]), verified_by=join.before["verified_by_id"]
    )
