"""The first administrator of a principal, appointed by a command on the server."""

from dataclasses import dataclass

from django.db import transaction

from contacts import audit
from contacts.models import Membership, Principal, Unit, User
from contacts.queries.people import is_taken, person_by_hsa_id
from contacts.queries.uploads import principal_by_name
from contacts.rules.errors import RuleError
from contacts.rules.hsa import tidy_hsa_id
from contacts.rules.parties import PrincipalKind
from contacts.rules.people import PersonFacts
from contacts.rules.permissions import Role
from contacts.rules.principals import MUNICIPALITIES, REGION
from contacts.rules.swedish_text import search_key

from .passwords import make_code
from .people import give_assignment, new_person
from .traces import changes_between, leave_trace

ADMINISTRATION = "Administration"
TITLE = "administratör"


@dataclass(frozen=True, slots=True)
class Appointed:
    """Who was appointed, where, and the code, which is shown once. `is_new`: the person was not there before."""

    membership: Membership
    code: str
    is_new: bool


def appoint_administrator(
    *, by: None, facts: PersonFacts, principal: str, unit: str = "", new: PrincipalKind | None = None
) -> Appointed:
    """Make a person, if there is none by that user name, administrator of a principal, with a one-time code.

    `principal` is a name; a database without principals gets the county's first. `new` adds one that is not there, of
    that kind. `unit` is where to administer from: a unit by that name, which is made where the principal has none.
    Once more for the same person gives a new code. Raises RuleError, in words that fit the command.
    """
    with transaction.atomic():
        at = _principal(principal, new)
        there = _unit(at, unit.strip())
        person, is_new = _person(facts)
        membership = Membership.objects.filter(user=person, unit=there, role=Role.ADMIN).first()
        if membership is None or not membership.active:
            membership = give_assignment(
                by, person, there, Role.ADMIN, membership.title if membership else TITLE
            )
        told = {"administrator": ["", person.username], "unit": ["", there.name]}
        audit.record_system(action="administrator.appointed", principal=at, target=membership, changes=told)
        return Appointed(membership, make_code(None, person), is_new)


def _principal(name: str, new: PrincipalKind | None) -> Principal:
    if not Principal.objects.exists() and new is None:
        for known in (REGION, *MUNICIPALITIES):
            _save(Principal.known(known), "principal.added")
    found = principal_by_name(name)
    if found is not None:
        return found
    if new is None:
        names = ", ".join(Principal.objects.values_list("name", flat=True))
        raise RuleError(f'Ingen huvudman heter "{name}". Det finns: {names}.')
    made = Principal(name=name.strip(), short_name=name.strip().removesuffix(" kommun"), kind=new)
    _save(made, "principal.added")
    return made


def _unit(principal: Principal, name: str) -> Unit:
    units = list(Unit.objects.filter(principal=principal, joined_into__isnull=True))
    found = next((one for one in units if search_key(name or ADMINISTRATION) == one.search_key), None)
    if found is not None and found.active:
        return found
    if found is not None:
        raise RuleError(f"{found.name} är ur bruk. Välj en annan enhet med --unit.")
    in_use = [one.name for one in units if one.active]
    if in_use and not name:
        raise RuleError(f"Välj med --unit varifrån administratören arbetar: {', '.join(in_use)}.")
    if in_use:
        raise RuleError(f'Ingen enhet hos {principal.name} heter "{name}". Det finns: {", ".join(in_use)}.')
    made = Unit(principal=principal, name=name or ADMINISTRATION)
    _save(made, "unit.added")
    return made


def _person(facts: PersonFacts) -> tuple[User, bool]:
    """The person by that user name, else a new one. Raises RuleError where the user name or HSA-id is another's."""
    hsa_id = tidy_hsa_id(facts.hsa_id)
    known = User.objects.filter(username=facts.username).first()
    if known is None:
        other = person_by_hsa_id(hsa_id)
        if other is not None:
            raise RuleError(f"HSA-id:t hör till {other.full_name}, som loggar in som {other.username}.")
        if is_taken(facts.username):
            raise RuleError("Användarnamnet finns redan med andra stora och små bokstäver.")
        return new_person(None, facts), True
    names = search_key(f"{facts.first_name} {facts.last_name}")
    if names != search_key(f"{known.first_name} {known.last_name}") or (hsa_id and hsa_id != known.hsa_id):
        raise RuleError(
            f"{known.username} är redan {known.full_name} ({known.hsa_id or 'utan HSA-id'}). Välj ett annat "
            "användarnamn, eller skriv samma namn och HSA-id."
        )
    if not known.is_active:
        raise RuleError(f"{known.full_name} får inte logga in.")
    return known, False


def _save(row: Principal | Unit, action: str) -> None:
    row.full_clean()
    row.save()
    leave_trace(None, action, row, changes_between(None, row))
