"""Wrong letters are seen by the impossible ones, put right as they came about, and right ones are left alone."""

import pytest

from contacts.filing.letters import REPAIRS, WINDOWS, certain_repair, is_garbled, repair_for, repaired
from contacts.rules.principals import MUNICIPALITIES

NAMES = [known.name for known in MUNICIPALITIES] + [
    "Ånäset",
    "Överklinten",
    "Äppelbo",
    "VÄXEL",
    "RÖBÄCK",
    "Råå",
]
WRONG = {
    "mac_roman": lambda text: text.encode("mac_roman").decode(WINDOWS),
    "cp850": lambda text: text.encode("cp850").decode(WINDOWS),
    "doubled": lambda text: text.encode().decode(WINDOWS),
}
RIGHT = [
    *NAMES,
    "”Södra” vårdcentralen – öppet",
    "Ubmejen tjeälddie Đđ Ŋŋ Ŧŧ Šš",
    "Báhkkošiljus",
    "João Françoise Zoë Łukasz Žana Škoda Ñandú",
    "Jürgen Müller",
    "100 €, 5 °C, ½ · • §",
    "André",
    "Α Β Γ Привет 你好",
    "👩‍⚕️",
    "plain",
    "",
]


def test_every_way_that_is_known_is_tried():
    assert set(WRONG) == set(REPAIRS)


@pytest.mark.parametrize("how", WRONG)
def test_all_names_together_are_put_right(how):
    wrong = [WRONG[how](name) for name in NAMES]
    assert repair_for(wrong) == certain_repair(wrong) == how
    assert [repaired(text, how) for text in wrong] == NAMES


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("name", [name for name in NAMES if not name.isascii()])
def test_one_name_is_put_right_the_same_way_or_left(how, name):
    wrong = WRONG[how](name)
    found = repair_for([wrong])
    assert (repaired(wrong, found) if found else wrong) in (name, wrong)


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("name", ["Malå kommun", "Vännäs kommun", "Åsele kommun", "Norsjö och Malå"])
def test_a_name_with_an_impossible_letter_is_garbled(how, name):
    assert is_garbled(WRONG[how](name))


@pytest.mark.parametrize("text", RIGHT)
def test_right_letters_are_left_alone(text):
    assert repair_for([text]) == ""
    assert not is_garbled(text)


def test_right_letters_of_all_kinds_in_one_file_are_left_alone():
    assert repair_for(RIGHT) == certain_repair(RIGHT) == ""


@pytest.mark.parametrize("how", REPAIRS)
@pytest.mark.parametrize("text", ["plain", "Łukasz", "你好"])
def test_what_has_no_other_reading_is_left(how, text):
    assert repaired(text, how) == text
