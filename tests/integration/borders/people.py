"""The services of people, with arguments that are valid for the administrators of Alva's principal."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator

from contacts.access import Acting
from contacts.filing.out import FileForm
from contacts.filing.staff import export_staff, staff_steps
from contacts.models import Membership, User, Work
from contacts.models.data_key import name_of
from contacts.queries.staff_plan import plan_staff
from contacts.queries.versions import version_of
from contacts.rules.people import PersonFacts
from contacts.rules.permissions import Right, Role
from contacts.rules.second_factor import SecondFactor
from contacts.rules.staff_file import COLUMNS, cells_of
from contacts.rules.work import WorkState
from contacts.services.passwords import change_own_password, issue_code
from contacts.services.people import (
    add_assignment,
    add_person,
    change_assignment,
    change_person,
    end_assignment,
    end_person,
    restore_assignment,
    restore_person,
)
from contacts.services.second_factor import choose_second_factor, remove_second_factor
from contacts.services.work import ask, cancel, fetch
from tests.factories import PASSWORD, persons
from tests.integration.borders.table import (
    NONE,
    OWNER,
    PRINCIPAL,
    Border,
    Cast,
    Given,
    Row,
    Table,
    with_other,
)

KEEP = Right.MANAGE_PEOPLE
FACTS = PersonFacts("nina", "Nina", "Påhittad")
AS = {"role": Role.COORDINATOR, "title": "samordnare"}


@dataclass
class People(Cast):
    """Two people of Alva's principal, one of them ended; Cissi is of another."""

    kept: dict[str, Acting] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        county = self.county
        names = ("anna", "ended")
        made = persons(*((name, county.bo.unit, Role.STAFF) for name in names))
        self.kept = dict(zip(names, made, strict=True)) | {"theirs": county.cissi}
        end_person(by=county.adam, person=self.kept["ended"].user)

    def person(self, name: str) -> User:
        return User.objects.get(pk=self.kept[name].user.pk)

    def assignment(self, name: str) -> Membership:
        return Membership.objects.select_related("unit", "user").get(pk=self.kept[name].membership.pk)


def seen(row: Any, word: str) -> dict[str, Any]:
    return {word: row, "client_id": uuid4(), "version": version_of(row)}


def with_app(person: User) -> User:
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, defaults={"data": {}})
    return person


def asked(s: People, *, done: bool = False) -> Work:
    """Long work that Alva has asked for, and what it made."""
    by = s.county.alva
    work = Work(kind="binder", label="Pärm", user=by.user, membership=by.membership, client_id=uuid4())
    work.key_name, work.state = name_of(by.principal.pk), WorkState.DONE if done else WorkState.WAITING
    work.save()
    work.keep_result(b"%PDF-1.7")
    return work


def table(s: People, by: Acting) -> Given:
    content = [list(COLUMNS), cells_of(FACTS, by.unit.name, Role.STAFF, "sjuksköterska")]
    return {"client_id": uuid4(), "table": content, "mark": plan_staff(by, content).mark}


def row(border: Border, given: Any) -> Row[People]:
    return Row(KEEP, border, given)


TABLE: Table[People] = {
    add_person: row(
        PRINCIPAL,
        lambda s, by: {"client_id": uuid4(), "facts": FACTS, "unit": s.county.alva.unit, "answers": {}, **AS},
    ),
    change_person: row(PRINCIPAL, lambda s, by: {**seen(s.person("anna"), "person"), "facts": FACTS}),
    end_person: row(PRINCIPAL, lambda s, by: {"person": s.person("anna")}),
    restore_person: row(PRINCIPAL, lambda s, by: {"person": s.person("ended")}),
    add_assignment: row(
        PRINCIPAL,
        lambda s, by: {"person": s.person("anna"), "unit": s.county.alva.unit, "client_id": uuid4(), **AS},
    ),
    change_assignment: row(
        PRINCIPAL, lambda s, by: {**seen(s.assignment("anna"), "membership"), "title": "avdelningschef"}
    ),
    end_assignment: row(PRINCIPAL, lambda s, by: {"membership": s.assignment("anna")}),
    restore_assignment: row(PRINCIPAL, lambda s, by: {"membership": s.assignment("ended")}),
    remove_second_factor: row(PRINCIPAL, lambda s, by: {"person": with_app(s.person("anna"))}),
    choose_second_factor: row(
        NONE, lambda s, by: {"client_id": uuid4(), "seen": "keepers", "chosen": SecondFactor.ALL}
    ),
    issue_code: row(PRINCIPAL, lambda s, by: {"person": s.person("anna"), "client_id": uuid4()}),
    staff_steps: row(NONE, table),
    export_staff: row(NONE, lambda s, by: {"form": FileForm.CSV}),
    ask: Row(None, NONE, lambda s, by: {"kind": "binder", "label": "Pärm", "client_id": uuid4()}),
    cancel: Row(None, OWNER, lambda s, by: {"work": asked(s)}),
    fetch: Row(None, OWNER, lambda s, by: {"work": asked(s, done=True)}),
    change_own_password: Row(None, NONE, lambda s, by: {"old": PASSWORD, "new": "ett annat långt ord"}),
}
MIXED = [
    (add_person, with_other(TABLE[add_person], unit=lambda s: s.county.cissi.unit)),
    (add_assignment, with_other(TABLE[add_assignment], unit=lambda s: s.county.cissi.unit)),
    (add_assignment, with_other(TABLE[add_assignment], person=lambda s: s.person("theirs"))),
]
