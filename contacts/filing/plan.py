"""What a directory file would change, worked out against the directory as it stands. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from contacts.models import DirectoryEntry, Principal
from contacts.models.locking import locked
from contacts.queries.joined import units_by_name
from contacts.queries.uploads import retired_by_undoing
from contacts.rules.entry_facts import FACTS, EntryFacts, changed_facts
from contacts.rules.file_rows import BadRow
from contacts.rules.names import name_key, nearest
from contacts.rules.principals import MUNICIPALITIES, REGION
from contacts.rules.swedish_text import search_key
from contacts.services.progress import Progress, Steps

from .changes import COLUMN_OF, VERIFIED_FACTS, Fate, is_given, merged
from .joined import OtherNames, as_joined, by_kept
from .mapping import Mapped
from .reading import read_table
from .rows import DirectoryRow, read_cells, read_rows

_STEP = 1000
_MOST_COMPARED = 2_000_000
# What is checked by the rules of the file, or for all rows at once: asking the database row by row would take minutes.
UNCHECKED = frozenset({"principal", "unit", "verified_by", "retired_by", "joined_into", "flagged"}) | {
    field.name for field in DirectoryEntry._meta.fields if field.name.endswith("_key")
}
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry and what the file means for it. `row` is its row in the file, None for an entry that is not in it.

    `entry` holds what the row says already, where it is new or changed, and `before` what stood there. It is None for
    a row that no entry of ours is made of. `near` is the name of one in use that a new entry most likely is.
    """

    fate: Fate
    row: DirectoryRow | None = None
    entry: DirectoryEntry | None = None
    before: DirectoryEntry | None = None
    old: EntryFacts | None = None
    new: EntryFacts | None = None
    near: str = ""


@dataclass(slots=True)
class Plan:
    """What a file would do, in the order of its rows, and everything that is wrong with it.

    `new_principals` are the county's principals that are not there yet. `sheets` are the names of the file's sheets,
    `unread` of those that are not read, `left_out` the rows that were left out and may hold a contact; `beside` are the
    texts in the file, by `name_key`, that stand outside what is read of it: an entry of that name is not missing.
    """

    planned: list[Planned] = field(default_factory=list)
    problems: list[BadRow] = field(default_factory=list)
    new_principals: list[Principal] = field(default_factory=list)
    sheets: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    left_out: int = 0
    beside: frozenset[str] = frozenset()

    def of(self, fate: Fate) -> list[Planned]:
        return [planned for planned in self.planned if planned.fate is fate]


Read = tuple[list[DirectoryRow], list[BadRow]]


def read_steps(content: bytes) -> Steps[Read]:
    """Read a directory file in our own format; raises BadTable for any other."""
    yield Progress("Öppnar filen")
    table = read_table(content)
    return (yield from _sorted(read_rows(table), max(len(table) - 1, 0)))


def mapped_steps(found: Mapped) -> Steps[Read]:
    return (yield from _sorted(read_cells(found.rows), len(found.rows)))


def _sorted(read: Iterable[DirectoryRow | BadRow], total: int) -> Steps[Read]:
    rows: list[DirectoryRow] = []
    problems: list[BadRow] = []
    for each in read:
        if isinstance(each, BadRow):
            problems.append(each)
            continue
        if len(rows) % _STEP == 0:
            yield Progress("Läser rader", len(rows), total)
        rows.append(each)
    yield Progress("Läser rader", total, total)
    return rows, problems


def plan_steps(
    rows: Sequence[DirectoryRow],
    plan: Plan,
    *,
    only: Principal | None,
    make_principals: bool = False,
    lock: bool = False,
) -> Steps[Plan]:
    """Work out what the rows would do, into `plan`, which says already what is known of the file itself.

    A constant number of queries, however many rows there are.

    With `only`, the rows of other principals are set aside. With `make_principals`, the county's principals that are
    missing are in the plan. With `lock` the entries concerned stay as they are until the transaction is over.
    """
    principals = _principals(plan, make_principals)
    mine: list[tuple[DirectoryRow, Principal]] = []
    for row in rows:
        principal = principals.get(search_key(row.principal))
        if principal is None:
            unknown = f'Huvudmannen "{row.principal}" finns inte.'
            sentence = f"{unknown} Skriv regionen eller en av länets kommuner."
            plan.problems.append(BadRow(row.row, "Huvudman", sentence))
        elif only is not None and principal != only:
            plan.planned.append(Planned(Fate.OTHERS, row))
        else:
            mine.append((row, principal))
    there = _There(only, {principal.name: principal for _, principal in mine}, lock=lock)
    joined = there.joined(mine)
    matches = there.matches([pair for pair in mine if pair[0].row not in joined])
    beside = by_kept(joined, rows)
    for number, (row, principal) in enumerate(mine):
        if number % _STEP == 0:
            yield Progress("Jämför med katalogen", number, len(mine))
        if row.row in joined:
            plan.planned.append(Planned(Fate.JOINED, row, joined[row.row]))
        else:
            there.plan_row(plan, row, principal, matches.get(row.row), beside)
    plan.problems.extend(there.namesakes(plan))
    if not (plan.problems or plan.unread or plan.left_out):
        # A row that is not read is of some entry: which ones are missing is known when all rows are read.
        plan.planned.extend(there.gone(plan))
    plan.problems.sort(key=lambda bad: bad.row)
    yield Progress("Jämför med katalogen", len(mine), len(mine))
    return plan


