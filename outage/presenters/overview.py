"""Lägesbild, as the page and the wall show it: counts, and chains by their numbers. No patient is named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from contacts.models import Unit
from contacts.page_versions import Part, holds_until
from contacts.rules.parties import Party
from outage.models import Outage
from outage.presenters.clock import logged_at
from outage.queries.checklists import checklists_for
from outage.queries.matrix import Left, Overview
from outage.rules.handover import CLOCK_SKEW
from outage.rules.informing import InformState
from outage.rules.overview import (
    ChainLine,
    HourLine,
    InOrder,
    UnitLine,
    by_hour,
    by_unit,
    of_no_unit,
    silent_from,
    silent_since,
)
from outage.rules.wording import STOCKHOLM, lower_first, moment, span, which_hour

PARTIES = (Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT)
# The oldest of them; all stand first in the matrix.
UNTOLD_SHOWN = 8
# Where a patient with protected personal data is stands on no list.
HIDDEN = "Skyddade personuppgifter"
_OTHERS = "Annan"


@dataclass(frozen=True, slots=True)
class Age:
    """How long something has lasted; `since_iso` for the page's own clock."""

    text: str
    since_iso: str


@dataclass(frozen=True, slots=True)
class UntoldRow:
    """A discharge that `whom` have not been told of. `left_open`: somebody answers for each of them by name."""

    number: int
    ward: str
    whom: str
    by: str
    age: Age
    left_open: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    """`silent` says since when it has written nothing, where that is an hour or longer."""

    unit_id: int
    name: str
    untold: int
    untold_age: Age | None
    calls: int
    calls_age: Age | None
    chains: int
    last: str = "–"
    silent: Age | None = None
    ticked: str = "–"
    sheets: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class PartyMark:
    label: str
    state: InformState | None
    text: str
    age: Age | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    number: int
    ward: str
    municipality: str
    marks: tuple[PartyMark, ...]
    untold: bool
    protected: bool


@dataclass(frozen=True, slots=True)
class HourBar:
    """`at` is the beginning of the hour in Stockholm. The parts are of the highest hour, in hundredths."""

    at: str
    line: HourLine
    reached_part: int
    tries_part: int


@dataclass(frozen=True, slots=True)
class Picture:
    """`untold_count` are the discharges of which somebody has not been told, `left_open` those of them that somebody
    answers for by name; `asked` are the chains in which others wait for an own answer; `quiet` are the units that have
    people, no chain and no call to make, and have written nothing. `ahead` are the units whose last row has a time that
    has not been yet, for the server's clock has gone wrong. `earlier` are outages before it that left something, each
    with a sentence on what. `hidden` has, where there are any, all of patients of whom nobody is shown where they are:
    it is counted in none of `units`, for it could be found there by age or number.
    """

    untold: tuple[UntoldRow, ...]
    untold_count: int
    untold_age: Age | None
    left_open: int
    calls: int
    calls_units: int
    asked: int
    silent: int
    ahead: int
    sheets: int
    pages: int
    units: tuple[UnitRow, ...]
    hidden: tuple[UnitRow, ...]
    quiet: tuple[str, ...]
    hours: tuple[HourBar, ...]
    chains: int
    earlier: tuple[tuple[Outage, str], ...]


def picture_of(found: Overview, outage: Outage, now: datetime) -> Picture:
    """All of the units within reach at the aware moment `now`."""
    began = outage.current.started_at
    until = outage.own_end or now
    units = {unit.pk: unit for unit in found.units}
    names = {pk: _name(unit) for pk, unit in units.items()}
    hidden = [line for group in found.groups for line in group.protected]
    counted = found.counted
    lines = by_unit(counted, found.last, names)
    # A ward that works on paper has its sheets and checklists, and nothing in the log.
    on_paper = {pk for counts in (found.sheets, found.pages, found.ticked) for pk, n in counts.items() if n}
    parts = [line for line in lines.values() if line.takes_part or line.unit_id in on_paper]
    apart = of_no_unit(hidden, names)
    untold = [line for line in InOrder(found.groups)[:UNTOLD_SHOWN] if line.untold_since]
    rows = [_unit_row(found, units[line.unit_id], line, outage, now) for line in parts]
    if outage.is_open:
        holds_until(now, *silent_from(parts, began))
    return Picture(
        untold=tuple(_untold_row(line, names, now) for line in untold),
        untold_count=counted.untold,
        untold_age=_age(untold[0].untold_since, now) if untold and untold[0].untold_since else None,
        left_open=counted.left_open,
        calls=sum(line.calls for line in (*parts, apart)),
        calls_units=sum(bool(line.calls) for line in parts),
        asked=counted.asked,
        silent=sum(row.silent is not None for row in rows),
        ahead=sum(line.last is not None and line.last > now + CLOCK_SKEW for line in parts),
        sheets=sum(found.sheets.values()),
        pages=sum(found.pages.values()),
        units=tuple(sorted(rows, key=lambda row: _worst_first(lines[row.unit_id]))),
        hidden=(_row(HIDDEN, apart, now),) if hidden else (),
        quiet=tuple(names[pk] for pk in names if pk in found.staffed and lines[pk] not in parts),
        hours=_bars(by_hour(found.calls, began, until)),
        chains=counted.lines,
        earlier=tuple((each.outage, _left(each, now)) for each in found.earlier),
    )


