"""What a name prints as when the typeface lacks some of its characters."""

import pytest

from forms.rules.glyphs import printable

LATIN = frozenset(range(0x20, 0x180)) | {0x00AD, 0x202E, 0x200B}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Åsa Öberg", "Åsa Öberg"),
        ("Čđŋšŧž", "Čđŋšŧž"),
        ("A\u030asa", "Åsa"),
        ("Eva 😀", "Eva [U+1F600]"),
        ("\u0623\u062d", "[U+0623][U+062D]"),
        ("två\nrader\tmed", "två\nrader\tmed"),
        ("noll\x00tecken", "noll[U+0000]tecken"),
        ("halv\ud83d", "halv[U+D83D]"),
        ("", ""),
    ],
)
def test_every_character_prints_as_itself_or_as_its_code(text, printed):
    assert printable(text, LATIN) == printed


@pytest.mark.parametrize("hidden", ["\u202e", "\u00ad", "\u200b"])
def test_characters_that_turn_or_hide_text_are_written_out_even_where_the_typeface_has_them(hidden):
    assert printable(f"1{hidden}2", LATIN) == f"1[U+{ord(hidden):04X}]2"


def test_nothing_is_left_that_the_typeface_lacks():
    every = "".join(map(chr, range(0x11000)))
    left = set(printable(every, LATIN)) - set("\n\r\t")
    assert {ord(c) for c in left} <= LATIN
