"""What a search text asks for."""

from itertools import product

import pytest

from contacts.rules.directory_search import (
    FieldNeedle,
    Needle,
    SearchField,
    begins_a_word,
    field_needles,
    needles,
)
from contacts.rules.phone import digits
from contacts.rules.swedish_text import search_key, without_hyphens

ENTRIES = {
    "växeln": ("Region Västerbottens växel Växel Region Västerbotten", "090-785 00 00"),
    "skellefteå": ("Växel Skellefteå Växel Skellefteå kommun", "0910-73 50 00"),
    "hemsjukvård": ("Hemsjukvård Nordmaling kväll/helg Nordmalings kommun", ""),
    "servicedesk": ("Servicedesk IT-support Region Västerbotten", "59090"),
    "avdelning": ("Medicin avdelning 4 Umeå", "090-16 10 00"),
}


def found(text: str) -> set[str]:
    wanted = needles(text)
    if not wanted:
        return set()
    return {
        name
        for name, (words, number) in ENTRIES.items()
        if all(needle.found_in(search_key(words), digits(number)) for needle in wanted)
    }


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("skelleftea", {"skellefteå"}),
        ("SKELLEFTEÅ", {"skellefteå"}),
        ("lefteå", {"skellefteå"}),
        ("nordmaling hemsjukvård", {"hemsjukvård"}),
        ("kväll/helg", {"hemsjukvård"}),
        ("växel umeå", set()),
        ("region desk", {"servicedesk"}),
        ("0907850000", {"växeln"}),
        ("090-785 00 00", {"växeln"}),
        ("+46 90 785", {"växeln"}),
        ("0046 910", {"skellefteå"}),
        ("73 50", {"skellefteå"}),
        ("växel 090", {"växeln"}),
        ("59090", {"servicedesk"}),
        ("avdelning 4", {"avdelning"}),
        ("avdelning 4 umeå", {"avdelning"}),
        ("090", {"växeln", "avdelning", "servicedesk"}),
        ("", set()),
        ("   ", set()),
        ("*** %", set()),
    ],
)
def test_finds(text, names):
    assert found(text) == names


def test_a_number_in_groups_is_one_thing_sought():
    assert needles("Umeå 090-16 10 00 växel") == (
        Needle(("umea",)),
        Needle(("090", "16", "10", "00"), "090161000"),
        Needle(("vaxel",)),
    )


SPELLINGS = ("Örebro", "orebro", "ÖREBRO", "örebro", "Orebro")


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(("stored", "typed"), list(product(SPELLINGS, SPELLINGS)))
def test_letters_and_case_are_forgiven_both_ways(stored, typed):
    for part in (typed, typed[:3], typed[2:5]):
        (needle,) = field_needles([(SearchField.LAST_NAME, part)])
        assert needle.found_in({SearchField.LAST_NAME: search_key(stored)})


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        *product(("Idé", "ide", "IDE"), repeat=2),
        *product(("Müller", "muller"), repeat=2),
        *product(("Anna-Karin", "anna karin", "annakarin", "ANNA‑KARIN"), ("Anna-Karin", "anna karin")),
        ("Anna-Karin", "annakarin"),
    ],
)
def test_accents_and_hyphens_are_forgiven_both_ways(stored, typed):
    keys = {SearchField.FIRST_NAME: search_key(stored, without_hyphens(stored))}
    assert field_needles([(SearchField.FIRST_NAME, typed)])[0].found_in(keys)


def test_only_words_have_their_hyphens_taken_away():
    assert without_hyphens("Anna-Karin Ek-Å-Ö, 090-785 och - så") == "AnnaKarin EkÅÖ"


PERSON = {
    SearchField.FIRST_NAME: search_key("Åsa-Lena"),
    SearchField.LAST_NAME: search_key("Provberg"),
    SearchField.TITLE: search_key("Överläkare"),
    SearchField.DEPARTMENT: search_key("Medicin 1, Umeå"),
}
RIGHT = {
    SearchField.FIRST_NAME: ("asa", "LENA", "åsa-lena", "lena åsa", "en"),
    SearchField.LAST_NAME: ("prov", "berg", "ovb"),
    SearchField.TITLE: ("overlak", "ÖVERLÄKARE"),
    SearchField.DEPARTMENT: ("umea medicin", "1", "Medicin 1"),
}


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize("asked", list(product(SearchField, SearchField)))
def test_a_text_is_sought_in_its_own_field_and_in_no_other(asked):
    field, belongs = asked
    for text in RIGHT[belongs]:
        if len(text) < 3:
            continue
        (needle,) = field_needles([(field, text)])
        assert needle.found_in(PERSON) is (field is belongs), text


@pytest.mark.clause("R5.6")
@pytest.mark.parametrize("right", list(product([True, False], repeat=4)))
def test_all_of_four_texts_must_match(right):
    asked = [
        (field, RIGHT[field][0] if holds else "xyz") for field, holds in zip(SearchField, right, strict=True)
    ]
    assert all(needle.found_in(PERSON) for needle in field_needles(asked)) is all(right)


def test_a_text_without_letters_and_digits_asks_for_nothing():
    texts = [(SearchField.FIRST_NAME, " "), (SearchField.TITLE, "*%_"), (SearchField.DEPARTMENT, " Å 2 ")]
    assert field_needles(texts) == (FieldNeedle(SearchField.DEPARTMENT, ("a", "2")),)


@pytest.mark.parametrize("start", ["nord", "hals", "maling", "n", "o", "sjukvard", "nordmalings hals", "x"])
def test_the_beginning_of_a_word_is_found_as_by_looking_at_each_word(start):
    key = search_key("Nordmalings hälsocentral")
    words = key.split()
    expected = any(" ".join(words[place:]).startswith(start) for place in range(len(words)))
    assert begins_a_word(start, key) is expected
