"""A faulty content file is refused before anything uses it, and the error names file, key and remedy."""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import outage.routine
from contacts.content.reader import ContentError
from outage.routine import load_routine
from outage.routine.loader import routine_from
from tests.long import runs

PATH = Path(outage.routine.__file__).parent / "content" / "prator-2023-04-03.toml"
DATA: dict[str, Any] = tomllib.loads(PATH.read_text(encoding="utf-8"))

Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every place in the content, tables and leaves."""
    if place:
        yield place
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, found in inner:
        yield from places(found, (*place, key))


def at(data: Any, place: Place) -> Any:
    for key in place:
        data = data[key]
    return data


OPTIONAL = (
    "law_reminder",
    "particulars",
    "tells_participants",
    "without_participants",
    "answers",
    "awaited_after",
    "short",
    "needs",
    "tell_within_minutes",
    "due_after",
)


def changed(place: Place, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    at(data, place[:-1])[place[-1]] = value
    return data


def without(place: Place) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    del at(data, place[:-1])[place[-1]]
    return data


def may_be_left_out(place: Place) -> bool:
    """Whether the rest is still a routine without what stands there."""
    last = place[-1]
    if last in OPTIONAL or "particulars" in place:
        return True
    if isinstance(last, int):
        if place[-2] == "done_at" or place[0] == "addresses":
            return True
        # An entry of a list that has others.
        whole = place[0] in ("parts", "ringing") and place[-2] != "parties"
        return len(at(DATA, place[:-1])) > 1 and not whole
    if place[0] == "parts":
        return last == "parties"
    if place == ("addresses",):
        return True
    if place[0] == "outcomes":
        return last in ("by", "clause")
    if place[0] == "clauses":
        return len(place) == 2
    return place[0] == "support" and last == "number"


def may_be_blank(place: Place) -> bool:
    return place[-1] in (
        "law_reminder",
        "answers",
        "awaited_after",
        "short",
        "number",
        "without_participants",
    ) or (place[0] == "outcomes" and place[-1] == "clause")


def fits(place: Place, value: Any) -> bool:
    """Whether `value` is one of the few odd ones that may stand at `place`."""
    if value == "":
        return may_be_blank(place)
    if value == []:
        return place[-1] in ("particulars", "done_at")
    return value is True and place[-1] == "tells_participants"


EVERY_PLACE = list(places(DATA))


def test_the_content_as_it_stands_is_good() -> None:
    assert routine_from(PATH, DATA).id == PATH.stem


def error_without(place: Place) -> ContentError | None:
    try:
        routine_from(PATH, without(place))
    except ContentError as error:
        return error
    return None


@pytest.mark.long
def test_whatever_is_missing_is_named() -> None:
    unnamed = []
    for place in EVERY_PLACE[:: runs(2, full=1)]:
        if may_be_left_out(place):
            continue
        error = error_without(place)
        named = next(str(key) for key in reversed(place) if isinstance(key, str))
        if not (
            error
            and named in error.key
            and error.file == PATH
            and error.remedy
            and str(error).startswith("prator-2023-04-03.toml: ")
        ):
            unnamed.append((".".join(str(key) for key in place), error))
    assert unnamed == []


WRONG: list[Any] = [True, 1.5, [], {}, [[]], [1], "", -1]


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(WRONG)), ids=[repr(wrong) for wrong in WRONG])
def test_whatever_is_of_the_wrong_kind_is_named(number: int) -> None:
    wrong = WRONG[number]
    # In `make test` each at every eighth place, and one of them at each place.
    for place in EVERY_PLACE[number % 8 * runs(1, full=0) :: runs(8, full=1)]:
        if fits(place, wrong):
            continue
        with pytest.raises(ContentError) as error:
            routine_from(PATH, changed(place, wrong))
        assert error.value.remedy, place


def test_a_misspelt_key_does_not_pass_in_silence() -> None:
    tables = [
        (),
        *(place for place in EVERY_PLACE if isinstance(at(DATA, place), dict) and place != ("clauses",)),
    ]
    for place in tables:
        with pytest.raises(ContentError) as error:
            routine_from(PATH, changed((*place, "mispelt"), "x"))
        assert error.value.key.endswith("mispelt")
        assert "unknown key" in error.value.remedy


@pytest.mark.parametrize(
    ("place", "value", "key", "remedy"),
    [
        (("id",), "other", "id", "the same"),
        (("limits", "time_zone"), "Europe/Umeå", "limits.time_zone", "no time zone"),
        (("limits", "time_zone"), "../etc/passwd", "limits.time_zone", "no time zone"),
        (("limits", "long_outage_minutes"), 0, "limits.long_outage_minutes", "above zero"),
        (("limits", "break_point_window_minutes"), 720, "limits.break_point_window_minutes", "less than 720"),
        (("clauses", "1.1"), "x", "clauses.1.1", "number of a clause"),
        (("outcomes", "1", "clause"), "R9.9", "outcomes.1.clause", "[clauses]"),
        (("outcomes", "1", "by"), "wards", "outcomes.1.by", "inpatient"),
        (("outcomes", "1", "do"), "Skriv i {systm}.", "outcomes.1.do", "{system}"),
        (("outcomes", "1", "do"), "Skriv i {", "outcomes.1.do", "{system}"),
        (("outcomes", "1", "do"), "Skriv i {system.x}", "outcomes.1.do", "{system}"),
        (
            ("outcomes", "99"),
            DATA["outcomes"]["1"],
            "outcomes.99",
            "use one of: 1, 1-elsewhere, 10, 11-admitted-twice",
        ),
        (("acknowledge", "parties"), [], "acknowledge.parties", "at least one"),
        (("acknowledge", "parties"), ["inpatient", "inpatient"], "acknowledge.parties", "twice"),
        (("messages", 0, "key"), "Admission", "messages[0].key", "a–z"),
        (("messages", 1, "key"), "admission", "messages[1].key", "stands twice"),
        (("messages", 0, "effect"), "arrival", "messages[0].effect", "admission, discharge, sip"),
        (("messages", 0, "particulars"), ["shoe_size"], "messages[0].particulars", "preliminary_date"),
        (("messages", 0, "sendings", 0, "tells"), ["inpatient"], "messages[0].sendings[0].tells", "itself"),
        (("messages", 0, "sendings", 0, "clause"), "R7.7", "messages[0].sendings[0].clause", "[clauses]"),
        (("messages", 1, "sendings", 0, "party"), "outpatient", "messages[1].sendings[0].tells", "itself"),
        (("messages",), [], "messages", "at least one"),
        (("messages", 1, "answers"), "discharge", "messages[1].answers", "stands before"),
        (("messages", 1, "awaited_after"), "admission", "messages[1].awaited_after", "remove it"),
        (("messages", 7, "awaited_after"), "discharge", "messages[7].awaited_after", "stands before"),
        (("clauses", "R5.7"), "Ring.", "parts.clauses", "R5.7 stands nowhere"),
        (("parts", 0, "clauses", 0, "clause"), "R9.9", "parts[0].clauses[0].clause", "[clauses]"),
        (("parts", 0, "clauses", 0, "clause"), "R2.1", "parts[0].clauses[1].clause", "its own part"),
        (("parts", 0, "clauses", 1, "clause"), "R1.1", "parts[0].clauses[1].clause", "stands twice"),
        (
            ("parts", 0, "clauses", 0, "done_at"),
            ["kitchen"],
            "parts[0].clauses[0].done_at",
            "back_registration",
        ),
        (("parts", 2, "clauses", 0, "parties"), ["wards"], "parts[2].clauses[0].parties", "inpatient"),
        (("addresses", 0, "clause"), "R9.9", "addresses[0].clause", "[clauses]"),
        (("ringing", 2, "hours"), "evening", "ringing[3].hours", "keep one"),
        (("ringing", 2, "hours"), "lunch", "ringing[2].hours", "weekend"),
    ],
)
def test_what_is_wrong_names_its_key_and_the_remedy(place: Place, value: Any, key: str, remedy: str) -> None:
    with pytest.raises(ContentError) as error:
        routine_from(PATH, changed(place, value))
    assert error.value.key == key
    assert remedy in error.value.remedy


def test_each_party_has_a_text_for_each_hour_where_one_rings() -> None:
    with pytest.raises(ContentError, match="municipality has no text for weekend"):
        routine_from(PATH, without(("ringing", 4)))


def test_one_party_has_one_sending_of_a_type() -> None:
    doubled = DATA["messages"][0]["sendings"] * 2
    with pytest.raises(ContentError, match="one sending for each party"):
        routine_from(PATH, changed(("messages", 0, "sendings"), doubled))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"id = ", "is not TOML"), (b'id = "\xe5"', "is not UTF-8"), (None, "can not be read")],
)
def test_a_file_that_can_not_be_read_at_all(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "routine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContentError, match=words) as error:
        load_routine(path)
    assert str(error.value).startswith("routine.toml: ")