def _principals(plan: Plan, make_missing: bool) -> dict[str, Principal]:
    """The principals by name, as it is searched by; those that are made are in the plan, not in the database."""
    principals = {search_key(principal.name): principal for principal in Principal.objects.all()}
    for known in (REGION, *MUNICIPALITIES):
        if search_key(known.name) not in principals:
            made = Principal.known(known)
            principals[search_key(known.name)] = made
            if make_missing:
                plan.new_principals.append(made)
    return principals


class _There:
    """The entries and units that are there already, of the principals that the file concerns."""

    def __init__(self, only: Principal | None, concerned: Mapping[str, Principal], *, lock: bool) -> None:
        self.concerned = concerned
        ids = [principal.pk for principal in concerned.values() if principal.pk]
        entries: QuerySet[DirectoryEntry] = DirectoryEntry.objects.filter(principal__in=ids)
        entries = entries.select_related("principal", "unit").order_by("pk")
        self.in_use: list[DirectoryEntry] = []
        self._named: dict[tuple[str, str], list[DirectoryEntry]] = defaultdict(list)
        self._retired: set[_Key] = set()
        self._retired_names: set[tuple[str, str]] = set()
        undone = retired_by_undoing(ids)
        # Before the contacts: who joins or renames a unit has it first, too.
        self._units = units_by_name(ids, lock=lock)
        for entry in locked(entries) if lock else entries:
            name = (entry.principal.name, name_key(entry.name))
            if entry.retired_at is None:
                self.in_use.append(entry)
                self._named[name].append(entry)
            elif (entry.pk, entry.retired_at.isoformat()) not in undone:
                self._retired.add((*name, name_key(entry.department)))
                if not (entry.first_name or entry.last_name):
                    self._retired_names.add(name)
        self._compared = 0
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        for entry in self.in_use:
            self._names[entry.principal.name][entry.name] = search_key(entry.name)

    def joined(self, rows: Sequence[tuple[DirectoryRow, Principal]]) -> dict[int, DirectoryEntry]:
        """By row, the entry that each row's name was joined into, of those that name none in use."""
        other_names = OtherNames(self.in_use)
        found = {}
        for row, principal in rows:
            named = self._named.get((principal.name, name_key(row.facts.name)), [])
            kept = other_names.kept_of(row, principal.name, alone=not named)
            if kept is not None and not any(_is_in(entry, row) for entry in named):
                found[row.row] = kept
        return found

    def matches(self, rows: Sequence[tuple[DirectoryRow, Principal]]) -> dict[int, DirectoryEntry | BadRow]:
        """By row, the entry that each row is about; a BadRow where it cannot be told.

        By name and department first. A contact that is no person is then known by its name alone, as long as one
        entry and one row of that name are left: so its department can be changed.
        """
        found: dict[int, DirectoryEntry | BadRow] = {}
        taken: set[int] = set()
        left: dict[tuple[str, str], list[DirectoryRow]] = defaultdict(list)
        for row, principal in rows:
            named = self._named.get((principal.name, name_key(row.facts.name)), [])
            exact = next((e for e in named if is_given(row, "department") and _is_in(e, row)), None)
            if exact is not None and exact.pk not in taken:
                taken.add(exact.pk)
                found[row.row] = exact
            elif named:
                left[principal.name, name_key(row.facts.name)].append(row)
        for name, rows_left in left.items():
            free = [entry for entry in self._named[name] if entry.pk not in taken]
            for row in rows_left:
                match = _by_name_alone(row, free, alone=len(rows_left) == 1)
                if match is not None:
                    found[row.row] = match
        return found

    def plan_row(
        self,
        plan: Plan,
        row: DirectoryRow,
        principal: Principal,
        match: DirectoryEntry | BadRow | None,
        beside: Mapping[int, Sequence[DirectoryRow]],
    ) -> None:
        """Add to the plan what one row means, or what is wrong with it; `beside` are rows by old names of entries."""
        if isinstance(match, BadRow):
            plan.problems.append(match)
            return
        name = (principal.name, name_key(row.facts.name))
        was_retired = (*name, name_key(row.facts.department)) in self._retired or (
            not row.facts.is_person and name in self._retired_names and not self._named.get(name)
        )
        if match is None and was_retired:
            plan.planned.append(Planned(Fate.LEFT, row))
            return
        named = row.facts.unit
        unit = self._units.get((principal.pk, name_key(named))) if named else None
        if named and unit is None:
            unknown = f'Enheten "{named}" finns inte hos {principal.name}.'
            sentence = f"{unknown} Lägg till den först, eller lämna tomt."
            plan.problems.append(BadRow(row.row, COLUMN_OF["unit"], sentence))
            return
        if unit and not unit.active and (match is None or match.unit_id != unit.pk):
            sentence = (
                f'Enheten "{named}" hos {principal.name} är ur bruk. Ta den i bruk först, eller lämna tomt.'
            )
            plan.problems.append(BadRow(row.row, COLUMN_OF["unit"], sentence))
            return
        old = match.facts if match is not None else None
        new = merged(row, old)
        if match is not None and old is not None and match.pk in beside:
            new = as_joined(old, new, beside[match.pk])
        changed = changed_facts(old, new) if old is not None else FACTS
        if match is not None and not changed:
            plan.planned.append(Planned(Fate.UNCHANGED, row, match))
            return
        entry = copy(match) if match is not None else DirectoryEntry(principal=principal)
        entry.take(new, unit, changed)
        if VERIFIED_FACTS.intersection(changed):
            entry.lose_verification()
        wrong = list(_wrong_with(entry, row, changed))
        plan.problems.extend(wrong)
        if not wrong:
            fate = Fate.NEW if match is None else Fate.CHANGED
            near = self._nearest(entry) if fate is Fate.NEW else ""
            plan.planned.append(Planned(fate, row, entry, match, old, new, near))

    def _nearest(self, entry: DirectoryEntry) -> str:
        """The name of an entry in use that a new one most likely is; not looked for in a file of thousands of new."""
        names = self._names[entry.principal.name]
        self._compared += len(names)
        return nearest(entry.name, names) if self._compared <= _MOST_COMPARED else ""

    def gone(self, plan: Plan) -> Iterator[Planned]:
        """The entries in use of the principals in the file that no row of it is about."""
        in_file = {planned.entry.pk for planned in plan.planned if planned.entry is not None}
        return (
            Planned(Fate.GONE, None, entry)
            for entry in self.in_use
            if entry.pk not in in_file and name_key(entry.name) not in plan.beside
        )

    def namesakes(self, plan: Plan) -> Iterator[BadRow]:
        """Each row after which two entries in use would have one name in one department."""
        changing = {p.entry.pk for p in plan.of(Fate.CHANGED) if p.entry is not None}
        taken = {_own_key(entry) for entry in self.in_use if entry.pk not in changing}
        for planned in plan.planned:
            if planned.fate not in (Fate.NEW, Fate.CHANGED) or planned.entry is None or planned.row is None:
                continue
            entry = planned.entry
            key = _own_key(entry)
            if key in taken:
                sentence = f"{entry.name} finns redan hos {entry.principal.name} med samma avdelning."
                yield BadRow(planned.row.row, "Enhet", sentence)
            taken.add(key)


