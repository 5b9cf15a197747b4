"""Two chains of the same patient joined, and a join undone: each by new rows, with both histories kept."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile, replacing
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin
from outage.queries.chain_log import ChainLog, log_of, logs_of
from outage.queries.joined import join_into, said_of, standing_join
from outage.queries.joining import (
    PLACES,
    Chosen,
    apart,
    chosen,
    differing,
    pairs_between,
    rows_of_pair,
    stored_pair,
    to_choose_in,
    with_places,
)
from outage.queries.standing import row_of, standing_of
from outage.rules.asked_changes import identity_answer, is_unlisted, place_answer
from outage.rules.back_registration import ChainStatus
from outage.rules.joining import HAPPENED, OTHER, Pair, said_together, same_events
from outage.rules.told import NOT_ADMITTED, IdentityChange, PlaceChange
from outage.rules.ward_kinds import misfit
from outage.services.care_chains import write_details
from outage.services.events import count_beside, lock_chain, need_reason, write_event
from outage.services.paper import mark_of
from outage.services.parting import part
from outage.services.states import settle


def join_chains(
    *,
    by: Acting,
    kept: CareChain,
    other: CareChain,
    client_id: UUID,
    choices: Mapping[str, str],
    same: Mapping[Pair, bool],
    answers: Mapping[str, str] | None = None,
) -> ChainJoin:
    """Join `other` to `kept`: from now on they are read as one chain.

    `choices` says of each difference which of the two is right (`queries.joining.differing`, and `to_choose_in` of
    each pair that is one event), `same` of each pair of like events whether it is one event. What it means for those
    who were told of a place or a number that was not chosen is asked, as when details are changed; `answers` as
    there. Raises RuleError for two that cannot be joined or a choice that was not made, Question, and
    ChangedMeanwhile where there is more to choose by now.
    """
    check_may(by, Right.LOG_CARE, kept, other)
    content = {
        "kept": kept.pk,
        "other": other.pk,
        "choices": dict(choices),
        "same": sorted([*pair, said] for pair, said in same.items()),
    }
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="chain_join", content=content):
            return ChainJoin.objects.get(client_id=client_id)
        lock_chain(kept, other)
        check_can_join(kept, other)
        logs = logs_of([kept.pk, other.pk])
        asked = pairs_between(logs[kept.pk], logs[other.pk])
        if set(same) - set(asked):
            raise ChangedMeanwhile
        pairs = same_events(asked, same)
        details = kept.details, other.details
        _check_chosen(differing(*details), choices)
        stands = [_put_together(by, client_id, kept, other, logs, pair, choices) for pair in pairs]
        join = ChainJoin.objects.create(
            client_id=client_id,
            kept=kept,
            other=other,
            same=[
                stored_pair(logs[kept.pk], logs[other.pk], pair, row)
                for pair, row in zip(pairs, stands, strict=True)
            ],
            user=by.user,
            unit=by.unit,
        )
        _write_chosen(by, join, details, logs, choices, answers)
        count_beside(other)
        other.joined_to = kept
        other.save(update_fields=["joined_to"])
        _settle_both(kept, other)
        for chain in (kept, other):
            audit.record(by=by, action="chain.joined", target=join, chain=chain.pk)
    return join


def _check_chosen(names: Iterable[str], choices: Mapping[str, str]) -> None:
    for name in names:
        if name not in choices:
            raise RuleError("Välj vilken uppgift som stämmer.", field=f"pick-{name}")


def _put_together(
    by: Acting,
    client_id: UUID,
    kept: CareChain,
    other: CareChain,
    logs: Mapping[UUID, ChainLog],
    pair: Pair,
    choices: Mapping[str, str],
) -> CareChainEvent:
    """The kept chain's event of a pair as it holds: corrected where something else was chosen or known in the other."""
    mine, theirs = rows_of_pair(logs[kept.pk], logs[other.pk], pair)
    names = to_choose_in(pair, mine, theirs)
    _check_chosen(names.values(), choices)
    picked = {name: choices[key] for name, key in names.items()}
    said = said_together(row_of(mine), row_of(theirs), picked)
    said.pop(HAPPENED)
    row = theirs if picked.get(HAPPENED) == OTHER else mine
    rightly = said == mine.particulars
    if rightly and row is mine:
        return mine
    return write_event(
        by,
        kept,
        event_id=uuid5(client_id, str(mine.pk)),
        kind=mine.kind,
        sender=Party(mine.sender),
        happened_at=row.happened_at,
        particulars=said,
        supersedes=mine,
        reason=f"Sammanförd med vårdkedja {other.number}.",
        # Two who log the same seldom write the same time: nobody is rung about that.
        told_rightly=rightly,
        paper=mark_of(row),
        copies=row,
    )


