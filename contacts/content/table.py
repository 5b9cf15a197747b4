"""Reading a TOML table strictly: everything wrong is a ContentError that names file, key and remedy."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TypeVar

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class ContentError(Exception):
    """A content file can not be used. `file` and `key` say where, `remedy` what to do about it."""

    def __init__(self, file: Path, key: str, remedy: str) -> None:
        super().__init__(f"{file.name}: {key}: {remedy}" if key else f"{file.name}: {remedy}")
        self.file = file
        self.key = key
        self.remedy = remedy


def read_toml(path: Path) -> dict[str, object]:
    """Read a content file; raise ContentError where it can not be read, is not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContentError(path, "", f"can not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContentError(path, "", "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ContentError(path, "", f"is not TOML: {error}") from error


class Table:
    """One table of a content file; `finish` refuses the keys nobody asked for, in it and in the tables read from it.

    `words` are what may stand in braces in its texts, such as {system}.
    """

    def __init__(
        self,
        file: Path,
        place: str,
        values: Mapping[str, Any],
        words: Mapping[str, str],
    ) -> None:
        self.file = file
        self.place = place
        self._values = values
        self._words = words
        self._read: set[str] = set()
        self._inside: list[Self] = []

    def error(self, key: str, remedy: str) -> ContentError:
        """The error for `key` of this table; an empty key means the table itself."""
        return ContentError(self.file, ".".join(part for part in (self.place, key) if part), remedy)

    def with_words(self, words: Mapping[str, str]) -> Self:
        """The same table with what may stand in braces."""
        same = type(self)(self.file, self.place, self._values, words)
        same._read, same._inside = self._read, self._inside
        return same

    def names(self) -> list[str]:
        """The keys, in the order of the file."""
        return list(self._values)

    def text(self, key: str) -> str:
        """Read a text that must be there and not be blank, its words in braces filled in."""
        found = self.optional_text(key)
        if not found:
            raise self.error(key, "write a text here")
        return found

    def optional_text(self, key: str) -> str:
        """Read a text that may be blank or left out."""
        found = self._take(key, str, "a text in quotation marks", "")
        try:
            return found.strip().format_map(self._words)
        except (KeyError, ValueError, IndexError, AttributeError):
            known = ", ".join(f"{{{word}}}" for word in self._words) or "none"
            raise self.error(key, f"use only these words in braces: {known}") from None

    def positive(self, key: str) -> int:
        """Read a whole number above zero."""
        found = self._take(key, int, "a whole number")
        if found <= 0:
            raise self.error(key, "write a number above zero")
        return found

    def flag(self, key: str) -> bool:
        """Read true or false; left out is false."""
        return self._take(key, bool, "true or false", False)

    def day(self, key: str) -> date:
        """Read a date."""
        return self._take(key, date, "a date as 2023-04-03, without quotation marks")

    def time_of_day(self, key: str) -> time:
        """Read a time of day."""
        return self._take(key, time, "a time as 12:00:00, without quotation marks")

    def one_of(self, key: str, kind: type[E]) -> E:
        """Read one of an enum's values."""
        return self._member(key, self._take(key, str, f"one of {_listed(kind)}"), kind)

    def optional_one_of(self, key: str, kind: type[E]) -> E | None:
        """Read one of an enum's values, or None when it is left out."""
        return self.one_of(key, kind) if key in self._values else None

    def several_of(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """Read a list of an enum's values: at least one, none twice."""
        found = tuple(self._member(key, value, kind) for value in self.texts(key))
        if not found:
            raise self.error(key, f"name at least one of {_listed(kind)}")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, none twice; left out is empty."""
        found = self._take(key, list, "a list of texts", [])
        if not all(isinstance(value, str) for value in found):
            raise self.error(key, "write a list of texts")
        if len(set(found)) != len(found):
            raise self.error(key, "remove what stands twice")
        return tuple(found)

    def table(self, key: str) -> Self:
        """Read a table that must be there."""
        return self._inner(key, self._take(key, dict, "a table"))

    def tables(self, key: str) -> Iterator[Self]:
        """Read a list of tables: at least one."""
        found = self._take(key, list, "a list of tables")
        if not found or not all(isinstance(value, dict) for value in found):
            raise self.error(key, "write at least one table here")
        return (self._inner(f"{key}[{place}]", value) for place, value in enumerate(found))

    def finish(self) -> None:
        """Refuse what nobody read: a misspelt key must not pass in silence."""
        for key in self._values:
            if key not in self._read:
                known = ", ".join(sorted(self._read))
                raise self.error(key, f"unknown key; remove it or use one of: {known}")
        for inner in self._inside:
            inner.finish()

    def _inner(self, name: str, values: Mapping[str, Any]) -> Self:
        place = f"{self.place}.{name}" if self.place else name
        inner = type(self)(self.file, place, values, self._words)
        self._inside.append(inner)
        return inner

    def _member(self, key: str, value: str, kind: type[E]) -> E:
        try:
            return kind(value)
        except ValueError:
            raise self.error(key, f"{value!r} is unknown; use one of {_listed(kind)}") from None

    def _take(self, key: str, kind: type[T], wanted: str, default: T | None = None) -> T:
        self._read.add(key)
        if key not in self._values:
            if default is None:
                raise self.error(key, f"missing; write {wanted}")
            return default
        found = self._values[key]
        # The exact type: true is no number, and a date-time no date.
        if not isinstance(found, kind) or type(found) is not kind:
            raise self.error(key, f"write {wanted}")
        return found


def _listed(kind: type[StrEnum]) -> str:
    return ", ".join(kind)
