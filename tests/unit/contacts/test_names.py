"""When two spellings are of one name, and when they most likely are."""

from itertools import permutations

import pytest

from contacts.rules.names import is_near, name_key, nearest
from contacts.rules.swedish_text import search_key

SAME = ["Växel Malå", "växel malå", "VÄXEL-MALÅ", "Vaxel  Mala", "Vä\u00adxel Ma\u200blå", "Växelmalå"]


@pytest.mark.parametrize(("one", "other"), list(permutations(SAME, 2)))
def test_spellings_of_one_name_have_one_key_and_are_not_near_but_the_same(one, other):
    assert name_key(one) == name_key(other)
    assert not is_near(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bjurholms hälsocentral", "Bjurholm hälsocentral"),
        ("Växeln Malå", "Växel Malå"),
        ("Hemsjukvården Norr", "Hemsjukvård Norr"),
        ("Biståndshandläggare", "Biståndshandläggarna"),
        ("Geriatriken 1", "Geriatrken 1"),
    ],
)
def test_misspelt_names_are_near(one, other):
    assert is_near(one, other)
    assert is_near(other, one)
    assert nearest(one, {name: search_key(name) for name in ("Köket", other, "Tvätten")}) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Medicin 1", "Medicin 2"),
        ("Avdelning 51", "Avdelning 52"),
        ("Avdelning A", "Avdelning B"),
        ("Hemsjukvården Öst", "Hemsjukvården Väst"),
        ("Hemsjukvården Norra", "Hemsjukvården Södra"),
        ("Växel Malå", "Växel Umeå"),
        ("Växel Malå", "Växel Malå kväll"),
        ("Växel", "Växel Malå"),
        ("", ""),
    ],
)
def test_names_that_tell_places_apart_are_not_near(one, other):
    assert not is_near(one, other)
    assert not is_near(other, one)
    assert nearest(one, {other: search_key(other)}) == ""