def check_can_join(kept: CareChain, other: CareChain) -> None:
    """Raises RuleError for two chains that cannot be read as one."""
    if kept.pk == other.pk:
        raise RuleError("Det är samma vårdkedja. Välj en annan.", field="to")
    for into, one in ((kept, other), (other, kept)):
        if one.joined_to_id == into.pk and (join := join_into(into.pk, one.pk)):
            raise RuleError(said_of(join, timezone.now()), field="to")
    if (kept.outage_id, kept.principal_id) != (other.outage_id, other.principal_id):
        raise RuleError("Vårdkedjorna hör till olika driftstopp och kan inte sammanföras.", field="to")
    if other.joined.exists() and not (kept.joined_to or kept.joined.exists()):
        raise RuleError(
            f"En annan är redan sammanförd med vårdkedja {other.number}. Sammanför tvärtom: öppna vårdkedja "
            f"{other.number} och välj vårdkedja {kept.number}.",
            field="to",
        )
    if kept.joined_to or other.joined_to or other.joined.exists():
        raise RuleError(
            "Vårdkedjan är redan sammanförd med en annan. Upplös den sammanföringen först.", field="to"
        )
    for chain in (kept, other):
        if chain.details.status == ChainStatus.WRONG_PATIENT:
            raise RuleError(
                f"Vårdkedja {chain.number} är loggad på fel patient och kan inte sammanföras.", field="to"
            )


def ask_joined_meanwhile(join: ChainJoin, answers: Mapping[str, str]) -> None:
    """Raises Question where what was typed about the other chain is to be saved, and nobody has said that it holds for
    the one that is read since.
    """
    kept, other = join.kept, join.other
    Question(
        "joined-meanwhile",
        f"Vårdkedja {other.number} är sammanförd med vårdkedja {kept.number}. Vill du ändra uppgifterna i vårdkedja "
        f"{kept.number}?",
        [("kept", f"Ja, ändra i vårdkedja {kept.number}")],
        links=[(f"Visa vårdkedja {kept.number}", "chain", str(kept.pk))],
    ).settled(answers)


def _write_chosen(
    by: Acting,
    join: ChainJoin,
    details: tuple[CareChainDetails, CareChainDetails],
    logs: Mapping[UUID, ChainLog],
    choices: Mapping[str, str],
    answers: Mapping[str, str] | None,
) -> None:
    """Write what is known from now on; where places differ after a row of those of the other chain, so that both are
    known to have been named.
    """
    kept, other = join.kept, join.other
    mine, theirs = details
    found = chosen(mine, theirs, choices)
    facts = found.facts
    if misfit(facts.ward_kind, facts.outpatient_kind, follows=facts.kind_follows):
        raise RuleError(
            "Öppenvården passar inte slaget av avdelning (R3.10). Välj om.", field="pick-outpatient"
        )
    standings = {chain.pk: standing_of(chain, logs[chain.pk]) for chain in (kept, other)}
    reached = {
        key
        for pk, standing in standings.items()
        for row in logs[pk].versions
        for key in row.place_keys.values()
        if standing.same(key) in standing.reached
    }
    named = {party: theirs if party in theirs.place_keys else mine for party in PLACES.values()}
    bridge = with_places(found.facts, named)
    left: dict[str, str] = {}
    back: dict[str, str] = {}
    for name, party in PLACES.items():
        ours, his = mine.place_keys.get(party), theirs.place_keys.get(party)
        if not ours or not his or ours == his:
            continue
        picked_theirs = choices.get(name) == OTHER
        lost, taken = (mine, theirs) if picked_theirs else (theirs, mine)
        how = _meaning(party, lost, taken, reached, answers, differ=name in differing(mine, theirs))
        same = how == PlaceChange.SAME
        left[party.value] = how if picked_theirs or same else PlaceChange.MOVED.value
        if not picked_theirs:
            back[party.value] = how
    told = any(standing.reached for standing in standings.values())
    identity = _identity_meaning(mine, theirs, answers) if told else ""
    if back:
        write_details(by, kept, bridge.facts, mine.pk, left, made_by=join, other_ids=bridge.other_ids)
    changed = (back or left) | ({"identity": identity} if identity else {})
    stands = kept.details.pk
    write_details(by, kept, found.facts, stands, changed, made_by=join, other_ids=found.other_ids)


