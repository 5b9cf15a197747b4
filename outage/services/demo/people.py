"""The demo's people: invented, without passwords, chosen by a button on the log-in page."""

from dataclasses import dataclass

from contacts.access import Acting
from contacts.models import Membership, Unit, User
from contacts.rules.permissions import Role
from contacts.services.directory import save_row


@dataclass(frozen=True, slots=True)
class _Person:
    """The assignments are (unit, role, title), the first one being whom the demo writes as."""

    username: str
    first_name: str
    last_name: str
    assignments: tuple[tuple[str, Role, str], ...]


def _one(username: str, first: str, last: str, unit: str, role: Role, title: str) -> _Person:
    return _Person(username, first, last, ((unit, role, title),))


_STAFF, _COORDINATOR, _ADMIN = Role.STAFF, Role.COORDINATOR, Role.ADMIN
_NURSE, _DISCHARGE = "sjuksköterska", "utskrivningssamordnare"
_DISTRICT_NURSE, _CASE_OFFICER = "distriktssköterska", "biståndshandläggare"

KEEPER = _one("demo.regionadmin", "Rut", "Ordningsjö", "medicin", _ADMIN, "katalogansvarig")

# In the order of the buttons: the first thing a newcomer meets is a nurse on a ward.
_PEOPLE = (
    _one("demo.alva", "Alva", "Bergdal", "medicin", _STAFF, _NURSE),
    _one("demo.maja", "Maja", "Lindhult", "medicin", _COORDINATOR, _DISCHARGE),
    _one("demo.bo", "Bo", "Tallmark", "ersboda", _STAFF, _DISTRICT_NURSE),
    _one("demo.elin", "Elin", "Stigfors", "ersboda", _COORDINATOR, "vårdsamordnare"),
    _one("demo.cissi", "Cissi", "Åkervik", "um_bistand", _STAFF, _CASE_OFFICER),
    _one("demo.urban", "Urban", "Nygärde", "um_bistand", _COORDINATOR, "samordnare"),
    _one("demo.hedda", "Hedda", "Brännmyr", "um_hemsjuk", _STAFF, _NURSE),
    _one("demo.pia", "Pia", "Hedlöf", "psykiatri", _STAFF, _NURSE),
    _one("demo.per", "Per", "Sandvret", "psykiatri", _COORDINATOR, _DISCHARGE),
    _one("demo.petra", "Petra", "Norrskog", "psykklinik", _STAFF, _NURSE),
    _one("demo.paul", "Paul", "Ängsbo", "psykklinik", _COORDINATOR, "vårdsamordnare"),
    _one("demo.siv", "Siv", "Fjällnäs", "storuman", _STAFF, _DISTRICT_NURSE),
    _one("demo.sune", "Sune", "Forsmyr", "storuman", _COORDINATOR, "vårdsamordnare"),
    _one("demo.olle", "Olle", "Granliden", "ortopedi", _STAFF, _NURSE),
    _one("demo.heli", "Heli", "Kustvik", "heimdall", _STAFF, _DISTRICT_NURSE),
    _one("demo.lena", "Lena", "Myrtjärn", "lycksele", _STAFF, _NURSE),
    _Person(
        "demo.gun",
        "Gun",
        "Rönnås",
        (("geriatrik", _STAFF, _NURSE), ("medicin", _STAFF, _NURSE)),
    ),
    _one("demo.stina", "Stina", "Havsdal", "sk_bistand", _STAFF, _CASE_OFFICER),
    _one("demo.sixten", "Sixten", "Älvsund", "sk_bistand", _COORDINATOR, "samordnare"),
    _one("demo.saga", "Saga", "Holmträsk", "sk_hemsjuk", _STAFF, _NURSE),
    _one("demo.kommunadmin", "Kaj", "Listberg", "sk_bistand", _ADMIN, "katalogansvarig"),
)


def make_keeper() -> User:
    """The region's invented administrator, by whom all else is made; inside the caller's transaction."""
    user = _user(KEEPER)
    # Nobody is there before the first person, so the audit row names that person.
    save_row(by=user, row=user)
    return user


def make_people(*, by: User, units: dict[str, Unit]) -> dict[str, Acting]:
    """The invented people with their assignments, `by` (from `make_keeper`) among them.

    Returns who acts, by the part of the log-in name after the dot: each in the first assignment.
    """
    acting = {}
    for person in (*_PEOPLE, KEEPER):
        user = by if person is KEEPER else _user(person)
        if user is not by:
            save_row(by=by, row=user)
        memberships = [
            Membership(user=user, unit=units[unit], role=role.value, title=title)
            for unit, role, title in person.assignments
        ]
        for membership in memberships:
            save_row(by=by, row=membership)
        first = memberships[0]
        acting[person.username.partition(".")[2]] = Acting(
            user=user,
            membership=first,
            unit=first.unit,
            principal=first.unit.principal,
            role=Role(first.role),
        )
    return acting


def _user(person: _Person) -> User:
    """Unsaved. The admin pages open to the administrators; their assignment narrows them."""
    user = User(
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        is_demo=True,
        is_staff=any(role is _ADMIN for _, role, _ in person.assignments),
    )
    user.set_unusable_password()
    return user
