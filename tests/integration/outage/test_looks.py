"""Who saw whom: what the row of a look says, and what Läge, which asks again by itself, leaves."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts import audit
from contacts.models import AuditEntry, Membership, PatientSet
from contacts.rules.permissions import Role
from contacts.rules.trace_words import FOUND, LISTED, LOOKS, READ, TRACE_WORDS
from outage.models import CareChain, HeldForm, Outage
from tests.clock import Clock
from tests.factories import County, make_chain, make_county, make_outage
from tests.integration.outage.pages import read

pytestmark = pytest.mark.django_db
POLL = {"HX-Request": "true", "HX-Trigger": "calls"}


@pytest.fixture
def county() -> County:
    return make_county()


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chains(county: County, outage: Outage) -> list[CareChain]:
    return [make_chain(county, outage) for _ in range(3)]


@pytest.fixture
def alva(county: County, client: Client, chains: list[CareChain]) -> Client:
    client.force_login(county.alva.user)
    return client


def looks() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action__in=LOOKS).order_by("pk").select_related("patients"))


def seen(row: AuditEntry) -> set[Any]:
    return {row.chain} if row.patients is None else set(row.patients.chains)


def ids(chains: list[CareChain]) -> set[Any]:
    return {chain.pk for chain in chains}


def test_a_list_is_one_row_and_a_set_that_is_stored_once(
    alva: Client, county: County, chains: list[CareChain]
):
    for _ in range(2):
        alva.get(reverse("chains"))
    first, second = looks()
    assert (first.action, first.user, first.unit, first.chain) == (
        LISTED,
        county.alva.user,
        county.ward,
        None,
    )
    assert (first.membership, first.origin) == (county.alva.membership, "127.0.0.1")
    assert seen(first) == ids(chains)
    assert first.patients == second.patients == PatientSet.objects.get()
    assert first.changes == {"page": "chains"}


def test_a_search_tells_whom_it_found_and_not_what_was_typed(alva: Client, county: County, outage: Outage):
    found = make_chain(county, outage, patient_name="Ovanlig Tolvansson")
    alva.post(reverse("chains"), {"sok": "ovanlig"})
    (row,) = looks()
    assert (row.action, row.chain, row.patients) == (FOUND, found.pk, None)
    assert not AuditEntry.objects.filter(changes__icontains="ovanlig").exists()
    # Who is found by nothing is seen by nobody.
    alva.post(reverse("chains"), {"sok": "finns inte"})
    assert len(looks()) == 1


def test_a_refused_form_shows_the_patient_again_and_a_saved_one_does_not(
    alva: Client, chains: list[CareChain]
):
    path = reverse("edit_chain", args=[chains[0].pk])
    assert alva.post(path, {}).status_code == 422
    (row,) = looks()
    assert (row.action, row.chain, row.changes) == (READ, chains[0].pk, {"page": "edit_chain"})


def test_laege_leaves_a_row_when_it_is_opened_and_one_for_who_has_come_since(
    alva: Client, county: County, outage: Outage, chains: list[CareChain], clock: Clock
):
    alva.get(reverse("status"))
    assert [seen(row) for row in looks()] == [ids(chains)]

    def poll() -> int:
        clock.shift(timedelta(minutes=1))
        with CaptureQueriesContext(connection) as asked:
            assert alva.get(reverse("calls_to_make"), headers=POLL).status_code == 200
        assert not [sql for sql in asked if 'UPDATE "django_session"' in sql["sql"]]
        return len(asked)

    same = poll()
    assert poll() == same
    assert len(looks()) == 1
    new = make_chain(county, outage)
    poll()
    poll()
    (_, came) = looks()
    assert (came.action, came.chain, came.changes["page"]) == (LISTED, new.pk, "calls_to_make")
    # Opened in another tab it is a look of its own, and none of the polls of the two tells of anybody again.
    alva.get(reverse("status"))
    with CaptureQueriesContext(connection) as asked:
        alva.get(reverse("status"))
    assert not [sql for sql in asked if 'UPDATE "django_session"' in sql["sql"]]
    poll()
    assert [seen(row) for row in looks()][3:] == [ids([*chains, new])]


def test_another_computer_another_log_in_and_another_assignment_see_for_themselves(
    alva: Client, county: County, outage: Outage, chains: list[CareChain], clock: Clock
):
    alva.get(reverse("status"))
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    elsewhere.force_login(county.alva.user)
    elsewhere.get(reverse("calls_to_make"), headers=POLL)
    esa = Client()
    esa.force_login(county.esa.user)
    esa.get(reverse("calls_to_make"), headers=POLL)
    other = Membership.objects.create(user=county.alva.user, unit=county.health_centre, role=Role.STAFF)
    alva.post(reverse("choose_assignment"), {"membership": other.pk})
    alva.get(reverse("calls_to_make"), headers=POLL)
    rows = looks()
    assert [seen(row) for row in rows] == [ids(chains)] * 4
    assert [row.origin.partition(" ")[0] for row in rows] == [
        "127.0.0.1",
        "192.0.2.9",
        "127.0.0.1",
        "127.0.0.1",
    ]
    assert [row.membership_id for row in rows] == [
        county.alva.membership.pk,
        county.alva.membership.pk,
        county.esa.membership.pk,
        other.pk,
    ]


def test_a_poll_where_nothing_happened_is_answered_by_nothing_though_others_look(
    alva: Client, county: County, chains: list[CareChain]
):
    first = alva.get(reverse("calls_to_make"), headers=POLL)
    esa = Client()
    esa.force_login(county.esa.user)
    esa.get(reverse("chain", args=[chains[0].pk]))
    esa.get(reverse("chains"))
    version = read(first).find(id="status")["data-version"]
    again = alva.get(reverse("calls_to_make"), headers=POLL | {"X-Shown": version})
    assert again.status_code == 204


@pytest.mark.parametrize("page", ["status", "chains", "chain"])
def test_where_the_row_cannot_be_written_nobody_is_shown(
    alva: Client, chains: list[CareChain], page: str, monkeypatch: pytest.MonkeyPatch, caplog: Any
):
    def broken(**more: Any) -> None:
        raise OSError("disk full")

    path = reverse(page, args=[chains[0].pk] if page == "chain" else [])
    assert "Tolvansson" in alva.get(path).content.decode()
    monkeypatch.setattr(audit, "record", broken)
    with caplog.at_level(logging.CRITICAL):
        answer = alva.get(path)
    assert answer.status_code == 503
    assert "loggen går inte att skriva i" in read(answer).get_text()
    assert "Tolvansson" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_look_costs_the_same_however_many_are_seen(
    alva: Client, county: County, outage: Outage, chains: list[CareChain]
):
    def asked() -> list[str]:
        alva.get(reverse("chains"))
        with CaptureQueriesContext(connection) as found:
            alva.get(reverse("chains"))
        return [each["sql"] for each in found if "audit" in each["sql"] or "patientset" in each["sql"]]

    few = asked()
    for _ in range(15):
        make_chain(county, outage)
    # The set is found, for it is not committed within a test; then comes the row.
    assert len(asked()) == len(few) == 3


def test_a_held_form_that_is_shown_leaves_a_row_also_where_nobody_is_known_in_it(
    alva: Client, county: County
):
    held = HeldForm.objects.create(
        user=county.alva.user,
        membership=county.alva.membership,
        path=reverse("new_chain"),
        content='{"patient_name": ["Ny Tolvansson"]}',
    )
    alva.get(reverse("held_form", args=[held.pk]))
    (row,) = looks()
    assert (row.action, row.target_id, row.chain) == ("held_form.shown", str(held.pk), None)


def test_every_look_has_words():
    assert set(LOOKS) <= set(TRACE_WORDS)
