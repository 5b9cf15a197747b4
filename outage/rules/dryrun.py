"""Trying a routine on a made-up outage: plain values in, plain values out, nothing stored.

Everything that comes in is untrusted. What cannot be used is a BadInput that names the place, as
`outages[0].chains[1].events[2].kind`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from contacts.rules.parties import Party, WardKind

from .back_registration import Before, ChainStatus, LoggedEvent, Task, back_registration
from .clock import as_utc
from .informing import recipients
from .outage_status import OutageScope
from .routine import Effect, Routine
from .routine_applies import routine_applies

E = TypeVar("E", bound=StrEnum)
D = TypeVar("D", bound=date)

_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-].+)?"
)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OUTAGE_KEYS = ("id", "scope", "start", "end", "chains")
_CHAIN_KEYS = ("id", "before", "ward", "status", "events")
_EVENT_KEYS = ("id", "kind", "at", "withdrawn", "told", "sip_date", "party", "participants")
# Outside these years a date is a typing error, and datetime's own limits are near.
_YEARS = range(1900, 2500)


class BadInput(Exception):
    """The input cannot be used: `place` says where, `sentence` why. One line when printed."""

    def __init__(self, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.place = place
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Chain:
    """`participants`, by event, are those who are to take part in a SIP."""

    id: str
    before: Before
    ward: WardKind
    status: ChainStatus
    events: tuple[LoggedEvent, ...]
    participants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Outage:
    """`end` is filled in with now when it was left open."""

    id: str
    scope: OutageScope
    start: datetime
    end: datetime
    chains: tuple[Chain, ...]


def run(data: object, routine: Routine, now: datetime) -> dict[str, object]:
    """The routine's answer to `data`, both as JSON values; raises BadInput. `now` is aware."""
    return {"outages": [_outage_answer(outage, routine) for outage in parse(data, routine, now)]}


def parse(data: object, routine: Routine, now: datetime) -> tuple[Outage, ...]:
    """`data` is the value of a JSON document; raises BadInput for the first thing that cannot be used."""
    top = _Object(data, "", "outages")
    outages = tuple(_outage(item, routine, as_utc(now)) for item in top.objects("outages", *_OUTAGE_KEYS))
    _no_repeats("outages", [outage.id for outage in outages])
    return outages


def _outage(source: "_Object", routine: Routine, now: datetime) -> Outage:
    zone = ZoneInfo(routine.limits.time_zone)
    outage_id, scope = source.text("id"), source.one_of("scope", OutageScope)
    start = source.moment("start", zone)
    end = now if source.is_null("end") else source.moment("end", zone)
    if start > end:
        raise source.bad("start", "ligger i framtiden" if source.is_null("end") else "ligger efter slutet")
    chains = tuple(_chain(item, routine, start, end) for item in source.objects("chains", *_CHAIN_KEYS))
    _no_repeats(source.at("chains"), [chain.id for chain in chains])
    return Outage(outage_id, scope, start, end, chains)


def _chain(source: "_Object", routine: Routine, start: datetime, end: datetime) -> Chain:
    chain_id = source.text("id")
    before, ward = source.one_of("before", Before), source.one_of("ward", WardKind)
    status = source.one_of("status", ChainStatus)
    items = list(source.objects("events", *_EVENT_KEYS))
    events = tuple(_event(item, routine, start, end) for item in items)
    taking_part = {event.id: item.texts("participants") for event, item in zip(events, items, strict=True)}
    _no_repeats(source.at("events"), [event.id for event in events])
    return Chain(chain_id, before, ward, status, events, taking_part)


def _event(source: "_Object", routine: Routine, start: datetime, end: datetime) -> LoggedEvent:
    event_id, kind = source.text("id"), source.text("kind")
    if kind not in routine.messages:
        raise source.bad("kind", f"{shown(kind)} är okänt; använd något av {', '.join(routine.messages)}")
    at = source.moment("at", ZoneInfo(routine.limits.time_zone))
    if not start <= at <= end:
        raise source.bad("at", "ligger utanför driftstoppet")
    return LoggedEvent(
        id=event_id,
        kind=kind,
        # People say times by the minute; within it things count as they stand.
        at=at.replace(second=0, microsecond=0),
        withdrawn=source.flag("withdrawn", left_out=False),
        told=source.flag("told", left_out=True),
        sip_date=source.optional_date("sip_date"),
        sender=_sender(source, routine, kind),
        invited=bool(source.texts("participants")),
    )


def _sender(source: "_Object", routine: Routine, kind: str) -> Party:
    """Who sends the event: said by `party` where the routine lets more than one send it."""
    senders = routine.message(kind).senders
    if source.is_null("party") and len(senders) == 1:
        return senders[0]
    party = source.one_of("party", Party)
    if party not in senders:
        raise source.bad("party", f"{party} lämnar inte {kind}; använd något av {', '.join(senders)}")
    return party


def _outage_answer(outage: Outage, routine: Routine) -> dict[str, object]:
    verdict = routine_applies(
        routine=routine,
        scope=outage.scope,
        start=outage.start,
        until=outage.end,
        discharge_logged=any(_has_discharge(chain, routine) for chain in outage.chains),
    )
    return {
        "id": outage.id,
        "routine": {"apply": verdict.apply, "clauses": [reason.clause for reason in verdict.reasons]},
        "chains": [_chain_answer(chain, outage.scope, routine) for chain in outage.chains],
        "acknowledge": [str(party) for party in routine.acknowledge.parties],
    }


