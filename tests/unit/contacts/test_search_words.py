"""The content file of the search's language: what is wrong in it is told with file, key and remedy."""

import pytest

from contacts.content.reader import ContentError
from contacts.content.search_words import FILE, load_search_language

RIGHT = """
owner = "Ägaren"
endings = ["en"]
unsaid = ["på"]
before_numbers = ["tel"]
[[same]]
words = ["växel", "vx"]
[[places]]
municipality = "Umeå"
has = ["Teg"]
"""


def load(tmp_path, text: str):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    return load_search_language(path)


def test_it_is_read(tmp_path):
    language = load(tmp_path, RIGHT)
    assert language.means_the_same(("vx",)) == (("vaxel",),)
    assert language.municipalities_of("tegs"[:3]) == ("umea",)


@pytest.mark.parametrize(
    ("right", "wrong", "key", "remedy"),
    [
        ('owner = "Ägaren"', "", "owner", "write a text"),
        ('"en"]', '"en ", "9"]', "endings", "letters"),
        ('"på"', '"på grund"', "unsaid", "one word"),
        ('["tel"]', '["tel", "TEL"]', "before_numbers", "remove one"),
        ('"växel", "vx"', '"växel"', "same[0].words", "at least two"),
        ('"växel", "vx"', '"växel", "Väx-el", "***"', "same[0].words", "letters or digits"),
        ('"växel", "vx"', '"växel", "VÄXEL"', "same[0].words", "remove one"),
        ("words =", "word =", "same[0].words", "missing"),
        ('["Teg"]', '["Teg nedre"]', "places[0].has", "one word"),
        ("[[places]]", "[[place]]", "places", "missing"),
        ("[[same]]", "titel = true\n[[same]]", "titel", "unknown key"),
        (
            'words = ["växel", "vx"]',
            'words = ["växel", "vx"]\ntitle = "ja"',
            "same[0].title",
            "true or false",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_key_and_remedy(tmp_path, right, wrong, key, remedy):
    assert right in RIGHT
    with pytest.raises(ContentError) as told:
        load(tmp_path, RIGHT.replace(right, wrong))
    assert told.value.file.name == "words.toml"
    assert told.value.key.startswith(key)
    assert remedy in told.value.remedy


def test_the_file_in_use_is_right():
    assert load_search_language(FILE).same
