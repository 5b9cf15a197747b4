"""What a call was with and what it told of, as the log had it when the call was made: it may be entered long after."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Handover
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.joined import join_into, read_apart
from outage.queries.naming import patient_in_short
from outage.queries.owed import earlier_of_sip
from outage.queries.ring_back import is_ward_asking
from outage.queries.standing import line_back, standing_of
from outage.queries.wordings import wording_at
from outage.rules.asked_messages import ask_as_whom, ask_if_before, ask_if_off, ask_which_wording
from outage.rules.handover import CallFacts, Direction
from outage.rules.informing import PARTICIPANT_PREFIX
from outage.rules.said import in_short
from outage.rules.told import NOT_ADMITTED, PLACE_PREFIX, minute_of
from outage.rules.wording import lower_first, moment

from .call_errors import CallErrors


def other_end(
    chain: CareChain,
    facts: CallFacts,
    former: Handover | None,
    answers: Mapping[str, str] | None = None,
    log: ChainLog | None = None,
) -> dict[str, str]:
    """The party or participant that a call was with, and which place that was: a fact of the call from now on.

    A party is the place that the chain named at the time of the call; where it named none yet, the one it named
    first. Raises Question for a place that the chain did not name until later, CallErrors for one that cannot have
    been rung.
    """
    key = facts.recipient
    if key.startswith(PARTICIPANT_PREFIX):
        return {"recipient": key, "place": "", "place_name": key.removeprefix(PARTICIPANT_PREFIX)}
    if former is not None and key == former.recipient:
        return {"recipient": key, "place": former.place, "place_name": former.place_name}
    log = log or log_of(chain.pk)
    own = [row for row in log.versions if row.chain_id == chain.pk]
    at = facts.at or timezone.now()
    found: tuple[CareChainDetails, Party] | None = None
    if key.startswith(PLACE_PREFIX):
        named = (
            (row, party)
            # The chain's own first, the newest before the others.
            for row in reversed(log.versions)
            for party, place in row.place_keys.items()
            if PLACE_PREFIX + place == key
        )
        found = next(named, None)
        if found and answers is not None:
            found = _ask_which_place(chain, log, own, *found, at, answers)
    elif key in set(Party) and (named_then := _named_at(own, Party(key), at)):
        found = named_then, Party(key)
    if found is None:
        return _nowhere(key, facts.direction, log)
    row, party = found
    if row.place_keys[party] == NOT_ADMITTED:
        if facts.direction is Direction.RECEIVED or is_ward_asking(chain, log):
            # A ward that the patient has left rings too, and is rung back; it says itself which one it is.
            return {"recipient": party, "place": "", "place_name": ""}
        raise CallErrors({"recipient": "Patienten är inte inlagd. Välj någon annan."})
    return {"recipient": party, "place": row.place_keys[party], "place_name": row.place_names[party]}


def _nowhere(key: str, direction: Direction, log: ChainLog) -> dict[str, str]:
    # A place that the chain never named, rung by a call that came from another one.
    rung = next((call for call in log.handovers if PLACE_PREFIX + call.place == key), None)
    if rung:
        return {"recipient": rung.recipient, "place": rung.place, "place_name": rung.place_name}
    if key not in set(Party):
        raise CallErrors({"recipient": "Välj vem samtalet var med."})
    if direction is Direction.GIVEN:
        what = Party(key).label
        raise CallErrors({"recipient": f"{what} är inte angiven än. Ange den under Ändra uppgifter först."})
    return {"recipient": key, "place": "", "place_name": ""}


def _named_at(own: Sequence[CareChainDetails], party: Party, at: datetime) -> CareChainDetails | None:
    """The version (`own` is oldest first) that says where `party` was at a moment."""
    stood = [row for row in own if minute_of(row.recorded_at) <= at] or own[:1]
    later = own[len(stood) :]
    return next((row for row in (stood[-1], *later) if party in row.place_keys), None)


def _ask_which_place(
    chain: CareChain,
    log: ChainLog,
    own: Sequence[CareChainDetails],
    row: CareChainDetails,
    party: Party,
    at: datetime,
    answers: Mapping[str, str],
) -> tuple[CareChainDetails, Party]:
    """Raises Question about a place that was named after the call, where the chain named another when the call was
    made.
    """
    place, then = row.place_keys[party], _named_at(own, party, at)
    named = [minute_of(each.recorded_at) for each in own if each.place_keys.get(party) == place]
    if then is None or not named or named[0] <= at or then.place_keys[party] in (place, NOT_ADMITTED):
        return row, party
    standing = standing_of(chain, log)
    if standing.same(then.place_keys[party]) == standing.same(place):
        return row, party
    names = then.place_names[party], row.place_names[party]
    answer = Question(
        f"place-then-{party}",
        f"Samtalet är {moment(at, timezone.now())}, och då var {names[0]} angiven. Vem var samtalet med?",
        (("then", names[0]), ("now", names[1])),
    ).settled(answers)
    return (then, party) if answer == "then" else (row, party)


def told_then(
    chain: CareChain, log: ChainLog, event_ids: Collection[UUID], at: datetime, answers: Mapping[str, str]
) -> dict[UUID, UUID]:
    """The wording that a call told of, of each event that was corrected or taken back after it. Raises Question."""
    found = {}
    for pk in event_ids:
        row, then = log.by_text.get(str(pk)), wording_at(log, UUID(str(pk)), at)
        if row and then and row.recorded_at > at and _was_told(chain, row, then, at, answers):
            found[row.pk] = then.pk
    return found


def _was_told(
    chain: CareChain, row: CareChainEvent, then: CareChainEvent, at: datetime, answers: Mapping[str, str]
) -> bool:
    now, wordings = timezone.now(), [_wording(chain, each) for each in (then, row)]
    return ask_which_wording(
        f"wording-{row.pk}",
        called=moment(at, now),
        changed=moment(row.recorded_at, now),
        then=wordings[0],
        now="" if row.withdraws else wordings[1],
        answers=answers,
    )


def _wording(chain: CareChain, event: CareChainEvent) -> str:
    label = lower_first(chain.outage.routine.label(event.kind))
    return f"{label} {in_short(event.happened_at, event.particulars, timezone.now())}"


def spoken_of_as(
    chain: CareChain, log: ChainLog, facts: CallFacts, shown: int, answers: Mapping[str, str]
) -> CareChainDetails | None:
    """The version by which the patient was spoken of in a call, where the form showed (`shown` is that version's id)
    another patient than the chain has now; None where the chain's own says it. Raises Question, and CallErrors where
    the call was about one who is no longer read with this chain.
    """
    now = chain.details
    was = next((row for row in log.versions if row.pk == shown), None)
    apart = read_apart(chain, shown) if was is None else None
    was = was or (apart and apart[0])
    if was is None or was.who == now.who:
        return None
    by: CareChainDetails | ChainJoin
    if apart:
        happened, by = "Sammanföringen upplöstes", apart[2]
    elif was.chain_id != chain.pk:
        happened = f"Vårdkedjan sammanfördes med vårdkedja {chain.number}"
        by = join_into(chain.pk, was.chain_id) or now
    else:
        happened = "Patientens nummer eller namn ändrades"
        own = (row for row in log.versions if row.chain_id == chain.pk and row.pk > was.pk)
        by = next(row for row in own if row.who != was.who)
        if facts.at and facts.at < minute_of(by.recorded_at):
            # By its time it counts as made before that.
            return None
    as_shown = ask_as_whom(
        changed=f"{happened} {moment(by.recorded_at, timezone.now())} av {by.user.full_name}",
        then=patient_in_short(was),
        now=patient_in_short(now),
        answers=answers,
    )
    if as_shown and apart:
        message = f"Inget är sparat. Samtalet gällde vårdkedja {apart[1]}: öppna den och logga samtalet där."
        raise CallErrors({"recipient": message})
    return was if as_shown else None


def ask_if_told_before(event: CareChainEvent, happened_at: datetime, answers: Mapping[str, str]) -> None:
    """Raises Question where calls that told of the event would be before it."""
    log = log_of(event.chain_id)
    rows = {row.pk for row in line_back(log, event.pk)}
    rows |= {row.pk for other, own in log.doubles.items() if own in rows for row in line_back(log, other)}
    told = [
        call.at
        for call in log.live_handovers
        if any(message.event_id in rows for message in call.messages.all())
    ]
    if told:
        ask_if_before(min(told), happened_at, timezone.now(), answers)


def told_before_if_off(event: CareChainEvent, answers: Mapping[str, str]) -> list[CareChainEvent]:
    """What is to be taken back with a message about a SIP: all that the same sender said of it before, where the
    meeting is off. Raises Question.
    """
    before = earlier_of_sip(event)
    return before if before and ask_if_off(_wording(event.chain, before[-1]), answers) else []
