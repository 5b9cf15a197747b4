"""What a row of the walk says: the right that a service asks for, whose that must be which it is done to, arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from contacts.access import Acting, acting_in
from contacts.models import Membership, MunicipalKind, Unit
from contacts.rules.permissions import Right, Role, role_may
from tests.factories import County, make_county, persons


class Scope(StrEnum):
    """Where somebody works, seen from what a service is done to: Alva's, of her unit.

    Her unit is a ward of the region, and once more one of the social services of a municipality: the region is one
    branch, and in a municipality no other unit takes part.
    """

    OWN = "own unit"
    PART = "unit that takes part"
    OTHER = "other unit"
    BRANCH = "other branch"
    STRANGER = "other principal"
    ENDED = "own unit, assignment ended"


@dataclass(frozen=True)
class Border:
    """The scopes that reach what a service is done to. An assignment that has ended reaches what no right is for."""

    name: str
    within: frozenset[Scope]


UNIT = Border("unit", frozenset({Scope.OWN}))
CHAIN = Border("chain", UNIT.within | {Scope.PART})
BRANCH = Border("branch", CHAIN.within | {Scope.OTHER})
PRINCIPAL = Border("principal", BRANCH.within | {Scope.BRANCH})
# What it is done to is one's own or nobody's: a new row, an outage, the directory as everybody reads it.
NONE = Border("none", frozenset(Scope))
# Another unit's of the same principal, found by the patient's whole number: one's own needs no emergency.
ELSEWHERE = Border("elsewhere", frozenset({Scope.OTHER}))
# A held form: of the very person.
OWNER = Border("owner", frozenset())

Stage = TypeVar("Stage", bound="Cast")
Given = Mapping[str, Any]


def make_town() -> County:
    """The county as the municipality sees it: Alva, Esa, Adam and Bo are of its social services, Cissi of the ward."""
    county = make_county()
    office = Unit.objects.create(
        principal=county.municipality, name="Bistånd syd", municipal_kind=MunicipalKind.SOCIAL_CARE
    )
    here = county.social_care
    esa, adam, bo = persons(
        ("esa.s", here, Role.COORDINATOR), ("adam.s", here, Role.ADMIN), ("bo.s", office, Role.STAFF)
    )
    return replace(county, alva=county.cissi, disa=county.cissi, cissi=county.alva, esa=esa, adam=adam, bo=bo)


@dataclass
class Cast:
    """The county, and somebody in each role and scope; `town` for the one in which there is another branch."""

    town: bool = False
    county: County = field(init=False)
    people: dict[tuple[Role, Scope], Acting] = field(init=False)

    def __post_init__(self) -> None:
        county = self.county = make_town() if self.town else make_county()
        self.people = {
            (Role.STAFF, Scope.OWN): county.alva,
            (Role.COORDINATOR, Scope.OWN): county.esa,
            (Role.ADMIN, Scope.OWN): county.adam,
            (Role.STAFF, Scope.OTHER): county.bo,
        }
        units = {Scope.OWN: county.alva.unit, Scope.OTHER: county.bo.unit}
        if self.town:
            units[Scope.BRANCH] = Unit.objects.create(
                principal=county.municipality,
                name="Hemsjukvården",
                municipal_kind=MunicipalKind.HOME_NURSING,
            )
        else:
            units |= {
                Scope.PART: county.health_centre,
                Scope.STRANGER: county.social_care,
                Scope.ENDED: county.ward,
            }
            self.people[Role.STAFF, Scope.PART] = county.disa
            self.people[Role.STAFF, Scope.STRANGER] = county.cissi
        missing = [(role, scope) for scope in units for role in Role if (role, scope) not in self.people]
        made = persons(*((f"p{n}", units[scope], role) for n, (role, scope) in enumerate(missing)))
        self.people |= dict(zip(missing, made, strict=True))
        for role, scope in list(self.people):
            if scope is Scope.ENDED:
                self.people[role, scope] = self._ended(self.people[role, scope])

    def _ended(self, by: Acting) -> Acting:
        Membership.objects.filter(pk=by.membership.pk).update(active=False)
        return acting_in(
            Membership.objects.select_related("user", "unit__principal").get(pk=by.membership.pk)
        )

    def coordinator_at(self, unit: Unit) -> Acting:
        """Of the same principal as `unit`."""
        found = (by for (role, _), by in self.people.items() if role is Role.COORDINATOR)
        return next(by for by in found if by.principal == unit.principal)


@dataclass(frozen=True)
class Row(Generic[Stage]):
    """`given` makes the arguments, but for `by`, within what is rolled back after each cell; `also` is a right that
    is asked for as well, and that the same roles have.
    """

    right: Right | None
    border: Border
    given: Callable[[Stage, Acting], Given]
    also: Right | None = None

    @property
    def rights(self) -> list[Right]:
        return [right for right in (self.right, self.also) if right is not None]

    def may(self, role: Role, scope: Scope) -> bool:
        if self.border is OWNER:
            return (role, scope) == (Role.STAFF, Scope.OWN)
        if self.right is None:
            return scope in self.border.within
        return role_may(role, self.right) and scope in self.border.within - {Scope.ENDED}


Table = dict[Callable[..., Any], Row[Stage]]


def with_other(row: Row[Stage], **more: Callable[[Stage], Any]) -> Row[Stage]:
    """The same row with some of its arguments exchanged: for another's, or for what a rule would say no to."""
    return replace(row, given=lambda s, by: {**row.given(s, by), **{k: get(s) for k, get in more.items()}})
