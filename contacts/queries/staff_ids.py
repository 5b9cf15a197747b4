"""People, units and assignments by their HSA-ids, as an identity provider names them."""

from collections.abc import Collection

from contacts.access import memberships_of
from contacts.models import Membership, Unit, User
from contacts.rules.permissions import Role


def person_with(hsa_id: str) -> User | None:
    """The one person who may log in and has that id; None where there is none, or several. A superuser is not found: no
    provider opens the installation.
    """
    may = User.objects.filter(hsa_id__iexact=hsa_id, is_active=True, is_superuser=False)
    found = list(may[:2])
    return found[0] if hsa_id and len(found) == 1 else None


def assignment_at(user: User, hsa_id: str, roles: Collection[Role] | None) -> Membership | None:
    """The person's assignment in force at the unit with that id; `roles` in order of preference, None for any one.

    None where there is no such one, or several of which none is preferred.
    """
    found = [each for each in memberships_of(user) if hsa_id and each.unit.hsa_id.upper() == hsa_id]
    # Two units may have got the same id: then it is not known which one is meant.
    if len({each.unit_id for each in found}) != 1:
        return None
    if roles is None:
        return found[0] if len(found) == 1 else None
    return next((each for role in roles for each in found if each.role == role), None)


def called(hsa_id: str) -> str:
    """The name of the one unit in use with that id, else the id itself."""
    names = list(Unit.objects.filter(hsa_id__iexact=hsa_id, active=True).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 and hsa_id else hsa_id
