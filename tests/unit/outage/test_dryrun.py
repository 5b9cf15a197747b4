"""A dry run: the whole answer to a whole document, and one clear line for anything that cannot be used."""

from datetime import UTC, datetime
from typing import Any

import pytest

from outage.routine import current_routine
from outage.rules.dryrun import BadInput, run

ROUTINE = current_routine()
NOW = datetime(2026, 1, 20, 15, tzinfo=UTC)


def event(event_id: str, kind: str, at: str, **more: Any) -> dict[str, Any]:
    return {"id": event_id, "kind": kind, "at": f"2026-01-20T{at}:00+01:00", **more}


def chain(chain_id: str, *events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": chain_id,
        "before": "not_admitted",
        "ward": "somatic",
        "status": "ok",
        "events": list(events),
        **more,
    }


def outage(*chains: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "o1",
        "scope": "both_principals",
        "start": "2026-01-20T10:40:00+01:00",
        "end": "2026-01-20T13:20:00+01:00",
        "chains": list(chains),
        **more,
    }


def document(*chains: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"outages": [outage(*chains, **more)]}


def answer(data: Any, now: datetime = NOW) -> Any:
    return run(data, ROUTINE, now)


def place_and_sentence(data: Any, now: datetime = NOW) -> tuple[str, str]:
    with pytest.raises(BadInput) as error:
        run(data, ROUTINE, now)
    assert "\n" not in str(error.value)
    assert str(error.value) == f"{error.value.place}: {error.value.sentence}"
    return error.value.place, error.value.sentence


FULL = document(
    chain(
        "c1",
        event("e2", "discharge", "12:50", withdrawn=False, sip_date=None),
        event("e1", "admission", "10:52"),
        event("e3", "admission_reply", "11:05", party="municipality"),
        event("e4", "sip_invitation", "12:00", sip_date="2026-01-27"),
        event("e5", "admission", "11:00", withdrawn=True),
    ),
    chain(
        "c2",
        event("e1", "admission_reply", "11:00", party="outpatient"),
        event("e2", "discharge", "11:30"),
        before="admitted",
        ward="psychiatric",
    ),
    chain("c3", event("e1", "discharge", "11:00"), status="wrong_patient"),
)


@pytest.mark.clause("R4.3")
def test_a_whole_answer() -> None:
    assert answer(FULL) == {
        "outages": [
            {
                "id": "o1",
                "routine": {"apply": True, "clauses": ["R1.5", "R1.6", "R1.7"]},
                "chains": [
                    {
                        "id": "c1",
                        "inform": [
                            {"event": "e1", "must_tell": ["municipality", "health_centre"]},
                            {"event": "e3", "must_tell": ["health_centre", "inpatient"]},
                            {"event": "e4", "must_tell": ["municipality"]},
                            {"event": "e2", "must_tell": ["municipality", "health_centre"]},
                        ],
                        "tasks": [
                            {
                                "decision": "do_not_register",
                                "what": "stay",
                                "by": None,
                                "clause": "R4.3",
                                "events": ["e1", "e2"],
                            },
                            {
                                "decision": "do_not_register",
                                "what": "information",
                                "by": None,
                                "clause": "R4.2",
                                "events": ["e3"],
                            },
                            {
                                "decision": "decide",
                                "what": "sip_invitation",
                                "by": None,
                                "clause": None,
                                "events": ["e4"],
                            },
                        ],
                    },
                    {
                        "id": "c2",
                        "inform": [
                            {"event": "e1", "must_tell": ["municipality", "inpatient"]},
                            {"event": "e2", "must_tell": ["municipality", "psychiatric_outpatient"]},
                        ],
                        "tasks": [
                            {
                                "decision": "do_not_register",
                                "what": "information",
                                "by": None,
                                "clause": "R4.2",
                                "events": ["e1"],
                            },
                            {
                                "decision": "register",
                                "what": "discharge",
                                "by": "inpatient",
                                "clause": "R4.4",
                                "events": ["e2"],
                            },
                        ],
                    },
                    {
                        "id": "c3",
                        "inform": [{"event": "e1", "must_tell": ["municipality", "health_centre"]}],
                        "tasks": [],
                    },
                ],
                "acknowledge": ["inpatient", "municipality", "outpatient"],
            }
        ]
    }


def test_no_outages_and_an_outage_without_chains() -> None:
    assert answer({"outages": []}) == {"outages": []}
    (found,) = answer(document())["outages"]
    assert (found["routine"]["clauses"], found["chains"]) == (["R1.5", "R1.7"], [])


@pytest.mark.clause("R1.4")
def test_when_the_routine_is_not_needed_no_clause_is_given() -> None:
    data = document(start="2026-01-20T08:00:00+01:00", end="2026-01-20T08:30:00+01:00")
    assert answer(data)["outages"][0]["routine"] == {"apply": False, "clauses": []}


