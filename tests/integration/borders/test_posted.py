"""What a page with a form takes by POST: the form as it is shown to one who may, sent validly by each who may not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from contacts.rules.permissions import role_may
from tests.integration.borders.asking import unasked
from tests.integration.borders.filled import LEFT_OUT, PATTERNS, POSTS, Filled, Stage, filled
from tests.integration.borders.table import Row, Scope
from tests.integration.outage.pages import errors_of, read
from tests.kept import Keeper
from tests.long import runs

pytestmark = pytest.mark.django_db
# The log-in's own, the trace of who asked for what, with the cache in which it is counted how often, and what is laid
# aside for its owner.
MAY_BE_WRITTEN = {
    "django_session",
    "usersessions_usersession",
    "contacts_auditentry",
    "contacts_patientset",
    "cache",
    "outage_heldform",
}
# A tick leads back to the list, which says why it was not set.
REFUSED = {"checklist_tick": {302, 404}}


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that were written to and not rolled back."""
    wrote: list[str] = []
    begun: dict[str, int] = {}

    def look(execute: Any, sql: str, *more: Any) -> Any:
        verb, *words = str(sql).split()
        if verb in {"INSERT", "UPDATE", "DELETE"}:
            table = words[0 if verb == "UPDATE" else 1].strip('"')
            wrote.extend({table} - MAY_BE_WRITTEN)
        elif verb == "SAVEPOINT":
            begun[words[-1]] = len(wrote)
        elif verb == "ROLLBACK":
            del wrote[begun[words[-1]] :]
        return execute(sql, *more)

    with connection.execute_wrapper(look):
        yield wrote


def counts() -> dict[str, int]:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    return {name: m._base_manager.count() for name, m in tables.items() if name not in MAY_BE_WRITTEN}


def refused(form: Filled, stage: Stage) -> Iterator[Acting]:
    """Who may not: the other roles at the own unit, and the role that may wherever it reaches too short.

    Of the town those of another branch, which the region has none of.
    """
    row: Row[Stage] = Row(form.post.right, form.post.border, lambda s, by: {})
    sender = stage.somebody(form.post.by)
    for (role, scope), by in stage.people.items():
        if stage.town:
            is_tried = scope is Scope.BRANCH
        elif scope is Scope.OWN:
            is_tried = not role_may(role, form.post.right) or role is sender.role
        else:
            is_tried = scope is not Scope.ENDED and role is sender.role
        if is_tried and not row.may(role, scope):
            yield by


def test_every_address_that_takes_a_post_is_sent_to_or_left_out_with_a_reason(
    client: Client, made_once: Keeper
):
    stage = made_once("stage", Stage)
    client.force_login(stage.county.alva.user)
    takes = {
        name
        for name in PATTERNS
        for path in [*stage.addresses(name)][:1]
        if "POST" in client.options(path).headers.get("Allow", "POST")
    }
    assert takes == {*POSTS, *LEFT_OUT}
    assert not {*POSTS} & {*LEFT_OUT}


@pytest.mark.long
@pytest.mark.parametrize("town", [False, True], ids=["region", "town"])
def test_a_valid_form_from_who_may_not_writes_nothing(no_typesetting: None, client: Client, town: bool):
    stage = Stage(town=town)
    # In `make test` the town has every other form: all are tried in the region.
    forms = filled(client, stage, [*POSTS][:: runs(2, full=1) if town else 1])
    # A town has no ward's discharge, nor all the rest; each address is tried in the region.
    missing = {} if town else {*POSTS} - {form.name for form in forms}
    wrong: dict[str, Any] = {f"{name}: no page has it": "" for name in missing}
    valid: list[Filled] = []
    for form in forms:
        client.force_login(stage.somebody(form.post.by).user)
        with transaction.atomic():
            with written() as wrote, unasked() as looks:
                answer = form.send(client, stage)
            transaction.set_rollback(True)
        if wrote:
            valid.append(form)
        elif not town:
            wrong[f"{form.name}: is not valid"] = answer.status_code, errors_of(read(answer))
        if looks:
            wrong[f"{form.name}: read before a right was asked"] = looks
    before = counts()
    tried: dict[Any, tuple[Acting, list[Filled]]] = {by.user.pk: (by, []) for by in stage.people.values()}
    for turn, form in enumerate(valid):
        # In `make test` each form comes from one whose role is in the way, and from one for whom it is another's.
        may_not = [*refused(form, stage)]
        role_alone = [by for by in may_not if by.unit == stage.county.alva.unit]
        another = [by for by in may_not if by not in role_alone]
        sample = [group[turn % len(group)] for group in (role_alone, another) if group]
        for by in (sample, may_not)[runs(0, full=1)]:
            tried[by.user.pk][1].append(form)
    for by, their in tried.values():
        client.force_login(by.user)
        for form in their:
            with written() as wrote, unasked() as looks:
                answer = form.send(client, stage)
            if answer.status_code not in REFUSED.get(form.name, {403, 404}) or wrote or looks:
                wrong[f"{form.name}: {by.role} of {by.unit}"] = answer.status_code, wrote, looks
    client.logout()
    # Of nobody it is all one whose the forms are: the region has every one that the town has.
    for form in valid if not town or runs(0, full=1) else ():
        with written() as wrote, unasked() as looks:
            answer = form.send(client, stage)
        if not answer.headers.get("Location", "").startswith(reverse("account_login")) or wrote or looks:
            wrong[f"{form.name}: nobody"] = answer.status_code, wrote, looks
    assert wrong == {}
    assert counts() == before
    assert sum(len(their) for _, their in tried.values()) >= runs(1, full=3) * len(valid)
