"""From a content file to a Routine, checked in full before anything uses it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contacts.content.reader import Content, ContentError, read_toml

from ..rules.routine import Limits, Routine
from .faults import check_limits, check_routine

CONTENT = Path(__file__).parent / "content"
DEFAULT_ROUTINE_ID = "prator-2023-04-03"


# By where it lies and its id. Each page asks; `make dev` starts anew when a content file changes.
_loaded: dict[tuple[Path, str], Routine] = {}


def get_routine(routine_id: str) -> Routine:
    """The same object each time; raises ContentError."""
    known = _loaded.get((CONTENT, routine_id))
    if known is not None:
        return known
    path = next((path for path in _files() if path.stem == routine_id), None)
    if path is None:
        ids = ", ".join(routine_ids())
        raise ContentError(CONTENT / f"{routine_id}.toml", "", f"no such routine; use one of: {ids}")
    _loaded[CONTENT, routine_id] = found = _load_once(path)
    return found


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
    """The routine a new outage starts under; raises ContentError where the one chosen is not there."""
    return get_routine(_chosen())


def all_routines() -> tuple[Routine, ...]:
    """By id; raises ContentError for the first file that can not be used."""
    return tuple(_load_once(path) for path in _files())


def load_routine(path: Path) -> Routine:
    """Read and check one content file; raises ContentError naming file, key and remedy."""
    return routine_from(path, read_toml(path))


def routine_from(path: Path, data: Mapping[str, Any]) -> Routine:
    """Check and read what the content file `path` holds; raises ContentError naming file, key and remedy."""
    content = Content(path, data)
    content.own_id()
    limits = content.read(Limits, "limits")
    content.refuse(check_limits(limits))
    content.words = _words(content.read(str, "system"), limits)
    routine = content.read(Routine)
    content.refuse(check_routine(routine))
    messages = {
        key: replace(message, awaited_after=message.answers or message.awaited_after)
        for key, message in routine.messages.items()
    }
    return replace(routine, messages=MappingProxyType(messages))


def _files() -> list[Path]:
    return sorted(CONTENT.glob("*.toml"))


@cache
def _load_once(path: Path) -> Routine:
    return load_routine(path)


def _words(system: str, limits: Limits) -> dict[str, str]:
    # Any day will do: only the time of day is shown.
    noon = datetime.combine(date(2000, 1, 1), limits.break_point)
    return {
        "system": system,
        "long_outage": length_in_words(limits.long_outage),
        "break_point": _clock(noon),
        "window": length_in_words(limits.break_point_window),
        "window_start": _clock(noon - limits.break_point_window),
        "window_end": _clock(noon + limits.break_point_window),
    }


def _clock(moment: datetime) -> str:
    return f"{moment.hour}.{moment.minute:02}"


def length_in_words(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = []
    if hours:
        parts.append("1 timme" if hours == 1 else f"{hours} timmar")
    if minutes:
        parts.append("1 minut" if minutes == 1 else f"{minutes} minuter")
    return " och ".join(parts)
