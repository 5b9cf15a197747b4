"""Each try that is refused leaves a row: who, what was asked for, why; and one that is about nothing leaves none."""

from itertools import islice
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import TypedBy
from contacts.models import AuditEntry
from contacts.queries.addressed import NAMED
from contacts.rules.errors import NotAllowed, NotYours
from contacts.rules.permissions import Right, Role, role_may
from contacts.rules.trace_words import WHY_DENIED
from contacts.seen import Refusal, seeing
from outage.models import Handover
from outage.project import tracing
from outage.queries.care_chains import get_event
from outage.services.events import withdraw_event
from outage.views import events
from tests.integration.borders.filled import PATTERNS, Stage
from tests.integration.borders.table import Scope
from tests.kept import Keeper
from tests.long import runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(made_once: Keeper) -> Stage:
    return made_once("stage", Stage)


def denied() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="access.denied").order_by("pk"))


def facts(row: AuditEntry) -> tuple[str, str, str, str]:
    return row.changes["page"], row.changes["why"], row.target_type, row.target_id


def get(client: Client, name: str, *args: object) -> int:
    return client.get(reverse(name, args=args)).status_code


def test_what_is_anothers_is_told_with_its_chain_and_what_is_nobodys_is_not(client: Client, stage: Stage):
    cissi = stage.county.cissi
    client.force_login(cissi.user)
    assert get(client, "chain", stage.chain) == get(client, "chain", uuid4()) == 404
    assert get(client, "correct_call", stage.call) == get(client, "withdraw_event", stage.event) == 404
    assert get(client, "sheet", "finns-inte") == 404
    rows = denied()
    assert [facts(row) for row in rows] == [
        ("chain", "not_yours", "outage.CareChain", str(stage.chain)),
        ("correct_call", "not_yours", "outage.Handover", str(stage.call)),
        ("withdraw_event", "not_yours", "outage.CareChainEvent", str(stage.event)),
    ]
    assert {row.chain for row in rows} == {stage.chain}
    assert {(row.user, row.unit, row.membership) for row in rows} == {
        (cissi.user, cissi.unit, cissi.membership)
    }


def test_an_id_in_a_form_counts_as_one_in_an_address(client: Client, stage: Stage):
    client.force_login(stage.county.alva.user)
    path = reverse("enter_sheet", args=[stage.there["serial"][1]])
    assert client.get(path, {"vardkedja": stage.strangers, "riktning": "given"}).status_code == 404
    (row,) = denied()
    assert row.chain == stage.strangers


# Each page that a role may not see at all.
CLOSED = {
    "review_log": Right.REVIEW_LOG,
    "decisions": Right.FOLLOW_DECISIONS,
    "reports": Right.READ_REPORT,
    "keep_people": Right.MANAGE_PEOPLE,
    "keep_contacts": Right.MANAGE_DIRECTORY,
    "chains": Right.READ_CARE,
    "new_chain": Right.LOG_CARE,
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_page_that_the_role_may_not_see_is_told_with_the_right(client: Client, stage: Stage, name: str):
    for (role, _), by in list(stage.people.items())[: len(Role)]:
        before = len(denied())
        client.force_login(by.user)
        status = get(client, name)
        rows = denied()[before:]
        if role_may(role, CLOSED[name]):
            assert (status, rows) == (200, [])
        else:
            assert status == 403
            assert [facts(row)[:2] for row in rows] == [(name, CLOSED[name].value)]


@pytest.mark.long
def test_every_address_of_anothers_tells_that_it_was_refused(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    """Of every address that names something; who is refused is of another principal.

    In `make test` about every third thing of a kind, and always the first.
    """
    monkeypatch.setattr(tracing, "to_tell", lambda *more: 1)
    client.force_login(stage.county.cissi.user)
    untold = []
    for name in PATTERNS:
        for path in islice(stage.addresses(name), 0, None, runs(3, full=1)):
            for send in (client.get, client.post):
                before = len(denied())
                status = send(path).status_code
                told = len(denied()) - before
                # What is named in no address may be nothing at all.
                of_something = bool({*NAMED} & {*PATTERNS[name].pattern.converters})
                if (status == 403 or (status == 404 and of_something)) and told != 1:
                    untold.append((name, send.__name__, status, told))
    assert untold == []


def of_another(stage: Stage) -> dict[str, object]:
    esa = stage.county.esa
    return {"typed_by": TypedBy(esa.user.pk, esa.membership.pk).mark}


def test_a_form_of_somebody_else_and_one_without_its_token_are_told(stage: Stage):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.county.alva.user)
    path = reverse("withdraw_call", args=[stage.call])
    client.post(path, {"why": "not_made"})
    token = client.get(path).context["csrf_token"]
    answer = client.post(path, {"csrfmiddlewaretoken": str(token), **of_another(stage)})
    assert answer.status_code == 409
    assert [facts(row)[:2] for row in denied()] == [
        ("withdraw_call", "csrf"),
        ("withdraw_call", "form_of_other"),
    ]
    assert Handover.objects.filter(supersedes=stage.call).count() == 0


def test_a_press_that_a_service_refuses_is_told_though_the_page_says_it_elsewhere(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    """A view that forgets its own guard."""
    monkeypatch.setattr(events, "get_event", lambda _, pk: get_event(stage.county.alva, pk))
    client.force_login(stage.county.cissi.user)
    assert client.post(reverse("complete_discharge", args=[stage.told])).status_code == 404
    (row,) = denied()
    assert facts(row)[1:3] == ("not_yours", "outage.CareChainEvent")


def test_a_service_says_what_was_not_to_be_touched_whatever_the_page_says_of_it(stage: Stage):
    event = get_event(stage.county.alva, stage.event)
    with seeing(lambda: "192.0.2.1") as seen, pytest.raises(NotYours):
        withdraw_event(by=stage.county.cissi, event=event, client_id=uuid4(), reason="Fel.")
    assert seen.refusal == Refusal("not_yours", event)
    reviewer = stage.people[Role.LOG_REVIEWER, Scope.OWN]
    with seeing(lambda: "192.0.2.1") as seen, pytest.raises(NotAllowed):
        withdraw_event(by=reviewer, event=event, client_id=uuid4(), reason="Fel.")
    assert seen.refusal == Refusal("log_care", event)


def test_nobody_fills_the_trace_by_asking_on_and_on(client: Client, stage: Stage):
    client.force_login(stage.county.cissi.user)
    for _ in range(85):
        get(client, "chain", stage.chain)
    counts = [row.changes.get("times", 1) for row in denied()]
    assert counts == [1] * 20 + [20, 40]
    assert set(WHY_DENIED) >= {row.changes["why"] for row in denied()}