@pytest.mark.clause("R1.2")
def test_only_the_municipalities() -> None:
    (found,) = answer(document(chain("c1", event("e1", "discharge", "11:00")), scope="municipalities_only"))[
        "outages"
    ]
    assert found["routine"] == {"apply": False, "clauses": []}
    assert [task["what"] for task in found["chains"][0]["tasks"]] == ["admission_or_discharge"]


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize(
    ("discharge", "status", "counts"),
    [
        ({}, "ok", True),
        ({"withdrawn": True}, "ok", False),
        ({}, "wrong_patient", False),
        ({}, "deceased", True),
    ],
)
def test_which_discharge_calls_for_the_routine(discharge: dict[str, Any], status: str, counts: bool) -> None:
    data = document(
        chain("c1", event("e1", "discharge", "14:00", **discharge), status=status),
        start="2026-01-20T13:30+01:00",
        end="2026-01-20T14:30+01:00",
    )
    assert answer(data)["outages"][0]["routine"]["clauses"] == (["R1.6"] if counts else [])


@pytest.mark.parametrize("missing", [True, False])
def test_an_outage_without_an_end_lasts_until_now(missing: bool) -> None:
    data = document(chain("c1", event("e1", "admission", "15:59")), end=None)
    if missing:
        del data["outages"][0]["end"]
    assert answer(data)["outages"][0]["routine"]["clauses"] == ["R1.5", "R1.7"]
    early = datetime(2026, 1, 20, 10, tzinfo=UTC)
    assert place_and_sentence(data, early) == (
        "outages[0].chains[0].events[0].at",
        "ligger utanför driftstoppet",
    )
    before = datetime(2026, 1, 20, 9, tzinfo=UTC)
    assert place_and_sentence(data, before) == ("outages[0].start", "ligger i framtiden")


def test_an_event_may_be_at_either_end() -> None:
    data = document(chain("c1", event("e1", "admission", "10:40"), event("e2", "discharge", "13:20")))
    assert len(answer(data)["outages"][0]["chains"][0]["inform"]) == 2


def test_equal_times_keep_the_order_given() -> None:
    def tasks(*kinds: str) -> list[str]:
        events = [event(f"e{place}", kind, "11:00") for place, kind in enumerate(kinds)]
        found = answer(document(chain("c1", *events, before="admitted")))
        return [task["what"] for task in found["outages"][0]["chains"][0]["tasks"]]

    assert tasks("discharge", "admission") == ["discharge", "admission"]
    assert tasks("admission", "discharge") == ["admission_or_discharge"]


@pytest.mark.parametrize(
    ("start", "end", "long"),
    [
        ("2026-03-29T01:30", "2026-03-29T04:30", False),
        ("2026-10-25T01:30", "2026-10-25T03:15", True),
        ("2026-03-29T00:30Z", "2026-03-29T04:30+02:00", False),
    ],
)
def test_a_time_without_an_offset_is_swedish_time(start: str, end: str, long: bool) -> None:
    assert answer(document(start=start, end=end))["outages"][0]["routine"]["clauses"] == (
        ["R1.7"] if long else []
    )


@pytest.mark.clause("R4.2")
def test_within_a_minute_things_count_as_they_stand() -> None:
    moves = [event("a", "admission", "10:50"), event("d", "discharge", "10:50")]
    moves[0]["at"] = "2026-01-20T10:50:30+01:00"
    moves[1]["at"] = "2026-01-20T10:50:10+01:00"
    (only,) = answer(document(chain("c1", *moves)))["outages"][0]["chains"]
    assert [(task["decision"], task["events"]) for task in only["tasks"]] == [("do_not_register", ["a", "d"])]
    assert [row["event"] for row in only["inform"]] == ["a", "d"]


def test_a_participant_named_twice_in_other_capitals_is_one() -> None:
    said = event("s", "sip_initiative", "10:50", participants=["Anna Prov", "anna  prov", "Bo"])
    (only,) = answer(document(chain("c1", said)))["outages"][0]["chains"]
    assert only["inform"][0]["must_tell"] == ["municipality", "participant:Anna Prov", "participant:Bo"]


def test_what_was_not_told_is_one_decision_for_the_chain() -> None:
    untold = chain(
        "c1",
        event("e1", "preliminary_ready", "11:00", told=False),
        event("e2", "discharge_report", "11:10", told=True),
        event("e3", "sip_initiative", "11:20", told=False),
    )
    (found,) = answer(document(untold))["outages"]
    assert [(task["decision"], task["what"], task["events"]) for task in found["chains"][0]["tasks"]] == [
        ("decide", "information", ["e1", "e3"]),
        ("do_not_register", "information", ["e2"]),
    ]


@pytest.mark.clause("R4.5")
def test_one_sip_is_one_task_and_its_participants_must_be_told() -> None:
    sip = chain(
        "c1",
        event("e1", "sip_initiative", "11:00", participants=["Dotter Anna", " Son Bo ", "Dotter Anna"]),
        event("e2", "sip_invitation", "11:10", sip_date="2026-01-27", participants=None),
    )
    (found,) = answer(document(sip))["outages"][0]["chains"]
    assert [(task["decision"], task["events"]) for task in found["tasks"]] == [("register", ["e1", "e2"])]
    assert [row["must_tell"] for row in found["inform"]] == [
        ["municipality", "participant:Dotter Anna", "participant:Son Bo"],
        ["municipality"],
    ]
