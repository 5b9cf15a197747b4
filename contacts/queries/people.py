"""The people of a principal as those who keep them look at them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.paginator import Page, Paginator
from django.db import DatabaseError
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from contacts.access import Acting
from contacts.models import AuditEntry, LoginCode, Membership, Principal, User
from contacts.queries.prepared import prepared
from contacts.rules.labelled import Labelled
from contacts.rules.people import Assigned, keeper_of, username_key
from contacts.rules.permissions import Right, Role, roles_with
from contacts.rules.swedish_text import search_key

PAGE_SIZE = 50
PERSON_ENDED = "user.ended"
IN_FORCE = Q(active=True, unit__active=True)


class Listed(Labelled):
    """Which people are listed; the values are used in the page's address."""

    IN_FORCE = "har", "Har uppdrag"
    ENDED = "avslutade", "Avslutade"


@dataclass(frozen=True, slots=True)
class PersonKept:
    """A person with the assignments in one principal, and whether that principal keeps name and codes too."""

    person: User
    assignments: tuple[Membership, ...]
    kept_here: bool
    may_restore: bool

    @property
    def in_force(self) -> tuple[Membership, ...]:
        return tuple(one for one in self.assignments if one.active and one.unit.active)


def nobody_yet() -> bool:
    """Whether nobody has an assignment: a new installation, where nobody can log in to work."""
    try:
        return not Membership.objects.exists()
    except DatabaseError:
        # The log-in page opens even so, and who logs in is told.
        return False


def names_of_principals() -> list[str]:
    return [*Principal.objects.values_list("name", flat=True)]


def memberships_in(principal: Principal) -> QuerySet[Membership]:
    """All assignments in a principal, those that have ended too."""
    return Membership.objects.filter(unit__principal=principal)


def _of(principal: Principal) -> QuerySet[Any]:
    own = memberships_in(principal).filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(own)).annotate(works=Exists(own.filter(IN_FORCE)))


def people_figures(principal: Principal) -> dict[Listed, int]:
    """How many there are of each. One query."""
    found = _of(principal).aggregate(
        working=Count("pk", filter=Q(works=True)), ended=Count("pk", filter=Q(works=False))
    )
    return {Listed.IN_FORCE: found["working"], Listed.ENDED: found["ended"]}


def own_people(
    principal: Principal, *, listed: Listed, text: str = "", page: int | str | None = 1
) -> Page[User]:
    """A page of the principal's people, in Swedish order by last name, each with `own`, the assignments there.

    With a text, of all of them those whose names, user name, e-mail, HSA-id or unit has all its words. Three queries.
    """
    words = search_key(text).split()
    rows = _of(principal)
    if not text:
        rows = rows.filter(works=listed is Listed.IN_FORCE)
    for word in words:
        there = memberships_in(principal).filter(user=OuterRef("pk"), unit__search_key__contains=word)
        rows = rows.filter(Q(search_key__contains=word) | Exists(there))
    if text and not words:
        rows = rows.none()
    own = memberships_in(principal).select_related("unit").order_by("-active", "unit__sort_key", "pk")
    rows = rows.prefetch_related(Prefetch("memberships", own, to_attr="own"))
    return Paginator(rows.order_by("sort_key", "pk"), PAGE_SIZE).get_page(page)


def own_person(principal: Principal, person_id: int) -> PersonKept | None:
    """A person with an assignment in the principal, ended or not; None for anybody else. Four queries at most."""
    own = memberships_in(principal).filter(user=person_id).select_related("unit__principal", "user")
    found = tuple(own.order_by("-active", "unit__sort_key", "pk"))
    if not found:
        return None
    person = found[0].user
    kept = PersonKept(person, found, keeps(principal, person), may_restore=False)
    if kept.in_force:
        return kept
    back = set(ended_together(principal, person)) & {one.pk for one in found if one.unit.active}
    return PersonKept(person, found, kept.kept_here, may_restore=bool(back))


