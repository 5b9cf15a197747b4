"""What a log server is told: each committed row as one line of JSON, and never who the patient is."""

import json
import logging
import socket
import stat
from collections.abc import Iterator
from logging.config import dictConfig
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from contacts import audit
from contacts.models import AuditEntry
from contacts.rules.trace_words import TRACE_WORDS
from contacts.rules.trail_line import security
from contacts.services.reading import note_look
from contacts.services.tries import note_denied, note_log_in
from outage.project.trail import trail_handler
from tests.factories import County, make_chain, make_county, make_outage

LOGGER = logging.getLogger("trail")


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def told_to(tmp_path: Path) -> Iterator[Path]:
    """The file that TRAIL_LOG names."""
    to = tmp_path / "trail.json"
    with handled(str(to)):
        yield to


class handled:  # noqa: N801
    def __init__(self, to: str) -> None:
        formatters = {"bare": {"format": "%(message)s"}, "syslog": {"format": "driftstopp: %(message)s"}}
        self.config = {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": formatters,
            "handlers": {"trail": trail_handler(to)},
            "loggers": {"trail": {"handlers": ["trail"], "level": "INFO", "propagate": False}},
        }

    def __enter__(self) -> None:
        dictConfig(self.config)

    def __exit__(self, *more: object) -> None:
        for handler in [*LOGGER.handlers]:
            handler.close()
            LOGGER.removeHandler(handler)
        LOGGER.setLevel(logging.CRITICAL)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_look_at_a_list_is_a_line_without_a_name(
    county: County, told_to: Path, django_capture_on_commit_callbacks: Any
):
    outage = make_outage(county.alva)
    chains = [make_chain(county, outage, patient_name="Hemlig Tolvansson").pk for _ in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        row = note_look(by=county.alva, action="patients.listed", patients=chains, page="chains")
    (line,) = lines(told_to)
    assert line.pop("@timestamp").endswith("Z")
    assert line == {
        "ecs.version": "8.11",
        "log.level": "info",
        "message": "Såg en lista med patienter",
        "event.kind": "event",
        "event.action": "patients.listed",
        "event.id": str(row.pk),
        "event.provider": "driftstopp",
        "source.address": "server",
        "user.id": str(county.alva.user.pk),
        "user.name": "alva",
        "organization.id": str(county.region.pk),
        "organization.name": "Region Västerbotten",
        "trail.unit": "Medicin 2",
        "trail.unit_id": county.ward.pk,
        "trail.assignment": county.alva.membership.pk,
        "trail.patients": row.patients and row.patients.digest,
        "trail.patients_count": 2,
        "trail.page": "chains",
    }
    assert stat.S_IMODE(told_to.stat().st_mode) == 0o600


def test_what_was_rolled_back_is_not_told(
    county: County, told_to: Path, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        audit.record(by=county.alva, action="call.logged", chain=uuid4())
        transaction.set_rollback(True)
    assert lines(told_to) == []


def test_security_events_say_what_they_are_and_how_it_went(
    county: County, told_to: Path, django_capture_on_commit_callbacks: Any
):
    chain = UUID(int=7)
    with django_capture_on_commit_callbacks(execute=True):
        note_log_in(by=None, action="login.failed", why="password", times=40)
        note_denied(by=county.alva, why="read_care", page="chains", chain=chain)
        changes = {"role": ["staff", "admin"], "note": ["", "Ord om Hemlig Tolvansson"]}
        audit.record(
            by=county.adam, action="membership.changed", target=county.alva.membership, changes=changes
        )
    failed, denied, changed = [line for line in lines(told_to) if "event.action" in line]
    assert (failed["event.category"], failed["event.outcome"]) == (["authentication"], "failure")
    assert (failed["log.level"], failed["trail.times"], "user.name" in failed) == ("warning", 40, False)
    assert (denied["event.category"], denied["event.outcome"]) == (["web"], "failure")
    assert (denied["trail.chain"], denied["trail.why"]) == (str(chain), "read_care")
    assert (changed["event.category"], changed["event.outcome"]) == (["iam"], "success")
    assert (changed["trail.role"], changed["trail.target"]) == (
        ["staff", "admin"],
        f"contacts.Membership {county.alva.membership.pk}",
    )
    # What is said in words stays in the trace.
    assert "Hemlig" not in told_to.read_text()


def test_by_udp_and_where_nobody_listens_no_page_is_stopped(
    county: County, django_capture_on_commit_callbacks: Any, capsys: pytest.CaptureFixture[str]
):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        with (
            handled(f"udp://127.0.0.1:{server.getsockname()[1]}"),
            django_capture_on_commit_callbacks(execute=True),
        ):
            note_log_in(by=county.alva, action="login.in")
        # The row and its seal.
        told = [server.recv(4096).decode().partition("driftstopp: ") for _ in range(2)]
        assert {priority for priority, _, _ in told} == {"<134>"}
        actions = {json.loads(line.rstrip("\0")).get("event.action") for _, _, line in told}
        assert actions == {"login.in", None}
    with handled("syslog:/finns/inte"), django_capture_on_commit_callbacks(execute=True):
        note_log_in(by=county.alva, action="login.in")
    assert "a line was not written" in capsys.readouterr().err
    with handled("/finns/inte/trail.json"), django_capture_on_commit_callbacks(execute=True):
        note_log_in(by=county.alva, action="login.in")
    assert AuditEntry.objects.filter(action="login.in").count() == 3


def test_off_unless_asked_for_nothing_is_put_together(
    county: County, django_capture_on_commit_callbacks: Any
):
    with django_capture_on_commit_callbacks() as waiting:
        note_log_in(by=county.alva, action="login.in")
    # What is to be done on commit for the seal and its key alone.
    assert [call for call in waiting if getattr(call, "__module__", "") == "contacts.trail_log"] == []


def test_what_is_a_security_event_is_a_closed_choice():
    found = {action: security(action) for action in TRACE_WORDS}
    assert {action for action, kind in found.items() if kind and kind[1] == "failure"} == {
        "login.failed",
        "login.locked_out",
        "login.too_weak",
        "login.unknown_person",
        "login.unknown_assignment",
        "second_factor.failed",
        "access.denied",
    }
    assert not [action for action, kind in found.items() if kind and action.startswith(("chain.", "call."))]
    assert all(
        found[action] for action in TRACE_WORDS if action.startswith(("login.", "membership.", "user."))
    )
