"""What was logged before calls had places: it stands, told is told, and what a completion rested on is known."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from outage.models import CareChain, CareChainEvent, DischargeCompletion, Duty, Handover, OpenItem
from outage.queries.chain_log import logs_of
from outage.queries.standing import completion_of
from outage.routine import current_routine
from outage.services.duties import settle_recent

OLD = ("outage", "0002_from_paper")
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
Check = Callable[[], None]


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@pytest.fixture
def old(transactional_db: None) -> Iterator[StateApps]:
    """The tables as they were, and afterwards as they are."""
    MigrationExecutor(connection).migrate([OLD])
    loader = MigrationExecutor(connection).loader
    contacts = [node for node in loader.graph.leaf_nodes() if node[0] == "contacts"]
    yield loader.project_state([*contacts, OLD]).apps
    forward()


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


class Places:
    """A region with a ward and a hälsocentral, two municipalities, one outage."""

    def __init__(self, apps: StateApps) -> None:
        self.apps = apps
        keys = {"search_key": "x", "sort_key": "x"}
        self.region, *self.towns = (
            self.row("Principal", "contacts", name=name, short_name=name, kind=kind, sort_key=name)
            for name, kind in (
                ("Regionen", "region"),
                ("Umeå kommun", "municipality"),
                ("Malå kommun", "municipality"),
            )
        )
        self.ward, self.centre = (
            self.row("Unit", "contacts", principal=self.region, name=name, **kind, **keys)
            for name, kind in (
                ("Medicin 2", {"ward_kind": "somatic"}),
                ("Teg", {"outpatient_kind": "health_centre"}),
            )
        )
        user = self.row("User", "contacts", username="alva")
        self.by = {"user_id": user.pk, "unit_id": self.ward.pk}
        routine = current_routine()
        self.outage = self.row("Outage", system=routine.system, routine_id=routine.id, recorded_at=START)

    def row(self, model: str, app: str = "outage", **values: Any) -> Any:
        return self.apps.get_model(app, model).objects.create(**values)


class Log:
    """Rows of one chain as the services wrote them before, a minute apart."""

    def __init__(self, places: Places, number: int) -> None:
        self.places, self.row, self.by = places, places.row, places.by
        self.chain = self.row(
            "CareChain", outage=places.outage, principal=places.region, number=number, **self.by
        )
        self.details: Any = None

    def known(self, minute: int, town: int = 0) -> None:
        self.details = self.row(
            "CareChainDetails",
            chain=self.chain,
            replaces=self.details,
            patient_name="Tolvan",
            identity_kind="unknown",
            ward_kind="somatic",
            ward_unit=self.places.ward,
            municipality=self.places.towns[town],
            outpatient_unit=self.places.centre,
            before="admitted",
            status="ok",
            search_key="tolvan",
            recorded_at=at(minute),
            **self.by,
        )
        self.chain.details = self.details
        self.chain.save()

    def event(self, minute: int, kind: str, supersedes: Any = None, **more: Any) -> Any:
        return self.row(
            "CareChainEvent",
            id=uuid4(),
            chain=self.chain,
            kind=kind,
            sender="inpatient",
            happened_at=at(minute),
            recorded_at=at(minute),
            supersedes=supersedes,
            tells_municipality=True,
            tells_outpatient=True,
            **more,
            **self.by,
        )

    def call(self, minute: int, recipient: str, *told: Any, outcome: str = "reached", **more: Any) -> Any:
        call = self.row(
            "Handover",
            id=uuid4(),
            chain=self.chain,
            direction="given",
            recipient=recipient,
            outcome=outcome,
            at=at(minute),
            recorded_at=at(minute),
            signature="Alva",
            **more,
            **self.by,
        )
        for event in told:
            self.tell(call, event)
        return call

    def tell(self, call: Any, event: Any) -> None:
        self.row("HandoverMessage", handover=call, event=event)


def rows_get_their_order_and_calls_the_place_in_force_when_they_were_recorded(log: Log) -> Check:
    places = log.places
    log.known(0, town=0)
    event = log.event(1, "admission")
    calls = [log.call(1, "municipality", event), log.call(2, "participant:Dotter")]
    log.known(3, town=1)
    calls += [
        log.call(4, "municipality", outcome="busy"),
        log.call(5, "outpatient"),
        log.call(6, "inpatient"),
    ]

    def check() -> None:
        found = [Handover.objects.get(pk=call.pk) for call in calls]
        assert [(row.place, row.place_name) for row in found] == [
            (f"principal:{places.towns[0].pk}", "Umeå kommun"),
            ("", "Dotter"),
            (f"principal:{places.towns[1].pk}", "Malå kommun"),
            (f"unit:{places.centre.pk}", "Teg"),
            (f"unit:{places.ward.pk}", "Medicin 2"),
        ]
        chain = CareChain.objects.get(pk=log.chain.pk)
        versions = [row.order for row in chain.history.order_by("order")]
        # Of one moment the event stands before the call that told of it.
        assert (versions, chain.events.get().order) == ([1, 5], 2)
        assert ([row.order for row in found], chain.rows) == ([3, 4, 6, 7, 8], 8)

    return check


def a_correction_that_took_calls_over_was_told_rightly_and_so_was_a_move(log: Log) -> Check:
    log.known(0)
    first = log.event(1, "admission")
    call = log.call(2, "municipality", first)
    rightly = log.event(3, "admission", first, reason="Fel tid.")
    log.tell(call, rightly)
    wrongly = log.event(4, "admission", rightly, reason="Fel dag.")
    moved = log.event(5, "admission", wrongly, reason="Ny enhet för kommun.")
    gone = log.event(6, "admission", moved, reason="Hände aldrig.", withdraws=True)

    def check() -> None:
        events = CareChainEvent.objects.filter(chain=log.chain.pk)
        assert {row.pk: row.told_rightly for row in events} == {
            first.pk: False,
            rightly.pk: True,
            wrongly.pk: False,
            moved.pk: True,
            gone.pk: False,
        }

    return check


def a_completion_rests_on_the_calls_that_stood_when_it_was_made(log: Log) -> Check:
    log.known(0)
    event = log.event(1, "discharge")
    wrong = log.call(2, "municipality", event)
    log.call(3, "municipality", event, supersedes=wrong, withdraws=True, reason="Fel nummer.")
    log.call(4, "outpatient", event, outcome="relayed")
    municipality = log.call(5, "municipality", event)
    centre = log.call(6, "outpatient", event)
    log.row("DischargeCompletion", event=event, recorded_at=at(8), **log.by)
    log.call(9, "outpatient", event, supersedes=centre, reason="Fel namn.")

    def check() -> None:
        completion = DischargeCompletion.objects.get()
        assert completion.rests_on == sorted([str(municipality.pk), str(centre.pk)])
        chain = CareChain.objects.select_related("outage", "principal", "unit").get(pk=log.chain.pk)
        found = logs_of([chain.pk])[chain.pk]
        assert completion_of(chain, found, found.events[0]) == completion

    return check


def an_open_item_has_the_place_it_was_left_for_and_what_is_owed_is_worked_out_anew(log: Log) -> Check:
    log.known(0)
    event = log.event(1, "discharge")
    log.call(2, "municipality", event)
    for recipient in ("outpatient", "participant:Kim  Chef"):
        log.row(
            "OpenItem",
            client_id=uuid4(),
            event=event,
            recipient=recipient,
            responsible="Alva",
            reason="Stängt.",
            recorded_at=at(7),
            **log.by,
        )

    def check() -> None:
        items = OpenItem.objects.order_by("pk")
        assert [item.place for item in items] == [f"unit:{log.places.centre.pk}", "participant:kim chef"]
        (duty,) = Duty.objects.filter(chain=log.chain.pk)
        assert (duty.unit_id, duty.rank, duty.since) == (log.places.ward.pk, 1, at(1))

    return check


CASES = (
    rows_get_their_order_and_calls_the_place_in_force_when_they_were_recorded,
    a_correction_that_took_calls_over_was_told_rightly_and_so_was_a_move,
    a_completion_rests_on_the_calls_that_stood_when_it_was_made,
    an_open_item_has_the_place_it_was_left_for_and_what_is_owed_is_worked_out_anew,
)


def test_what_was_logged_before_stands_and_says_what_it_said(old: StateApps, clock: Any):
    """One migration for all cases, a chain each: to move the tables there and back is what takes the time."""
    places = Places(old)
    checks = [case(Log(places, number)) for number, case in enumerate(CASES, start=1)]
    forward()
    settle_recent()
    for check in checks:
        check()
