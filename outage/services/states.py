"""How each chain stands, kept beside its log so that lists of chains are read by few queries (`ChainState`)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.sql import Query

from contacts.models import Principal, Unit
from contacts.models.inserting import insert_all
from contacts.page_versions import EVERYBODY, changed, of_principal, of_unit
from contacts.queries.prepared import deleting, prepared_write, updating
from outage.models import CareChain, CareChainDetails, ChainState, Outage, RegistrationMark
from outage.models.chain_state import IN_SIGHT
from outage.queries.care_chains import with_those_joined_into
from outage.queries.chain_log import ChainLog, log_of, logs_of
from outage.queries.closing import ended_once
from outage.queries.outages import is_the_only_discharge, outage_for, outages_for, recent_outages
from outage.queries.states import kept_states, states_of
from outage.rules.routine import Effect
from outage.services.call_codes import tell_both_ends

AT_ONCE = 200


def settle(chain: CareChain, log: ChainLog | None = None) -> None:
    """Recompute how `chain` stands from its rows; the last step of each write about it, in its transaction. `log` has
    them, where the caller knows them all.

    Of one that was joined to another nothing is kept: it is that one's.
    """
    home = chain.pk
    if chain.joined_to:
        kept = chain.joined_to
        kept.outage, kept.principal = chain.outage, chain.principal
        chain, log = kept, None
    log = log or log_of(chain.pk, signed=False)
    if log.marks:
        # As the principal sees it by now: whether a tick is valid goes by it.
        chain.outage = outage_for(chain.principal, chain.outage_id)
        if chain.outage.purged_at:
            # As `rebuilt`: another principal has ended it or changed its scope.
            return
    before, after = kept_states(*{home, chain.pk}), states_of(chain, log)
    _replace(chain, before, after)
    _tell_pages(chain, log, _in_sight(before) ^ _in_sight(after))
    tell_both_ends({call.code_id for call in log.handovers if call.code_id})


def _replace(chain: CareChain, before: Iterable[ChainState], after: Iterable[ChainState]) -> None:
    """Rows that say the same stay. Where any does not, and whoever wrote has not counted it, `chain` counts one more:
    what was read of how it stands holds as long as its number of `rows`.
    """
    wanted = {row.content: row for row in after}
    gone = [row.pk for row in before if wanted.pop(row.content, None) is None]
    if gone:
        _drop(tuple(gone))
    insert_all([*wanted.values()])
    if (gone or wanted) and not chain.counted:
        chain.rows += 1
        _count(chain.pk)
    chain.counted = False


@prepared_write
def _count(chain_id: UUID) -> Query:
    return updating(CareChain.objects.filter(pk=chain_id), rows=F("rows") + 1)


@prepared_write
def _drop(state_ids: tuple[int, ...]) -> Query:
    return deleting(ChainState.objects.filter(pk__in=state_ids))


def _in_sight(rows: Iterable[ChainState]) -> set[int]:
    return {row.unit_id for row in rows if row.what in IN_SIGHT}


def _tell_pages(chain: CareChain, log: ChainLog, others: set[int]) -> None:
    """Of units that the trace's row did not know of: `others` no longer see the chain by how it stands, or do now."""
    tell_pages_of(others)
    # The first discharge of an outage, and the last one that stands, say whether the routine applies.
    kinds = (chain.outage.routine.message(event.kind) for event in log.events)
    discharge = any(kind.effect is Effect.DISCHARGE for kind in kinds)
    if discharge and is_the_only_discharge(chain.outage):
        changed(EVERYBODY)
    # What is entered after the closing opens the outage again, for everybody of the principal. Somebody may be closing
    # it at this moment, which is not to be seen from here.
    elif ended_once(chain.outage_id, chain.principal_id):
        changed(of_principal(chain.principal_id))


def tell_pages_of(units: set[int]) -> None:
    """Those of the units with these ids, and of those that they were joined into, are not what they were."""
    if units:
        changed(*map(of_unit, with_those_joined_into(units)))


