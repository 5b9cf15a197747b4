"""HSA-id: tidied, and refused where it is none."""

import pytest

from contacts.rules.errors import RuleError
from contacts.rules.hsa import tidy_hsa_id


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("", ""),
        ("  ", ""),
        ("SE2321000222-AB1", "SE2321000222-AB1"),
        (" se2321000222-ab1 ", "SE2321000222-AB1"),
        ("SE2321000222-" + "A" * 18, "SE2321000222-" + "A" * 18),
    ],
)
def test_an_id_is_written_in_one_way(typed: str, tidied: str):
    assert tidy_hsa_id(typed) == tidied


@pytest.mark.parametrize(
    "typed",
    ["SE12", "2321000222-AB1", "SE2321000222AB1", "SE2321000222-", "SE2321000222-Å1", "SE٢321000222-A"],
)
def test_what_is_no_id_is_refused(typed: str):
    with pytest.raises(RuleError) as told:
        tidy_hsa_id(typed)
    assert told.value.field == "hsa_id"


def test_one_that_is_too_long_is_refused():
    with pytest.raises(RuleError):
        tidy_hsa_id("SE2321000222-" + "A" * 19)
