"""Two units that are one: joined, and taken apart again. What they wrote stays theirs; see `queries.joined`."""

from copy import copy
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import DirectoryEntry, DirectoryJoin, Membership, RotaTurn, Unit
from contacts.models.locking import locked
from contacts.queries.joined import UNIT_COLUMNS, kinds_of, stored, turns_to_move
from contacts.queries.ringing import entries_left
from contacts.queries.rota import newest_of, standing_turns
from contacts.rules.errors import RuleError
from contacts.rules.joining import given_back, joined_kinds
from contacts.rules.rota import is_over, wall_of

from .directory import save_row
from .joins import to_join, to_part, write_join
from .namesakes import check_namesakes
from .people import lock_people
from .rota import write_turn
from .traces import changes_between, leave_trace
from .unit_ties import check_may_join, check_may_lose, check_may_part
from .versions import check_clean


def join_units(
    *, by: Acting, kept: Unit, other: Unit, client_id: UUID, version: str, other_version: str
) -> Unit:
    """Join `other` into `kept`, both as the person saw them, and give the kept one; a form sent twice joins once.

    The other goes out of use; its contacts, its turns to come and its people's assignments are the kept one's. Raises
    NotAllowed, IdClash, ChangedMeanwhile, AlreadyJoined, and RuleError where they are no pair, where the person works
    at the other, and where something keeps it.
    """
    with transaction.atomic():
        lock_people(by.principal)
        seen = (version, other_version)
        pair = to_join(by=by, kept=kept, other=other, client_id=client_id, versions=seen)
        if pair is None:
            return Unit.objects.get(pk=kept.pk)
        kept, other = pair
        check_can_join(by, kept, other)
        before = stored(kept, UNIT_COLUMNS)
        kinds = joined_kinds(kinds_of(kept), kinds_of(other))
        kept.ward_kind, kept.outpatient_kind = kinds.ward, kinds.outpatient
        kept.municipal_kind, kept.hsa_id = kinds.municipal, kept.hsa_id or other.hsa_id
        kept.other_names = [*kept.other_names, *other.names]
        other.active, other.joined_into = False, kept
        its = Q(unit=other) | Q(pk__in=entries_left(other, kept).values("pk"))
        for row in (kept, other):
            check_clean(row)
            save_row(by=by, row=row)
        moved = {
            "entries": move_entries(by, DirectoryEntry.objects.filter(its), kept),
            "turns": _move_turns(by, client_id, other, kept),
            "memberships": _move_people(by, other, kept),
        }
        columns = {"before": before, "after": stored(kept, UNIT_COLUMNS)}
        write_join(by=by, client_id=client_id, kept=kept, other=other, moved=moved, **columns)
        return kept


def check_can_join(by: Acting, kept: Unit, other: Unit) -> None:
    """Raise RuleError where `other` may not become part of `kept`, whatever somebody does with the two."""
    joined_kinds(kinds_of(kept), kinds_of(other))
    # Whoever works there would give themselves a role at the unit that is kept.
    if Membership.objects.filter(user=by.user, unit=other, active=True).exists():
        raise RuleError(
            f"Du arbetar på {other.name}. Be en administratör på en annan enhet, eller behåll {other.name}.",
            field="to",
        )
    check_may_join(other)


