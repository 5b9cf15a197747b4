"""Whether an open page still is what it would be if it was made now: a version for each unit, and until when it holds.

The version changes in the transaction of whatever could change the page. What changes with the clock alone says when,
as the page is made (`holds_until`).
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from contacts.access import Acting
from contacts.models import PageChange, Unit
from contacts.models.inserting import insert_all
from contacts.queries.prepared import prepared
from contacts.rules.trace_words import NOT_WRITTEN
from contacts.seen import once, only_reads, showing, shows

EVERYBODY = "all"
KEPT, MOST_KEPT, COMPARED = timedelta(hours=1), 10_000, 64
# No page that stays open shows anything of these, but of calls that were entered.
_ENTERED = ("sheet.entered", "sheet.entry_moved", "sheet.all_entered")
_NOWHERE = ("sheet.", "batch.", "file.", "disposal.", "report.", "late.")
_READ_OUT = ("directory.exported", "rota.exported", "people.exported", "directory.uploaded")
# What shows on the pages of the own unit, or of the own principal, and on nobody else's.
_OWN_UNIT, _OWN_PRINCIPAL = ("checklist.", "shift.", "scan."), ("held_form.", "clash.")


UNIT, OWN = "unit:", "own:"


def of_unit(unit_id: int) -> str:
    return f"{UNIT}{unit_id}"


def of_own(unit_id: int) -> str:
    """What is the unit's own and of no patient."""
    return f"{OWN}{unit_id}"


def of_principal(principal_id: int) -> str:
    return f"principal:{principal_id}"


def changed(*scopes: str) -> None:
    """Pages within `scopes` are not what they were; in the transaction that changes them."""
    insert_all([PageChange(scope=scope) for scope in sorted(set(scopes))])


_units_of_chain: Callable[[UUID], Iterable[int]] = lambda chain: ()  # noqa: E731


def know_units_by(units_of_chain: Callable[[UUID], Iterable[int]]) -> None:
    """`units_of_chain` gives the ids of the units whose pages show a chain, and of those that they were joined into."""
    global _units_of_chain
    _units_of_chain = units_of_chain


def changed_by(action: str, unit: Unit | None, chain: UUID | None) -> None:
    """What was traced as `action` may show: of a patient's chain on the pages of its units, else wherever it can."""
    is_elsewhere = action.startswith(_NOWHERE) and action not in _ENTERED
    if action in NOT_WRITTEN or action in _READ_OUT or is_elsewhere:
        return
    if unit is not None and action.startswith(_OWN_UNIT):
        # The units of a municipality have their checklists in common.
        changed(of_own(unit.pk) if unit.principal.is_region else of_principal(unit.principal_id))
    elif chain is not None:
        changed(*map(of_unit, _units_of_chain(chain)))
    elif unit is not None and action.startswith(_OWN_PRINCIPAL):
        changed(of_principal(unit.principal_id))
    else:
        changed(EVERYBODY)


def version_for(by: Acting) -> str:
    """Another one whenever a page of `by` may have become another."""
    return version_of(of_unit(by.unit.pk), of_own(by.unit.pk), of_principal(by.principal.pk), EVERYBODY)


def version_beside_units(principal_id: int) -> str:
    """Another one whenever what hangs on no unit, as the outages in view do, may have become another."""
    return version_of(of_principal(principal_id), EVERYBODY)


def version_of(*scopes: str) -> str:
    """Asked once in a request that only reads: what happens while it is answered is for the next one to show."""
    return once(("version", scopes), lambda: _digest(_newest_in(scopes)))


def version_of_all(*more: int) -> str:
    """Another one whenever anything may have become another on anybody's page, or one of `more` has."""
    return _digest([*_newest_of_all(), *more])


def _digest(newest: list[int]) -> str:
    return sha256(repr(newest).encode()).hexdigest()[:16]


def shown_alike(by: Acting) -> tuple[str, str, int, str]:
    """What is the same for all who are shown the same page. It is asked before anything that the page is made of is
    read: what happens meanwhile makes another version. The outages in view may be read before: what they were read at
    is part of it.
    """
    return version_for(by), version_beside_units(by.principal.pk), by.unit.pk, by.role


def alike_beside_chains(by: Acting) -> tuple[str, str, int, str]:
    """As `shown_alike`, of what no chain says: what a chain says is known by how much is written about it."""
    return version_of(of_own(by.unit.pk)), version_beside_units(by.principal.pk), by.unit.pk, by.role


@prepared
def _newest_of_all() -> QuerySet[PageChange, int]:
    return PageChange.objects.order_by("-pk").values_list("pk", flat=True)[:COMPARED]


