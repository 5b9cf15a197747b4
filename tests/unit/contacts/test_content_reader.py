"""Annotations are the schema of a content file: what fits is read, and the rest named with file, key and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest

from contacts.content.reader import Content, ContentError
from contacts.rules.content import MAY_BE_EMPTY


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Named:
    key: str
    cited: Annotated[str, "clauses"] | None = None


@dataclass(frozen=True)
class Painted:
    colour: Colour
    shade: str = ""


@dataclass(frozen=True)
class Whole:
    text: str
    number: int
    day: date
    clock: time
    length: timedelta
    colour: Colour
    colours: tuple[Colour, ...]
    words: tuple[str, ...]
    nothing: Annotated[tuple[Colour, ...], MAY_BE_EMPTY]
    one: Annotated[str, ("a", "b")]
    listed: Mapping[str, Named]
    tables: tuple[Named, ...]
    by_colour: Mapping[Colour, Named]
    by_one: Mapping[Annotated[str, ("a", "b")], str]
    free: Mapping[str, str]
    kinds: tuple[Named | Painted, ...]
    either: Named | Painted | None = None
    flag: bool = False
    maybe: bool | None = None
    blank: str = ""
    few: tuple[str, ...] = ()
    most: tuple[Colour, ...] = tuple(Colour)
    more: tuple[Named, ...] = ()


RIGHT = """
text = " i {system} "
number = 3
day = 2026-01-20
clock = 12:00:00
length_minutes = 90
colour = "red"
colours = ["blue"]
words = ["x", "y"]
nothing = []
one = "a"
free = {}
listed = [{ key = "k", cited = "R1" }, { key = "l", cited = "" }]
tables = [{ key = "k" }]
by_colour = { blue = { key = "k" }, red = { key = "k" } }
by_one = { a = "1", b = "2" }
kinds = [{ key = "k" }, { colour = "red", shade = "dark" }]
"""


def read(tmp_path: Path, text: str) -> Whole:
    path = tmp_path / "file.toml"
    path.write_text(text, encoding="utf-8")
    content = Content(path)
    content.words = {"system": "PRATOR"}
    content.known = {"clauses": ("the-routine", ("R1",))}
    return content.read(Whole)


def test_what_fits_is_read_and_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    k = Named("k")
    assert read(tmp_path, RIGHT) == Whole(
        text="i PRATOR",
        number=3,
        day=date(2026, 1, 20),
        clock=time(12),
        length=timedelta(minutes=90),
        colour=Colour.RED,
        colours=(Colour.BLUE,),
        words=("x", "y"),
        nothing=(),
        one="a",
        listed={"k": Named("k", "R1"), "l": Named("l")},
        tables=(k,),
        by_colour={Colour.RED: k, Colour.BLUE: k},
        by_one={"a": "1", "b": "2"},
        free={},
        kinds=(k, Painted(Colour.RED, "dark")),
    )


def test_one_table_may_be_one_of_several_kinds(tmp_path: Path) -> None:
    assert read(tmp_path, RIGHT + 'either = { colour = "blue" }').either == Painted(Colour.BLUE)


def test_a_mapping_that_was_read_can_not_be_changed(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        read(tmp_path, RIGHT).free["x"] = "y"  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('text = " i {system} "', "", "text", "write a text here"),
        ('text = " i {system} "', 'text = " "', "text", "write a text here"),
        ('text = " i {system} "', "text = 1", "text", "write a text in quotation marks"),
        ("{system}", "{systm}", "text", "use only these words in braces: {system}"),
        ("number = 3", "", "number", "missing; write a whole number"),
        ("number = 3", "number = true", "number", "write a whole number"),
        ("number = 3", "number = 0", "number", "write a number above zero"),
        ("2026-01-20", "2026-01-20T10:00:00", "day", "write a date as"),
        ("12:00:00", '"12:00"', "clock", "write a time as"),
        ("length_minutes", "length", "length_minutes", "missing; write a whole number"),
        ("= 90", "= -90", "length_minutes", "above zero"),
        ("= 90", f"= {10**18}", "length_minutes", "write a smaller number"),
        ('= "red"', '= "green"', "colour", "'green' is unknown; use one of red, blue"),
        ('= "red"', '= ""', "colour", "'' is unknown"),
        ('colour = "red"', "", "colour", "missing; write one of red, blue"),
        ('["blue"]', "[]", "colours", "name at least one of red, blue"),
        ('["blue"]', '["blue", "blue"]', "colours", "remove what stands twice"),
        ('["blue"]', '"blue"', "colours", "write a list of red, blue"),
        ('["x", "y"]', '["x", 1]', "words", "write a text in quotation marks"),
        ('["x", "y"]', "[]", "words", "write at least one text here"),
        ('words = ["x", "y"]', "", "words", "missing; write a list of texts"),
        ("nothing = []", "", "nothing", "missing; write a list of red, blue, or []"),
        ('one = "a"', 'one = "c"', "one", "'c' is unknown; use one of a, b"),
        (
            '"R1"',
            '"R2"',
            "listed[0].cited",
            "R2 does not stand under [clauses] of the-routine; add it or cite another",
        ),
        ('"l"', '"k"', "listed[1].key", "'k' stands twice"),
        ('key = "l", ', "", "listed[1].key", "write a text here"),
        ('[{ key = "k" }]', "[]", "tables", "write at least one table here"),
        ('[{ key = "k" }]', "[1]", "tables[0]", "write a table"),
        ('tables = [{ key = "k" }]', "", "tables", "missing; write a list of tables"),
        (', red = { key = "k" }', "", "by_colour.red", "missing; write a table"),
        (', red = { key = "k" }', ', read = { key = "k" }', "by_colour.red", "missing"),
        (
            "red = {",
            "green = {}, red = {",
            "by_colour.green",
            "unknown key; remove it or use one of: blue, red",
        ),
        ('b = "2"', 'b = ""', "by_one.b", "write a text here"),
        ('b = "2"', 'b = "2", c = "3"', "by_one.c", "unknown key"),
        ("free = {}", "free = { x = 1 }", "free.x", "write a text"),
        ("free = {}", "free = {}\nflag = 1", "flag", "write true or false"),
        ("free = {}", "free = {}\nmaybe = 'no'", "maybe", "write true or false"),
        ("free = {}", "free = {}\nmost = []", "most", "at least one"),
        ("free = {}", "free = {}\nmore = []", "more", "at least one"),
        ("free = {}", "free = {}\nextra = 1", "extra", "unknown key"),
        ('tables = [{ key = "k" }]', 'tables = [{ key = "k", other = 1 }]', "tables[0].other", "unknown key"),
        ('shade = "dark"', 'shede = "dark"', "kinds[1].shede", "use one of: colour, shade"),
        (
            'colour = "red", shade',
            "shade",
            "kinds[1]",
            "write one of these keys, and no other of them: key, colour",
        ),
        (
            'shade = "dark"',
            'key = "k"',
            "kinds[1]",
            "write one of these keys, and no other of them: key, colour",
        ),
        ('{ colour = "red", shade = "dark" }', "1", "kinds[1]", "write a table"),
        (
            'kinds = [{ key = "k" }, { colour = "red", shade = "dark" }]',
            "",
            "kinds",
            "missing; write a list of tables",
        ),
        ('{ key = "k" }, { colour = "red", shade = "dark" }', "", "kinds", "write at least one table here"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, old: str, new: str, key: str, remedy: str) -> None:
    assert old in RIGHT
    with pytest.raises(ContentError) as told:
        read(tmp_path, RIGHT.replace(old, new, 1))
    assert (told.value.file.name, told.value.key) == ("file.toml", key)
    assert remedy in told.value.remedy


def test_the_id_is_the_name_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"other\.toml: id: .* write 'other'"):
        Content(tmp_path / "other.toml", {"id": "file"}).own_id()


def test_what_is_cited_is_a_key_of_the_file_itself_where_nothing_else_is_given(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    values = {"clauses": {"R1": "x"}, "key": "k", "cited": "R1"}

    @dataclass(frozen=True)
    class Own(Named):
        clauses: Mapping[str, str] | None = None

    assert Content(path, values).read(Own).cited == "R1"
    with pytest.raises(ContentError, match=r"R2 does not stand under \[clauses\] of own"):
        Content(path, values | {"cited": "R2"}).read(Own)
