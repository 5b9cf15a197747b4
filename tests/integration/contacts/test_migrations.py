"""What stood in the old columns stands in the new ones: a number that falls away in a move is a number nobody rings."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.migrations.state import StateApps

from tests.migrating import migrate

OLD, NEW = ("contacts", "0001_initial"), ("contacts", "0004_drop_old_numbers")


@pytest.fixture
def old(empty_database: None) -> StateApps:
    return migrate(OLD)


def entry(apps: StateApps, principal: Any, name: str, **more: Any) -> Any:
    values = {
        "kind": "other",
        "availability": "daytime",
        "search_key": "x",
        "digits_key": "",
        "sort_key": name.lower(),
    }
    return apps.get_model("contacts", "DirectoryEntry").objects.create(
        principal=principal, name=name, **(values | more)
    )


def unit(apps: StateApps, principal: Any, name: str, **more: Any) -> Any:
    return apps.get_model("contacts", "Unit").objects.create(
        principal=principal, name=name, search_key=name.lower(), sort_key=name.lower(), **more
    )


def test_numbers_and_direct_numbers_come_along(old: StateApps):
    region = old.get_model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    keeper = old.get_model("contacts", "User").objects.create(username="keeper")
    checked = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    entry(
        old, region, "Växeln", kind="switchboard", phone="0907850000", verified_at=checked, verified_by=keeper
    )
    entry(
        old,
        region,
        "Allt",
        phone="0910-73 50 00",
        extension="59090",
        mobile="070-174 06 05",
        last_name="Öberg",
    )
    entry(old, region, "Tomt")
    entry(old, region, "Teg", kind="health_centre")
    unit(old, region, "Teg", outpatient_kind="health_centre", direct_number="0980-319 206")
    unit(old, region, "Medicin", ward_kind="somatic", direct_number="51122")
    unit(old, region, "Hemma", municipal_kind="home_nursing", direct_number="0980-319 207")
    known = unit(old, region, "Känd", ward_kind="somatic", direct_number="0980-319 208")
    entry(old, region, "Expeditionen", unit=known, phone="0980-319 208", availability="always")

    new = migrate(NEW)
    found = {row.name: row for row in new.get_model("contacts", "DirectoryEntry").objects.all()}
    assert {name: [(n["kind"], n["number"]) for n in row.numbers] for name, row in found.items()} == {
        "Växeln": [("switchboard", "090-785 00 00")],
        "Allt": [("direct", "0910-73 50 00"), ("extension", "59090"), ("mobile", "070-174 06 05")],
        "Tomt": [],
        "Teg": [("direct", "0980-319 206")],
        "Medicin": [("extension", "51122")],
        "Hemma": [("direct", "0980-319 207")],
        "Expeditionen": [("direct", "0980-319 208")],
    }
    assert found["Växeln"].verified_at == checked
    assert found["Allt"].digits_key == "0910735000 59090 0701740605"
    assert (found["Allt"].last_name_key, found["Växeln"].department_key) == ("oberg", "vaxeln")
    assert [(found[name].availability, found[name].kind) for name in ("Medicin", "Hemma", "Teg")] == [
        ("always", "ward"),
        ("unknown", "home_nursing"),
        ("daytime", "health_centre"),
    ]


def test_previews_that_were_shown_still_say_what_they_said(empty_database: None):
    before = migrate(("contacts", "0007_trigrams"))
    region = before.get_model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    keeper = before.get_model("contacts", "User").objects.create(username="keeper")
    ward = unit(before, region, "Medicin", ward_kind="somatic")
    plan = {"groups": {"new": []}, "problems": [[2, "Typ", "Typen finns inte."]], "problem_count": 1}
    before.get_model("contacts", "DirectoryUpload").objects.create(
        principal=region, user=keeper, unit=ward, content=b"x", plan=plan, plan_hash="0" * 64
    )
    after = migrate(("contacts", "0008_files_apart_from_uploads"))
    kept = after.get_model("contacts", "DirectoryUpload").objects.get()
    assert (kept.file, kept.choices, kept.memory) == (None, {}, {})
    assert kept.plan == plan | {
        "problems": [
            {
                "column": "Typ",
                "sentence": "Typen finns inte.",
                "count": 1,
                "rows": [["Rad 2", "Typen finns inte."]],
            }
        ],
        "unread": [],
        "left_out": 0,
    }
    assert not after.get_model("contacts", "DirectoryFile").objects.exists()