def _newest_in(scopes: Iterable[str]) -> list[int]:
    """The newest changes in each; of scopes that are asked for together first, and by themselves then, one query."""
    known: dict[str, list[int]] = once("newest changes", dict)
    if missing := [scope for scope in scopes if scope not in known]:
        rows = _newest(*missing)
        known |= {scope: sorted({pk for of, pk in rows if of == scope}) for scope in missing}
    return [pk for scope in scopes for pk in known[scope]]


@prepared
def _newest(*scopes: str) -> QuerySet[PageChange, tuple[str, int]]:
    # Several of each, for the row of a transaction that began first may come last.
    first, *more = [
        PageChange.objects.filter(
            pk__in=PageChange.objects.filter(scope=scope).order_by("-pk").values("pk")[:COMPARED]
        )
        for scope in scopes
    ]
    return (
        first.order_by()
        .values_list("scope", "pk")
        .union(*(each.order_by().values_list("scope", "pk") for each in more), all=True)
    )


def drop_old_changes() -> int:
    """How many rows went. The newest stay: a row less among those compared would make every page anew."""
    newest = PageChange.objects.aggregate(pk=Max("pk"))["pk"] or 0
    old = PageChange.objects.filter(pk__lt=newest - MOST_KEPT, at__lt=timezone.now() - KEPT)
    return old.delete()[0]


_moments: ContextVar[list[datetime] | None] = ContextVar("moments", default=None)


@contextmanager
def noting_until() -> Iterator[list[datetime]]:
    """Collects the moments that are said by `holds_until` while a page is made."""
    moments: list[datetime] = []
    token = _moments.set(moments)
    try:
        yield moments
    finally:
        _moments.reset(token)


Made = TypeVar("Made")
Name = TypeVar("Name", bound=Hashable)
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class _Kept:
    """`until` is the first moment at which the clock makes another of it."""

    made: Any
    chains: Set[UUID]
    until: datetime | None

    def shown(self, now: datetime) -> Any:
        shows(self.chains)
        holds_until(now, self.until)
        return self.made