def _own_key(entry: DirectoryEntry) -> _Key:
    return entry.principal.name, name_key(entry.name), name_key(entry.department)


def _is_in(entry: DirectoryEntry, row: DirectoryRow) -> bool:
    """Whether an entry is in the row's department; a person's may stand without the unit that the row has before it."""
    theirs, rows = name_key(entry.department), name_key(row.facts.department)
    return theirs == rows or (
        row.facts.is_person and bool(theirs) and row.facts.department.endswith(f", {entry.department}")
    )


def _by_name_alone(
    row: DirectoryRow, free: Sequence[DirectoryEntry], *, alone: bool
) -> DirectoryEntry | BadRow | None:
    """The one entry of the row's name that it can be about; a BadRow where there are several."""
    if row.facts.is_person:
        return None
    says_who = not row.given.isdisjoint(("Förnamn", "Efternamn"))
    fitting = [e for e in free if not (says_who and (e.first_name or e.last_name))]
    if len(fitting) == 1 and alone:
        return fitting[0]
    if fitting and not is_given(row, "department"):
        sentence = f"Flera kontakter heter {row.facts.name}. Ta med kolumnen Avdelning."
        return BadRow(row.row, "Enhet", sentence)
    return None


def _wrong_with(entry: DirectoryEntry, row: DirectoryRow, changed: Sequence[str]) -> Iterator[BadRow]:
    """What the model refuses, column by column. What is read from a file has passed its own rules already."""
    try:
        entry.clean_fields(exclude=UNCHECKED)
        if "hours" in changed:
            entry.clean()
    except ValidationError as wrong:
        for name, sentences in wrong.message_dict.items():
            column = "Enhet" if name == "name" else COLUMN_OF.get(name, COLUMN_OF["hours"])
            yield BadRow(row.row, column, " ".join(sentences))
