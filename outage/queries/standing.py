"""From the rows of a chain to the rules: what each place knows, what is owed and by which unit, what is to enter."""

from collections.abc import Collection, Sequence
from uuid import UUID

from contacts.access import Acting
from contacts.models import Principal
from contacts.rules.parties import Party, WardKind, party_label
from outage.models import CareChain, CareChainDetails, CareChainEvent, DischargeCompletion, Handover, OpenItem
from outage.queries.chain_log import ChainLog
from outage.rules.awaited import AwaitedAnswer, Said, awaited_answers
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import FAILED, PARTICIPANT_PREFIX, CallOutcome, DischargeState
from outage.rules.owed import ChainStanding
from outage.rules.places import Places
from outage.rules.routine import Effect, Routine
from outage.rules.told import (
    CallRow,
    Closed,
    Double,
    EventRow,
    IdentityChange,
    Notice,
    Owed,
    PlaceChange,
    Target,
    Untold,
    Version,
    folded,
    notice_id,
)

_IDENTITY = "identity"
_PARTIES = frozenset(Party)
# Where a row that hangs on no other keeps what the rules have of it: they ask many times, and it never changes.
_KEPT = "as_the_rules_have_it"


def own_parties(principal: Principal) -> frozenset[Party]:
    """The parties that units of a principal can be: the region has ward and öppenvård, a municipality itself."""
    if principal.is_region:
        return frozenset({Party.INPATIENT, Party.OUTPATIENT})
    return frozenset({Party.MUNICIPALITY})


def holder_of(chain: CareChain, log: ChainLog, party: Party) -> int:
    """The id of the unit that makes the calls of `party`, one of the own principal's.

    The unit that the chain names; else, where the patient has gone on to a place outside the principal, the one it
    named last; else the one that opened the chain: what is logged is always somebody's to tell.
    """
    for version in reversed(log.versions):
        unit_id = own_unit(chain, version, party)
        if unit_id:
            return unit_id
    return chain.unit_id


def own_unit(chain: CareChain, details: CareChainDetails, party: Party) -> int | None:
    if party is Party.MUNICIPALITY:
        return chain.unit_id if details.municipality_id == chain.principal_id else None
    unit = details.ward_unit if party is Party.INPATIENT else details.outpatient_unit
    return unit.pk if unit and unit.principal_id == chain.principal_id else None


def standing_of(chain: CareChain, log: ChainLog) -> ChainStanding:
    """Computed once for each log that was read."""
    if log.standing is None:
        log.standing = _standing(chain, log)
    return log.standing


def untold_in(chain: CareChain, log: ChainLog) -> Untold:
    """Computed once for each log that was read, where it was not kept (`task_logs_of`)."""
    if log.untold is None:
        standing, rows = standing_of(chain, log), [row_of(event) for event in log.live_events]
        ours = [row for row in rows if standing.is_ours(row)]
        untold = frozenset(row.id for row in ours if not standing.all_told(row))
        owed = [one for one in standing.owed if one.id in untold]
        log.untold = Untold(
            ours=untold,
            others=frozenset(row.id for row in rows) - {row.id for row in ours},
            former=frozenset(one.id for one in owed if one.closed is Closed.FORMER_PLACE)
            - {one.id for one in owed if one.closed is None},
        )
    return log.untold


def places_of(log: ChainLog) -> Places:
    return log.standing or Places(versions=[_version(row) for row in log.versions], calls=())


def _standing(chain: CareChain, log: ChainLog) -> ChainStanding:
    ours = own_parties(chain.principal)
    elsewhere = {row.pk for other in log.doubles for row in line_back(log, other)}
    named = {key for version in log.versions for key in version.place_keys.values()}
    calls = (_call_row(call, log, named) for call in log.live_handovers)
    return ChainStanding(
        routine=chain.outage.routine,
        versions=[_version(row) for row in log.versions],
        events=[row_of(row) for row in log.events if row.pk not in elsewhere],
        doubles={str(one): double for one, double in _doubles(log).items()},
        sent_from=_sent_from(chain, log),
        calls=[call for call in calls if call is not None],
        ours=ours,
        own=frozenset(
            version.place_keys[party]
            for version in log.versions
            for party in ours
            if own_unit(chain, version, party)
        ),
    )


