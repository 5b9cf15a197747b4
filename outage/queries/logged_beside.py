"""What another outage's log says of a patient: what a list says of where the patient is may not hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from contacts.access import Acting, can
from contacts.rules.permissions import Right
from contacts.seen import counting
from outage.models import CareChain, CareChainEvent, Outage, PatientLookup
from outage.queries.care_chains import visible_chains
from outage.queries.outages import recent_outages
from outage.queries.patient_numbers import lookups_of
from outage.queries.protected import without_protected
from outage.queries.task_logs import task_logs_of
from outage.queries.tasks import ticks_of
from outage.queries.whereabouts import line_of
from outage.rules.back_registration import ChainStatus, Task
from outage.rules.beside import Beside, is_by_hand, is_entered
from outage.rules.routine import Effect
from outage.rules.told import minute_of


@dataclass(frozen=True, slots=True)
class LoggedBeside:
    """A chain of the same patient in another outage: `said` is what that means for the stay, `moved` the latest
    admission or discharge in it, if any; None where the acting unit does not see the chain.
    """

    chain: CareChain
    said: Beside
    moved: CareChainEvent | None = None


AllBeside = Mapping[UUID, tuple[LoggedBeside, ...]]


def logged_beside(acting: Acting, chains: Iterable[CareChain]) -> AllBeside:
    """By chain, the oldest outage first; the number of queries does not depend on how many chains there are. No query
    where no other outage of the same kind is in reach.

    Of a chain that the acting unit does not see, the same as is said of one when a patient is opened: none of a
    patient with protected personal data, nor of another branch.
    """
    asked = [
        chain
        for chain in chains
        if chain.details.identity_number and chain.details.status != ChainStatus.WRONG_PATIENT
    ]
    asked_of = {chain.outage_id: chain.outage for chain in asked}
    beside = {pk: _beside(acting, outage) for pk, outage in asked_of.items()}
    others = {outage.pk: outage for outages in beside.values() for outage in outages}
    if not others or not can(acting, Right.READ_CARE):
        return {}
    hashes = lookups_of(acting, {chain.details.identity_number for chain in asked}, *others.values())
    by_hash = _by_hash({one for own in hashes.values() for one in own})
    found = _read(acting, {pk for own in by_hash.values() for pk in own}, others)
    result = {}
    for chain in asked:
        own = {
            pk for one in hashes[chain.details.identity_number] for pk in by_hash.get(one, ()) if pk in found
        }
        outages = [outage.pk for outage in beside[chain.outage_id]]
        rows = [_of(found[pk], chain) for pk in own if found[pk].chain.outage_id in outages]
        rows = [row for row in rows if row.said.seen or not chain.details.protected_identity]
        if rows:
            rows.sort(key=lambda row: (outages.index(row.chain.outage_id), row.chain.number))
            result[chain.pk] = tuple(rows)
    return result


def has_beside(acting: Acting, outages: Iterable[Outage]) -> bool:
    """Whether another outage of the same kind is in reach beside one of these."""
    return any(_beside(acting, outage) for outage in outages)


def by_hand_beside(acting: Acting, chain: CareChain, task: Task) -> bool:
    """Whether a task of `chain` is decided by hand, as another outage has a log of the patient."""
    return any(is_by_hand(task, each.said) for each in logged_beside(acting, [chain]).get(chain.pk, ()))


def _of(other: LoggedBeside, chain: CareChain) -> LoggedBeside:
    later = other.chain.outage.recorded_at > chain.outage.recorded_at
    return replace(other, said=replace(other.said, later=later))


def _beside(acting: Acting, outage: Outage) -> list[Outage]:
    """Those in reach, the oldest first."""
    if outage.purged_at:
        return []
    return [
        other
        for other in reversed(recent_outages(acting.principal))
        if other.pk != outage.pk
        and (other.drill, other.system) == (outage.drill, outage.system)
        and not other.purged_at
    ]


def _by_hash(hashes: set[str]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    rows = PatientLookup.objects.filter(hash__in=hashes)
    for one, chain, kept in rows.values_list("hash", "chain", "chain__joined_to"):
        found.setdefault(one, set()).add(kept or chain)
    return found


def _read(acting: Acting, ids: set[UUID], outages: Mapping[UUID, Outage]) -> dict[UUID, LoggedBeside]:
    if not ids:
        return {}
    first, *more = outages.values()
    seen = visible_chains(acting, first, *more).filter(pk__in=ids)
    own = list(seen.exclude(details__status=ChainStatus.WRONG_PATIENT))
    for chain in own:
        chain.outage = outages[chain.outage_id]
    logs = task_logs_of(own)
    found = {}
    for chain in own:
        log, routine = logs[chain.pk], chain.outage.routine
        moves = [
            (minute_of(event.happened_at), line_of(log, event).order, event)
            for event in log.live_events
            if routine.message(event.kind).effect in (Effect.ADMISSION, Effect.DISCHARGE)
        ]
        moved = max(moves, key=lambda each: each[:2])[2] if moves else None
        effect = routine.message(moved.kind).effect if moved else None
        with counting():
            entered = is_entered(*ticks_of(chain, log))
        said = Beside(later=False, moved=effect, entered=entered)
        found[chain.pk] = LoggedBeside(chain, said, moved)
    others = CareChain.objects.filter(pk__in=ids, outage__in=outages, principal=acting.principal).exclude(
        details__status=ChainStatus.WRONG_PATIENT
    )
    others = others.exclude(pk__in=seen.values("pk")).select_related("unit__principal", "details")
    near = (chain for chain in others if acting.unit.shares_branch(chain.unit))
    for chain in without_protected(acting, near, *outages.values()):
        chain.outage = outages[chain.outage_id]
        found[chain.pk] = LoggedBeside(chain, Beside(later=False, seen=False))
    return found
