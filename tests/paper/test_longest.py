"""Longest and hostile values: nothing lost, nothing over something else, no row on two pages."""

import random
from dataclasses import replace

import pytest

from forms.presenters.care_chain import running_name
from forms.rules.fitting import letters, lines, pieces
from tests.long import runs
from tests.paper.hostile import faults_of, hostile_sheet


@pytest.mark.long
@pytest.mark.parametrize("number", range(runs(3, full=10_000)))
def test_a_sheet_of_hostile_values_loses_nothing_and_splits_no_row(number: int):
    assert faults_of(hostile_sheet(4, number)) == []


@pytest.mark.parametrize("number", [2200, 4440, 7310])
def test_a_page_says_whom_it_is_about_inside_its_margins_however_long_name_and_identity_are(number: int):
    assert faults_of(hostile_sheet(4, number)) == []


@pytest.mark.parametrize("room", [150, 400])
def test_the_top_of_a_page_keeps_both_identifiers(room: int):
    name, identity = "Tolvan Tolvansson", "19121212-1212"
    assert running_name(name, identity, room) == "Tolvan Tolvansson · 19121212-1212"
    assert running_name("W" * 200, identity, room).endswith("W… · 19121212-1212")
    assert running_name(name, "😀" * 40, room).startswith("Tolvan Tolvansson · 😀")
    assert letters(running_name("W" * 200, "😀" * 40, room)) <= room + letters("… · …")
    assert running_name("", "", room) == "Okänt namn · identitet saknas"


def test_a_value_that_is_not_on_the_paper_is_told():
    sheet = hostile_sheet(4, 3)
    for missing in ("Saknas på bladet", "{{ xy"):
        more = replace(sheet, values=(*sheet.values, missing))
        assert [fault.startswith("lost from") for fault in faults_of(more)] == [True]


def test_the_sheets_are_the_same_for_the_same_seed_and_others_for_another():
    first, again, other = ([hostile_sheet(seed, n).values for n in range(5)] for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.long
def test_pieces_are_the_whole_text_and_each_fits():
    chance = random.Random(4)
    for _ in range(runs(200, full=100_000)):
        text = "".join(chance.choice("aW \n😀ordet") for _ in range(chance.randint(0, 400)))
        found = pieces(text, per_line=30, most_lines=5)
        assert "".join(found) == text
        # A line break at its end takes no line of the piece.
        assert all(lines(piece.removesuffix("\n"), 30) <= 5 for piece in found)
        assert all(found)


def test_a_letter_keeps_its_accent():
    found = pieces("o\u0308" * 100, per_line=7, most_lines=1)
    assert len(found) > 10
    assert "".join(found) == "ö" * 100


def test_a_text_is_divided_between_words_where_it_can_be():
    text = "ordet " * 40
    assert all(piece.startswith("ordet") for piece in pieces(text, per_line=30, most_lines=2))
    assert len(pieces("W" * 100, per_line=30, most_lines=1)) == 7


def test_what_the_typeface_lacks_takes_the_most_room():
    assert letters("i") < letters("W") < letters("😀") == letters("\u202e") == letters("\x07")
