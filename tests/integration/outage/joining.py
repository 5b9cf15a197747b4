"""Two chains of one patient, joined and taken apart, and what is owed about them."""

from uuid import UUID, uuid4

from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.joined import standing_join
from outage.queries.joining import differing, pairs_between, rows_of_pair, to_choose_in
from outage.queries.owed import owed_by_unit
from outage.queries.standing import standing_of
from outage.services.joining import join_chains, undo_join
from tests.factories import (
    County,
    make_chain,
)

NAME = "Tolvan Tolvansson"


def two_chains(county: County, outage: Outage, **more) -> tuple[CareChain, CareChain]:
    """One opened by Alva on the ward, one by Disa at the hälsocentral; both take part in both."""
    return (
        make_chain(county, outage, patient_name=NAME),
        make_chain(county, outage, **({"by": county.disa, "patient_name": NAME} | more)),
    )


def join(county: County, kept: CareChain, other: CareChain, same=True, said=None, **more) -> ChainJoin:
    """Join two; `same` says whether all that may be one event is, or of each pair. What differs is the kept one's, but
    for what `choices` and, of each event that is one, `said` choose.
    """
    kept, other = get_chain(county.alva, kept.pk), get_chain(county.alva, other.pk)
    logs = logs_of([kept.pk, other.pk])
    pairs = pairs_between(logs[kept.pk], logs[other.pk])
    answered = dict.fromkeys(pairs, same) if isinstance(same, bool) else same
    picks = dict.fromkeys(differing(kept.details, other.details), "kept") | more.pop("choices", {})
    for pair in pairs:
        names = to_choose_in(pair, *rows_of_pair(logs[kept.pk], logs[other.pk], pair))
        picks |= {key: (said or {}).get(name, "kept") for name, key in names.items()}
    return join_chains(
        **({"by": county.alva, "client_id": uuid4(), "choices": picks, "same": answered} | more),
        kept=kept,
        other=other,
    )


def undo(county: County, kept: CareChain, **more) -> ChainJoin:
    found = standing_join(get_chain(county.alva, kept.pk))
    assert found is not None
    return undo_join(**({"by": county.alva, "client_id": uuid4(), "reason": "Två olika."} | more), join=found)


def owed(county: County, chain: CareChain) -> set[tuple[object, ...]]:
    """All that is owed about a chain, by whom and to whom; an event by the row it was logged by."""
    chain = get_chain(county.alva, chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    line = standing_of(chain, log).line_of
    units = (county.ward, county.other_ward, county.health_centre)
    return {
        (
            unit.name,
            line(o.id) or o.id,
            o.target.key,
            o.state,
            o.tries,
            o.notice,
            o.kind,
            o.closed,
            o.retracts,
        )
        for unit in units
        for o in owed_by_unit(chain, log, unit.pk)
    }


def to_ring(county: County, chain: CareChain) -> set[tuple[str, str]]:
    """What the ward is still to tell, and to whom."""
    chain = get_chain(county.alva, chain.pk)
    found = owed_by_unit(chain, logs_of([chain.pk])[chain.pk], county.ward.pk)
    return {(str(o.notice or o.kind), o.target.key) for o in found if o.closed is None}


def rows_of() -> tuple[object, ...]:
    """Every stored row, in all its columns."""
    return tuple(
        sorted(str(sorted(row.items())) for row in model.objects.values())
        for model in (CareChainEvent, Handover, CareChainDetails)
    )


def live(chain: CareChain) -> list[UUID]:
    return [event.pk for event in logs_of([chain.pk])[chain.pk].live_events]
