"""Passwords: chosen by the person alone, the first and a forgotten one with a one-time code from an administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import LoginCode, Principal, User
from contacts.queries.people import IN_FORCE, keepers_of, memberships_in, person_to_log_in
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.login_codes import CodeKind, tidy_code
from contacts.rules.people import OWN_CODE
from contacts.rules.permissions import Right

from .codes import hash_of, new_code
from .people import check_kept_here
from .submissions import claim
from .traces import leave_trace, person_of

_USE = "contacts.login-code"
# One sentence for every failure: it does not tell whether there is such a person.
NOT_USABLE = (
    "Koden går inte att använda med det du skrev. Kontrollera användarnamnet och koden. Koden kan vara för gammal "
    "eller använd: be då din administratör om en ny."
)


def issue_code(*, by: Acting, person: User, client_id: UUID) -> str:
    """A new code for a person of one's own, which cancels the former; "" where this form already gave one.

    The password stands until the code is used. Raises NotAllowed for oneself and where another principal keeps the
    person, IdClash, and RuleError for who has no assignment to log in for.
    """
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE, person)
        if person.pk == by.user.pk:
            raise NotAllowed(OWN_CODE)
        check_kept_here(by, person)
        if claim(by=by, client_id=client_id, kind="code.issue", content={"person": person.pk}) is not None:
            return ""
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        works = memberships_in(by.principal).filter(IN_FORCE, user=person).exists()
        if not (works and person.is_active):
            raise RuleError("Personen har inget uppdrag. Lägg till eller ta tillbaka ett först.")
        return make_code(by, person)


def make_code(by: Acting | None, person: User) -> str:
    """Make the code with its audit row, inside the transaction of the caller; what it is stands in neither."""
    made = NewCode.of(person, timezone.now())
    keep_code(by, made)
    return made.code


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code before it is stored, which opens nothing yet."""

    person: User
    code: str
    kind: CodeKind
    at: datetime

    @classmethod
    def of(cls, person: User, at: datetime) -> "NewCode":
        kind = CodeKind.RESET if person.has_usable_password() else CodeKind.FIRST
        return cls(person, new_code(), kind, at)

    @property
    def until(self) -> datetime:
        return self.at + self.kind.lasts


def keep_code(by: Acting | None, made: NewCode) -> None:
    """Store the code with its audit row, inside the transaction of the caller; what it is stands in neither."""
    row = LoginCode(
        user=made.person,
        kind=made.kind,
        code_hash=hash_of(made.code, _USE),
        at=made.at,
        by=by.user if by else None,
        expires_at=made.until,
    )
    row.full_clean()
    row.save()
    leave_trace(by, "code.issued", made.person, {"kind": ["", made.kind.value]})


def use_code(*, by: str, code: str, password: str) -> User:
    """Choose a password with a code; `by` is the user name or HSA-id as typed. Gives the person, to be logged in.

    Who was logged in with the former password is so no longer. Raises RuleError: with the field `password1` where the
    password will not do, else with the one sentence.
    """
    with transaction.atomic():
        person = person_to_log_in(by)
        # Locked, so that of two at once one is too late.
        rows = LoginCode.objects.select_for_update(no_key=True).filter(user=person)
        row = rows.order_by("-at", "-pk").first()
        known = row.code_hash if row else ""
        fits = constant_time_compare(known, hash_of(tidy_code(code), _USE))
        if person is None or row is None or not fits or row.used_at or row.expires_at <= timezone.now():
            raise RuleError(NOT_USABLE)
        _check_password(password, person)
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        person.set_password(password)
        person.save(update_fields=["password"])
        _told(person, "code.used", {"kind": ["", row.kind]})
        return person


def change_own_password(*, by: Acting | User, old: str, new: str) -> User:
    """The person's other log-ins end. Raises RuleError with the field `old_password` or `password1`."""
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(pk=person_of(by).pk)
        if not person.check_password(old):
            raise RuleError("Det är inte ditt nuvarande lösenord.", field="old_password")
        _check_password(new, person)
        person.set_password(new)
        person.save(update_fields=["password"])
        leave_trace(by, "user.password_set", person, {"password": ["", ""]})
        return person


def _check_password(password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as wrong:
        raise RuleError(" ".join(wrong.messages), field="password1") from wrong


def _told(person: User, action: str, changes: dict[str, list[str]]) -> None:
    principal = Principal.objects.filter(pk__in=keepers_of([person.pk]).values()).first()
    audit.record_system(action=action, user=person, principal=principal, target=person, changes=changes)
