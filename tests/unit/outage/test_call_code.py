"""Kvittenskod: which characters, how it is read, and that no slip of the ear or the finger makes another code of it."""

from hashlib import sha256
from itertools import pairwise

import pytest

from contacts.rules.errors import RuleError
from outage.rules.call_code import ALPHABET, CODE_LENGTH, UNKNOWN, make_code, read_code, shown_code

# What is taken for one another in Swedish on a telephone, or on a screen: no two of a group may be in use.
ALIKE = (
    "BCDEGPTV3",
    "MN",
    "FS",
    "LMNFSX",
    "HKOQÅ",
    "KQ",
    "IJY",
    "UY",
    "ÅÄÖA",
    "I1L",
    "O0",
    "X6",
    "1L",
    "VW",
    "JG",
)
CODES = [make_code(sha256(str(n).encode()).digest()) for n in range(400)]


def taken(text: str) -> bool:
    try:
        return read_code(text) == text
    except RuleError:
        return False


def test_no_two_characters_in_use_sound_or_look_alike():
    assert len(ALPHABET) == len(set(ALPHABET)) == 13
    for alike in ALIKE:
        assert len(set(alike) & set(ALPHABET)) < 2, alike


def test_codes_are_of_the_alphabet_and_spread_over_it():
    assert all(len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) for code in CODES)
    assert len(set(CODES)) == len(CODES)
    for place in range(CODE_LENGTH):
        assert {code[place] for code in CODES} == set(ALPHABET)


def test_every_single_wrong_character_is_caught():
    for code in CODES:
        assert taken(code)
        for place, right in enumerate(code):
            for wrong in set(ALPHABET) - {right}:
                assert not taken(code[:place] + wrong + code[place + 1 :])


def test_every_swap_of_two_characters_is_caught():
    for code in CODES:
        for one in range(CODE_LENGTH):
            for other in range(one + 1, CODE_LENGTH):
                swapped = list(code)
                swapped[one], swapped[other] = code[other], code[one]
                assert code[one] == code[other] or not taken("".join(swapped))
        # The neighbours among them: said in the wrong order.
        assert len(list(pairwise(code))) == CODE_LENGTH - 1


def test_a_character_too_few_or_too_many_is_no_code():
    for code in CODES[:40]:
        assert not any(taken(code[:place] + code[place + 1 :]) for place in range(CODE_LENGTH))
        assert not any(taken(code[:place] + code[place] + code[place:]) for place in range(CODE_LENGTH))


def test_it_is_read_as_people_type_it():
    code = CODES[0]
    assert shown_code(code) == f"{code[:3]} {code[3:5]} {code[5:]}"
    for typed in (
        code,
        code.lower(),
        shown_code(code),
        "-".join(code),
        f" {code[:3]}–{code[3:]}. ",
        ".".join(code),
    ):
        assert read_code(typed) == code
    assert read_code("") == read_code(" - ") == shown_code("") == ""


@pytest.mark.parametrize(
    "typed", ["W47", "0000000", "ÅÄÖÅÄÖÅ", "ß" * 7, "W47R29A9", "W47/R29A", "²345678", "\x00"]
)
def test_what_cannot_be_a_code_says_so_and_how_to_go_on(typed: str):
    with pytest.raises(RuleError) as refused:
        read_code(typed)
    assert (refused.value.reason, refused.value.field) == (UNKNOWN, "code")
