"""Two chains of the same patient side by side: what to choose between, and which events may be one and the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from django.utils import timezone

from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin
from outage.presenters.care import patient_on_own_page
from outage.presenters.chain import call_title, other_end, told_labels
from outage.queries.chain_log import ChainLog
from outage.queries.heard import Heard
from outage.queries.joining import PLACES, apart, differing, rows_of_pair, to_choose_in
from outage.queries.naming import patient_in_list, shown_identity
from outage.rules.back_registration import ChainStatus
from outage.rules.joining import HAPPENED, Pair
from outage.rules.said import labelled
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
    name: str
    label: str
    kept: str
    other: str


@dataclass(frozen=True, slots=True)
class LikePair:
    """Two events that may be one and the same, each in words, and what they say differently."""

    pair: Pair
    label: str
    kept: str
    other: str
    choices: tuple[Choice, ...]


def side(chain: CareChain, log: ChainLog, now: datetime) -> Side:
    patient = patient_on_own_page(chain, now)
    routine = chain.outage.routine
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
    mine, theirs = kept.details, other.details
    return [
        _choice(name, kept, other, *((_LABELS[name], _said(row, name)) for row in (mine, theirs)))
        for name in differing(mine, theirs)
    ]


def _choice(
    name: str, kept: CareChain, other: CareChain, mine: tuple[str, str], theirs: tuple[str, str]
) -> Choice:
    (label, ours), (_, his) = mine, theirs
    return Choice(name, label, f"{ours} (vårdkedja {kept.number})", f"{his} (vårdkedja {other.number})")


def _said(details: CareChainDetails, name: str) -> str:
    if name in PLACES:
        return details.place_names[PLACES[name]]
    if name == "status" and details.status_reason:
        return f"{ChainStatus(details.status).label}: {details.status_reason}"
    if name == "identity":
        return shown_identity(details)
    said: str | Labelled = getattr(details.facts, name)
    return said.label if isinstance(said, Labelled) else said


def like_pairs(
    kept: CareChain, other: CareChain, logs: Mapping[UUID, ChainLog], pairs: Iterable[Pair], now: datetime
) -> list[LikePair]:
    routine, system = kept.outage.routine, kept.outage.system

    def said(event: CareChainEvent) -> str:
        told = ", ".join(f"{lower_first(label)} {value}" for label, value in labelled(event.particulars, now))
        text = f"{moment(event.happened_at, now)}, loggat av {event.user.full_name}, {event.unit.name}"
        return f"{text} ({told})" if told else text

    found = []
    for pair in pairs:
        mine, theirs = rows_of_pair(logs[kept.pk], logs[other.pk], pair)
        found.append(
            LikePair(
                pair=pair,
                label=f"{routine.label(mine.kind)} från {Party(mine.sender).label.lower()}",
                kept=said(mine),
                other=said(theirs),
                choices=tuple(
                    _choice(
                        key, kept, other, *(_particular(name, row, system, now) for row in (mine, theirs))
                    )
                    for name, key in to_choose_in(pair, mine, theirs).items()
                ),
            )
        )
    return found


def _particular(name: str, event: CareChainEvent, system: str, now: datetime) -> tuple[str, str]:
    """A label, and what an event says about it; a time stands with its date."""
    if name == HAPPENED:
        stands = f", står i {system}" if event.in_system else ""
        return "När det hände", moment(event.happened_at, now) + stands
    said = event.particulars
    ((label, text),) = labelled({name: said[name]}, now)
    time = said.get("sip_time") if name == "sip_date" else ""
    return label, f"{text} kl {time}" if time else text


def parted(join: ChainJoin, log: ChainLog, now: datetime) -> tuple[list[str], list[str]]:
    """What was logged since the join that goes with the other chain when it is undone, and what stays, a line each; a
    call about both is in both.
    """
    heard = Heard(join, log, apart(join)[0].facts)
    read_there = {row.pk for line in heard.lines_of_other for row in line}
    routine = join.kept.outage.routine
    goes: list[tuple[datetime, str]] = []
    stays: list[tuple[datetime, str]] = []
    for event in filter(heard.is_since, log.live_events):
        (goes if event.pk in read_there else stays).append((event.happened_at, routine.label(event.kind)))
    for call in filter(heard.is_since, log.live_handovers):
        told = told_labels(call, log.events, routine, log.versions)
        line = call.at, f"{call_title(call)}: {lower_first(', '.join(told))}" if told else call_title(call)
        goes += [line] if heard.goes(call) else []
        stays += [line] if heard.parted(call)[1] or not heard.goes(call) else []
    return _in_order(goes, now), _in_order(stays, now)


def _in_order(lines: Iterable[tuple[datetime, str]], now: datetime) -> list[str]:
    """What was told comes before the call that told it."""
    return [f"{moment(at, now)} {text}" for at, text in sorted(lines, key=itemgetter(0))]


def join_lines(chain: CareChain, joins: Sequence[ChainJoin], now: datetime) -> list[str]:
    """Each join the chain was part of, and each undone: with which, who, when and why."""
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
    """A chain of an earlier outage: its key, the patient, and where and when it was opened."""
    local = timezone.localtime(chain.recorded_at)
    opened = f"vårdkedja {chain.number}, öppnad {local.day}/{local.month}"
    return str(chain.pk), patient_in_list(chain), opened


def option(chain: CareChain) -> tuple[str, object, str, int]:
    """Its key, patient, unit and number."""
    return str(chain.pk), patient_in_list(chain), chain.unit.name, chain.number
