"""From a content file to a Routine, checked in full before anything uses it."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from contacts.rules.parties import Party, PrincipalKind

from ..rules.outage_status import OutageScope
from ..rules.routine import (
    EXPECTABLE_REASONS,
    OUTCOME_KEYS,
    PARTICULAR_LABELS,
    REASON_KEYS,
    Acknowledgement,
    Combination,
    Decision,
    Effect,
    Limits,
    MessageType,
    Need,
    Outcome,
    ReasonText,
    Routine,
    Sending,
    Support,
    What,
)
from .page import read_addresses, read_parts, read_ringing
from .table import RoutineError, Table, read_toml

CONTENT = Path(__file__).parent / "content"
DEFAULT_ROUTINE_ID = "prator-2023-04-03"


def get_routine(routine_id: str) -> Routine:
    """Give the routine kept under `routine_id`, the same object each time; raises RoutineError."""
    path = next((path for path in _files() if path.stem == routine_id), None)
    if path is None:
        known = ", ".join(routine_ids())
        raise RoutineError(CONTENT / f"{routine_id}.toml", "", f"no such routine; use one of: {known}")
    return _load_once(path)


def routine_ids() -> tuple[str, ...]:
    """The ids of the content files, whether they can be read or not."""
    return tuple(path.stem for path in _files())


def _default() -> str:
    return DEFAULT_ROUTINE_ID


# Settings are above this floor; the app tells it at start what to ask.
_chosen: Callable[[], str] = _default


def choose_routine_by(chosen: Callable[[], str]) -> None:
    """Take what tells the id of the current routine; asked anew each time. Called once, at start."""
    global _chosen
    _chosen = chosen


def current_routine() -> Routine:
    """The routine a new outage starts under; raises RoutineError where the one chosen is not there."""
    return get_routine(_chosen())


def all_routines() -> tuple[Routine, ...]:
    """Give every routine there is, by id; raises RoutineError for the first file that can not be used."""
    return tuple(_load_once(path) for path in _files())


def load_routine(path: Path) -> Routine:
    """Read and check one content file; raises RoutineError naming file, key and remedy."""
    return routine_from(path, read_toml(path))


def routine_from(path: Path, data: Mapping[str, object]) -> Routine:
    """Check and read what the content file `path` holds; raises RoutineError naming file, key and remedy."""
    top = Table(path, "", data, {})
    routine_id = top.text("id")
    if routine_id != path.stem:
        raise top.error(
            "id",
            f"the id and the name of the file must be the same; write {path.stem!r}",
        )
    system = top.text("system")
    limits = _limits(top.table("limits"))
    top = top.with_words(_words(system, limits))
    clauses = _clauses(top.table("clauses"))
    citing = _Citing(clauses)
    routine = Routine(
        id=routine_id,
        version=top.text("version"),
        issued=top.day("issued"),
        system=system,
        title=top.text("title"),
        source=top.text("source"),
        limits=limits,
        clauses=MappingProxyType(clauses),
        parts=read_parts(top, clauses, citing.clause),
        addresses=read_addresses(top, citing.clause),
        ringing=read_ringing(top, citing.clause),
        reasons=MappingProxyType(_reasons(top.table("reasons"), citing)),
        support=MappingProxyType(_support(top.table("support"))),
        scope_texts=MappingProxyType(_scope_texts(top.table("scope_texts"))),
        messages=MappingProxyType(_messages(top, citing)),
        outcomes=MappingProxyType(_outcomes(top.table("outcomes"), citing)),
        combinations=MappingProxyType(_combinations(top.table("combinations"))),
        acknowledge=_acknowledgement(top.table("acknowledge"), citing),
        wrong_patient=top.table("back_registration").text("wrong_patient"),
    )
    top.finish()
    return routine


def _files() -> list[Path]:
    return sorted(CONTENT.glob("*.toml"))


@cache
def _load_once(path: Path) -> Routine:
    return load_routine(path)


class _Citing:
    """Reads clauses that must stand among the routine's own."""

    def __init__(self, clauses: dict[str, str]) -> None:
        self._clauses = clauses

    def clause(self, table: Table) -> str:
        found = self.optional_clause(table)
        if not found:
            raise table.error("clause", "cite a clause here")
        return found

    def optional_clause(self, table: Table) -> str:
        found = table.optional_text("clause")
        if found and found not in self._clauses:
            raise table.error(
                "clause",
                f"{found} does not stand under [clauses]; add it there or cite another",
            )
        return found