def picture_lines(picture: Picture, *, goes_on: bool) -> Iterator[tuple[str, str]]:
    """What stands above the chains, for paper: whom it is about, and what is said. Nothing where there is nothing yet:
    the sheet has a sentence for that.
    """
    for _, said in picture.earlier:
        yield "Tidigare driftstopp", said
    if not (picture.chains or picture.units):
        return
    yield "Alla enheter", "; ".join(_said_of_all(picture, goes_on=goes_on))
    for row in (*picture.units, *picture.hidden):
        yield row.name, "; ".join(_said_of_unit(row))
    if picture.quiet:
        yield "Har inte loggat något", ", ".join(picture.quiet)


def _said_of_all(picture: Picture, *, goes_on: bool) -> Iterator[str]:
    age = f", äldsta {picture.untold_age.text}" if picture.untold_age else ""
    left = f", {_many(picture.left_open, 'lämnad', 'lämnade')} med öppen punkt" if picture.left_open else ""
    discharges = _many(picture.untold_count, "utskrivning", "utskrivningar")
    yield f"{discharges} där någon inte är underrättad{age}{left}"
    units = f", på {_many(picture.calls_units, 'enhet', 'enheter')}" if picture.calls_units else ""
    yield f"{picture.calls} samtal kvar att ringa{units}"
    if picture.asked:
        yield f"{_many(picture.asked, 'vårdkedja', 'vårdkedjor')} där andra väntar på svar från er"
    if goes_on:
        yield f"{_many(picture.silent, 'enhet', 'enheter')} utan något nytt på en timme"
    if picture.ahead:
        yield f"serverns klocka har gått fel: {_many(picture.ahead, 'enhet', 'enheter')} har loggat framåt i tiden"
    yield f"{picture.sheets} blad utan öde, utom tomma i parti"
    if picture.pages:
        yield f"{_many(picture.pages, 'skannad sida', 'skannade sidor')} väntar på att någon säger vad de är"


def _said_of_unit(row: UnitRow) -> Iterator[str]:
    yield _many(row.chains, "vårdkedja", "vårdkedjor")
    if row.untold_age:
        yield f"{_many(row.untold, 'utskrivning', 'utskrivningar')} kvar, äldsta {row.untold_age.text}"
    if row.calls_age:
        yield f"{row.calls} samtal kvar, äldsta {row.calls_age.text}"
    yield f"senast loggat: {lower_first(row.last)}" + (f", tyst {row.silent.text}" if row.silent else "")
    yield f"checklistor: {row.ticked}"
    yield f"blad: {row.sheets}"
    if row.pages:
        yield f"{_many(row.pages, 'sida', 'sidor')} väntar"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _left(of: Left, now: datetime) -> str:
    end, began = of.outage.own_end, of.outage.current.started_at
    when = f"avslutades {moment(end, now)}" if end else f"började {moment(began, now)}"
    calls = f"{of.calls} samtal kvar att ringa"
    if not of.untold:
        return f"Kvar från {of.outage.word} som {when}: {calls}."
    discharges = _many(of.untold, "utskrivning", "utskrivningar")
    return f"Kvar från {of.outage.word} som {when}: {discharges} där någon inte är underrättad, {calls}."


def _worst_first(line: UnitLine) -> tuple[float, float, int]:
    never = float("inf")
    return (
        line.untold_since.timestamp() if line.untold_since else never,
        line.calls_since.timestamp() if line.calls_since else never,
        -line.chains,
    )