class _OfMinute(dict[Hashable, _Kept]):
    """By what each is known by. Who was asked for last comes last. All are of one minute: those of another are of no
    more use, and hold what patients are called.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._minute = _NO_MINUTE

    def taken(self, keys: Iterable[Hashable], now: datetime) -> list[_Kept | None]:
        of_now, found = self._is_of(now), list[_Kept | None]()
        for key in keys:
            kept = self.pop(key, None)
            if kept and of_now and not (kept.until and kept.until <= now):
                self[key] = kept
                found.append(kept)
            else:
                found.append(None)
        return found

    def keep(self, key: Hashable, now: datetime, kept: _Kept) -> None:
        if not self._is_of(now):
            self.clear()
            self._minute = _minute(now)
        elif len(self) >= self._most:
            del self[next(iter(self))]
        self[key] = kept

    def _is_of(self, now: datetime) -> bool:
        return self._minute <= now < self._minute + _A_MINUTE


_NO_MINUTE, _A_MINUTE = datetime.min.replace(tzinfo=UTC), timedelta(minutes=1)


def _minute(of: datetime) -> datetime:
    return of.replace(second=0, microsecond=0)


MOST_PAGES, MOST_PARTS = 256, 5_000
pages_kept, parts_kept = _OfMinute(MOST_PAGES), _OfMinute(MOST_PARTS)


def of_one_minute(key: Hashable, now: datetime, make: Callable[[], Made], *, part: bool = False) -> Made:
    """What `make` gives, made once a minute in each process for everybody who is shown the same.

    `key` holds the version of whoever asks, and all else that what they see depends on: their unit, their role and
    what the address asks for. Each who gets it is noted as shown the patients in it. It is not to be changed, and holds
    nothing that a form needs one of its own of. What writes has it made anew. A `part` is small: there may be many.
    """
    if not only_reads():
        return make()
    of = parts_kept if part else pages_kept
    kept = of.taken([key], now)[0]
    if kept is None:
        kept = _made_to_keep(make)
        of.keep(key, now, kept)
    made: Made = kept.shown(now)
    return made


def _made_to_keep(make: Callable[[], Any], moments_of_all: Iterable[datetime] = ()) -> _Kept:
    with showing() as chains, noting_until() as moments:
        made = make()
    return _Kept(made, chains, min((*moments_of_all, *moments), default=None))


def of_everybody(name: tuple[Hashable, ...], now: datetime, make: Callable[[], Made]) -> Made:
    """As `of_one_minute`, a part that hangs on the directory alone."""
    return of_one_minute((*name, version_of(EVERYBODY)), now, make, part=True) if only_reads() else make()


def of_all_pages(
    name: tuple[Hashable, ...], principal_id: int, now: datetime, make: Callable[[], Made]
) -> Made:
    """As `of_one_minute`, of what hangs on neither chains nor what is one unit's own, and so stands on pages of every
    kind: all of them ask for the same version. There are few of these, which no list of thousands of parts drives out.
    """
    if not only_reads():
        return make()
    return of_one_minute((*name, principal_id, version_beside_units(principal_id)), now, make)


def each_of_one_minute(
    keys: Mapping[Name, Hashable],
    now: datetime,
    read: Callable[[list[Name]], Read],
    make: Callable[[Name, Read], Made],
) -> dict[Name, Made]:
    """As `of_one_minute`, each a part: what those that are not kept are made of is read at once."""
    if not only_reads():
        found = read([*keys])
        return {name: make(name, found) for name in keys}
    kept = parts_kept.taken(keys.values(), now)
    missing = [name for name, one in zip(keys, kept, strict=True) if one is None]
    if missing:
        with noting_until() as of_all:
            found = read(missing)
        made = {name: _made_to_keep(partial(make, name, found), of_all) for name in missing}
        for name, one in made.items():
            parts_kept.keep(keys[name], now, one)
        kept = [one or made[name] for name, one in zip(keys, kept, strict=True)]
    shown = [one for one in kept if one]
    shows(set().union(*[one.chains for one in shown]))
    holds_until(now, *[one.until for one in shown])
    return {name: one.made for name, one in zip(keys, shown, strict=True)}


class Part(NamedTuple, Generic[Made]):
    """What a page shows of something: `key` has all that it is made of, but for the minute of `now`."""

    key: tuple[Hashable, ...]
    now: datetime
    make: Callable[[], Made]


def part_with(made: Made, now: datetime, *key: Hashable) -> Part[Made]:
    """The part of which that is `made` already."""
    return Part(key, now, lambda: made)


# While something is written all the time, what many watch is made anew no oftener than this. With the time between two
# questions of their pages it is less than the five seconds in which a change is to show.
LIVE_EVERY = timedelta(seconds=1.5)


@dataclass(frozen=True, slots=True)
class Live(Generic[Made]):
    """What was `made` at the moment `at`, of what was so at the `version`; the clock alone makes another at each of
    `moments`.
    """

    at: datetime
    version: str
    moments: tuple[datetime, ...]
    made: Made

    def holds(self, version: str, now: datetime, *, lately: bool) -> bool:
        """Whether it is what would be made now, or, where that is enough, was `lately`."""
        # It says when it was shown, and how long ago things were.
        late = self.at > now or _minute(self.at) != _minute(now) or any(at <= now for at in self.moments)
        return not late and (self.version == version or (lately and now - self.at < LIVE_EVERY))


_live: dict[Hashable, Live[Any]] = {}


def live(key: Hashable, version: str, now: datetime, make: Callable[[], Made], *, lately: bool) -> Live[Made]:
    """What `make` gives, made once a minute in each process for everybody who watches the same, and names no patient.

    `version` is read before; `lately` says that what was so a moment ago will do. What is given says which version it
    is of: the next question gets what came since.
    """
    kept = _live.get(key)
    if kept is not None and kept.holds(version, now, lately=lately):
        return kept
    with noting_until() as moments:
        made = make()
    if len(_live) >= MOST_PAGES:
        _live.clear()
    found = _live[key] = Live(now, version, tuple(moments), made)
    return found


_read: dict[Hashable, Any] = {}
# Each of an outage and a principal takes some megabytes.
_MOST_READ = 16


def read_on(key: Hashable, first: Made, on: Callable[[Made], Made]) -> Made:
    """What `on` makes of what this process read before, `first` of nothing; it asks the database each time what of that
    still holds.
    """
    found = on(_read.get(key, first))
    # What a request writes may yet be rolled back.
    if only_reads():
        if key not in _read and len(_read) >= _MOST_READ:
            _read.clear()
        _read[key] = found
    return found


def forget_pages() -> None:
    """The database is another."""
    pages_kept.clear()
    parts_kept.clear()
    _live.clear()
    _read.clear()


def holds_until(now: datetime, *moments: datetime | None) -> None:
    """What is being shown may be another at each of the aware `moments` that is after `now`."""
    noted = _moments.get()
    if noted is not None:
        noted.extend(moment for moment in moments if moment and moment > now)