def settle_ticked(outage: Outage) -> None:
    """Recompute the chains in which a task was marked: with another end or scope of the outage a tick may not be valid,
    and what it closed is owed again. The caller has locked them by `lock_ticked`, then the outage.
    """
    # Those that were ticked in between.
    lock_ticked(outage)
    for chain in _ticked(outage).select_related("unit", "principal"):
        settle(chain)


def lock_ticked(outage: Outage) -> None:
    """Lock what `settle_ticked` is to recompute, before the outage: whoever logs locks a chain first, then that."""
    ticked = _ticked(outage)
    _lock(CareChain.objects.filter(Q(pk__in=ticked.values("pk")) | Q(pk__in=ticked.values("joined_to"))))


def _ticked(outage: Outage) -> QuerySet[CareChain]:
    marks = RegistrationMark.objects.filter(chain__outage=outage)
    return CareChain.objects.filter(pk__in=marks.values("chain")).order_by()


def settle_naming(unit: Unit) -> None:
    """The unit is called or is something else: whoever is named by its name is another now, and who rings may be."""
    details = CareChainDetails.objects.filter(Q(ward_unit=unit) | Q(outpatient_unit=unit)).values("chain")
    named = CareChain.objects.filter(Q(unit=unit) | Q(pk__in=details)).values("pk")
    _rebuild_in_reach(Q(pk__in=named) | Q(joined__in=named))


def settle_recent(plan: Iterable[tuple[object, bool]] = (), **_: object) -> None:
    """After an upgrade the rules may say something else: recompute all chains in reach, and those not kept yet. Not
    where a migration of the `plan` went back: the tables are those of a former version.
    """
    if any(went_back for _, went_back in plan):
        return
    _rebuild_in_reach(Q())
    for _chain in rebuilt(CareChain.objects.exclude(Exists(ChainState.objects.filter(chain=OuterRef("pk"))))):
        pass


def _rebuild_in_reach(which: Q) -> None:
    chains = CareChain.objects.filter(which)
    for principal in Principal.objects.filter(pk__in=chains.values("principal")):
        recent = [outage.pk for outage in recent_outages(principal)]
        for _chain in rebuilt(chains.filter(principal=principal, outage__in=recent)):
            pass


def rebuilt(chains: QuerySet[CareChain], *, write: bool = True) -> Iterator[CareChain]:
    """Recompute `chains` from their logs, and return those of which something else was kept.

    What was purged is left as it is: what it was worked out from is gone.
    """
    found = chains.filter(joined_to__isnull=True).order_by().values_list("pk", flat=True).distinct()
    ids = iter(list(found))
    while part := list(islice(ids, AT_ONCE)):
        differ = [chain.pk for chain in _differing(part)]
        if differ:
            with transaction.atomic():
                # Somebody may have been writing about them just then.
                _lock(CareChain.objects.filter(pk__in=differ))
                anew = list(_differing(differ, write=write))
                if anew and write:
                    changed(EVERYBODY)
                yield from anew


def _lock(chains: QuerySet[CareChain]) -> None:
    """As each write about a chain does first."""
    list(chains.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _differing(ids: list[UUID], *, write: bool = False) -> Iterator[CareChain]:
    chains = list(CareChain.objects.filter(pk__in=ids).select_related("unit", "principal", "details"))
    outages, logs = _outages_of(chains), logs_of(ids, signed=False)
    kept: dict[UUID, list[ChainState]] = {pk: [] for pk in ids}
    for row in kept_states(*ids):
        kept[row.chain_id].append(row)
    for chain in chains:
        if chain.details is None or chain.details.is_purged:
            continue
        chain.outage = outages[chain.principal_id, chain.outage_id]
        wanted = states_of(chain, logs[chain.pk])
        if {row.content for row in kept[chain.pk]} != {row.content for row in wanted}:
            if write:
                _replace(chain, kept[chain.pk], wanted)
            yield chain


def _outages_of(chains: Iterable[CareChain]) -> dict[tuple[int, UUID], Outage]:
    return {
        (principal.pk, outage.pk): outage
        for principal in {chain.principal for chain in chains}
        for outage in outages_for(principal).filter(
            pk__in={chain.outage_id for chain in chains if chain.principal_id == principal.pk}
        )
    }
