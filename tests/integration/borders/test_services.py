"""Each service for each role in each scope: it writes, or it is refused and nothing is written."""

from collections.abc import Callable, Iterator
from inspect import isgeneratorfunction
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from contacts.access import Acting
from contacts.rules.errors import NotAllowed, NotYours, RuleError
from contacts.rules.permissions import RIGHTS, Right, Role, role_may
from contacts.services.progress import finish
from tests.integration.borders import directory, log, paper, people
from tests.integration.borders.table import Cast, Row, Scope

pytestmark = pytest.mark.django_db
WRITTEN, NOT_WRITTEN, SAID_NO, REFUSED, NOT_YOURS = "written", "nothing", "said no", "refused", "not yours"


class Undone(Exception):
    """What a cell wrote is rolled back."""


def outcome(
    stage: Cast, service: Callable[..., Any], row: Row[Any], by: Acting, without: Right | None = None
) -> str:
    """What the service did; a refusal that wrote anything is none. `without`: the role has every right but that."""
    rights = {by.role: frozenset(Right) - {without}} if without else {}
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


def stages() -> Iterator[tuple[ModuleType, Any]]:
    """Each part of the walk with its stage, which is there as long as it is walked on."""
    made = ((log, log.Log), (directory, directory.Directory), (paper, paper.Paper), (people, people.People))
    for module, make in made:
        with transaction.atomic():
            yield module, make()
            transaction.set_rollback(True)


def test_each_service_writes_for_whom_the_table_says_and_for_nobody_else(no_typesetting: None):
    wrong = []
    for module, stage in stages():
        for service, row in module.TABLE.items():
            found = {cell: outcome(stage, service, row, by) for cell, by in stage.people.items()}
            for (role, scope), was in found.items():
                wanted = expected(row, role, scope)
                # Whoever is let in may still hear of a rule: that a discharge is another unit's to complete.
                if was != wanted and not (wanted == WRITTEN and was.startswith(SAID_NO)):
                    wrong.append((service.__name__, role.value, scope.value, was))
            if WRITTEN not in found.values():
                wrong.append((service.__name__, "nobody writes", set(found.values())))
    assert wrong == []


def test_each_service_asks_for_that_very_right(no_typesetting: None):
    """Several rights are of the same roles, today: each is taken away alone."""
    wrong = []
    for module, stage in stages():
        for service, row in module.TABLE.items():
            found = {right: outcome(stage, service, row, stage.county.alva, right) for right in row.rights}
            wrong += [(service.__name__, right, was) for right, was in found.items() if was != REFUSED]
    assert wrong == []


def test_one_thing_of_anothers_among_ones_own_is_refused(no_typesetting: None):
    wrong = []
    for module, stage in stages():
        for service, row in module.MIXED:
            by = stage.county.adam if row.right in (directory.KEEP, people.KEEP) else stage.county.alva
            was = outcome(stage, service, row, by)
            wrong += [(service.__name__, was)] if was != NOT_YOURS else []
    assert wrong == []
