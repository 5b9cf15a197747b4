"""A hand-over read again: what was open when it was made, as it was told, and what is left of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.presenters.owed import event_label
from outage.presenters.shift import RegisterLine, number_back, register_label
from outage.queries.naming import Patient, party_in_list, patient_in_list
from outage.queries.shift_done import calls_by_id
from outage.queries.shift_left import Became, became_of
from outage.queries.states import sole_party
from outage.rules.groups import in_groups
from outage.rules.informing import InformState
from outage.rules.shift import registering_words
from outage.rules.shift_told import Kept, LeftKind, LeftNow, ToldLine
from outage.rules.told import Notice
from outage.rules.wording import lower_first, moment


@dataclass(frozen=True, slots=True)
class ToldShown:
    """A line: `then` is how it stood, `now` what became of it: in words, and `state`. `chain_id` is None where it is of
    no patient, or of one whom the unit no longer sees: then `patient` is None too.
    """

    kind: str
    what: str
    then: str
    state: LeftNow
    now: str
    chain_id: UUID | None = None
    patient: Patient | None = None


def told_shown(
    acting: Acting, outages: Sequence[Outage], lines: Sequence[ToldLine], now: datetime
) -> list[ToldShown]:
    """The number of queries does not depend on that of the lines."""
    asked = [UUID(line.said[0]["call"]) for line in lines if line.kind is LeftKind.RING_BACK]
    calls = {call.pk: call for call in calls_by_id(acting, outages, asked)}
    found = []
    for line, became in zip(lines, became_of(acting, outages, lines, calls), strict=True):
        is_now = became.now, _now(line, became)
        if line.kind is LeftKind.PAPERS:
            found.append(ToldShown(line.kind.label, in_groups(line.said[0]["serial"]), "", *is_now))
            continue
        call = calls.get(UUID(line.said[0]["call"])) if line.kind is LeftKind.RING_BACK else None
        chain = became.chain
        if chain is None:
            found.append(ToldShown(line.kind.label, "Patienten finns inte längre hos enheten", "", *is_now))
            continue
        what, then = _ring_back(call, now) if call else _OF[line.kind](chain, line, now)
        found.append(ToldShown(line.kind.label, what, then, *is_now, chain.pk, patient_in_list(chain)))
    return found


def _now(line: ToldLine, became: Became) -> str:
    """In words; of a patient with protected personal data a list does not say where."""
    chain = became.chain
    if chain and chain.outage.purged_at:
        return "Gallrat"
    if became.now is not LeftNow.OTHERS or chain is None or chain.details.protected_identity:
        return became.now.label
    does = "Ringer nu" if line.kind is LeftKind.CALLS else "Väntar nu"
    return f"{does}: {', '.join(became.units)}"


def register_told(kept: Kept, outage: Outage, now: datetime) -> list[RegisterLine]:
    """What was left to enter, by outage; `outage` is the one that was in view."""
    tasks = kept.get("tasks") or ()
    if tasks and isinstance(tasks[0], int):
        # Of a row from before they were told apart.
        tasks = ({"outage": str(outage.pk), "began": "", "done": tasks},)
    found = []
    for each in tasks:
        other = each["outage"] != str(outage.pk)
        began = datetime.fromisoformat(each["began"]) if other else None
        acknowledge = each.get("acknowledge", False)
        amount = (
            registering_words(each["done"], acknowledge=acknowledge, then="var") or "För många för att räknas"
        )
        found.append(RegisterLine(UUID(each["outage"]), register_label(outage, began, now), amount))
    return found


def _ring_back(call: Handover, now: datetime) -> tuple[str, str]:
    return number_back(call), f"Samtalet {moment(call.at, now)}"


def _call(chain: CareChain, line: ToldLine, now: datetime) -> tuple[str, str]:
    first = line.said[0]
    whom = lower_first(party_in_list(chain, first["party"])) if first["party"] else "deltagare i SIP"
    what = ", ".join(
        dict.fromkeys(_message(chain, said["message"], said["kind"], said["retracts"]) for said in line.said)
    )
    states = [InformState(said["state"]) for said in line.said]
    tries = max(said["tries"] for said in line.said)
    parts = [
        ", ".join(dict.fromkeys(state.label for state in states)),
        f"{tries} försök" if tries else "",
        "lämnad som öppen punkt" if any(said["open_item"] for said in line.said) else "",
    ]
    return f"{what} till {whom}", ", ".join(part for part in parts if part)


def _message(chain: CareChain, message: str, kind: str, retracts: bool) -> str:
    how, _, rest = message.partition(":")
    if how == "notice":
        return Notice(rest.partition(":")[0]).label
    return event_label(chain, kind, retracts)


def _awaited(chain: CareChain, line: ToldLine, now: datetime) -> tuple[str, str]:
    said = line.said[0]
    label = chain.outage.routine.label(said["kind"])
    party = Party(said["party"])
    whom = "er" if party == sole_party(chain.principal) else lower_first(party_in_list(chain, party))
    return f"{label} från {whom}", f"Sedan {moment(datetime.fromisoformat(said['since']), now)}"


def _place(chain: CareChain, line: ToldLine, now: datetime) -> tuple[str, str]:
    return "Vart patienten hör", ""


_OF = {LeftKind.CALLS: _call, LeftKind.AWAITED: _awaited, LeftKind.PLACES: _place}