def line_back(log: ChainLog, event_id: UUID) -> list[CareChainEvent]:
    """A row of an event and those it replaces, the newest first."""
    by_id = log.by_id
    row = by_id.get(event_id)
    found = []
    while row is not None:
        found.append(row)
        row = by_id.get(row.supersedes_id) if row.supersedes_id else None
    return found


def _doubles(log: ChainLog) -> dict[UUID, Double]:
    """For the events that were logged also in a chain that was joined to this one, the rows there."""
    found: dict[UUID, Double] = {}
    particulars = {row.pk: row.particulars for row in log.events}
    for other, own in log.doubles.items():
        # Who heard another date than the one that holds has not heard it.
        same, former, says_it = set[str](), set[str](), particulars.get(other) == particulars.get(own)
        for row in line_back(log, other):
            (same if says_it else former).add(str(row.pk))
            says_it = says_it and row.told_rightly
        before = found.get(own, Double(frozenset()))
        found[own] = Double(before.same | same, before.former | former)
    return found


def _sent_from(chain: CareChain, log: ChainLog) -> dict[str, str]:
    """The place of the sender of each event for which a row says it, by the first row: that of the unit that logged
    it, else of the call by which it was received; of one logged in a chain joined to this one, as that chain had
    it.
    """
    named = {(party.value, key) for version in log.versions for party, key in version.place_keys.items()}
    rang = {
        (message.event_id, call.recipient): call.place
        # Of several the one that was first.
        for call in reversed(log.live_handovers)
        if call.direction == Direction.RECEIVED
        for message in call.messages.all()
    }
    found = {}
    for row in log.events:
        if row.supersedes_id:
            continue
        places = (
            f"unit:{row.unit_id}",
            f"principal:{row.unit.principal_id}",
            rang.get((row.pk, row.sender), ""),
        )
        said = next((place for place in places if (row.sender, place) in named), "")
        if said:
            found[str(row.pk)] = said
        elif row.chain_id != chain.pk:
            versions = [version for version in log.versions if version.chain_id == row.chain_id]
            known = [version for version in versions if version.order <= row.order] or versions[:1]
            found[str(row.pk)] = known[-1].place_keys.get(Party(row.sender), "")
    return found


def _version(row: CareChainDetails) -> Version:
    changed = dict(row.changed)
    identity = changed.pop(_IDENTITY, None)
    keys = row.place_keys
    return Version(
        id=str(row.pk),
        order=row.order,
        at=row.recorded_at,
        places=keys,
        ward_kind=WardKind(row.ward_kind),
        status=ChainStatus(row.status),
        before=Before(row.before),
        names={folded(name): keys[party] for party, name in row.place_names.items()},
        other_names={folded(name): keys[party] for party, name in row.other_names},
        changed={Party(party): PlaceChange(how) for party, how in changed.items()},
        identity=IdentityChange(identity) if identity else None,
        patient=row.who,
        by=f"unit:{row.unit_id}",
    )


def row_of(row: CareChainEvent) -> EventRow:
    known: EventRow | None = row.__dict__.get(_KEPT)
    if known is None:
        known = row.__dict__[_KEPT] = EventRow(
            id=str(row.pk),
            order=row.order,
            at=row.happened_at,
            kind=row.kind,
            sender=Party(row.sender),
            participants=row.participants,
            supersedes=str(row.supersedes_id) if row.supersedes_id else None,
            withdraws=row.withdraws,
            told_rightly=row.told_rightly,
            in_system=row.in_system,
            said=row.particulars,
            by=f"unit:{row.unit_id}",
        )
    return known