def _limits(table: Table) -> Limits:
    time_zone = table.text("time_zone")
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        raise table.error(
            "time_zone", f"{time_zone!r} is no time zone; write one as Europe/Stockholm"
        ) from None
    limits = Limits(
        long_outage=timedelta(minutes=table.positive("long_outage_minutes")),
        break_point=table.time_of_day("break_point"),
        break_point_window=timedelta(minutes=table.positive("break_point_window_minutes")),
        time_zone=time_zone,
        contact_unverified_after_days=table.positive("contact_unverified_after_days"),
    )
    if limits.break_point_window >= timedelta(hours=12):
        raise table.error(
            "break_point_window_minutes",
            "write less than 720: the windows of two days may not meet",
        )
    return limits


def _words(system: str, limits: Limits) -> dict[str, str]:
    # Any day will do: only the time of day is shown.
    noon = datetime.combine(date(2000, 1, 1), limits.break_point)
    return {
        "system": system,
        "long_outage": _length(limits.long_outage),
        "break_point": _clock(noon),
        "window": _length(limits.break_point_window),
        "window_start": _clock(noon - limits.break_point_window),
        "window_end": _clock(noon + limits.break_point_window),
    }


def _clock(moment: datetime) -> str:
    return f"{moment.hour}.{moment.minute:02}"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = []
    if hours:
        parts.append("1 timme" if hours == 1 else f"{hours} timmar")
    if minutes:
        parts.append("1 minut" if minutes == 1 else f"{minutes} minuter")
    return " och ".join(parts)


def _clauses(table: Table) -> dict[str, str]:
    for key in table.names():
        if not re.fullmatch(r"R[1-9]\d*\.[1-9]\d*", key):
            raise table.error(key, "write the number of a clause as R4.2")
    return {key: table.text(key) for key in table.names()}


def _reasons(table: Table, citing: _Citing) -> dict[str, ReasonText]:
    found = {}
    for key in REASON_KEYS:
        inner = table.table(key)
        expected = inner.text("expected") if key in EXPECTABLE_REASONS else ""
        found[key] = ReasonText(
            citing.clause(inner), inner.text("sentence"), expected, inner.optional_text("short")
        )
    return found


def _support(table: Table) -> dict[PrincipalKind, Support]:
    found = {}
    for kind in PrincipalKind:
        inner = table.table(kind)
        found[kind] = Support(inner.text("name"), inner.optional_text("number"), inner.text("do"))
    return found


def _scope_texts(
    table: Table,
) -> dict[OutageScope, MappingProxyType[PrincipalKind, str]]:
    found = {}
    for scope in OutageScope:
        inner = table.table(scope)
        found[scope] = MappingProxyType({kind: inner.text(kind) for kind in PrincipalKind})
    return found