def undo_unit_join(*, by: Acting, join: DirectoryJoin, client_id: UUID) -> DirectoryJoin:
    """Take two joined units apart again: the other comes back into use with the contacts, turns and people it had.

    What somebody has changed of it since stands at the kept one; `moved["stands"]` of the row that is given counts it.
    The same form again gives the same row. Raises NotAllowed, IdClash, and RuleError where it is undone already, where
    the person would end the own assignment, where something keeps those who came, and where the name is taken.
    """
    with transaction.atomic():
        lock_people(by.principal)
        pair = to_part(by=by, join=join, kept=join.kept_unit, other=join.other_unit, client_id=client_id)
        if pair is None:
            return DirectoryJoin.objects.get(pk=client_id)
        kept, other = pair
        if by.membership.pk in join.moved["memberships"]:
            raise RuleError(
                f"Du arbetar på {kept.name} genom sammanföringen. Be en administratör på en annan enhet."
            )
        # What they logged since is the kept one's, where nobody else may work: they go on with it before they leave.
        came = Membership.objects.filter(pk__in=join.moved["memberships"])
        check_may_part(kept, list(came.values_list("user", flat=True)), join.at)
        back, changed = given_back(
            join.before, join.after, stored(kept, UNIT_COLUMNS), [[name] for name in UNIT_COLUMNS]
        )
        check_may_lose(kept, back)
        for name, value in back.items():
            setattr(kept, name, value)
        kept.other_names = [name for name in kept.other_names if name not in other.names]
        other.active, other.joined_into = True, None
        check_namesakes(other)
        for row in (kept, other):
            check_clean(row)
            save_row(by=by, row=row)
        entries = DirectoryEntry.objects.filter(pk__in=join.moved["entries"], unit=kept)
        stands = {
            "facts": len(changed),
            "entries": len(join.moved["entries"]) - len(move_entries(by, entries, other)),
            "turns": _take_turns_back(by, client_id, join, other),
        }
        for membership in Membership.objects.filter(pk__in=join.moved["memberships"], active=True):
            membership.active = False
            save_row(by=by, row=membership)
        moved = {"stands": stands}
        return write_join(by=by, client_id=client_id, kept=kept, other=other, moved=moved, undoes=join)


def move_entries(by: Acting, entries: Any, unit: Unit) -> list[int]:
    """Assign contacts, retired ones too, to another unit. Nobody has said anything new about them: they stay
    verified.
    """
    moved = []
    for entry in locked(entries.select_related("principal", "unit")):
        before = copy(entry)
        entry.unit = unit
        entry.save()
        leave_trace(by, "directoryentry.changed", entry, changes_between(before, entry))
        moved.append(entry.pk)
    return moved


def _move_turns(by: Acting, client_id: UUID, other: Unit, kept: Unit) -> list[str]:
    """Copy the turns to come to the unit kept, each as somebody said it and when: which wins goes by that."""
    wall = wall_of(timezone.now(), timezone.get_default_timezone())
    highest = RotaTurn.objects.filter(unit=kept).aggregate(highest=Max("order"))["highest"] or 0
    moved = []
    for row in turns_to_move(other):
        if is_over(row.turn, wall):
            continue
        highest += 1
        turn = RotaTurn(
            id=uuid5(client_id, str(row.pk)), unit=kept, order=highest, at=row.at, user_id=row.user_id
        )
        turn.turn = row.turn
        turn.save()
        audit.record(by=by, action="turn.moved", target=turn, changes={"unit": [other.name, kept.name]})
        moved.append(str(turn.pk))
    return moved


def _take_turns_back(by: Acting, client_id: UUID, join: DirectoryJoin, other: Unit) -> int:
    """Withdraw the copies that are unchanged. What somebody has said of one since holds: where it was withdrawn, or
    stands changed at the unit kept, the turn that it is a copy of holds no longer. Returns how many stand so.
    """
    copied = {uuid5(join.pk, str(row.pk)): row for row in standing_turns([other])}
    changed = 0
    for row in RotaTurn.objects.filter(pk__in=join.moved["turns"]).select_related("unit").order_by("order"):
        newest = newest_of(row)
        gone = row if newest.pk == row.pk else copied.get(row.pk)
        changed += newest.pk != row.pk and not newest.withdraws
        if gone is not None:
            row_id = uuid5(client_id, str(gone.pk))
            write_turn(by=by, row_id=row_id, unit=gone.unit, turn=gone.turn, replaces=gone, withdraws=True)
    return changed


def _move_people(by: Acting, other: Unit, kept: Unit) -> list[int]:
    """The same role at the kept unit for everybody who works at the other; returns the assignments that this made."""
    made = []
    for had in Membership.objects.filter(unit=other, active=True).order_by("pk"):
        there = Membership.objects.filter(user=had.user_id, unit=kept, role=had.role).first()
        if there is not None and there.active:
            continue
        row = there or Membership(user_id=had.user_id, unit=kept, role=had.role, title=had.title)
        row.active = True
        save_row(by=by, row=row)
        made.append(row.pk)
    return made