def _has_discharge(chain: Chain, routine: Routine) -> bool:
    return chain.status is not ChainStatus.WRONG_PATIENT and any(
        routine.message(event.kind).effect is Effect.DISCHARGE
        for event in chain.events
        if not event.withdrawn
    )


def _chain_answer(chain: Chain, scope: OutageScope, routine: Routine) -> dict[str, object]:
    standing = sorted((event for event in chain.events if not event.withdrawn), key=lambda event: event.at)
    tasks = back_registration(
        routine=routine, scope=scope, before=chain.before, status=chain.status, events=chain.events
    )
    return {
        "id": chain.id,
        "inform": [{"event": event.id, "must_tell": _must_tell(event, chain, routine)} for event in standing],
        "tasks": [_task_answer(task) for task in tasks],
    }


def _must_tell(event: LoggedEvent, chain: Chain, routine: Routine) -> list[str]:
    told = recipients(
        routine=routine,
        kind=event.kind,
        sender=event.sender or routine.message(event.kind).senders[0],
        ward_kind=chain.ward,
        participants=chain.participants[event.id],
    )
    return [recipient.wire for recipient in told]


def _task_answer(task: Task) -> dict[str, object]:
    return {
        "decision": str(task.decision),
        "what": str(task.what),
        "by": str(task.by) if task.by else None,
        "clause": task.clause,
        "events": list(task.events),
    }


class _Object:
    """One JSON object and its path. A key that is not among `known` is refused: it may be a typing error."""

    def __init__(self, values: object, place: str, *known: str) -> None:
        if not isinstance(values, Mapping):
            raise BadInput(place or "dokumentet", "ska vara ett objekt")
        odd = next((key for key in values if key not in known), None)
        if odd is not None:
            raise BadInput(
                place or "dokumentet", f"nyckeln {shown(str(odd))} är okänd; använd {', '.join(known)}"
            )
        self._values: Mapping[str, object] = values
        self._place = place

    def at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def bad(self, key: str, sentence: str) -> BadInput:
        return BadInput(self.at(key), sentence)

    def is_null(self, key: str) -> bool:
        return self._values.get(key) is None

    def text(self, key: str) -> str:
        """Required and not empty."""
        found = self._present(key)
        if not isinstance(found, str) or not found.strip():
            raise self.bad(key, "ska vara en text som inte är tom")
        return found

    def one_of(self, key: str, kind: type[E]) -> E:
        """Required; one of the enum's values."""
        found = self.text(key)
        try:
            return kind(found)
        except ValueError:
            raise self.bad(key, f"{shown(found)} är okänt; använd något av {', '.join(kind)}") from None

    def flag(self, key: str, *, left_out: bool) -> bool:
        """`left_out` where it is left out."""
        found = self._values.get(key, left_out)
        if not isinstance(found, bool):
            raise self.bad(key, "ska vara true eller false")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Texts that are not empty; none when it is null or left out."""
        if self.is_null(key):
            return ()
        found = self._values[key]
        if not isinstance(found, list) or not all(isinstance(item, str) and item.strip() for item in found):
            raise self.bad(key, "ska vara en lista med texter som inte är tomma")
        return tuple(found)

    def optional_date(self, key: str) -> date | None:
        """None when it is null or left out."""
        if self.is_null(key):
            return None
        return self._read(key, _ISO_DATE, date.fromisoformat, "är inget datum; skriv det som 2026-01-20")

    def moment(self, key: str, zone: ZoneInfo) -> datetime:
        """In UTC. A moment without an offset is local time in `zone`, if that exists exactly once."""
        wrong = "är ingen tid; skriv den som 2026-01-20T10:40+01:00"
        read = self._read(key, _ISO_MOMENT, datetime.fromisoformat, wrong)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
        first, second = (read.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == second:
            return first
        # At a clock change the two readings differ: forwards the time is skipped, backwards it comes twice.
        fault = "hoppas över" if second < first else "kommer två gånger"
        found = shown(self.text(key))
        raise self.bad(key, f"{found} {fault} när klockan ställs om; skriv ut skillnaden mot UTC, som +01:00")

    def _read(self, key: str, form: re.Pattern[str], read: Callable[[str], D], wrong: str) -> D:
        text = self.text(key)
        found = None
        with suppress(ValueError):
            found = read(text) if form.fullmatch(text) else None
        if found is None or found.year not in _YEARS:
            raise self.bad(key, f"{shown(text)} {wrong}")
        return found

    def objects(self, key: str, *known: str) -> Iterator["_Object"]:
        """Objects with these keys; the list may be empty."""
        found = self._present(key)
        if not isinstance(found, list):
            raise self.bad(key, "ska vara en lista")
        return (_Object(item, f"{self.at(key)}[{index}]", *known) for index, item in enumerate(found))

    def _present(self, key: str) -> object:
        if key not in self._values:
            raise self.bad(key, "saknas")
        return self._values[key]


def _no_repeats(place: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for index, found in enumerate(ids):
        if found in seen:
            raise BadInput(f"{place}[{index}].id", f"{shown(found)} står två gånger")
        seen.add(found)


def shown(text: str) -> str:
    """A text fit for one line, however long or odd it was."""
    shown = ascii(text[:40])
    return f"{shown[:-1]}…{shown[-1]}" if len(text) > 40 else shown