def _call_row(row: Handover, log: ChainLog, named: Collection[str]) -> CallRow | None:
    """The call as input to the rules; None for one that tells nobody anything of ours.

    A call received by a unit that the chain names says that this unit knows what the one who rang tells of.
    """
    known: CallRow | None = row.__dict__.get(_KEPT)
    if known is not None:
        return known
    told = list(row.messages.all())
    received = row.direction == Direction.RECEIVED
    place = row.recipient if row.recipient.startswith(PARTICIPANT_PREFIX) else row.place
    first = first_of(row, log)
    if received:
        # The unit that was rung, whoever corrected it since.
        place = f"unit:{first.unit_id}"
        senders: dict[UUID | None, str] = {event.pk: event.sender for event in log.events}
        told = [message for message in told if senders.get(message.event_id) == row.recipient]
        if place not in named or not told:
            return None
    found = CallRow(
        id=str(first.pk),
        order=first.order,
        at=row.at,
        place=place,
        outcome=CallOutcome(row.outcome),
        told=frozenset(
            str(m.event_id) if m.event_id else notice_id(Notice(m.notice), str(m.change_id)) for m in told
        ),
        received=received,
        party=Party(row.recipient) if row.recipient in _PARTIES and not received else None,
        patient=next((each.who for each in log.versions if each.pk == row.shown_as_id), None),
    )
    if first is row and not received:
        row.__dict__[_KEPT] = found
    return found


def first_of(row: Handover, log: ChainLog) -> Handover:
    """The row by which a call was first logged."""
    if row.supersedes_id is None:
        return row
    by_id = {call.pk: call for call in log.handovers}
    while row.supersedes_id in by_id:
        row = by_id[row.supersedes_id]
    return row


def open_item_of(chain: CareChain, log: ChainLog, items: Sequence[OpenItem], whom: str) -> OpenItem | None:
    """The newest of a discharge's `items` that stands for `whom` (`Target.whom`)."""
    same = standing_of(chain, log).same
    return next((item for item in reversed(items) if same(item.whom) == whom), None)


def units_to_tell(chain: CareChain, log: ChainLog, by: Party, event_id: str = "") -> set[int]:
    """The ids of the units that tell what `by` owes: the one that holds the party, and beside it the one that opened
    the chain, logged the event and rang about it in the other's place.
    """
    units = {holder_of(chain, log, by)}
    line = standing_of(chain, log).line_of(event_id)
    named = {version.place_keys.get(by) for version in log.versions}
    if line and f"unit:{chain.unit_id}" not in named and by in chain.unit.parties:
        logged = log.by_text[line]
        if logged.unit_id == chain.unit_id and any(
            call.direction == Direction.GIVEN
            and first_of(call, log).unit_id == chain.unit_id
            and any(message.event_id == logged.pk for message in call.messages.all())
            for call in log.live_handovers
        ):
            units.add(chain.unit_id)
    return units


def units_to_ring(chain: CareChain, log: ChainLog, owed: Owed) -> set[int]:
    """The ids of the units that make an owed call: those that tell it, never the one that is rung.

    What is nobody's own message (a notice, what others sent) is then rung by another unit of ours in the chain.
    """
    standing = standing_of(chain, log)
    units = units_to_tell(chain, log, owed.by, owed.id)
    event = log.by_text.get(owed.id)
    others = our_units(chain, log)
    itself = {unit for unit in {*units, *others} if _rings_itself(chain, standing, unit, owed)}
    if units - itself or (owed.notice is None and (event is None or event.sender == owed.by)):
        return units - itself
    return set([unit for unit in others if unit not in itself][:1])


def our_units(chain: CareChain, log: ChainLog) -> list[int]:
    """The ids of the own units that the chain names or has named, the newest first, and of the one that opened it."""
    if log.our_units is None:
        parties = own_parties(chain.principal)
        named = [own_unit(chain, row, party) for row in reversed(log.versions) for party in parties]
        log.our_units = [unit for unit in (*named, chain.unit_id) if unit]
    return log.our_units


