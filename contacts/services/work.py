"""Long work: asked for by a person, done by a worker, and what it made waits for them.

`ask` stores what is wanted and puts it in the line (django-tasks); `carry_out` is the one task there is, which looks up
what to do by its kind. Each kind can be done twice without harm, for a worker may be lost in the middle.
"""

import hashlib
import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from contacts import audit
from contacts.access import Acting, acting_in, check_within
from contacts.models import User, Work
from contacts.models.data_key import is_shut, name_of
from contacts.queries.work import why_not_given
from contacts.rules.errors import RuleError
from contacts.rules.work import BROKE, GONE, UNFINISHED, WorkState, turn_in_line
from contacts.seen import seeing, shows, where_from
from contacts.services.alive import this_process
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import keyed_content_hash
from contacts.services.whole import bound_by

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What work ended with: a file that waits, or the page `to` (its name and id) that shows it. `said` is told there;
    it `warns` where it did not go as shown.

    A file of `once` is handed out one time only.
    """

    content: bytes | None = None
    filename: str = ""
    content_type: str = "application/pdf"
    to: tuple[str, ...] = ()
    said: str = ""
    warns: bool = False
    once: bool = False


@dataclass(frozen=True)
class Job:
    """One piece of work in the hands of a worker. `keep` may be called in the transaction that makes the result, which
    is then rolled back with it; otherwise what is returned is kept.
    """

    by: Acting
    client_id: UUID
    args: dict[str, Any]
    read_files: Callable[[], list[bytes]]
    keep: Callable[[Made], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`back` is the page to ask again at, by its name, and `of` the argument whose id it takes. `nothing` says what did
    not happen where it failed.
    """

    run: Callable[[Job], Steps[Made]]
    back: str
    nothing: str
    of: str = ""


KINDS: dict[str, Kind] = {}
_FIRST_TURN = datetime(2000, 1, 1, tzinfo=UTC)


def know_work(name: str, kind: Kind) -> None:
    """Called by the apps when they are ready."""
    KINDS[name] = kind


class Interrupted(BaseException):
    """Raised in the middle of work, wherever it is: it is cancelled, taken too long, or the worker is to stop."""


class TooLong(Interrupted): ...


class Stopping(Interrupted): ...


class Lost(Interrupted):
    """The work is cancelled, or was given to another worker meanwhile: nothing of ours is kept."""


@dataclass(slots=True)
class Watch:
    """How far the work has come, for whoever tells it while it goes on."""

    work: Work
    step: Progress = field(default_factory=lambda: Progress(""))


# What watches over work in a worker; where work is done at once, nothing does.
_watching: list[Callable[[Watch], AbstractContextManager[None]]] = []


def watch_by(watching: Callable[[Watch], AbstractContextManager[None]]) -> None:
    _watching[:] = [watching]


def ask(
    *,
    by: Acting,
    kind: str,
    label: str,
    client_id: UUID | None = None,
    args: dict[str, Any] | None = None,
    files: Sequence[bytes] = (),
    key_name: str = "",
    check: Callable[[], object] | None = None,
) -> Work:
    """Put work in the line. The same press again is the same work, and where it failed or was cancelled it is begun
    anew; so is that whose file has gone, unless it was shown once. Without an id it is that which is already in the
    line, or new. `check` is called before any is begun; what it raises stops it. Raises LineFull.

    `files` and what it makes lie encrypted with the key of that name, by default that of the principal's paper.
    """
    args = args or {}
    sums = [hashlib.sha256(content).hexdigest() for content in files]
    content = {"kind": kind, "args": args, "files": sums, "membership": by.membership.pk}
    mark = keyed_content_hash(content)
    owned = Work.objects.filter(user=by.user, membership=by.membership)
    work_id = uuid5(client_id, mark) if client_id else uuid4()
    known = owned.filter(pk=work_id) if client_id else owned.filter(mark=mark, state__in=UNFINISHED)
    work = Work(
        id=work_id,
        kind=kind,
        label=label,
        user=by.user,
        membership=by.membership,
        key_name=key_name or name_of(by.principal.pk),
        client_id=client_id or work_id,
        mark=mark,
        args=args,
        origin=where_from(),
    )
    try:
        with transaction.atomic():
            if found := known.select_for_update(no_key=True).first():
                if found.is_unfinished or (
                    found.state == WorkState.DONE and (found.once or not _is_gone(found))
                ):
                    return found
                # Who has it in hand still does not know that it was cancelled.
                work.tries = found.tries + 1
                found.delete()
            if check:
                check()
            work.turn = _next_turn(by)
            work.save(force_insert=True)
            work.keep_files(files)
            audit.record(by=by, action="work.asked", target=work, changes={"kind": kind})
    except IntegrityError:
        # The same press came twice at once, and the other was stored a moment earlier.
        return owned.get(pk=work_id)
    line_up(work)
    return work


def _next_turn(by: Acting) -> int:
    """Raises LineFull. Two presses of one person at once are asked for one after the other."""
    list(User.objects.select_for_update(no_key=True).filter(pk=by.user.pk).values_list("pk"))
    line = list(Work.objects.filter(state__in=UNFINISHED).values_list("user", "turn"))
    return turn_in_line([turn for user, turn in line if user == by.user.pk], [turn for _, turn in line])


def cancel(*, by: Acting, work: Work) -> bool:
    """Only who asked may. False where it is done or had ended already; what a worker has in hand is rolled back."""
    check_within(by, work)
    with transaction.atomic():
        ended = {"state": WorkState.CANCELLED, "ended_at": timezone.now()}
        if not Work.objects.filter(pk=work.pk, state__in=UNFINISHED, bound=False).update(**ended):
            return False
        work.drop_files()
        audit.record(by=by, action="work.cancelled", target=work, changes={"kind": work.kind})
    return True


