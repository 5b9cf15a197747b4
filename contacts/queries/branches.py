"""The units that a right reaches, by the border that the table of rights has for the role."""

from django.db.models import Q, QuerySet

from contacts.access import Acting
from contacts.models import Membership, Principal, Unit
from contacts.rules.branches import Branch
from contacts.rules.permissions import Border, Right, border_of, roles_with

from .joined import units_read_as


def units_of_branch(unit: Unit) -> QuerySet[Unit]:
    """The units that share the branch of `unit`, itself among them, those out of use too."""
    same = Unit.objects.filter(principal=unit.principal_id)
    if unit.branch is Branch.REGION:
        return same
    if unit.branch is Branch.UNSETTLED:
        return same.filter(pk=unit.pk)
    return same.filter(municipal_kind=unit.municipal_kind)


def units_within(by: Acting, right: Right) -> QuerySet[Unit]:
    """Raises KeyError where the role has not the right."""
    border = border_of(by.role, right)
    if border is Border.ALL:
        return Unit.objects.all()
    if border is Border.PRINCIPAL:
        return Unit.objects.filter(principal=by.principal)
    if border is Border.BRANCH:
        return units_of_branch(by.unit)
    return Unit.objects.filter(pk__in=units_read_as(by.unit))


def units_without(principal: Principal, right: Right) -> QuerySet[Unit]:
    """Those in whose branch nobody who can log in has the right; a unit of no branch is one by itself."""
    may = Membership.objects.filter(
        active=True, user__is_active=True, role__in=roles_with(right), unit__principal=principal
    )
    if principal.is_region:
        theirs = Q(principal__in=may.values("unit__principal"))
    else:
        kinds = may.exclude(unit__municipal_kind="").values("unit__municipal_kind")
        theirs = Q(municipal_kind__in=kinds) | Q(municipal_kind="", pk__in=may.values("unit"))
    return Unit.objects.filter(principal=principal).exclude(theirs)


def name_of_branch(unit: Unit) -> str:
    """What the units of the branch are called together; a branch is named only where the principal has several."""
    if unit.branch is Branch.UNSETTLED:
        return unit.name
    name: str = unit.principal.name
    return name if unit.branch is Branch.REGION else f"{name}, {unit.branch.label.lower()}"


def name_of_reach(by: Acting, right: Right) -> str:
    border = border_of(by.role, right)
    if border is Border.UNIT:
        return by.unit.name
    return name_of_branch(by.unit) if border is Border.BRANCH else by.principal.name
