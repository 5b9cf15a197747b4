"""Writes of efterregistrering: each task marked by who and when, messages acknowledged once for each unit (R4)."""

from uuid import UUID, uuid5

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.queries.people import colleagues
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import (
    Acknowledgement,
    CareChain,
    CareChainEvent,
    Outage,
    RegistrationMark,
    TaskTurn,
)
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.closing import acknowledged_as, newest_acknowledgement
from outage.queries.logged_beside import by_hand_beside
from outage.queries.task_logs import turns_of
from outage.queries.tasks import ticks_of
from outage.rules.routine import Decision
from outage.rules.ticks import Mark, Tick, TickState
from outage.services.events import count_beside, lock_chain
from outage.services.states import settle
from outage.services.when import check_not_purged

_SAID_SINCE = "Det har ändrats sedan sidan öppnades. Se vad som står nu, och tryck igen om det behövs."
_CHANGED = "Loggen har ändrats sedan sidan öppnades. Läs uppgiften på nytt."


def mark_task(
    *,
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    task: str,
    seen: str,
    done: bool,
    choice: str = "",
    entered: bool | None = None,
) -> RegistrationMark:
    """Mark a task of `chain` done, or not done after all; the newest row counts, and stores a picture of the task.

    `seen` is that of the picture the person saw. `choice` is what was decided where the routine, or the log of another
    outage, leaves it to be decided by hand, and `entered` whether that was entered in the system. Raises RuleError
    while the outage goes on, when the task is no longer what was seen (the log changed meanwhile), or when a decision
    lacks its words.
    """
    check_may(by, Right.MARK_REGISTRATION, chain)
    _check_back(chain.outage)
    said = {"task": task, "seen": seen, "done": done, "choice": choice, "entered": entered}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="mark", content=said | {"chain": chain.pk}):
            return RegistrationMark.objects.get(client_id=client_id)
        lock_chain(chain)
        log = log_of(chain.pk)
        tick, former = _marked(chain, log, task, seen, done)
        if done:
            _check_ones_own(by, chain, log, task, tick)
        picture = tick.picture if tick else former and former.picture
        by_hand = tick is not None and (
            tick.task.decision is Decision.DECIDE or by_hand_beside(by, chain, tick.task)
        )
        if done and entered is False and not by_hand:
            raise RuleError(_CHANGED)
        if done and by_hand:
            if not choice.strip():
                raise RuleError("Skriv vad som bestämdes.", field="choice")
            if entered is None:
                raise RuleError(f"Välj om det är infört i {chain.outage.system}.", field="entered")
            _check_not_decided(log, tick, choice.strip(), entered)
        count_beside(chain)
        mark = RegistrationMark.objects.create(
            client_id=client_id,
            chain=_chain_of(log.marks[former.id], chain) if former else _home_of(chain, tick),
            task=log.marks[former.id].stored_task if former else task,
            done=done,
            choice=choice.strip(),
            entered=bool(done and (entered or not by_hand)),
            picture=picture.content if picture else None,
            typed=picture.content_typed if picture else None,
            user=by.user,
            unit=by.unit,
        )
        if tick and tick.mark and tick.mark.task != task:
            _retire(by, chain, client_id, tick.mark)
        settle(chain)
        action = "registration.done" if done else "registration.undone"
        audit.record(by=by, action=action, target=mark, chain=chain.pk)
    return mark


def turn_task(
    *,
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    task: str,
    seen: str,
    was: int | None,
    holder: int | None,
    note: str = "",
) -> TaskTurn:
    """Who does a task of `chain` in the system from now on, by the id of a person or None for nobody, or a note on
    it. `was` is who did it on the page that the person saw.

    Raises RuleError while the outage goes on, when the task is no longer what was seen, when somebody else has taken it
    meanwhile, when the holder does not work at the acting unit, or when nothing is said.
    """
    check_may(by, Right.MARK_REGISTRATION, chain)
    _check_back(chain.outage)
    said = {"task": task, "seen": seen, "was": was, "holder": holder, "note": note.strip()}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="turn", content=said | {"chain": chain.pk}):
            return TaskTurn.objects.get(client_id=client_id)
        lock_chain(chain)
        log = log_of(chain.pk)
        tick, _ = _marked(chain, log, task, seen, done=False)
        _check_not_done(log, tick, by)
        now = turns_of([chain.pk]).get((chain.pk, task))
        stands = now.row.holder if now else None
        if (stands.pk if stands else None) != was:
            raise RuleError(f"{stands.full_name} gör den nu." if stands else "Ingen gör den längre.")
        if holder == was and not note.strip():
            raise RuleError("Välj vem som gör den, eller skriv en anteckning.", field="note")
        if holder not in (None, was) and holder not in {
            each.pk for each in colleagues(by, Right.MARK_REGISTRATION)
        }:
            raise RuleError("Välj någon som arbetar på enheten.", field="holder")
        count_beside(chain)
        turn = TaskTurn.objects.create(
            client_id=client_id,
            chain=chain,
            task=task,
            holder_id=holder,
            note=note.strip(),
            user=by.user,
            unit=by.unit,
        )
        settle(chain)
        audit.record(by=by, action="registration.turn", target=turn, chain=chain.pk)
    return turn