def fetch(*, by: Acting, work: Work) -> bytes:
    """The file, with a row in the trace; whom it shows is noted as by any page. Raises RuleError where it is gone,
    names somebody whom it would not name now, or holds what was used since.
    """
    check_within(by, work)
    with transaction.atomic():
        # Of two who open a file of once at the same time the second finds it gone.
        held = Work.objects.select_for_update(no_key=True).filter(pk=work.pk).first()
        content = held.result() if held and timezone.now() < held.kept_until else None
        if content is None:
            raise RuleError(GONE)
        # Of one that was made before the hash was written it was not known.
        work.sha256 = work.sha256 or hashlib.sha256(content).hexdigest()
        if why := why_not_given(work)[0]:
            raise RuleError(why)
        audit.record(by=by, action="work.fetched", target=work, changes={"kind": work.kind})
        if work.once:
            work.drop_result()
    shows(map(UUID, work.patients))
    return content


def line_up(work: Work) -> None:
    """After the commit. A server that stops in between leaves it to the sweep."""
    # The line is in the order of these moments, all of them past.
    turn = _FIRST_TURN + timedelta(seconds=work.turn) if carry_out.get_backend().supports_defer else None
    lined_up = carry_out.using(run_after=turn).enqueue(str(work.pk), work.tries)
    Work.objects.filter(pk=work.pk).update(task=str(lined_up.id))


@task()
def carry_out(work_id: str, tries: int) -> None:
    """Do it, and keep what came of it. Raises nothing: what would be stored of an exception may hold anything."""
    now = timezone.now()
    begun = {"state": WorkState.RUNNING, "started_at": now, "beat_at": now, "worker": this_process()}
    if not Work.objects.filter(pk=work_id, tries=tries, state=WorkState.WAITING).update(**begun):
        return
    work = Work.objects.select_related("user", "membership__unit__principal").get(pk=work_id)
    watch = Watch(work)
    said = broke = ""
    try:
        with _watching[0](watch) if _watching else nullcontext():
            _do(watch)
    except Stopping:
        give_back(work)
    except TooLong as late:
        said = str(late)
    except Lost:
        # What it reads is another worker's by now, or went when it was cancelled.
        pass
    except RuleError as error:
        said = error.reason
    except Exception as error:
        # Its words are left out: they may be a patient's.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s broke: %s\n%s", work.kind, type(error).__name__, where)
        said, broke = BROKE, type(error).__name__
    # Out here what this raises, and is stored, does not carry the words of what was raised above.
    if said:
        _fail(work, said, broke)


def _do(watch: Watch) -> None:
    work = watch.work
    by = acting_in(work.membership, work.user)
    with seeing(lambda: work.origin) as seen:
        kept: list[Made] = []

        def keep(made: Made) -> None:
            _keep(work, made, seen.chains)
            kept.append(made)

        job = Job(by, work.client_id, work.args, work.files, keep)
        # The transaction of interrupted work ends with it, not at some later garbage collection.
        with bound_by(partial(_bind, work)), closing(KINDS[work.kind].run(job)) as steps:
            made = _followed(steps, watch)
        if not kept:
            keep(made)


def _bind(work: Work) -> None:
    """It is done with this transaction, or is cancelled already."""
    ours = Work.objects.filter(pk=work.pk, tries=work.tries, state=WorkState.RUNNING)
    if not ours.update(bound=True):
        raise Lost


def _followed(steps: Steps[Made], watch: Watch) -> Made:
    try:
        while True:
            watch.step = next(steps)
    except StopIteration as end:
        made: Made = end.value
        return made


def _keep(work: Work, made: Made, chains: set[UUID]) -> None:
    with transaction.atomic():
        _check_ours(work)
        work.state, work.ended_at = WorkState.DONE, timezone.now()
        work.said, work.warns, work.to = made.said, made.warns, list(made.to)
        work.filename, work.content_type, work.once = made.filename, made.content_type, made.once
        work.patients = sorted(map(str, chains))
        if made.content is not None:
            work.sha256 = hashlib.sha256(made.content).hexdigest()
            work.keep_result(made.content)
        work.drop_files()
        work.save(
            update_fields=[*_END, "warns", "to", "filename", "content_type", "once", "patients", "sha256"]
        )


def _fail(work: Work, reason: str, broke: str) -> None:
    with suppress(Lost), transaction.atomic():
        _check_ours(work)
        work.state, work.ended_at = WorkState.FAILED, timezone.now()
        # Beside what is purged nothing more is written.
        work.said, work.broke = "" if is_shut(work.key_name) else reason, broke
        work.drop_files()
        work.save(update_fields=[*_END, "broke"])


_END = ("state", "ended_at", "said")


def _check_ours(work: Work) -> None:
    held = Work.objects.select_for_update(no_key=True).filter(
        pk=work.pk, tries=work.tries, state=WorkState.RUNNING
    )
    if not held.exists():
        raise Lost


def _is_gone(work: Work) -> bool:
    return bool(work.filename) and not work.pieces.exists()


def give_back(work: Work) -> None:
    """Of a worker that stops: another one begins it anew, and it counts as no try."""
    waiting = {"state": WorkState.WAITING, "beat_at": timezone.now()}
    if Work.objects.filter(pk=work.pk, tries=work.tries, state=WorkState.RUNNING).update(**waiting):
        line_up(work)
