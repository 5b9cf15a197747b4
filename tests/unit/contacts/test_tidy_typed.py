"""What is typed or pasted keeps all that can be seen, and nothing else."""

import sys
import unicodedata

import pytest

from contacts.rules.swedish_text import has_invisible, search_key, search_keys, tidy_typed
from tests.long import runs

INVISIBLE = {
    "soft hyphen": "\u00ad",
    "zero width space": "\u200b",
    "zero width non-joiner": "\u200c",
    "zero width joiner": "\u200d",
    "left-to-right mark": "\u200e",
    "right-to-left override": "\u202e",
    "pop directional formatting": "\u202c",
    "first strong isolate": "\u2068",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "NUL": "\x00",
    "escape": "\x1b",
    "delete": "\x7f",
    "Mongolian vowel separator": "\u180e",
    "combining grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "variation selector": "\ufe0f",
    "tag letter": "\U000e0061",
    "lone surrogate": "\ud800",
}


@pytest.mark.parametrize("name", INVISIBLE)
@pytest.mark.parametrize("text", ["19121212-1212", "Åsa Öberg", "0910-73 50 00", "å"])
def test_an_invisible_character_is_taken_away_wherever_it_stands(name: str, text: str):
    for place in range(len(text) + 1):
        pasted = text[:place] + INVISIBLE[name] + text[place:]
        assert tidy_typed(pasted) == text
        assert has_invisible(pasted)


@pytest.mark.parametrize("blank", ["\u00a0", "\u2007", "\u2009", "\u202f", "\u3000", "\u1680", "\u205f"])
def test_every_blank_is_a_plain_one_and_nothing_to_speak_of(blank: str):
    assert tidy_typed(f"Anna{blank}Ek") == "Anna Ek"
    assert not has_invisible(f"Anna{blank}Ek")


def test_new_lines_and_tabs_stay():
    assert tidy_typed("Ett\r\nTvå\tTre\n") == "Ett\r\nTvå\tTre\n"
    for line in ("\u2028", "\u2029", "\x85", "\x0b"):
        assert tidy_typed(f"Ett{line}Två") == "Ett\nTvå"


@pytest.mark.parametrize(
    "text",
    ["👩\u200d⚕\ufe0f", "👨\u200d👩\u200d👧", "👍🏽", "❤\ufe0f", "👩🏽\u200d⚕\ufe0f", "ring 112 ☎\ufe0f"],
)
def test_emojis_stay_whole(text: str):
    assert tidy_typed(text) == text
    assert not has_invisible(text)


@pytest.mark.parametrize("text", ["A\u030asa", "o\u0308st", "e\u0301", "A\u200b\u030asa"])
def test_an_accent_is_one_with_its_letter(text: str):
    assert tidy_typed(text) == unicodedata.normalize("NFC", text.replace("\u200b", ""))
    assert len(tidy_typed(text)) < len(text)


@pytest.mark.long
def test_nothing_that_can_be_seen_is_lost_and_tidying_twice_changes_nothing():
    """Over every character there is; in `make test` every one of the first plane and one in seventeen of the others."""
    for code in (*range(0x10000), *range(0x10000, sys.maxunicode + 1, runs(17, full=1))):
        char = chr(code)
        tidied = tidy_typed(f"a{char}b")
        assert tidy_typed(tidied) == tidied
        assert "\0" not in tidied
        category = unicodedata.category(char)
        if category in {"Cf", "Cs"} or (category == "Cc" and char not in "\n\r\t\x0b\x0c\x85"):
            assert tidied == "ab", hex(code)
        elif category[0] in "LNPS" and char not in "\u115f\u1160\u2800\u3164\uffa0":
            assert tidied == unicodedata.normalize("NFC", f"a{char}b"), hex(code)


def test_a_word_with_a_soft_hyphen_is_one_word_to_search_for():
    assert search_key("Skel\u00adlefteå") == search_key("Skellefteå") == search_key("Skelleftea\u030a")


@pytest.mark.parametrize("odd", ["", "\x0b", "\n", "\u00ad", "👩‍⚕️", "ß", "a\u030a"])
def test_many_are_made_comparable_at_once_as_each_would_be_alone(odd: str):
    texts = ["Örja Ek", "", f"Åsa{odd}Ek", "æøå-ĐŊ 12", "  ", odd]
    assert search_keys(texts) == [search_key(text) for text in texts]
    assert search_keys([]) == []