def _meaning(
    party: Party,
    lost: CareChainDetails,
    taken: CareChainDetails,
    reached: set[str],
    answers: Mapping[str, str] | None,
    *,
    differ: bool,
) -> str:
    """What it means for the place that was not chosen; nobody is asked where nobody there has been told anything."""
    if not differ:
        return PlaceChange.SAME.value
    key = lost.place_keys[party]
    if key == NOT_ADMITTED or key not in reached:
        return PlaceChange.MOVED.value
    to = taken.place_keys.get(party)
    may_be_same = to is not None and (is_unlisted(key) or is_unlisted(to))
    return place_answer(f"place-{party}", party, lost.place_names[party], answers, may_be_same=may_be_same)


def _identity_meaning(
    mine: CareChainDetails, theirs: CareChainDetails, answers: Mapping[str, str] | None
) -> str:
    if not {"identity", "patient_name"} & set(differing(mine, theirs)):
        return ""
    return identity_answer(
        "Nummer eller namn skiljer, och någon är redan ringd. Vad gäller?",
        (IdentityChange.WRITTEN_WRONG, IdentityChange.SAID_WRONG),
        answers,
    )


def undo_join(*, by: Acting, join: ChainJoin, client_id: UUID, reason: str) -> ChainJoin:
    """Separate the two chains of a join: as they were, each with what was logged about it since (`part`).

    Raises RuleError without a reason, or where another join of the kept chain was made later; ChangedMeanwhile where
    it no longer stands.
    """
    check_may(by, Right.LOG_CARE, join)
    need_reason(reason)
    content = {"join": join.pk, "reason": reason}
    kept, other = join.kept, join.other
    with replacing():
        if claim(by=by, client_id=client_id, kind="chain_join_undone", content=content):
            return ChainJoin.objects.get(client_id=client_id)
        lock_chain(kept, other)
        last = standing_join(kept)
        if last is None or other.joined_to != kept:
            raise ChangedMeanwhile
        if last.pk != join.pk:
            raise RuleError(
                f"Vårdkedjan är senare sammanförd med vårdkedja {last.other.number}. Upplös den först."
            )
        joined = log_of(kept.pk)
        row = ChainJoin.objects.create(
            client_id=client_id,
            kept=kept,
            other=other,
            undoes=join,
            reason=reason.strip(),
            user=by.user,
            unit=by.unit,
        )
        back, theirs = apart(join)
        misled = part(by, join, row, joined, back.facts)
        _write_again(by, kept, back, row, misled)
        count_beside(other)
        other.joined_to = None
        other.save(update_fields=["joined_to"])
        if other.pk in misled or theirs.facts != other.details.facts:
            _write_again(by, other, theirs, row, misled)
        _settle_both(kept, other)
        for chain in (kept, other):
            audit.record(by=by, action="chain.join_undone", target=row, chain=chain.pk)
    return row


def _write_again(by: Acting, chain: CareChain, found: Chosen, undone: ChainJoin, misled: set[UUID]) -> None:
    """What is known of a chain that is read by itself again. Who heard that it was the other's patient is rung."""
    changed = {"identity": IdentityChange.SAID_WRONG.value} if chain.pk in misled else {}
    ids, now = found.other_ids, chain.details.pk
    write_details(by, chain, found.facts, now, changed, made_by=undone, other_ids=ids)


def _settle_both(kept: CareChain, other: CareChain) -> None:
    other.outage = kept.outage
    settle(kept)
    settle(other)
