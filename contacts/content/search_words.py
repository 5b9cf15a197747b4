"""The language of the search from its content file, checked in full before anything uses it."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from contacts.rules.search_language import SearchLanguage, language_of
from contacts.rules.swedish_text import search_key

from .table import Table, read_toml

FILE = Path(__file__).with_name("search-words.toml")


@lru_cache(maxsize=1)
def search_language() -> SearchLanguage:
    """The language in use, the same object each time; raises ContentError naming file, key and remedy."""
    return load_search_language(FILE)


def load_search_language(path: Path) -> SearchLanguage:
    """Read and check one content file; raises ContentError naming file, key and remedy."""
    top = Table(path, "", read_toml(path), {})
    top.text("owner")
    endings = _words(top, "endings", str.isalpha, "write an ending as letters without blanks")
    unsaid, before = (
        _words(top, key, _is_one_word, "write one word") for key in ("unsaid", "before_numbers")
    )
    groups, titles = [], []
    for table in top.tables("same"):
        words = _words(table, "words", _is_text, "write letters or digits")
        if len(words) < 2:
            raise table.error("words", "write at least two words that mean the same, or remove the table")
        groups.append(words)
        if table.flag("title"):
            titles += words
    places = top.tables("places")
    lies_in = [
        (place.text("municipality"), _words(place, "has", _is_one_word, "write one word")) for place in places
    ]
    top.finish()
    return language_of(
        same=groups, endings=endings, unsaid=unsaid, before_numbers=before, titles=titles, lies_in=lies_in
    )


def _is_one_word(text: str) -> bool:
    return len(search_key(text).split()) == 1


def _is_text(text: str) -> bool:
    return bool(search_key(text))


def _words(table: Table, key: str, is_right: Callable[[str], bool], remedy: str) -> tuple[str, ...]:
    found = table.texts(key)
    keys: dict[str, str] = {}
    for text in found:
        if not is_right(text):
            raise table.error(key, f"{text!r}: {remedy}")
        if (same := keys.setdefault(search_key(text), text)) != text:
            raise table.error(key, f"{text!r} is read as {same!r}; remove one of them")
    return found
