"""The people of a principal and their assignments, kept by its administrators. Nobody is deleted: assignments end."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import asdict
from uuid import UUID

from django.db import IntegrityError, transaction

from contacts.access import Acting, check_may
from contacts.models import Membership, Principal, Submission, Unit, User
from contacts.models.locking import locked
from contacts.queries.people import (
    PERSON_ENDED,
    administrators_left,
    ended_together,
    is_taken,
    keeps,
    memberships_in,
    person_by_hsa_id,
)
from contacts.rules.errors import NotAllowed, Question, RuleError
from contacts.rules.hsa import tidy_hsa_id
from contacts.rules.people import KEPT_ELSEWHERE, LAST_ADMINISTRATOR, NOT_YOUR_OWN, PersonFacts, username_key
from contacts.rules.permissions import Right, Role

from .submissions import claim
from .traces import added_first, changes_between, leave_trace, person_of
from .versions import check_clean, check_version

SAME_PERSON, YES, NO = "same_person", "yes", "no"
_TAKEN = "Användarnamnet är upptaget. Välj ett annat."
_HSA_TAKEN = "HSA-id:t hör till en annan person."


def add_person(
    *,
    by: Acting,
    client_id: UUID,
    facts: PersonFacts,
    unit: Unit,
    role: Role,
    title: str,
    answers: Mapping[str, str],
) -> User:
    """Add a person with a first assignment in the own principal; a form sent twice gives the person of the first time.

    An HSA-id that is somebody's already is asked about: the same person is given the assignment, whose else it is is
    not told. Raises NotAllowed, IdClash, RuleError with the field, and Question.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, unit)
        content = {**asdict(facts), "unit": unit.pk, "role": role, "title": title}
        first = claim(by=by, client_id=client_id, kind="person.add", content=content)
        if first is not None:
            return _assigned_since(first)
        lock_people(by.principal)
        person = _known(by, facts, answers) or new_person(by, facts)
        give_assignment(by, person, unit, role, title)
        return person


def change_person(*, by: Acting, person: User, client_id: UUID, version: str, facts: PersonFacts) -> User:
    """Change what is said of a person that still is the `version` seen. Raises NotAllowed where another principal
    keeps the person, IdClash, ChangedMeanwhile, and RuleError with the field.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person)
        check_kept_here(by, person)
        content = {**asdict(facts), "person": person.pk, "version": version}
        if claim(by=by, client_id=client_id, kind="person.change", content=content) is not None:
            return User.objects.get(pk=person.pk)
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        check_version(person, version)
        write_facts(by, person, facts)
        return person


def end_person(*, by: Acting, person: User) -> None:
    """End all the person's assignments in the own principal; those elsewhere stand. Ending again changes nothing.

    Raises NotAllowed, and RuleError for the last administrator.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person)
        lock_people(by.principal)
        standing = list(
            memberships_in(by.principal).filter(user=person, active=True).select_related("unit", "user")
        )
        if not standing:
            return
        check_not_last(by.principal, standing)
        for membership in standing:
            set_active(by, membership, active=False)
        leave_trace(by, PERSON_ENDED, person, {"memberships": [one.pk for one in standing]})


def restore_person(*, by: Acting, person: User) -> None:
    """Take back the assignments that ended when the person was ended. Raises NotAllowed, also for oneself, and
    RuleError where none can be.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person)
        check_not_own(by, person)
        lock_people(by.principal)
        wanted = ended_together(by.principal, person)
        rows = memberships_in(by.principal).filter(pk__in=wanted, user=person, unit__active=True)
        ended = list(rows.filter(active=False).select_related("unit", "user"))
        if not ended:
            if rows.exists():
                return
            raise RuleError("Inget uppdrag går att ta tillbaka. Lägg till ett nytt.")
        for membership in ended:
            set_active(by, membership, active=True)
        leave_trace(by, "user.restored", person, {"memberships": [one.pk for one in ended]})


def add_assignment(
    *, by: Acting, person: User, unit: Unit, client_id: UUID, role: Role, title: str
) -> Membership:
    """One more assignment for a person; one that ended comes back. A form sent twice gives that of the first time.

    Raises NotAllowed, also for oneself, IdClash, and RuleError where the person has it already.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person, unit)
        content = {"person": person.pk, "unit": unit.pk, "role": role, "title": title}
        if claim(by=by, client_id=client_id, kind="assignment.add", content=content) is not None:
            return Membership.objects.get(user=person, unit=unit, role=role)
        lock_people(by.principal)
        return give_assignment(by, person, unit, role, title)


def change_assignment(
    *, by: Acting, membership: Membership, client_id: UUID, version: str, title: str
) -> Membership:
    """Change the title of an assignment that still is the `version` seen. Another unit or role is another assignment.

    Raises NotAllowed, IdClash, ChangedMeanwhile, and RuleError with the field.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, membership)
        content = {"membership": membership.pk, "version": version, "title": title}
        if claim(by=by, client_id=client_id, kind="assignment.change", content=content) is not None:
            return Membership.objects.select_related("user", "unit").get(pk=membership.pk)
        membership = _locked(membership)
        check_version(membership, version)
        write_title(by, membership, title)
        return membership


def end_assignment(*, by: Acting, membership: Membership) -> None:
    """Idempotent. Raises NotAllowed, and RuleError for the last administrator's."""
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, membership)
        lock_people(by.principal)
        membership = _locked(membership)
        if membership.active:
            check_not_last(by.principal, [membership])
            set_active(by, membership, active=False)


def restore_assignment(*, by: Acting, membership: Membership) -> None:
    """Idempotent. Raises NotAllowed, also for oneself, and RuleError where the unit is out of use."""
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, membership)
        check_not_own(by, membership.user)
        lock_people(by.principal)
        membership = _locked(membership)
        _check_in_use(membership.unit)
        if not membership.active:
            set_active(by, membership, active=True)


