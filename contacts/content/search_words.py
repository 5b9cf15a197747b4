"""The language of the search from its content file, checked in full before anything uses it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from contacts.rules.search_language import SearchLanguage, language_of
from contacts.rules.swedish_text import search_key

from .reader import Content, Faults

FILE = Path(__file__).with_name("search-words.toml")


@dataclass(frozen=True, slots=True)
class _Same:
    words: tuple[str, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class _Places:
    municipality: str
    has: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    owner: str
    same: tuple[_Same, ...]
    places: tuple[_Places, ...]
    endings: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    before_numbers: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def search_language() -> SearchLanguage:
    """The language in use, the same object each time; raises ContentError naming file, key and remedy."""
    return load_search_language(FILE)


def load_search_language(path: Path) -> SearchLanguage:
    """Read and check one content file; raises ContentError naming file, key and remedy."""
    content = Content(path)
    file = content.read(_File)
    content.refuse(check_words(file))
    return language_of(
        same=[group.words for group in file.same],
        endings=file.endings,
        unsaid=file.unsaid,
        before_numbers=file.before_numbers,
        titles=[word for group in file.same if group.title for word in group.words],
        lies_in=[(place.municipality, place.has) for place in file.places],
    )


def check_words(file: _File) -> Faults:
    """Words and endings have the form that the search reads, and none is read as another of its list."""
    lists: dict[str, tuple[tuple[str, ...], Callable[[str], object], str]] = {
        "endings": (file.endings, str.isalpha, "write an ending as letters without blanks"),
        "unsaid": (file.unsaid, _is_one_word, "write one word"),
        "before_numbers": (file.before_numbers, _is_one_word, "write one word"),
    }
    for place, group in enumerate(file.same):
        key = f"same[{place}].words"
        lists[key] = (group.words, search_key, "write letters or digits")
        if len(group.words) < 2:
            yield key, "write at least two words that mean the same, or remove the table"
    for place, lies in enumerate(file.places):
        lists[f"places[{place}].has"] = (lies.has, _is_one_word, "write one word")
    for key, (texts, is_right, remedy) in lists.items():
        read: dict[str, str] = {}
        for text in texts:
            if not is_right(text):
                yield key, f"{text!r}: {remedy}"
            if (same := read.setdefault(search_key(text), text)) != text:
                yield key, f"{text!r} is read as {same!r}; remove one of them"


def _is_one_word(text: str) -> bool:
    return len(search_key(text).split()) == 1
