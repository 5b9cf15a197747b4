"""What a dry run cannot use: one clear line that names its place."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from outage.rules.dryrun import BadInput
from tests.unit.outage.test_dryrun import (
    FULL,
    answer,
    chain,
    document,
    event,
    outage,
    place_and_sentence,
)


@pytest.mark.parametrize(
    ("path", "place", "known"),
    [
        ((), "dokumentet", "använd outages"),
        (("outages", 0), "outages[0]", "använd id, scope, start, end, chains"),
        (("outages", 0, "chains", 0), "outages[0].chains[0]", "använd id, before, ward, status, events"),
        (
            ("outages", 0, "chains", 0, "events", 0),
            "outages[0].chains[0].events[0]",
            "använd id, kind, at, withdrawn, told, sip_date, party, participants",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_those_that_are_known(
    path: tuple[str | int, ...], place: str, known: str
) -> None:
    found, sentence = place_and_sentence(changed(REPLY, (*path, "tolld"), False))
    assert (found, sentence) == (place, f"nyckeln 'tolld' är okänd; {known}")


CHAIN, EVENT = "outages[0].chains[0]", "outages[0].chains[0].events[0]"
REPLY = document(chain("c1", event("e1", "admission_reply", "11:00", party="municipality")))


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        ((), [], "dokumentet", "ska vara ett objekt"),
        (("outages",), {}, "outages", "ska vara en lista"),
        (("outages", 0), 7, "outages[0]", "ska vara ett objekt"),
        (("outages", 0, "id"), 7, "outages[0].id", "ska vara en text"),
        (("outages", 0, "id"), " ", "outages[0].id", "inte är tom"),
        (("outages", 0, "scope"), "region_only", "outages[0].scope", "municipalities_only, both_principals"),
        (("outages", 0, "start"), "2026-01-20T14:00+01:00", "outages[0].start", "ligger efter slutet"),
        (("outages", 0, "start"), "2026-01-20", "outages[0].start", "är ingen tid"),
        (("outages", 0, "start"), "2026-02-30T10:00", "outages[0].start", "är ingen tid"),
        (("outages", 0, "start"), "0001-01-01T00:00+14:00", "outages[0].start", "är ingen tid"),
        (("outages", 0, "start"), "2026-03-29T02:30", "outages[0].start", "hoppas över"),
        (("outages", 0, "start"), "2025-10-26T02:30", "outages[0].start", "kommer två gånger"),
        (("outages", 0, "end"), "9999-12-31T23:59Z", "outages[0].end", "är ingen tid"),
        (
            ("outages", 0, "chains", 0, "before"),
            "maybe",
            f"{CHAIN}.before",
            "admitted, not_admitted, unknown",
        ),
        (("outages", 0, "chains", 0, "ward"), None, f"{CHAIN}.ward", "ska vara en text"),
        (("outages", 0, "chains", 0, "status"), "OK", f"{CHAIN}.status", "ok, deceased, wrong_patient"),
        (("outages", 0, "chains", 0, "events"), None, f"{CHAIN}.events", "ska vara en lista"),
        (("outages", 0, "chains", 0, "events", 0, "kind"), "fax", f"{EVENT}.kind", "'fax' är okänt"),
        (
            ("outages", 0, "chains", 0, "events", 0, "at"),
            "2026-01-20T10:39:59+01:00",
            f"{EVENT}.at",
            "utanför",
        ),
        (
            ("outages", 0, "chains", 0, "events", 0, "at"),
            "2026-01-20T13:20:01+01:00",
            f"{EVENT}.at",
            "utanför",
        ),
        (("outages", 0, "chains", 0, "events", 0, "withdrawn"), 1, f"{EVENT}.withdrawn", "true eller false"),
        (
            ("outages", 0, "chains", 0, "events", 0, "withdrawn"),
            None,
            f"{EVENT}.withdrawn",
            "true eller false",
        ),
        (
            ("outages", 0, "chains", 0, "events", 0, "sip_date"),
            "2026-02-29",
            f"{EVENT}.sip_date",
            "är inget datum",
        ),
        (
            ("outages", 0, "chains", 0, "events", 0, "sip_date"),
            "20260120",
            f"{EVENT}.sip_date",
            "är inget datum",
        ),
        (
            ("outages", 0, "chains", 0, "events", 0, "sip_date"),
            False,
            f"{EVENT}.sip_date",
            "ska vara en text",
        ),
        (("outages", 0, "chains", 0, "events", 0, "told"), None, f"{EVENT}.told", "true eller false"),
        (("outages", 0, "chains", 0, "events", 0, "participants"), "Anna", f"{EVENT}.participants", "lista"),
        (
            ("outages", 0, "chains", 0, "events", 0, "participants"),
            [""],
            f"{EVENT}.participants",
            "inte är tom",
        ),
        (
            ("outages", 0, "chains", 0, "events", 0, "participants"),
            [7],
            f"{EVENT}.participants",
            "lista med texter",
        ),
        (("outages", 0, "chains", 0, "events", 0, "party"), "inpatient", f"{EVENT}.party", "lämnar inte"),
        (("outages", 0, "chains", 0, "events", 0, "party"), None, f"{EVENT}.party", "ska vara en text"),
    ],
)
def test_bad_input_names_its_place(path: tuple[str | int, ...], value: Any, place: str, words: str) -> None:
    found, sentence = place_and_sentence(changed(REPLY, path, value))
    assert found == place
    assert words in sentence


def changed(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    data = copy.deepcopy(data)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize("key", ["id", "scope", "start", "chains"])
def test_what_an_outage_must_have(key: str) -> None:
    data = copy.deepcopy(REPLY)
    del data["outages"][0][key]
    assert place_and_sentence(data) == (f"outages[0].{key}", "saknas")


@pytest.mark.parametrize("key", ["id", "before", "ward", "status", "events"])
def test_what_a_chain_must_have(key: str) -> None:
    data = copy.deepcopy(REPLY)
    del data["outages"][0]["chains"][0][key]
    assert place_and_sentence(data) == (f"{CHAIN}.{key}", "saknas")


@pytest.mark.parametrize("key", ["id", "kind", "at", "party"])
def test_what_an_event_must_have(key: str) -> None:
    data = copy.deepcopy(REPLY)
    del data["outages"][0]["chains"][0]["events"][0][key]
    assert place_and_sentence(data) == (f"{EVENT}.{key}", "saknas")


def test_a_withdrawn_event_outside_the_outage_is_bad_too() -> None:
    data = document(chain("c1", event("e1", "admission", "09:00", withdrawn=True)))
    assert place_and_sentence(data)[0] == f"{EVENT}.at"


def test_the_second_of_two_with_the_same_id_is_named() -> None:
    twice = [event("e1", "admission", "11:00"), event("e1", "discharge", "11:10")]
    assert place_and_sentence(document(chain("c1", *twice)))[0] == "outages[0].chains[0].events[1].id"
    assert place_and_sentence(document(chain("c1"), chain("c1")))[0] == "outages[0].chains[1].id"
    assert place_and_sentence({"outages": [outage(), outage()]})[0] == "outages[1].id"


def test_the_same_id_in_two_chains_or_outages_is_another_thing() -> None:
    events = [event("e1", "admission", "11:00")]
    data = {"outages": [outage(chain("c1", *events), chain("c2", *events)), outage(chain("c1"), id="o2")]}
    assert len(answer(data)["outages"]) == 2


def test_a_party_that_says_what_is_so_already_does_no_harm() -> None:
    data = document(chain("c1", event("e1", "admission", "11:00", party="inpatient")))
    assert answer(data) == answer(document(chain("c1", event("e1", "admission", "11:00"))))


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, found in inner:
        yield from places(found, (*path, key))


def test_any_value_at_any_place_is_answered_or_refused_in_one_line() -> None:
    odd: list[Any] = [None, True, 0, -1, 1.5, float("inf"), 10**400, "", "x", "\ud800", "a\nb", "x" * 10_000]
    odd += [
        [],
        [None],
        {},
        {"id": None},
        "2026-01-20T11:00",
        "2026-01-20T11:00:00+99:99",
        "1900-01-01T00:00Z",
    ]
    faults = [fault(changed(FULL, path, value)) for path in places(FULL) for value in odd]
    refused = [line for line in faults if line]
    assert len(refused) > 1000
    assert all("\n" not in line and len(line) < 300 for line in refused)


def fault(data: Any) -> str:
    """The line a person would read; empty when there is an answer. Anything but BadInput goes on up."""
    try:
        answer(data)
    except BadInput as error:
        return str(error)
    return ""
