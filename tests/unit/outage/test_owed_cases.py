"""Cases of what is owed that the model test found, each as the smallest log that shows it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from contacts.rules.parties import Party
from tests.clock import TUESDAY
from tests.model.random_log import OWN, standing
from tests.model.record import Call, Line, Record, Row, Version

pytestmark = pytest.mark.clause("R2.1")

HOME = {"inpatient": "unit:1", "municipality": "principal:9", "outpatient": "unit:3"}
Owed = tuple[str, str]


def version(number: int, **more: Any) -> Version:
    places = HOME | more.pop("places", {})
    return Version(f"v{number}", number, TUESDAY, places, **more)


def event(number: int, kind: str, sender: str, *more: Row, gone: str = "") -> Line:
    return Line([Row(f"e{number}", number, TUESDAY, kind, sender), *more], gone=gone)


def call(number: int, place: str, *told: Any, seconds: int = 0, by: str = "", party: str = "") -> Call:
    at = TUESDAY.replace(second=0) + timedelta(seconds=seconds)
    return Call(f"c{number}", number, at, place, "reached", frozenset(told), by, party, bool(party))


def log(versions: Sequence[Version], lines: Sequence[Line], calls: Sequence[Call]) -> Record:
    own = frozenset({"inpatient", "outpatient"})
    return Record(OWN, own, versions=list(versions), lines=list(lines), calls=list(calls))


def owed(record: Record, place: str) -> list[str]:
    """What a place is still owed: ids of events and notices."""
    found = standing(record).owed
    return [o.id for o in found if o.target.place == place and not o.closed and not o.answer]


def test_what_an_out_of_county_ward_rang_about_stays_its_own_when_the_patient_comes_to_a_ward_of_ours() -> (
    None
):
    away = version(1, places={"inpatient": "other:ward"})
    rang = call(3, "", "e2", by="unit:3", party="inpatient")
    found = log(
        [away, version(4, changed={"inpatient": "moved"})], [event(2, "admission", "inpatient")], [rang]
    )
    assert owed(found, "principal:9") == []


def test_what_our_ward_sent_stays_ours_to_tell_when_the_patient_goes_out_of_the_county() -> None:
    away = version(4, places={"inpatient": "other:ward"}, changed={"inpatient": "moved"})
    rang = call(3, "", "e2", by="unit:3", party="inpatient")
    found = log([version(1), away], [event(2, "ready_for_discharge", "inpatient")], [rang])
    assert owed(found, "principal:9") == ["e2"]


def test_a_place_that_was_let_go_and_then_told_more_is_let_go_of_anew() -> None:
    swap = version(4, places={"outpatient": "unit:4"}, changed={"outpatient": "moved"})
    calls = [call(3, "unit:3", "e2"), call(5, "unit:3", ("no_longer_yours", "v4"))]
    found = log([version(1), swap], [event(2, "admission", "inpatient")], calls)
    assert owed(found, "unit:3") == []
    found.calls.append(call(6, "unit:3", "e2"))
    (notice,) = (o for o in standing(found).owed if o.target.place == "unit:3")
    assert (notice.id, notice.state) == ("no_longer_yours:v4", "still_to_ring")


def test_a_corrected_answer_of_the_former_oppenvard_is_owed_to_those_who_heard_the_wrong_one() -> None:
    swap = version(4, places={"outpatient": "unit:4"}, changed={"outpatient": "moved"})
    wrong = event(2, "admission_reply", "outpatient", Row("e5", 5, TUESDAY, "admission_reply", "outpatient"))
    found = log([version(1), swap], [wrong], [call(3, "principal:9", "e2")])
    assert owed(found, "principal:9") == ["e5"]
    assert owed(found, "unit:1") == []


def test_a_message_of_others_that_we_passed_on_is_taken_back_where_we_told_it() -> None:
    found = log(
        [version(1)],
        [event(2, "municipality_ready", "municipality", gone="e4")],
        [call(3, "unit:3", "e2")],
    )
    (retraction,) = standing(found).owed
    assert (retraction.target.place, retraction.id, retraction.by) == ("unit:3", "e4", Party.INPATIENT)
    assert retraction.retracts


def test_within_a_minute_calls_count_in_the_order_in_which_they_were_logged() -> None:
    away = version(4, places={"municipality": "principal:8"}, changed={"municipality": "moved"})
    back = version(6, changed={"municipality": "moved"})
    calls = [
        call(3, "principal:9", "e2"),
        call(5, "principal:9", ("no_longer_yours", "v4"), seconds=30),
        # Its time was typed, and so has no seconds.
        call(7, "principal:9", "e2"),
    ]
    found = log([version(1), away, back], [event(2, "admission", "inpatient")], calls)
    assert owed(found, "principal:9") == []


def test_an_out_of_county_ward_hears_of_the_death_of_a_patient_in_the_system() -> None:
    places = {"inpatient": "other:ward"}
    alive = version(1, places=places, before="admitted")
    found = log([alive, version(2, places=places, before="admitted", status="deceased")], [], [])
    told = [(o.by, o.target.place) for o in standing(found).owed]
    assert told == [(Party.OUTPATIENT, "principal:9"), (Party.OUTPATIENT, "other:ward")]


def test_who_heard_that_the_patient_is_dead_hears_first_that_it_was_another() -> None:
    versions = [version(1), version(2, status="deceased"), version(4, status="wrong_patient")]
    told = call(3, "principal:9", ("deceased", "v2"), "e2")
    found = log(versions, [event(2, "discharge", "inpatient", gone="e5")], [told])
    ranks = {o.id: o.rank for o in standing(found).owed}
    assert ranks == {"not_this_patient:v4": 0, "e5": 1}


def test_an_answer_of_the_former_oppenvard_that_nobody_heard_is_not_said_to_be_told() -> None:
    swap = version(4, places={"outpatient": "unit:4"}, changed={"outpatient": "moved"})
    found = standing(log([version(1), swap], [event(2, "admission_reply", "outpatient")], []))
    assert not found.all_told(found.events[0])


def test_a_town_of_another_is_rung_by_the_town_whose_log_it_is() -> None:
    found = log([version(1), version(4, status="deceased")], [], [])
    found.own, found.parties = frozenset({"principal:8"}), frozenset({"municipality"})
    found.lines = [event(2, "municipality_ready", "municipality")]
    found.calls = [call(3, "principal:9", "e2")]
    assert owed(found, "principal:9") == ["deceased:v4"]


def test_a_retracted_discharge_is_as_urgent_as_a_discharge() -> None:
    found = log([version(1)], [event(2, "discharge", "inpatient", gone="e4")], [call(3, "principal:9", "e2")])
    assert [o.urgent for o in standing(found).owed] == [True]