def _messages(top: Table, citing: _Citing) -> dict[str, MessageType]:
    found: dict[str, MessageType] = {}
    for order, table in enumerate(top.tables("messages"), start=1):
        key = table.text("key")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            raise table.error("key", "write the key with a–z, digits and _ only")
        if key in found:
            raise table.error("key", f"{key!r} stands twice; give each message type a key of its own")
        common = _particulars(table)
        sendings = tuple(_sending(inner, citing, common) for inner in table.tables("sendings"))
        if len({sending.party for sending in sendings}) != len(sendings):
            raise table.error("sendings", "write one sending for each party")
        found[key] = MessageType(
            key=key,
            label=table.text("label"),
            effect=table.one_of("effect", Effect),
            order=order,
            sendings=sendings,
            particulars=tuple(dict.fromkeys(name for sending in sendings for name in sending.particulars)),
            law_reminder=table.optional_text("law_reminder"),
            answers=_earlier(table, "answers", found),
            awaited_after=_awaited_after(table, found),
            needs=_need(table, found),
        )
        need = found[key].needs
        if need and not set(found[key].senders) <= set(found[need.instead].senders):
            raise table.error("needs", f"name a message type that each sender of {key} may send instead")
    return found


def _earlier(table: Table, key: str, found: Mapping[str, MessageType]) -> str:
    named = table.optional_text(key)
    if named and named not in found:
        raise table.error(key, "name a message type that stands before this one")
    return named


def _awaited_after(table: Table, found: Mapping[str, MessageType]) -> str:
    answers, named = table.optional_text("answers"), _earlier(table, "awaited_after", found)
    if answers and named:
        raise table.error("awaited_after", "remove it: an answer is waited for after what it answers")
    return answers or named


def _need(table: Table, before: Mapping[str, MessageType]) -> Need | None:
    if "needs" not in table.names():
        return None
    inner = table.table("needs")
    need = Need(inner.text("particular"), inner.text("instead"), inner.text("sentence"))
    if need.particular not in PARTICULAR_LABELS:
        raise inner.error(
            "particular", f"{need.particular!r} is unknown; use one of {', '.join(PARTICULAR_LABELS)}"
        )
    if need.instead not in before:
        raise inner.error("instead", "name a message type that stands before this one")
    return need


def _sending(table: Table, citing: _Citing, common: tuple[str, ...]) -> Sending:
    party = table.one_of("party", Party)
    tells = table.several_of("tells", Party)
    if party in tells:
        raise table.error("tells", f"{party} can not tell itself; remove it")
    return Sending(
        party=party,
        tells=tells,
        clause=citing.clause(table),
        tells_participants=table.flag("tells_participants"),
        without_participants=table.optional_text("without_participants"),
        particulars=tuple(dict.fromkeys(common + _particulars(table))),
    )


def _particulars(table: Table) -> tuple[str, ...]:
    names = table.texts("particulars")
    for name in names:
        if name not in PARTICULAR_LABELS:
            raise table.error(
                "particulars",
                f"{name!r} is unknown; use one of {', '.join(PARTICULAR_LABELS)}",
            )
    return names


def _outcomes(table: Table, citing: _Citing) -> dict[str, Outcome]:
    found = {}
    for key in OUTCOME_KEYS:
        inner = table.table(key)
        found[key] = Outcome(
            case=key.partition("-")[0],
            decision=inner.one_of("decision", Decision),
            what=inner.one_of("what", What),
            by=inner.optional_one_of("by", Party),
            clause=citing.optional_clause(inner) or None,
            do=inner.text("do"),
            why=inner.text("why"),
        )
    return found


def _combinations(table: Table) -> dict[str, Combination]:
    found = {}
    for case in table.names():
        inner = table.table(case)
        of = inner.texts("of")
        if len(of) < 2:
            raise inner.error("of", "name the outcomes it is made of, two or more")
        for key in of:
            if key not in OUTCOME_KEYS:
                raise inner.error("of", f"{key!r} is no outcome; use one of {', '.join(OUTCOME_KEYS)}")
        found[case] = Combination(case, of, inner.text("why"))
    return found


def _acknowledgement(table: Table, citing: _Citing) -> Acknowledgement:
    return Acknowledgement(
        case=table.text("case"),
        parties=table.several_of("parties", Party),
        clause=citing.clause(table),
        do=table.text("do"),
        why=table.text("why"),
    )
