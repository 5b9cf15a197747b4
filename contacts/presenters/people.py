"""People and their codes in words."""

from dataclasses import dataclass
from datetime import datetime

from contacts.models import LoginCode, Membership, User
from contacts.rules.login_codes import CodeKind


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """`assignments` are those that stand, or for who has none those that ended."""

    person: User
    assignments: tuple[tuple[str, str], ...]
    works: bool


@dataclass(frozen=True, slots=True)
class CodeState:
    """The code handed out last: what it is for, and what has become of it."""

    row: LoginCode
    kind: str
    used: bool
    expired: bool

    @property
    def holds(self) -> bool:
        return not (self.used or self.expired)


def listed_person(person: User) -> ListedPerson:
    """Of a person that came with `own`, the assignments in the principal."""
    own: list[Membership] = person.own  # type: ignore[attr-defined]
    standing = [one for one in own if one.active and one.unit.active]
    told = tuple((one.unit.name, one.role_and_title) for one in standing or own)
    return ListedPerson(person, told, works=bool(standing))


def code_state(row: LoginCode | None, now: datetime) -> CodeState | None:
    if row is None:
        return None
    return CodeState(
        row, CodeKind(row.kind).label, used=row.used_at is not None, expired=row.expires_at <= now
    )
