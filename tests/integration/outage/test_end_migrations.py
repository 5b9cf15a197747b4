"""An outage that had ended for all is ended for each; what was said of its scope holds from the outage's start."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.migrations.state import StateApps

from tests.migrating import contacts_today, migrate

OLD, NEW = (
    ("outage", "0005_registration_marks_keep_a_picture"),
    ("outage", "0007_ended_outages_ended_for_all"),
)
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
END = START + timedelta(hours=3)


@pytest.fixture
def old(empty_database: None) -> StateApps:
    return migrate(contacts_today(), OLD)


def outage(apps: StateApps, user: Any, unit: Any, *kinds: str, **more: Any) -> Any:
    made = apps.get_model("outage", "Outage").objects.create(
        system="PRATOR", routine_id="prator-2023-04-03", **more
    )
    for minute, kind in enumerate(kinds):
        made.current = apps.get_model("outage", "OutageReport").objects.create(
            outage=made,
            kind=kind,
            scope="both_principals",
            started_at=START + timedelta(minutes=minute),
            user=user,
            unit=unit,
            recorded_at=END + timedelta(minutes=minute),
        )
    made.save()
    return made


def test_every_principal_has_ended_what_had_ended_and_nothing_else(old: StateApps):
    principals = old.get_model("contacts", "Principal").objects
    region = principals.create(name="Regionen", short_name="Regionen", kind="region", sort_key="r")
    town = principals.create(name="Umeå kommun", short_name="Umeå", kind="municipality", sort_key="u")
    ward, care = (
        old.get_model("contacts", "Unit").objects.create(
            principal=principal, name=name, search_key=name, sort_key=name
        )
        for principal, name in ((region, "ward"), (town, "care"))
    )
    esa = old.get_model("contacts", "User").objects.create(username="esa")
    done = outage(old, esa, ward, "first", "joined", "ended", ended_at=END, ended_by=esa)
    # The last thing said of the one that goes on is that its end was taken back.
    goes_on = outage(old, esa, care, "first", "ended", "reopened")

    apps = migrate(contacts_today(), NEW)
    kept = apps.get_model("outage", "Outage").objects
    assert (kept.get(pk=done.pk).closed_at, kept.get(pk=done.pk).closed_by_id) == (END, esa.pk)
    assert kept.get(pk=goes_on.pk).closed_at is None
    ends = apps.get_model("outage", "PrincipalEnd").objects.order_by("pk")
    said_at = END + timedelta(minutes=2)
    assert list(ends.values_list("outage", "principal", "ended_at", "user", "unit", "recorded_at")) == [
        (done.pk, region.pk, END, esa.pk, ward.pk, said_at),
        (done.pk, town.pk, END, esa.pk, ward.pk, said_at),
    ]
    for report in apps.get_model("outage", "OutageReport").objects.all():
        assert report.scope_from == report.started_at