def _rings_itself(chain: CareChain, standing: ChainStanding, unit_id: int, owed: Owed) -> bool:
    """Whether the call would be to the unit itself: a municipality is one place, a participant is known by name."""
    keys = [f"unit:{unit_id}"]
    names = [*chain.unit.names] if unit_id == chain.unit_id else []
    if not chain.principal.is_region:
        keys.append(f"principal:{chain.principal_id}")
        names += chain.principal.names
    return owed.target.place in {*map(standing.same, keys), *(standing.participant(n).place for n in names)}


def awaited_by_unit(chain: CareChain, log: ChainLog, unit_id: int) -> list[AwaitedAnswer]:
    """The answers of others that the unit waits for, the longest wait first (R2.2)."""
    standing = standing_of(chain, log)
    return awaited_answers(
        routine=standing.routine,
        acting=[party for party in standing.held if holder_of(chain, log, party) == unit_id],
        status=standing.now.status,
        said=[
            Said(event.kind, event.sender, *standing.when(event), standing.told_at(event))
            for event in standing.newest
            if not event.withdraws
            # What the former place answered is no answer of the one that took over.
            and not (
                standing.routine.message(event.kind).awaited_after and standing.is_of_former_place(event)
            )
        ],
    )


def tells(by: Acting, chain: CareChain, log: ChainLog, event: CareChainEvent) -> bool:
    """Whether an event is the acting unit's own to tell."""
    units = units_to_tell(chain, log, Party(event.sender), str(event.pk))
    return standing_of(chain, log).is_ours(row_of(event)) and by.unit.pk in units


def completion_of(chain: CareChain, log: ChainLog, event: CareChainEvent) -> DischargeCompletion | None:
    """The completion of a discharge, if all are told and each call that it rested on still stands."""
    standing = standing_of(chain, log)
    if standing.discharge_state(row_of(event), ()) is not DischargeState.COMPLETE:
        return None
    calls = set(standing.told_by(row_of(event)).values())
    rows = [event, *(row for row in log.events if log.doubles.get(row.pk) == event.pk)]
    made = [
        completion
        for row in rows
        for completion in row.completions.all()
        if calls.issuperset(completion.rests_on)
    ]
    return made[-1] if made else None


def told_by(
    chain: CareChain, log: ChainLog, handover: Handover, among: Collection[UUID] | None = None
) -> list[CareChainEvent]:
    """The standing events that a call told of, in this version or an earlier one; of `among`, where given."""
    told = {str(m.event_id) for m in handover.messages.all() if among is None or m.event_id in among}
    standing = standing_of(chain, log)
    return [event for event in log.live_events if not told.isdisjoint(standing.versions_of(row_of(event)))]


def told_only_by(
    chain: CareChain,
    log: ChainLog,
    handover: Handover,
    *,
    ever: bool = False,
    among: Collection[UUID] | None = None,
) -> list[CareChainEvent]:
    """Those of them that no other standing call has told anybody of: a failed try tells nobody. With `ever` also none
    that was logged before this call, or told of in one that was taken back.
    """
    first = first_of(handover, log)
    others = [
        told_by(chain, log, call)
        for call in (log.handovers if ever else log.live_handovers)
        if first_of(call, log) != first
        and (CallOutcome(call.outcome) not in FAILED or (ever and first_of(call, log).order < first.order))
    ]
    own = told_by(chain, log, handover, among)
    return [event for event in own if not any(event in told for told in others)]


def label_of(log: ChainLog, target: Target) -> str:
    kind = WardKind(log.versions[-1].ward_kind)
    return target.participant or party_label(target.party or Party.INPATIENT, kind)


def is_discharge(routine: Routine, event: CareChainEvent) -> bool:
    """Whether the event is the discharge itself, of which every party must know (R1.6)."""
    return routine.message(event.kind).effect is Effect.DISCHARGE and not event.withdraws
