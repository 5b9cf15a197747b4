"""Where a patient was when something was logged, and where since: what a change of ward says that no row does."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import dropwhile

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent
from outage.queries.chain_log import ChainLog
from outage.queries.standing import line_back
from outage.rules.back_registration import Before, ChainStatus, as_began
from outage.rules.routine import Effect
from outage.rules.told import NOT_ADMITTED, PlaceChange, minute_of
from outage.rules.whereabouts import Lain, unlogged_move, way_of


def last_move(chain: CareChain, log: ChainLog) -> CareChainEvent | None:
    """The last admission or discharge that stands, registered in the system or not."""
    moves = (event for event in log.live_events if is_move(chain, event))
    return max(moves, key=lambda event: when_of(log, event), default=None)


def is_in(chain: CareChain, log: ChainLog, before: Before) -> bool:
    """Whether the patient is admitted, by what is logged and what is said of `before`."""
    last = last_move(chain, log)
    return effect_of(chain, last) is Effect.ADMISSION if last else before is Before.ADMITTED


def move_unlogged(chain: CareChain, log: ChainLog) -> Effect | None:
    """The admission or discharge that a change of ward says and no row logs, of a patient who lives."""
    if len(log.versions) == 1 or log.versions[-1].status != ChainStatus.OK:
        return None
    last, inside = last_move(chain, log), is_in(chain, log, Before(log.versions[-1].before))
    # Whoever lay on a ward was in; a municipality need not have heard how somebody came.
    known = last or inside or chain.principal.is_region
    return unlogged_move(inside or last is None, way_since(chain, log, last)) if known else None


def ward_as_began(chain: CareChain, log: ChainLog) -> str:
    """The key of the ward on which who was in the system lay as the outage began; "" where it is not known, or is the
    only one named.
    """
    if len(log.versions) == 1:
        return ""
    moves = (event for event in log.live_events if event.in_system and is_move(chain, event))
    stood = sorted(moves, key=lambda event: when_of(log, event))
    before = as_began(Before(log.versions[-1].before), [effect_of(chain, event) for event in stood])
    first = way_since(chain, log, stood[-1] if stood else None)[0]
    return first if before is Before.ADMITTED and first != NOT_ADMITTED else ""


def way_since(chain: CareChain, log: ChainLog, move: CareChainEvent | None) -> tuple[str, ...]:
    """The wards since the patient came or left by `move`; None: as far back as is known."""
    kept = [row for row in log.versions if row.chain_id == chain.pk]
    # Where two chains were joined, the first of two rows only says that the other one's places were named.
    kept = [row for row, then in zip(kept, [*kept[1:], None], strict=True) if not _bridges(row, then)]
    rows: Sequence[CareChainDetails] = kept
    if move:
        first = line_of(log, move)
        rows = _rows_since(chain, log, first)
        own = first.chain_id == chain.pk
        rows = [row for row in rows if row in kept] if own else [*rows, *_since_join(kept, rows[-1].order)]
    ward = Party.INPATIENT
    changes = ((row.place_keys.get(ward, ""), row.changed.get(ward)) for row in rows)
    return way_of([Lain(key, PlaceChange(how) if how else None) for key, how in changes])


def _bridges(row: CareChainDetails, then: CareChainDetails | None) -> bool:
    return row.made_by_id is not None and then is not None and then.made_by_id == row.made_by_id


def _since_join(kept: Sequence[CareChainDetails], order: int) -> Iterator[CareChainDetails]:
    return dropwhile(lambda row: row.order < order or not row.made_by_id, kept)


def places_then(log: ChainLog, first: CareChainEvent) -> dict[Party, CareChainDetails]:
    """What says where each party was when the ward logged an event by the row `first`: that of the unit that logged it,
    where the chain has named it as the ward, else what was known by then. What was named by mistake, in another
    spelling or not at all follows what was named after it.
    """
    rows, since = _rows_and_ward(log, first)
    return {party: _mended(rows[since:], party) for party in Party}


def _rows_and_ward(log: ChainLog, first: CareChainEvent) -> tuple[Sequence[CareChainDetails], int]:
    rows = [row for row in log.versions if row.chain_id == first.chain_id] or log.versions
    wards = [row.place_keys.get(Party.INPATIENT, NOT_ADMITTED) for row in rows]
    own = [at for at, ward in enumerate(wards) if ward == f"unit:{first.unit_id}"]
    lain = own or [at for at, ward in enumerate(wards) if ward != NOT_ADMITTED] or [0]
    return rows, ([at for at in lain if rows[at].order <= first.order] or lain[:1])[-1]


def _rows_since(chain: CareChain, log: ChainLog, first: CareChainEvent) -> Sequence[CareChainDetails]:
    """From the ward of the move that `first` logged on; from home, where the patient was there then: who was admitted
    has not been moved since, and who was discharged came to a ward again, if somebody said so.
    """
    rows, ward = _rows_and_ward(log, first)
    stood = max((at for at, row in enumerate(rows) if row.order <= first.order), default=0)
    came = rows[ward].order > first.order and rows[ward].changed.get(Party.INPATIENT) == PlaceChange.MOVED
    if rows[stood].not_admitted and (came or effect_of(chain, first) is Effect.ADMISSION):
        return rows[stood:]
    return rows[ward:]


def _mended(rows: Sequence[CareChainDetails], party: Party) -> CareChainDetails:
    stood = rows[0]
    for row in rows[1:]:
        was, now = (each.place_keys.get(party) for each in (stood, row))
        if was and was != now and row.changed.get(party) not in (PlaceChange.MISTAKE, PlaceChange.SAME):
            break
        stood = row
    return stood


def effect_of(chain: CareChain, event: CareChainEvent) -> Effect:
    return chain.outage.routine.message(event.kind).effect


def is_move(chain: CareChain, event: CareChainEvent) -> bool:
    return effect_of(chain, event) in (Effect.ADMISSION, Effect.DISCHARGE)


def when_of(log: ChainLog, event: CareChainEvent) -> tuple[datetime, int]:
    return minute_of(event.happened_at), line_of(log, event).order


def line_of(log: ChainLog, event: CareChainEvent) -> CareChainEvent:
    """The first version of an event: its identity through all corrections."""
    return line_back(log, event.id)[-1] if event.supersedes_id else event
