"""Who acts: the person, the assignment and what it gives a right to."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import ResolverMatch
from django_htmx.middleware import HtmxDetails

from contacts.models import Membership, Principal, Unit, User
from contacts.queries.prepared import prepared
from contacts.rules.errors import NotAllowed, NotYours
from contacts.rules.parties import Party
from contacts.rules.permissions import Border, Right, Role, border_of, role_may
from contacts.seen import refuses

# The field of every form that carries the signed mark of who was shown it, and in which assignment.
TYPED_BY_FIELD = "typed_by"
_TYPED_BY_SALT = "contacts.typed-by"

# Attribute that holds the prefetched assignments of a person.
_KNOWN = "assignments_in_force"


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in one assignment. Every write takes one as `by`; every read of scoped data is narrowed by it."""

    user: User
    membership: Membership
    unit: Unit
    principal: Principal
    role: Role

    @property
    def parties(self) -> frozenset[Party]:
        """The parties the unit acts as."""
        return self.unit.parties

    @property
    def role_text(self) -> str:
        """The title that belongs to the signature, else the role's name."""
        return self.membership.title or self.role.label


class AnyRequest(HttpRequest):
    """As the middleware leaves it, whoever it is from."""

    acting: Acting | None
    # Whose log-in is locked: the request is nobody's.
    locked_user: User | None
    htmx: HtmxDetails
    # What is on every page of it (`outage.project.context`).
    page: Any
    # The form that a view shows again, and when a press that is taken up was made.
    shown_again: BaseForm | None
    # Why a log-in ends that nobody ends by hand: a word of `trace_words.WHY_LOG_IN`.
    leaving: str
    pressed_at: datetime | None
    # When the form was saved before, in words, where it came once more and could not be let through; else "".
    saved_before: str


class OwnRequest(AnyRequest):
    """From somebody who is logged in."""

    user: User


class ActingRequest(OwnRequest):
    """From somebody who acts in an assignment: the middleware lets no other through to the views of the apps."""

    acting: Acting
    resolver_match: ResolverMatch


def acting_for(user: User, membership_id: int | None = None) -> Acting | None:
    """The person's assignment `membership_id`, or the only one there is; None where there is no such one.

    A person with several assignments and none chosen gets None: a page then asks which one it is.
    """
    found = memberships_of(user)
    if membership_id is not None:
        found = [m for m in found if m.pk == membership_id]
    if len(found) != 1:
        return None
    return acting_in(found[0], user)


def acting_in(membership: Membership, user: User | None = None) -> Acting:
    """The person in an assignment, ended since or not; `user` is its person where already read."""
    return Acting(
        user=user or membership.user,
        membership=membership,
        unit=membership.unit,
        principal=membership.unit.principal,
        role=Role(membership.role),
    )


def memberships_of(user: User) -> list[Membership]:
    """The person's assignments in force, to choose among; those that came with the person are not read again."""
    known: list[Membership] | None = getattr(user, _KNOWN, None)
    if known is not None:
        return known
    return list(_in_force().filter(user=user))


def check_may(by: Acting, right: Right, *nouns: Model) -> None:
    """Raises NotAllowed with a Swedish reason where the acting person's role lacks `right` or the assignment is over,
    NotYours where one of `nouns`, what it is done to, lies outside the border that the right has for the role.
    """
    if not role_may(by.role, right):
        refuses(right.value, next(iter(nouns), None))
        raise NotAllowed(f"Din roll ({by.role.label.lower()}) får inte {right.label}.")
    if not (by.membership.active and by.unit.active):
        refuses("ended", next(iter(nouns), None))
        raise NotAllowed("Ditt uppdrag är avslutat.")
    check_within(by, *nouns, border=border_of(by.role, right))


def check_within(by: Acting, *nouns: Model, border: Border = Border.UNIT) -> None:
    """Raises NotYours, as `check_may`, for what needs no right."""
    for noun in nouns:
        if not is_within(noun, by, border):
            refuses("not_yours", noun)
            raise NotYours


@singledispatch
def is_within(noun: Model, by: Acting, border: Border = Border.UNIT) -> bool:
    """Whether the acting person may reach a row, by a right that reaches so far.

    The border of each model is said in `queries.borders` of its app; a model that has one border only has it whatever
    the right.
    """
    raise TypeError(f"{type(noun).__name__} has no border")


def can(by: Acting, right: Right) -> bool:
    return role_may(by.role, right)


def user_with_assignments(user_id: int) -> User | None:
    """The person with that id, also one who may not log in, with the assignments in force; None where there is none.

    One query for those who have any: who asks and in which assignment is the first thing each page must know.
    """
    found = _assignments_of(user_id)
    user = found[0].user if found else User.objects.filter(pk=user_id).first()
    if user is not None:
        for membership in found:
            membership.user = user
        setattr(user, _KNOWN, found)
    return user


@prepared
def _assignments_of(user_id: int) -> QuerySet[Membership]:
    return _in_force().filter(user=user_id).select_related("user")


def _in_force() -> QuerySet[Membership]:
    found = Membership.objects.filter(active=True, unit__active=True).select_related("unit__principal")
    return found.order_by("unit__sort_key", "pk")


def demo_memberships() -> list[Membership]:
    """The assignments of the invented people, to choose among in demo mode, in the order they were made."""
    found = Membership.objects.filter(
        active=True, unit__active=True, user__is_demo=True, user__is_active=True
    )
    return list(found.select_related("user", "unit__principal").order_by("pk"))


@dataclass(frozen=True, slots=True)
class TypedBy:
    """Who was shown a form, and in which assignment; None for none, as in the admin pages."""

    user_id: int
    membership_id: int | None

    @property
    def mark(self) -> str:
        """The signed mark that the form carries."""
        return signing.dumps([self.user_id, self.membership_id], salt=_TYPED_BY_SALT)


def read_typed_by(mark: str, max_age: int | None = None) -> TypedBy | None:
    """None for a mark that is not ours, or older than `max_age` seconds."""
    try:
        user_id, membership_id = signing.loads(mark, salt=_TYPED_BY_SALT, max_age=max_age)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return TypedBy(user_id, membership_id)


def membership_of(typed_by: TypedBy) -> Membership | None:
    """The assignment that a form was shown in, ended since or not; None where the person may not log in any more."""
    if typed_by.membership_id is None:
        return None
    found = Membership.objects.filter(pk=typed_by.membership_id, user=typed_by.user_id, user__is_active=True)
    return found.select_related("user", "unit").first()
