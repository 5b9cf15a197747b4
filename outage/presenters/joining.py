"""Two chains of the same patient side by side: what to choose between, and which events may be one and the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from contacts.rules.parties import PARTY_LABELS, WARD_KIND_LABELS, Party, WardKind
from outage.models import CareChain, CareChainDetails, ChainJoin
from outage.presenters.care import details_of, patient_in_list, patient_on_own_page, shown_identity
from outage.presenters.chain import other_end, particulars_shown
from outage.queries.chain_log import ChainLog
from outage.queries.joining import PLACES, differing
from outage.routine import get_routine
from outage.rules.back_registration import BEFORE_LABELS, CHAIN_STATUS_LABELS, Before, ChainStatus
from outage.rules.joining import Pair
from outage.rules.wording import lower_first, moment

_LABELS = {
    "identity": "Nummer",
    "patient_name": "Namn",
    "ward": "Avdelning",
    "ward_kind": "Slag av avdelning",
    "municipality": "Kommun",
    "outpatient": "Öppenvård",
    "before": "Inskriven före driftstoppet",
    "status": "Läge",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two chains: its number, whose it is and all that is logged in it, a line each."""

    number: int
    patient: str
    identity: str
    opened: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What differs: `kept` and `other` say what each chain has."""

    name: str
    label: str
    kept: str
    other: str


@dataclass(frozen=True, slots=True)
class LikePair:
    """Two events that may be one and the same, each in words."""

    pair: Pair
    label: str
    kept: str
    other: str


def side(chain: CareChain, log: ChainLog, now: datetime) -> Side:
    """One of two chains as it is shown beside the other."""
    patient = patient_on_own_page(chain, now)
    routine = get_routine(chain.outage.routine_id)
    rows: list[tuple[datetime, str]] = [
        (event.happened_at, routine.label(event.kind)) for event in log.live_events
    ]
    rows += [(call.at, f"Samtal, {other_end(call)}") for call in log.live_handovers]
    return Side(
        number=chain.number,
        patient=patient.name,
        identity=patient.identity,
        opened=f"{chain.unit.name} {moment(chain.recorded_at, now)}",
        rows=tuple(f"{moment(at, now)} {text}" for at, text in sorted(rows)),
    )


def choices(kept: CareChain, other: CareChain) -> list[Choice]:
    """What differs between two chains."""
    mine, theirs = details_of(kept), details_of(other)
    return [
        Choice(
            name,
            _LABELS[name],
            f"{_said(mine, name)} (vårdkedja {kept.number})",
            f"{_said(theirs, name)} (vårdkedja {other.number})",
        )
        for name in differing(mine, theirs)
    ]


def _said(details: CareChainDetails, name: str) -> str:
    if name in PLACES:
        return details.place_names[PLACES[name]]
    if name == "status" and details.status_reason:
        return f"{CHAIN_STATUS_LABELS[ChainStatus(details.status)]}: {details.status_reason}"
    return {
        "identity": shown_identity(details),
        "patient_name": details.patient_name,
        "ward_kind": WARD_KIND_LABELS[WardKind(details.ward_kind)],
        "before": BEFORE_LABELS[Before(details.before)],
        "status": CHAIN_STATUS_LABELS[ChainStatus(details.status)],
    }[name]


def like_pairs(
    kept: ChainLog, other: ChainLog, pairs: Iterable[Pair], routine_id: str, now: datetime
) -> list[LikePair]:
    """The pairs of events to ask about, in words."""
    routine = get_routine(routine_id)
    mine = {str(event.pk): event for event in kept.events}
    theirs = {str(event.pk): event for event in other.events}

    def said(event):  # type: ignore[no-untyped-def]
        told = ", ".join(f"{lower_first(label)} {value}" for label, value in particulars_shown(event, now))
        text = f"{moment(event.happened_at, now)}, loggat av {event.user.full_name}, {event.unit.name}"
        return f"{text} ({told})" if told else text

    return [
        LikePair(
            pair=pair,
            label=f"{routine.label(mine[pair[0]].kind)} från {PARTY_LABELS[Party(mine[pair[0]].sender)].lower()}",
            kept=said(mine[pair[0]]),
            other=said(theirs[pair[1]]),
        )
        for pair in pairs
    ]


def join_lines(chain: CareChain, joins: Sequence[ChainJoin], now: datetime) -> list[str]:
    """Each join the chain was part of, and each that was undone: with which, who, when and why."""
    lines = []
    for join in joins:
        beside = join.other if join.kept_id == chain.pk else join.kept
        what = "sammanföringen upplöst med" if join.undoes_id else "sammanförd med"
        why = f": {join.reason}" if join.reason else ""
        lines.append(
            f"{moment(join.recorded_at, now)} {join.user.full_name}, {join.unit.name}: "
            f"{what} vårdkedja {beside.number}{why}"
        )
    return lines


def former_row(chain: CareChain) -> tuple[str, object, str]:
    """A chain of a former outage: its key, the patient, and where and when it was opened."""
    local = timezone.localtime(chain.recorded_at)
    return (
        str(chain.pk),
        patient_in_list(chain),
        f"vårdkedja {chain.number}, öppnad {local.day}/{local.month}",
    )


def option(chain: CareChain) -> tuple[str, object, str, int]:
    """A chain to choose: its key, patient, unit and number."""
    return str(chain.pk), patient_in_list(chain), chain.unit.name, chain.number
