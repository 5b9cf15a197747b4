"""Who can be handed a one-time code, among the people of a principal."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from contacts.access import Acting
from contacts.models import LoginCode, Membership, User
from contacts.queries.people import IN_FORCE, memberships_in


@dataclass(frozen=True, slots=True)
class Uncoded:
    """People to make codes for, in the order of their units, and how many there are besides."""

    people: tuple[User, ...]
    more: int
    with_code: int


def people_to_code(by: Acting, now: datetime) -> QuerySet[Any]:
    """Everybody for whom this administrator may make a code: those who work there and are kept there, but oneself.

    By unit and name, each with `own`, the assignments in force there, and `code_until`, None where no code holds.
    """
    own = memberships_in(by.principal).filter(IN_FORCE)
    there = own.filter(user=OuterRef("pk")).order_by("unit__sort_key", "pk")
    # As `keeper_of` has it, of somebody who has an assignment in force.
    oldest = Membership.objects.filter(IN_FORCE, user=OuterRef("pk")).order_by("pk")
    newest = LoginCode.objects.filter(user=OuterRef("pk")).order_by("-at", "-pk")
    rows = User.objects.filter(is_active=True, is_superuser=False).exclude(pk=by.user.pk)
    rows = rows.annotate(
        keeper=Subquery(oldest.values("unit__principal")[:1]),
        place=Subquery(there.values("unit__sort_key")[:1]),
        used=Subquery(newest.values("used_at")[:1]),
        until=Subquery(newest.values("expires_at")[:1]),
        code_until=Case(When(Q(used=None, until__gt=now), then="until")),
    )
    standing = Prefetch(
        "memberships", own.select_related("unit").order_by("unit__sort_key", "pk"), to_attr="own"
    )
    return rows.filter(keeper=by.principal.pk).order_by("place", "sort_key", "pk").prefetch_related(standing)


def never_logged_in(by: Acting, now: datetime, *, most: int, all_of_them: bool) -> Uncoded:
    """Those without a code that holds, or `all_of_them`. Four queries."""
    rows = people_to_code(by, now).filter(last_login=None)
    with_code = rows.exclude(code_until=None).count()
    wanted = rows if all_of_them else rows.filter(code_until=None)
    people = tuple(wanted[:most])
    return Uncoded(people, max(0, wanted.count() - most), with_code)


def chosen_people(by: Acting, now: datetime, ids: Collection[int]) -> tuple[User, ...]:
    """Those of the ids for whom a code may be made. Two queries."""
    return tuple(people_to_code(by, now).filter(pk__in=ids))
