"""How texts are measured, divided and shortened."""

import unicodedata
from itertools import product

import pytest

from forms.rules.fitting import letters, lines, pieces, shortened

WORDS = ("", "a", "Åsa", "m" * 30, "e\u0301" * 9, "två ord", "rad\nrad", " ", "😀" * 3)
TEXTS = [" ".join(words) for words in product(WORDS, repeat=2)]


@pytest.mark.parametrize("per_line", [1, 5, 12, 40])
@pytest.mark.parametrize("most_lines", [1, 3])
def test_pieces_are_together_the_whole_text_and_none_has_more_lines_than_it_may(per_line, most_lines):
    for text in TEXTS:
        found = pieces(text, per_line=per_line, most_lines=most_lines)
        assert "".join(found) == unicodedata.normalize("NFC", text)
        for piece in found:
            assert lines(piece.rstrip("\n"), per_line) <= most_lines


@pytest.mark.parametrize("most", [1, 5, 12, 40, 400])
def test_a_text_is_shortened_only_where_it_has_no_room_and_then_says_so(most):
    for text in TEXTS:
        short = shortened(text, most)
        if letters(text) <= most and "\n" not in text:
            assert short == text
        if short != text:
            assert short.endswith("…")
            assert unicodedata.normalize("NFC", text).startswith(short[:-1])
            assert letters(short[:-1]) <= max(most, letters("😀"))