# What the staff list does too, in its own transaction.


def lock_people(principal: Principal) -> None:
    """Lock the people of a principal until the transaction ends: two who end each other cannot both do it."""
    Principal.objects.select_for_update(no_key=True).get(pk=principal.pk)


def check_not_own(by: Acting | User | None, person: User) -> None:
    """Raises NotAllowed where somebody gives rights to themselves; a command on the server is nobody."""
    if by is not None and person_of(by).pk == person.pk:
        raise NotAllowed(NOT_YOUR_OWN)


def check_kept_here(by: Acting, person: User) -> None:
    """Raises NotAllowed where another principal keeps the name and the codes of a person."""
    if not keeps(by.principal, person):
        raise NotAllowed(KEPT_ELSEWHERE)


def check_not_last(principal: Principal, ended: Iterable[Membership]) -> None:
    """Raises RuleError where nobody would be left to keep the principal's people."""
    admins = [one for one in ended if one.active and one.role == Role.ADMIN]
    if admins and not administrators_left(principal, admins):
        raise RuleError(LAST_ADMINISTRATOR.format(admins[0].user.full_name, principal.name))


def new_person(by: Acting | None, facts: PersonFacts) -> User:
    """Raises RuleError with the field. Nobody knows a password: the first is chosen with a code."""
    person = User()
    person.set_unusable_password()
    write_facts(by, person, facts)
    return person


def write_facts(by: Acting | None, person: User, facts: PersonFacts) -> None:
    before = copy(person) if person.pk else None
    for name, value in asdict(facts).items():
        setattr(person, name, value.strip())
    person.hsa_id = tidy_hsa_id(facts.hsa_id)
    if not changes_between(before, person):
        return
    check_username(before, person)
    other = person_by_hsa_id(person.hsa_id)
    if other is not None and other.pk != person.pk:
        raise RuleError(_HSA_TAKEN, field="hsa_id")
    check_clean(person)
    changes = changes_between(before, person)
    # Those alone: a password that was chosen since the person was read stands.
    _save_once(person, list(changes) if before else None)
    verb = "added" if before is None else "changed"
    leave_trace(by, f"user.{verb}", person, changes)


def check_username(before: User | None, person: User) -> None:
    """Raises RuleError where the person's new user name is another's, whatever its case."""
    renamed = before is None or username_key(before.username) != username_key(person.username)
    if renamed and is_taken(person.username, but=before):
        raise RuleError(_TAKEN, field="username")


def _save_once(person: User, names: list[str] | None) -> None:
    try:
        with transaction.atomic():
            person.save(update_fields=names)
    except IntegrityError as wrong:
        # Somebody else was added at the same moment.
        raise RuleError("Användarnamnet eller HSA-id:t blev just upptaget.", field="username") from wrong


def give_assignment(by: Acting | None, person: User, unit: Unit, role: Role, title: str) -> Membership:
    """Raises NotAllowed for oneself, and RuleError where it stands already or the unit is out of use."""
    check_not_own(by, person)
    _check_in_use(unit)
    row = Membership.objects.filter(user=person, unit=unit, role=role).select_related("unit", "user").first()
    if row is None:
        row = Membership(user=person, unit=unit, role=role, title=title)
        check_clean(row)
        row.save()
        leave_trace(by, "membership.added", row, changes_between(None, row))
    elif row.active:
        raise RuleError("Personen har redan uppdraget.", field="role")
    else:
        write_title(by, row, title)
        set_active(by, row, active=True)
    return row


def write_title(by: Acting | None, membership: Membership, title: str) -> None:
    before = copy(membership)
    membership.title = title.strip()
    if membership.title != before.title:
        check_clean(membership)
        membership.save(update_fields=["title"])
        leave_trace(by, "membership.changed", membership, changes_between(before, membership))


def set_active(by: Acting | None, membership: Membership, *, active: bool) -> None:
    before = copy(membership)
    membership.active = active
    membership.save(update_fields=["active"])
    verb = "restored" if active else "ended"
    leave_trace(by, f"membership.{verb}", membership, changes_between(before, membership))


def _locked(membership: Membership) -> Membership:
    return locked(Membership.objects.filter(pk=membership.pk).select_related("user", "unit")).get()


def _check_in_use(unit: Unit) -> None:
    if not unit.active:
        raise RuleError(f"{unit.name} är ur bruk. Ta enheten i bruk först.", field="unit")


def _known(by: Acting, facts: PersonFacts, answers: Mapping[str, str]) -> User | None:
    """The person whose HSA-id it is already, where that is who is meant."""
    known = person_by_hsa_id(tidy_hsa_id(facts.hsa_id))
    if known is None:
        return None
    if known.is_superuser:
        raise RuleError(_HSA_TAKEN, field="hsa_id")
    if memberships_in(by.principal).filter(user=known).exists():
        raise RuleError(
            f"{known.full_name} finns redan hos er. Lägg till uppdraget på personens sida.", field="hsa_id"
        )
    question = Question(
        SAME_PERSON,
        f"HSA-id:t hör till {known.full_name}, som redan finns i Driftstopp. Är det samma person?",
        ((YES, "Ja, ge personen uppdraget"), (NO, "Nej, jag rättar HSA-id:t")),
    )
    if question.settled(answers) == NO:
        raise RuleError(_HSA_TAKEN, field="hsa_id")
    return known


ASSIGNED = ("membership.added", "membership.restored")


def _assigned_since(first: Submission) -> User:
    """Who was given an assignment by an earlier submission, from the audit rows since then."""
    return Membership.objects.select_related("user").get(pk=added_first(first.pk, *ASSIGNED)).user
