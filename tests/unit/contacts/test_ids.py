"""An id that came as text is a number that every database takes, or none."""

import pytest

from contacts.rules.ids import read_id


@pytest.mark.parametrize(("text", "read"), [("1", 1), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_an_id_is_read(text: str, read: int):
    assert read_id(text) == read


@pytest.mark.parametrize(
    "text",
    ["", " ", "-1", "+1", " 1", "1 ", "1.0", "1e3", "1_0", "x", "²", "٣", "１", "1\n", "9" * 19, "9" * 5_000],
)
def test_everything_else_is_none(text: str):
    assert read_id(text) is None
