"""The nearest spellings of a word that matches nothing."""

import pytest

from contacts.rules.spelling import nearest, sound_of


def near(typed: str, *words: str) -> list[str]:
    return list(nearest((typed,), {word: sound_of(word) for word in words}, prefer=len, most=3))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("strok", ("soc", "sol", "sto")),
        ("stroke", ("soc", "sok")),
        ("hemma", ("hc",)),
    ],
)
def test_a_short_word_is_not_what_a_longer_one_means(typed: str, words: tuple[str, ...]):
    assert near(typed, *words) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lyckselle", "lycksele"),
        ("nordmalling", "nordmaling"),
        ("skelefta", "skelleftea"),
        ("norrsjo", "norsjo"),
        ("vxe", "vx"),
        ("sco", "soc"),
        ("mlaa", "mala"),
    ],
)
def test_a_slip_is_understood(typed: str, meant: str):
    assert near(typed, meant, "umea") == [meant]
