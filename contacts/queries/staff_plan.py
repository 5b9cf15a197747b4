"""What a staff list would do."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from contacts.access import Acting
from contacts.models import Membership, Unit, User
from contacts.rules.file_rows import BadRow, quoted
from contacts.rules.labelled import Labelled
from contacts.rules.names import name_key
from contacts.rules.people import NOT_YOUR_OWN, PersonFacts, username_key
from contacts.rules.permissions import Role
from contacts.rules.staff_file import StaffRow, read_staff
from contacts.rules.swedish_text import search_key

from .joined import leads_to
from .people import keepers_of, memberships_in

Table = Sequence[Sequence[str]]


class Doing(Labelled):
    """What a row would do with its assignment."""

    ADD = "add", "Nytt uppdrag"
    RESTORE = "restore", "Tas tillbaka"
    RETITLE = "retitle", "Ny titel"
    END = "end", "Avslutas"


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """What would be done with an assignment; `membership` is the one that is there."""

    row: int
    unit: Unit
    role: Role
    title: str
    doing: Doing
    membership: Membership | None = None


@dataclass(slots=True)
class PlannedPerson:
    """Somebody the file names: a new one where `person` is None. `facts` are what would be said, `stands` what is."""

    row: int
    person: User | None
    facts: PersonFacts
    stands: PersonFacts | None
    assignments: list[PlannedAssignment] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return self.stands is not None and self.facts != self.stands

    @property
    def does_something(self) -> bool:
        return bool(self.assignments) or self.is_changed


@dataclass(slots=True)
class StaffPlan:
    """What a file would do. Each of the other rows is skipped, by its number.

    `same` stand already, `gone` would end what has ended or never was.
    """

    people: list[PlannedPerson] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def doing(self) -> list[PlannedPerson]:
        return [one for one in self.people if one.does_something]

    @property
    def ended(self) -> list[Membership]:
        """The assignments that would end."""
        planned = [each for one in self.people for each in one.assignments if each.doing is Doing.END]
        return [each.membership for each in planned if each.membership is not None]

    @property
    def mark(self) -> str:
        """Changes as soon as something else would be written."""
        told = [
            (
                one.person.pk if one.person else None,
                one.facts,
                one.stands,
                [(each.unit.pk, each.role, each.title, each.doing) for each in one.assignments],
            )
            for one in self.doing
        ]
        return hashlib.sha256(repr((told, len(self.bad))).encode()).hexdigest()


class _Refused(Exception):
    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


def plan_staff(by: Acting, table: Table) -> StaffPlan:
    """What a table would do among the people of the own principal. Five queries, however long it is."""
    rows, bad = read_staff(table)
    planner = _Planner(by, rows)
    plan = StaffPlan(bad=bad)
    for row in rows:
        try:
            planner.take(row, plan)
        except _Refused as refused:
            plan.bad.append(BadRow(row.row, refused.column, refused.sentence))
    plan.people = list(planner.people)
    plan.bad.sort(key=lambda one: one.row)
    return plan


class _Planner:
    """Goes through the rows, with everything they may meet read before."""

    def __init__(self, by: Acting, rows: Sequence[StaffRow]) -> None:
        self._by = by
        there = Unit.objects.filter(principal=by.principal).select_related("joined_into")
        # By each name that a unit has or had, a joined one's too.
        self._units = leads_to(there, lambda _, name: search_key(name))
        own = list(memberships_in(by.principal).select_related("user", "unit"))
        self._known = {(one.user_id, one.unit_id, one.role): one for one in own}
        self._own = {username_key(one.user.username): one.user for one in own}
        wanted = {row.facts.hsa_id for row in rows} - {""}
        self._by_hsa = {user.hsa_id: user for user in User.objects.filter(hsa_id__in=wanted)}
        self._taken = {username_key(name): pk for name, pk in User.objects.values_list("username", "pk")}
        keepers = keepers_of({one.user_id for one in own})
        self._kept = {pk for pk, keeper in keepers.items() if keeper == by.principal.pk}
        self.people: list[PlannedPerson] = []
        self._planned: dict[int, PlannedPerson] = {}
        self._new: dict[str, PlannedPerson] = {}
        self._hsa_given: dict[str, int] = {}
        self._seen: dict[tuple[int, int, Role], int] = {}

    def take(self, row: StaffRow, plan: StaffPlan) -> None:
        """Raises _Refused."""
        unit = self._unit(row)
        person = self._person(row)
        if person is None and row.ends:
            plan.gone.append(row.row)
            return
        planned = self._planned_person(row, person)
        seen = (id(planned), unit.pk, row.role)
        if seen in self._seen:
            raise _Refused("Enhet", f"Samma uppdrag står också på rad {self._seen[seen]}.")
        self._seen[seen] = row.row
        known = self._known.get((person.pk, unit.pk, row.role)) if person else None
        doing = _doing(row, known)
        if doing is None:
            if row.ends:
                plan.gone.append(row.row)
            elif planned.row != row.row or not planned.is_changed:
                plan.same.append(row.row)
            return
        if person is not None and person.pk == self._by.user.pk and doing is not Doing.RETITLE:
            raise _Refused("Avslutas", _NOT_YOURSELF) if row.ends else _Refused("Roll", NOT_YOUR_OWN)
        planned.assignments.append(PlannedAssignment(row.row, unit, row.role, row.title, doing, known))

    def _unit(self, row: StaffRow) -> Unit:
        unit = self._units.get(search_key(row.unit))
        if unit is None:
            raise _Refused("Enhet", f"Enheten {quoted(row.unit)} finns inte hos er.")
        if not unit.active and not row.ends:
            raise _Refused("Enhet", f"Enheten {quoted(row.unit)} är ur bruk.")
        return unit

    def _person(self, row: StaffRow) -> User | None:
        """Who it is: by HSA-id among all, else by user name among one's own.

        Whose log-in and trace it is must be certain: user names are used again, and HSA-ids are mistyped.
        """
        facts = row.facts
        by_hsa = self._by_hsa.get(facts.hsa_id)
        by_name = self._own.get(username_key(facts.username))
        if by_hsa is not None and by_hsa.is_superuser and by_name != by_hsa:
            raise _Refused("HSA-id", "HSA-id:t hör till en annan person.")
        if by_hsa is not None and by_name is not None and by_hsa != by_name:
            raise _Refused("HSA-id", "HSA-id:t och användarnamnet hör till två olika personer.")
        if by_hsa is not None and not _is_named(by_hsa, facts, one_differs=by_hsa.pk in self._kept):
            raise _Refused("HSA-id", f"HSA-id:t är {by_hsa.full_name}s. Rätta HSA-id:t eller namnet.")
        if by_hsa is None and by_name is not None:
            _check_same(by_name, facts)
        return by_hsa or by_name

    def _planned_person(self, row: StaffRow, person: User | None) -> PlannedPerson:
        known = self._planned.get(person.pk) if person else self._known_new(row.facts)
        if known is None:
            known = self._begin(row, person)
            self.people.append(known)
        elif _differ(known.facts, row.facts, kept=person is None or person.pk in self._kept):
            raise _Refused("", f"Uppgifterna om personen är andra än på rad {known.row}.")
        return known

    def _known_new(self, facts: PersonFacts) -> PlannedPerson | None:
        by_hsa = self._new.get(facts.hsa_id) if facts.hsa_id else None
        return by_hsa or self._new.get(username_key(facts.username))

    def _begin(self, row: StaffRow, person: User | None) -> PlannedPerson:
        said = row.facts
        if person is None:
            if not said.username:
                raise _Refused("Användarnamn", "Skriv ett användarnamn: personen är ny.")
            if username_key(said.username) in self._taken:
                raise _Refused(
                    "Användarnamn", "Användarnamnet är upptaget. Skriv HSA-id om det är samma person."
                )
            self._give_hsa_id(row)
            planned = PlannedPerson(row.row, None, said, None)
            self._taken[username_key(said.username)] = 0
            for key in (said.hsa_id, username_key(said.username)):
                if key:
                    self._new[key] = planned
            return planned
        stands = PersonFacts(**{name: getattr(person, name) for name in asdict(said)})
        told = {name: value for name, value in asdict(said).items() if value}
        if username_key(said.username) == username_key(stands.username):
            # Another case alone is no other user name.
            told["username"] = stands.username
        facts = replace(stands, **told) if person.pk in self._kept else stands
        if facts.username != stands.username:
            if self._taken.get(username_key(facts.username), person.pk) != person.pk:
                raise _Refused("Användarnamn", "Användarnamnet är upptaget.")
            self._taken[username_key(facts.username)] = person.pk
        if facts.hsa_id != stands.hsa_id:
            self._give_hsa_id(row)
        self._planned[person.pk] = planned = PlannedPerson(row.row, person, facts, stands)
        return planned

    def _give_hsa_id(self, row: StaffRow) -> None:
        """Of two who would get one HSA-id the second is refused."""
        hsa_id = row.facts.hsa_id
        if hsa_id in self._hsa_given:
            raise _Refused("HSA-id", f"HSA-id:t står för en annan person på rad {self._hsa_given[hsa_id]}.")
        if hsa_id:
            self._hsa_given[hsa_id] = row.row


def _is_named(person: User, said: PersonFacts, *, one_differs: bool = False) -> bool:
    """Whether the row names that person, or nobody; `one_differs` where one of the two names may be a new one."""
    names = ((person.first_name, said.first_name), (person.last_name, said.last_name))
    others = [told for name, told in names if told and name_key(told) != name_key(name)]
    return len(others) <= one_differs


def _check_same(person: User, said: PersonFacts) -> None:
    """Raises _Refused where a row with the user name of a person, without their HSA-id, is of somebody else."""
    if not _is_named(person, said):
        raise _Refused(
            "Användarnamn",
            f"Användarnamnet är {person.full_name}s. Är det samma person, rätta namnet i filen eller på personens "
            "sida. Är det någon annan, skriv ett annat användarnamn.",
        )
    if said.hsa_id and person.hsa_id:
        raise _Refused(
            "HSA-id",
            f"Användarnamnet är {person.full_name}s, med ett annat HSA-id. Är det samma person, rätta HSA-id:t i filen "
            "eller på personens sida. Är det någon annan, skriv ett annat användarnamn.",
        )


_NOT_YOURSELF = "Du avslutar inte ditt eget uppdrag i en fil."


def _doing(row: StaffRow, known: Membership | None) -> Doing | None:
    stands = known is not None and known.active
    if row.ends:
        return Doing.END if stands else None
    if known is None:
        return Doing.ADD
    if not stands:
        return Doing.RESTORE
    return Doing.RETITLE if known.title != row.title else None


def _differ(planned: PersonFacts, said: PersonFacts, *, kept: bool) -> bool:
    """Whether a second row of one person says otherwise than the first; an empty cell says nothing."""
    told = asdict(said)
    if username_key(said.username) == username_key(planned.username):
        told.pop("username")
    return kept and any(value and value != getattr(planned, name) for name, value in told.items())