def own_membership(principal: Principal, membership_id: int) -> Membership | None:
    """An assignment in the principal, ended or not; None for any other."""
    rows = memberships_in(principal).select_related("user", "unit__principal")
    return rows.filter(pk=membership_id).first()


def ended_together(principal: Principal, person: User) -> list[int]:
    """The assignments that ended when the person was last ended in the principal, by id."""
    rows = AuditEntry.objects.filter(
        principal=principal, action=PERSON_ENDED, target_type=person._meta.label, target_id=str(person.pk)
    )
    last = rows.order_by("-at", "-pk").first()
    return list(last.changes["memberships"]) if last else []


def keepers_of(user_ids: Collection[int]) -> dict[int, int]:
    """Which principal keeps each person, by id; a superuser is kept by none. One query."""
    assigned: dict[int, list[Assigned]] = defaultdict(list)
    rows = Membership.objects.filter(user__in=user_ids, user__is_superuser=False).select_related("unit")
    for row in rows.order_by("pk"):
        assigned[row.user_id].append(Assigned(row.unit.principal_id, row.active and row.unit.active))
    found = {user_id: keeper_of(each) for user_id, each in assigned.items()}
    return {user_id: keeper for user_id, keeper in found.items() if keeper is not None}


def keeps(principal: Principal, person: User) -> bool:
    """Whether the principal keeps the name and the codes of a person."""
    return keepers_of([person.pk]).get(person.pk) == principal.pk


def newest_code(person: User) -> LoginCode | None:
    """The code handed out last, used or not."""
    return LoginCode.objects.filter(user=person).select_related("by").order_by("-at", "-pk").first()


def has_second_factor(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person).exists())


def person_by_hsa_id(hsa_id: str) -> User | None:
    return User.objects.filter(hsa_id=hsa_id).first() if hsa_id else None


def person_by_username(typed: str) -> User | None:
    """Who may log in by a user name, whatever its case; of several that differ in case the one that is typed."""
    text = typed.strip()
    known = Q(username=text) | Q(username_key=username_key(text))
    found = {one.username: one for one in User.objects.filter(known, is_active=True)}
    return found.get(text) or (next(iter(found.values())) if len(found) == 1 else None)


def person_to_log_in(typed: str) -> User | None:
    """Who may log in by a user name, as `person_by_username` reads it, or an HSA-id."""
    hsa_id = "".join(typed.split()).upper()
    return person_by_username(typed) or User.objects.filter(hsa_id=hsa_id or None, is_active=True).first()


def is_taken(username: str, but: User | None = None) -> bool:
    """Whether somebody else logs in by that name, whatever its case."""
    rows = User.objects.filter(Q(username=username) | Q(username_key=username_key(username)))
    return (rows.exclude(pk=but.pk) if but else rows).exists()


def administrators_left(principal: Principal, ended: Iterable[Membership]) -> bool:
    """Whether somebody still is an administrator in the principal when these assignments have ended."""
    rows = memberships_in(principal).filter(IN_FORCE, role=Role.ADMIN, user__is_active=True)
    return rows.exclude(pk__in=[one.pk for one in ended]).exists()


def working_people(principal: Principal) -> list[Membership]:
    """Every assignment in force in the principal, in Swedish order of people. One query."""
    rows = memberships_in(principal).filter(IN_FORCE).select_related("user", "unit")
    return list(rows.order_by("user__sort_key", "user", "unit__sort_key", "pk"))


def colleagues(by: Acting, right: Right) -> list[User]:
    """Those who may do something at the acting unit, the acting person among them, in Swedish order."""
    return list(
        {each.user_id: each.user for each in _working_at(by.unit.pk, *map(str, roles_with(right)))}.values()
    )


@prepared
def _working_at(unit_id: int, *roles: str) -> QuerySet[Membership]:
    found = Membership.objects.filter(IN_FORCE, unit=unit_id, user__is_active=True, role__in=roles)
    return found.select_related("user").order_by("user__sort_key", "user")
