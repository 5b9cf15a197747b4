"""Each service for each role in each scope: it writes, or it is refused and nothing is written."""

from collections.abc import Callable
from inspect import isgeneratorfunction
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from contacts.access import Acting
from contacts.rules.errors import NotAllowed, NotYours, RuleError
from contacts.rules.permissions import RIGHTS, Right, Role, role_may
from contacts.services.progress import finish
from tests.integration.borders import directory, log, paper
from tests.integration.borders.table import Cast, Row, Scope

pytestmark = pytest.mark.django_db
WRITTEN, NOT_WRITTEN, SAID_NO, REFUSED, NOT_YOURS = "written", "nothing", "said no", "refused", "not yours"
TABLES = {log.Log: log.TABLE, directory.Directory: directory.TABLE, paper.Paper: paper.TABLE}


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


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_each_service_writes_for_whom_the_table_says_and_for_nobody_else(
    make: type[Cast], no_typesetting: None
):
    stage = make()
    wrong = []
    for service, row in TABLES[make].items():
        found = {cell: outcome(stage, service, row, by) for cell, by in stage.people.items()}
        for (role, scope), was in found.items():
            wanted = expected(row, role, scope)
            # Whoever is let in may still hear of a rule: that a discharge is another unit's to complete.
            if was != wanted and not (wanted == WRITTEN and was.startswith(SAID_NO)):
                wrong.append((service.__name__, role.value, scope.value, was))
        if WRITTEN not in found.values():
            wrong.append((service.__name__, "nobody writes", set(found.values())))
    assert wrong == []


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_each_service_asks_for_that_very_right(make: type[Cast], no_typesetting: None):
    """Several rights are of the same roles, today: each is taken away alone."""
    stage = make()
    asked = [(service, row, right) for service, row in TABLES[make].items() for right in row.rights]
    found = [(outcome(stage, s, row, stage.county.alva, right), s.__name__, right) for s, row, right in asked]
    assert [each for each in found if each[0] != REFUSED] == []


@pytest.mark.parametrize(
    "module", [log, directory, paper], ids=lambda module: module.__name__.rpartition(".")[2]
)
def test_one_thing_of_anothers_among_ones_own_is_refused(module: Any, no_typesetting: None):
    stage = next(make for make, table in TABLES.items() if table is module.TABLE)()
    for service, row in module.MIXED:
        by = stage.county.adam if row.right is directory.KEEP else stage.county.alva
        assert outcome(stage, service, row, by) == NOT_YOURS, service.__name__
