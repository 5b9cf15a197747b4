"""What differs between two chains of the same patient, and which of their events may be one and the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from contacts.rules.parties import Party
from outage.models import CareChainDetails, CareChainEvent, ChainFacts, ChainJoin
from outage.queries.chain_log import ChainLog
from outage.queries.standing import line_back, row_of
from outage.rules.identity import number_key
from outage.rules.joining import OTHER, Pair, differing_in, is_protected_alone, pairs_to_ask_about
from outage.rules.told import folded

PLACES = {"ward": Party.INPATIENT, "municipality": Party.MUNICIPALITY, "outpatient": Party.OUTPATIENT}
_FIELDS = {
    Party.INPATIENT: ("ward_unit", "not_admitted"),
    Party.MUNICIPALITY: ("municipality",),
    Party.OUTPATIENT: ("outpatient_unit",),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be known of a chain: facts, and the ids of its unlisted places."""

    facts: ChainFacts
    other_ids: Mapping[Party, str]


def _place(party: Party) -> Callable[[CareChainDetails], str]:
    def said(row: CareChainDetails) -> str:
        # A place in no list is the same by its name, whatever id each chain has for it.
        other = row.other_places.get(party)
        return f"other:{folded(other.name)}" if other else row.place_keys.get(party, "")

    return said


# What two are compared by, under the names of the facts; empty where it is not known.
_SAID: dict[str, Callable[[CareChainDetails], str]] = {
    "identity": lambda row: number_key(row.identity_number),
    "patient_name": lambda row: folded(row.patient_name),
    **{name: _place(party) for name, party in PLACES.items()},
    "ward_kind": lambda row: row.ward_kind,
    "before": lambda row: row.before,
    "status": lambda row: row.status,
}


def differing(kept: CareChainDetails, other: CareChainDetails) -> list[str]:
    """The names of what both say, but differently: a choice has to be made."""
    return [name for name, said in _SAID.items() if said(kept) and said(other) and said(kept) != said(other)]


def chosen(kept: CareChainDetails, other: CareChainDetails, choices: Mapping[str, str]) -> Chosen:
    """What both know together: where they differ what `choices` says (KEPT or OTHER), else whoever knows it."""
    taken = {name: kept if said(kept) else other for name, said in _SAID.items()}
    taken |= {name: other for name, said in _SAID.items() if said(other) and choices.get(name) == OTHER}
    facts = replace(
        kept.facts,
        **{name: getattr(row.facts, name) for name, row in taken.items() if name not in PLACES},
        status_reason=taken["status"].status_reason,
        # Protection in either one holds for both.
        protected_identity=kept.protected_identity or other.protected_identity,
    )
    return with_places(facts, {party: taken[name] for name, party in PLACES.items()})


def with_places(facts: ChainFacts, rows: Mapping[Party, CareChainDetails]) -> Chosen:
    """`facts` with each party's place as a row has it."""
    changed: dict[str, Any] = {}
    others, ids = {}, {}
    for party, row in rows.items():
        changed |= {name: getattr(row, name) for name in _FIELDS[party]}
        if party in row.facts.others:
            others[party] = row.facts.others[party]
            ids[party] = row.other_ids[party.value]
    return Chosen(replace(facts, **changed, others=others), ids)


def before_join(was: CareChainDetails, made: CareChainDetails, now: CareChainDetails) -> Chosen:
    """What was known before a join (`was`), except what was changed after it: `made` is what the join said."""
    plain = {f.name for f in fields(ChainFacts)} - {name for names in _FIELDS.values() for name in names}
    then, joined, current = was.facts, made.facts, now.facts
    back = {
        name: getattr(then, name)
        for name in plain - {"others"}
        if getattr(current, name) == getattr(joined, name)
    }
    rows = {
        party: was if now.place_keys.get(party) == made.place_keys.get(party) else now
        for party in PLACES.values()
    }
    return with_places(replace(current, **back), rows)


def apart(join: ChainJoin) -> tuple[Chosen, Chosen]:
    """What is to be known of the kept chain and of the other one, each by itself."""
    made = list(join.versions.select_related("replaces").order_by("pk"))
    was, now, other = made[0].replaces, join.kept.details, join.other.details
    assert was is not None
    kept, theirs = before_join(was, made[-1], now), Chosen(other.facts, other.other_ids)
    number = number_key(kept.facts.identity)
    held = {
        "together": now.protected_identity,
        "said_since": not made[-1].protected_identity,
        "same_number": bool(number) and number == number_key(theirs.facts.identity),
    }

    def protected(each: Chosen) -> Chosen:
        own = each.facts.protected_identity
        return replace(each, facts=replace(each.facts, protected_identity=is_protected_alone(own, **held)))

    return protected(kept), protected(theirs)


def pairs_between(kept: ChainLog, other: ChainLog) -> list[Pair]:
    """The events that stand in both and may be one and the same, by their ids (`rules.joining`)."""
    return pairs_to_ask_about(
        [row_of(event) for event in kept.live_events], [row_of(event) for event in other.live_events]
    )


def rows_of_pair(kept: ChainLog, other: ChainLog, pair: Pair) -> tuple[CareChainEvent, CareChainEvent]:
    """The two events of a pair, the kept chain's first."""
    events = {str(event.pk): event for event in (*kept.events, *other.events)}
    return events[pair[0]], events[pair[1]]


def to_choose_in(pair: Pair, mine: CareChainEvent, theirs: CareChainEvent) -> dict[str, str]:
    """What two events say differently, should they be one, each with the name under which it is chosen."""
    return {name: f"{'-'.join(pair)}-{name}" for name in differing_in(row_of(mine), row_of(theirs))}


def stored_pair(kept: ChainLog, other: ChainLog, pair: Pair, stands: CareChainEvent) -> dict[str, str]:
    """A pair as the join stores it: the standing rows, and the first row of each; `was` is the kept chain's row where
    `stands` was written of both.
    """
    mine, theirs = pair
    return {
        "kept": str(stands.pk),
        "other": theirs,
        "was": mine,
        "kept_line": str(line_back(kept, UUID(mine))[-1].pk),
        "other_line": str(line_back(other, UUID(theirs))[-1].pk),
    }
