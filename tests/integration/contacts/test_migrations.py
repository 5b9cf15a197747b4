"""What a migration does with the rows that are there."""

import pytest
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from tests.migrating import migrate


def test_previews_that_were_shown_still_say_what_they_said(empty_database: None):
    before = migrate(("contacts", "0003_flag_withdrawals"))
    region = before.get_model("contacts", "Principal").objects.create(
        name="Region Västerbotten", short_name="Regionen", kind="region", sort_key="region"
    )
    keeper = before.get_model("contacts", "User").objects.create(username="keeper")
    ward = before.get_model("contacts", "Unit").objects.create(
        principal=region, name="Medicin", search_key="medicin", sort_key="medicin", ward_kind="somatic"
    )
    plan = {"groups": {"new": []}, "problems": [[2, "Typ", "Typen finns inte."]], "problem_count": 1}
    before.get_model("contacts", "DirectoryUpload").objects.create(
        principal=region, user=keeper, unit=ward, content=b"x", plan=plan, plan_hash="0" * 64
    )
    after = migrate(("contacts", "0004_files_apart_from_uploads"))
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


def test_who_was_renamed_is_found_and_logs_in_whatever_the_case(empty_database: None):
    before = migrate(("contacts", "0023_work_sha256"))
    before.get_model("contacts", "User").objects.create(
        username="Åsa.Ek", first_name="Åsa", last_name="Öberg", search_key="asa ek asa ek", sort_key="ek asa"
    )
    after = migrate(("contacts", "0024_keys_of_people"))
    asa = after.get_model("contacts", "User").objects.get()
    assert (asa.username_key, asa.search_key) == ("åsa.ek", "asa oberg asa ek")
    assert asa.sort_key.startswith("zzcberg")


def test_two_user_names_that_differ_in_case_alone_stop_the_upgrade_and_are_named(empty_database: None):
    before = migrate(("contacts", "0024_keys_of_people"))
    people = before.get_model("contacts", "User").objects
    for name in ("Åsa.Ek", "åsa.ek", "bo"):
        people.create(username=name, username_key=name.lower())
    with pytest.raises(CommandError, match=r"stora och små bokstäver: Åsa\.Ek, åsa\.ek\. Inget"):
        migrate(("contacts", "0026_username_once"))
    people.filter(username="åsa.ek").update(username="åsa.ek2", username_key="åsa.ek2")
    migrate(("contacts", "0026_username_once"))
    with pytest.raises(IntegrityError), transaction.atomic():
        people.create(username="BO", username_key="bo")
