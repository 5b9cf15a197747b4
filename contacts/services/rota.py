"""Turns of the jour added, changed and taken away by those who keep the unit. Every row stays."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import RotaTurn, Unit
from contacts.queries.flags import words_of_jour
from contacts.queries.rota import newest_of, standing_turns
from contacts.rules.errors import Answers, Question, RuleError
from contacts.rules.permissions import Right
from contacts.rules.phone import display, read_number
from contacts.rules.rota import Turn, check_turn, is_over, overlapping, turn_words, wall_of

from .flags import confirm_jour_numbers
from .submissions import claim
from .versions import ChangedMeanwhile, replacing

OVERLAP, FLAGGED, SAVE, CHANGE = "overlap", "flagged", "save", "change"
_MOST_NAMED = 3


def add_turn(*, by: Acting, unit: Unit, client_id: UUID, turn: Turn, answers: Answers) -> RotaTurn:
    """Add a turn to a unit of one's own principal; a form sent twice returns the row of the first time.

    Raises NotAllowed, IdClash, RuleError with the field where the turn is invalid, and a Question where an equal one
    wants the same time.
    """
    with replacing():
        check_may(by, Right.MANAGE_DIRECTORY, unit)
        content = {"unit": unit.pk, **turn_content(turn)}
        if claim(by=by, client_id=client_id, kind="turn.add", content=content) is not None:
            return RotaTurn.objects.get(pk=client_id)
        _lock_in_place(unit)
        turn = checked(turn, timezone.now())
        _ask_of_overlaps(turn, unit, answers)
        _ask_of_flag(by, client_id, turn, unit, answers)
        return write_turn(by=by, row_id=client_id, unit=unit, turn=turn)


def change_turn(
    *, by: Acting, row: RotaTurn, client_id: UUID, version: str, turn: Turn, answers: Answers
) -> RotaTurn:
    """Put a turn in the place of `row`, or of what has become of it, if that is the `version` the person saw.

    One that was taken away comes back so; where that turn says the same none is written. Raises as `add_turn` does, and
    ChangedMeanwhile.
    """
    with replacing():
        check_may(by, Right.MANAGE_DIRECTORY, row)
        content = {"version": version, **turn_content(turn)}
        if claim(by=by, client_id=client_id, kind="turn.change", content=content) is not None:
            return RotaTurn.objects.filter(pk=client_id).first() or newest_of(row)
        stands = _seen(row, version)
        turn = checked(turn, timezone.now())
        if turn_content(turn) == turn_content(stands.turn) and not stands.withdraws:
            return stands
        _ask_of_overlaps(turn, row.unit, answers, but=stands)
        _ask_of_flag(by, client_id, turn, row.unit, answers)
        return write_turn(by=by, row_id=client_id, unit=row.unit, turn=turn, replaces=stands)


def withdraw_turn(*, by: Acting, row: RotaTurn, client_id: UUID, version: str) -> RotaTurn:
    """Withdraw a turn; idempotent. Raises NotAllowed, IdClash and ChangedMeanwhile."""
    with replacing():
        check_may(by, Right.MANAGE_DIRECTORY, row)
        if claim(by=by, client_id=client_id, kind="turn.withdraw", content={"version": version}) is not None:
            return newest_of(row)
        _lock_in_place(row.unit)
        stands = newest_of(row)
        if stands.withdraws:
            return stands
        if str(stands.pk) != version:
            raise ChangedMeanwhile
        turn = stands.turn
        return write_turn(by=by, row_id=client_id, unit=row.unit, turn=turn, replaces=stands, withdraws=True)


def _lock_in_place(unit: Unit) -> None:
    """Lock the rota of a unit; raises RuleError where the unit was joined into another, which has it now."""
    lock_rotas(Unit.objects.filter(pk=unit.pk))
    stands = Unit.objects.select_related("joined_into").get(pk=unit.pk)
    if kept := stands.joined_into:
        raise RuleError(f"{stands.name} är sammanförd med {kept.name}. Ändra i dess jourschema.")


def lock_rotas(units: QuerySet[Unit]) -> None:
    # Locked in the order of their keys, so that two who lock several cannot deadlock.
    list(units.select_for_update(no_key=True).order_by("pk"))


def checked(turn: Turn, now: datetime) -> Turn:
    """A turn with its number as it is stored. Raises RuleError, with the field, where it is invalid or over."""
    zone = timezone.get_default_timezone()
    wall = wall_of(now, zone)
    turn = replace(turn, number=read_number(turn.number))
    check_turn(turn, wall.date(), zone)
    if is_over(turn, wall):
        raise RuleError("Passet är redan slut.", field="until" if turn.weekly else "ends_on")
    return turn


def write_turn(
    *,
    by: Acting,
    row_id: UUID,
    unit: Unit,
    turn: Turn,
    replaces: RotaTurn | None = None,
    withdraws: bool = False,
) -> RotaTurn:
    """Write a row with its audit row, inside the transaction of the caller, who has locked the rota."""
    highest = RotaTurn.objects.filter(unit=unit).aggregate(highest=Max("order"))["highest"] or 0
    row = RotaTurn(id=row_id, unit=unit, order=highest + 1, user=by.user)
    row.replaces, row.withdraws, row.turn = replaces, withdraws, turn
    row.save()
    verb = "withdrawn" if withdraws else "changed" if replaces else "added"
    audit.record(by=by, action=f"turn.{verb}", target=row, changes=_told(row, replaces))
    return row


def turn_content(turn: Turn) -> dict[str, Any]:
    """What a turn says, as a submission and the audit row store it."""
    return {
        "who": turn.who,
        "number": turn.number,
        "starts": turn.starts.isoformat(timespec="minutes"),
        "ends": turn.ends.isoformat(timespec="minutes"),
        "weekly": turn.weekly,
        "until": turn.until.isoformat() if turn.until else "",
    }


def _told(row: RotaTurn, replaces: RotaTurn | None) -> dict[str, Any]:
    new, old = turn_content(row.turn), turn_content(replaces.turn) if replaces else {}
    changed = {
        name: [str(old.get(name, "")), str(value)] for name, value in new.items() if old.get(name) != value
    }
    return {"unit": row.unit.name, **changed}


def _seen(row: RotaTurn, version: str) -> RotaTurn:
    _lock_in_place(row.unit)
    stands = newest_of(row)
    if str(stands.pk) != version:
        raise ChangedMeanwhile
    return stands


def _ask_of_overlaps(turn: Turn, unit: Unit, answers: Answers, but: RotaTurn | None = None) -> None:
    others = [row.turn for row in standing_turns([unit]).order_by("order") if but is None or row.pk != but.pk]
    met = overlapping(turn, others)
    if not met:
        return
    today = timezone.localdate()
    named = [f"{one.name}, {turn_words(one, today)}" for one in met[:_MOST_NAMED]]
    more = [f"{len(met) - _MOST_NAMED} till"] if len(met) > _MOST_NAMED else []
    question = Question(
        OVERLAP,
        "Samma tid finns redan i jourschemat. Ska det du skrev gälla den tiden?",
        ((SAVE, "Ja, spara: det nya passet gäller där de krockar"), (CHANGE, "Nej, jag ändrar tiden")),
        rows=[(row, "", "") for row in (*named, *more)],
    )
    if question.settled(answers) == CHANGE:
        raise RuleError("Ändra tiden så att passen inte krockar.", field="starts_on")


def _ask_of_flag(by: Acting, client_id: UUID, turn: Turn, unit: Unit, answers: Answers) -> None:
    """Whether a number of the jour that somebody said does not work does: then nothing stands that was said of it."""
    said = words_of_jour(unit.principal, [turn.number])
    if not said:
        return
    question = Question(
        FLAGGED,
        f"{said[0].user.full_name} har anmält att {display(turn.number)} inte fungerar. Fungerar det?",
        ((SAVE, "Ja, numret är kontrollerat och fungerar"), (CHANGE, "Nej, jag ändrar numret")),
    )
    if question.settled(answers) == CHANGE:
        raise RuleError("Ändra numret.", field="number")
    confirm_jour_numbers(by=by, principal=unit.principal, client_id=client_id, numbers=[turn.number])
