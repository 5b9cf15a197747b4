"""Each service for each role in each scope: it writes, or it is refused and nothing is written."""

from collections.abc import Callable, Iterator
from inspect import isgeneratorfunction
from itertools import product
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from contacts.access import Acting
from contacts.rules.errors import NotAllowed, NotYours, RuleError
from contacts.rules.permissions import RIGHTS, TABLE, Border, Right, Role, role_may
from contacts.services.progress import finish
from tests.integration.borders import directory, log, logs, paper, people
from tests.integration.borders.table import BRANCH, CHAIN, ELSEWHERE, NONE, PRINCIPAL, UNIT, Cast, Row, Scope
from tests.long import runs

pytestmark = pytest.mark.django_db
WRITTEN, NOT_WRITTEN, SAID_NO, REFUSED, NOT_YOURS = "written", "nothing", "said no", "refused", "not yours"


class Undone(Exception):
    """What a cell wrote is rolled back."""


def outcome(
    stage: Cast, service: Callable[..., Any], row: Row[Any], by: Acting, without: Right | None = None
) -> str:
    """What the service did; a refusal that wrote anything is none. `without`: the role has every right but that."""
    rights = {by.role: dict.fromkeys(set(Right) - {without}, Border.UNIT)} if without else {}
    wrote: list[str] = []
    begun: dict[str, int] = {}

    def look(execute: Any, sql: str, *more: Any) -> Any:
        verb, *_, name = sql.split()
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            wrote.append(sql)
        elif verb == "SAVEPOINT":
            begun[name] = len(wrote)
        elif verb == "ROLLBACK":
            del wrote[begun[name] :]
        return execute(sql, *more)

    found = ""
    try:
        with transaction.atomic():
            given = row.given(stage, by)
            try:
                with connection.execute_wrapper(look), patch.dict(RIGHTS, rights):
                    done = service(by=by, **given)
                    if isgeneratorfunction(service):
                        finish(done)
                found = WRITTEN if wrote else NOT_WRITTEN
            except NotYours:
                found = NOT_YOURS
            except NotAllowed:
                found = REFUSED
            except RuleError as error:
                found = f"{SAID_NO}: {error}"
            raise Undone
    except Undone:
        return f"{found}, but wrote {wrote}" if wrote and found in {NOT_YOURS, REFUSED} else found


def expected(row: Row[Any], role: Role, scope: Scope) -> str:
    if row.may(role, scope):
        return WRITTEN
    right = row.right is None or role_may(role, row.right)
    works = row.right is None or scope is not Scope.ENDED
    return NOT_YOURS if right and works else REFUSED


def tried(stage: Cast, row: Row[Any], number: int) -> dict[tuple[Role, Scope], Acting]:
    """Everybody; in `make test` one in each scope whose role has the right, so that only the scope is in the way.

    It is another role for each service; and at the own unit of the region it is every role.
    """
    if runs(0, full=1):
        return stage.people
    roles = [role for role in Role if row.right is None or role_may(role, row.right)]
    turn = roles[number % len(roles)]
    return {
        (role, scope): by
        for (role, scope), by in stage.people.items()
        if role is turn or (scope is Scope.OWN and not stage.town)
    }


PARTS: dict[ModuleType, Callable[..., Any]] = {
    log: log.Log,
    directory: directory.Directory,
    logs: Cast,
    paper: paper.Paper,
    people: people.People,
}
each_part = pytest.mark.parametrize("module", PARTS)


def stages(module: ModuleType) -> Iterator[Any]:
    """The stages of a part of the walk, the region's and the town's, each there as long as it is walked on."""
    for town in (False, True):
        with transaction.atomic():
            yield PARTS[module](town=town)
            transaction.set_rollback(True)


@pytest.mark.long
@each_part
def test_each_service_writes_for_whom_the_table_says_and_for_nobody_else(
    module: ModuleType, no_typesetting: None
):
    wrong, walked, writes = [], set(), set()
    for stage in stages(module):
        for number, (service, row) in enumerate(module.TABLE.items()):
            people = tried(stage, row, number)
            found = {cell: outcome(stage, service, row, by) for cell, by in people.items()}
            walked |= {(service.__name__, *cell) for cell in found}
            for (role, scope), was in found.items():
                wanted = expected(row, role, scope)
                # Whoever is let in may still hear of a rule: that a discharge is another unit's to complete.
                if was != wanted and not (wanted == WRITTEN and was.startswith(SAID_NO)):
                    wrong.append((service.__name__, role.value, scope.value, was))
            if WRITTEN in found.values():
                writes.add(service.__name__)
    assert wrong == []
    services = [service.__name__ for service in module.TABLE]
    assert writes == set(services)
    assert {(name, role) for name, role, _ in walked} == set(product(services, Role))
    assert {(name, scope) for name, _, scope in walked} == set(product(services, Scope))
    assert len(walked) >= runs(0, full=len(services) * len(Role) * len(Scope))


@each_part
def test_each_service_goes_as_far_as_the_table_of_rights(module: ModuleType):
    """What a service is done to has the border that the right has for every role; some need only the acting unit."""
    reached = {
        Border.UNIT: {UNIT, CHAIN},
        Border.BRANCH: {BRANCH, ELSEWHERE},
        Border.PRINCIPAL: {PRINCIPAL},
        Border.ALL: set(),
    }
    for service, row in module.TABLE.items():
        for right in row.rights:
            borders = set(TABLE[right].values())
            assert row.border is NONE or {row.border} <= set.union(*(reached[each] for each in borders)), (
                service
            )


@each_part
def test_each_service_asks_for_that_very_right(module: ModuleType, no_typesetting: None):
    """Several rights are of the same roles, today: each is taken away alone."""
    wrong = []
    for stage in stages(module):
        for service, row in module.TABLE.items():
            found = {right: outcome(stage, service, row, stage.county.alva, right) for right in row.rights}
            wrong += [(service.__name__, right, was) for right, was in found.items() if was != REFUSED]
    assert wrong == []


@each_part
def test_one_thing_of_anothers_among_ones_own_is_refused(module: ModuleType, no_typesetting: None):
    wrong = []
    for stage in stages(module):
        for service, row in module.MIXED:
            keeper = Role.ADMIN if row.right in (directory.KEEP, people.KEEP) else Role.STAFF
            role = {logs.REVIEW: Role.LOG_REVIEWER, logs.CLOSE: Role.COORDINATOR}.get(row.right, keeper)
            by = stage.people[role, Scope.OWN]
            was = outcome(stage, service, row, by)
            wrong += [(service.__name__, was)] if was != NOT_YOURS else []
    assert wrong == []