def _untold_row(line: ChainLine, names: Mapping[int, str], now: datetime) -> UntoldRow:
    assert line.untold_since is not None
    whom = dict.fromkeys(_party(party) for party in sorted(line.untold.values()))
    return UntoldRow(
        number=line.number,
        ward=HIDDEN if line.protected else names.get(line.ward, ""),
        whom=", ".join(whom),
        by="" if line.protected else ", ".join(_others(line, names)),
        age=_age(line.untold_since, now),
        left_open=line.is_left_open,
    )


def _others(line: ChainLine, names: Mapping[int, str]) -> list[str]:
    return [names[pk] for pk in sorted(line.untold_by) if pk in names and pk != line.ward]


def _party(party: str) -> str:
    return Party(party).label if party else _OTHERS


def _name(unit: Unit) -> str:
    """Of a unit that is out of use, where nobody is left to do anything, with that."""
    return unit.name if unit.active else f"{unit.name} (ur bruk)"


def _unit_row(found: Overview, unit: Unit, line: UnitLine, outage: Outage, now: datetime) -> UnitRow:
    items = sum(len(checklist.items) for checklist in checklists_for(unit, outage.routine))
    ticked = found.ticked.get(line.unit_id, 0)
    since = silent_since(line, outage.current.started_at, now) if outage.is_open else None
    return replace(
        _row(_name(unit), line, now),
        last=logged_at(line.last, now) if line.last else "Inget",
        silent=_age(since, now) if since else None,
        ticked=f"{ticked} av {items}" if items else "–",
        sheets=found.sheets.get(line.unit_id, 0),
        pages=found.pages.get(line.unit_id, 0),
    )


def _row(name: str, line: UnitLine, now: datetime) -> UnitRow:
    """Without what a unit alone has."""
    return UnitRow(
        unit_id=line.unit_id,
        name=name,
        untold=line.untold,
        untold_age=_age(line.untold_since, now) if line.untold_since else None,
        calls=line.calls,
        calls_age=_age(line.calls_since, now) if line.calls_since else None,
        chains=line.chains,
    )


def matrix_rows(lines: Iterable[ChainLine], found: Overview, now: datetime) -> list[Part[MatrixRow]]:
    """Each as the part of a page."""
    names = {unit.pk: _name(unit) for unit in found.units}
    parts = []
    for line in lines:
        where = names.get(line.ward, ""), found.municipalities.get(line.municipality_id or 0, "")
        parts.append(Part(("matrix", line, *where), now, partial(_matrix_row, line, *where, now)))
    return parts


def _matrix_row(line: ChainLine, ward: str, municipality: str, now: datetime) -> MatrixRow:
    return MatrixRow(
        number=line.number,
        ward=HIDDEN if line.protected else ward,
        municipality="" if line.protected else municipality,
        marks=tuple(_mark(party, line, now) for party in PARTIES),
        untold=line.untold_since is not None,
        protected=line.protected,
    )


def _mark(party: Party, line: ChainLine, now: datetime) -> PartyMark:
    told = line.told.get(party)
    if party is Party.MUNICIPALITY and line.asked_since:
        # Its own answer: nobody tells it anything in its own log.
        state = InformState.STILL_TO_RING
        return PartyMark(party.label, state, "Andra väntar på svar", _age(line.asked_since, now))
    if told is None:
        return PartyMark(party.label, None, "Inget att meddela", None)
    state, since = InformState(told[0]), told[1]
    if state is InformState.INFORMED:
        # A unit's own row says when it wrote.
        at = "" if line.protected else f" {moment(since, now)}"
        return PartyMark(party.label, state, f"{state.label}{at}", None)
    return PartyMark(party.label, state, state.label, _age(since, now))


def _age(since: datetime, now: datetime) -> Age:
    return Age(span(now - since), since.isoformat())


def _bars(hours: Sequence[HourLine]) -> tuple[HourBar, ...]:
    most = max((hour.total for hour in hours), default=0) or 1
    return tuple(
        HourBar(
            at=f"{hour.begins.astimezone(STOCKHOLM):%H}{which_hour(hour.begins)}",
            line=hour,
            reached_part=round(100 * (hour.given + hour.received) / most),
            tries_part=round(100 * hour.tries / most),
        )
        for hour in hours
    )