def _check_ones_own(by: Acting, chain: CareChain, log: ChainLog, task: str, tick: Tick | None) -> None:
    """Raises RuleError for what another does, or has done meanwhile: it would be entered twice."""
    turn = turns_of([chain.pk]).get((chain.pk, task))
    holder = turn.row.holder if turn else None
    if holder and holder.pk != by.user.pk:
        raise RuleError(f"{holder.full_name} gör den. Ta över den först.")
    # What was left out by hand may be what is to be entered now.
    if tick and tick.task.decision is Decision.REGISTER and tick.mark and tick.mark.entered:
        _check_not_done(log, tick, by)


def _check_not_done(log: ChainLog, tick: Tick | None, by: Acting) -> None:
    """Raises RuleError for what somebody else has marked."""
    if tick and tick.state is TickState.DONE and tick.mark and log.marks[tick.mark.id].user_id != by.user.pk:
        raise RuleError(f"{log.marks[tick.mark.id].user.full_name} har redan markerat den som klar.")


def _check_not_decided(log: ChainLog, tick: Tick | None, choice: str, entered: bool) -> None:
    """Raises RuleError for another decision than the one that somebody made meanwhile."""
    if tick is None or tick.state is not TickState.DONE or tick.mark is None:
        return
    made = log.marks[tick.mark.id]
    if (made.choice, made.entered) != (choice, entered):
        how = "infört" if made.entered else "inte infört"
        raise RuleError(
            f"{made.user.full_name} har redan bestämt: {made.choice} ({how}). "
            "Välj Inte klart ändå där, om det är fel.",
            field="choice",
        )


def _chain_of(row: RegistrationMark, chain: CareChain) -> CareChain:
    return chain if row.chain_id == chain.pk else row.chain


def _home_of(chain: CareChain, tick: Tick | None) -> CareChain:
    """The chain that a mark is stored in: the one joined to `chain` where all that the task is about was logged
    there.
    """
    homes = set(
        CareChainEvent.objects.filter(pk__in=tick.task.events if tick else ()).values_list("chain", flat=True)
    )
    joined = CareChain.objects.filter(pk__in=homes, joined_to=chain).first()
    return joined if joined and len(homes) == 1 else chain


def _marked(
    chain: CareChain, log: ChainLog, task_key: str, seen: str, done: bool
) -> tuple[Tick | None, Mark | None]:
    """The task with that key, or the mark of what it was where it is gone, to be marked as undone."""
    found, gone = ticks_of(chain, log)
    tick = next((tick for tick in found if tick.task.key == task_key), None)
    former = next((mark for mark in gone if mark.task == task_key), None)
    if tick and tick.picture.seen == seen:
        if done and tick.task.decision is Decision.DO_NOT_REGISTER:
            raise RuleError("Det ska inte registreras.")
        return tick, None
    if former and not done and former.seen == seen:
        return None, former
    raise RuleError(_CHANGED)


def _retire(by: Acting, chain: CareChain, client_id: UUID, former: Mark) -> None:
    """Invalidate the mark that a task had under another key: the new one replaces it."""
    RegistrationMark.objects.create(
        client_id=uuid5(client_id, "former"),
        chain=chain,
        task=former.task,
        done=False,
        picture=former.picture.content if former.picture else None,
        typed=former.picture.content_typed if former.picture else None,
        user=by.user,
        unit=by.unit,
    )


def acknowledge(
    *, by: Acting, outage: Outage, done: bool = True, seen: str | None = None
) -> Acknowledgement | None:
    """The acting unit has acknowledged its messages in the system (R4.6), or has not after all: a new row where that is
    news. What stands, or None.

    Raises RuleError while the outage goes on, where it is purged, and where a colleague has said otherwise, or the
    outage has ended anew, since the page was `seen` (`acknowledged_as`).
    """
    check_may(by, Right.MARK_REGISTRATION)
    _check_back(outage)
    check_not_purged(outage, by.principal.pk)
    with transaction.atomic():
        # Of two colleagues who press at once the second finds it said.
        Unit.objects.select_for_update(no_key=True).get(pk=by.unit.pk)
        newest = newest_acknowledgement(outage, by.unit)
        stands = newest if newest and newest.done else None
        if bool(stands) is not done:
            if seen not in (None, acknowledged_as(outage, newest)):
                raise RuleError(_SAID_SINCE)
            row = Acknowledgement.objects.create(outage=outage, unit=by.unit, user=by.user, done=done)
            action = "messages.acknowledged" if done else "messages.not_acknowledged"
            audit.record(by=by, action=action, target=row)
            stands = row if done else None
    return stands


def _check_back(outage: Outage) -> None:
    if outage.is_open:
        raise RuleError(f"{outage.system} är inte åter i drift.")
