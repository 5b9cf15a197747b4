"""TOML read into dataclasses: their annotations are the schema. All that is wrong names file, key and remedy."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from contacts.rules.content import MAY_BE_EMPTY

T = TypeVar("T")
Faults = Iterable[tuple[str, str]]
"""What is wrong between the keys of a file: a key and a remedy for each."""

_WANTED = {
    str: "a text in quotation marks",
    int: "a whole number",
    bool: "true or false",
    date: "a date as 2023-04-03, without quotation marks",
    time: "a time as 12:00:00, without quotation marks",
}


class ContentError(Exception):
    """A content file can not be used. `file` and `key` say where, `remedy` what to do about it."""

    def __init__(self, file: Path, key: str, remedy: str) -> None:
        super().__init__(f"{file.name}: {key}: {remedy}" if key else f"{file.name}: {remedy}")
        self.file = file
        self.key = key
        self.remedy = remedy


def read_toml(path: Path) -> dict[str, Any]:
    """The raw values; raises ContentError where the file can not be read, is not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContentError(path, "", f"can not be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContentError(path, "", "is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ContentError(path, "", f"is not TOML: {error}") from error


class Content:
    """One content file. `words` may stand in braces in its texts.

    A text annotated "clauses" is a key of that table of the file, or one of `known`, whose file is named there too.
    A field without a default must be written, and not be blank or empty. A length of time is written in whole minutes,
    under its name and `_minutes`. A mapping from a fixed set has all its keys; one to what has a `key` of its own is
    written as a list. Where a table may be one of several kinds, the first key of each tells which.
    """

    def __init__(self, file: Path, values: Mapping[str, Any] | None = None) -> None:
        self.file = file
        self._values = read_toml(file) if values is None else values
        self.words: Mapping[str, str] = {}
        self.known: Mapping[str, tuple[str, Collection[str]]] = {}

    def read(self, kind: type[T], key: str = "") -> T:
        """What stands under `key`, or the whole file, as a `kind`; raises ContentError."""
        found: T = self._field(self._values, "", key, kind) if key else self._value(kind, self._values, "")
        return found

    def own_id(self) -> str:
        """Its `id`, which is the name of the file; raises ContentError."""
        if self.read(str, "id") != self.file.stem:
            self._refuse("id", f"the id and the name of the file must be the same; write {self.file.stem!r}")
        return self.file.stem

    def refuse(self, faults: Faults) -> None:
        """Raise ContentError for the first of `faults`."""
        for key, remedy in faults:
            self._refuse(key, remedy)

    def _refuse(self, key: str, remedy: str) -> NoReturn:
        raise ContentError(self.file, key, remedy)

    def _field(
        self, table: Mapping[str, Any], place: str, name: str, kind: Any, default: Any = MISSING
    ) -> Any:
        key = _key(name, kind)
        at = f"{place}.{key}" if place else key
        if key in table:
            return self._value(kind, table[key], at, default)
        if default is MISSING:
            blank = _bare(kind)[0] is str
            self._refuse(at, "write a text here" if blank else f"missing; write {_wanted(kind)}")
        return default

    def _fields(
        self, table: Mapping[str, Any], place: str, kinds: Mapping[str, tuple[Any, Any]]
    ) -> dict[str, Any]:
        found = {name: self._field(table, place, name, *kind) for name, kind in kinds.items()}
        known = [_key(name, kind) for name, (kind, _) in kinds.items()]
        for key in table:
            if key not in known:
                at = f"{place}.{key}" if place else key
                self._refuse(at, f"unknown key; remove it or use one of: {', '.join(sorted(known))}")
        return found

    def _value(self, kind: Any, found: Any, at: str, default: Any = MISSING) -> Any:
        if kinds := _told_apart(kind):
            table = self._of(dict, found, at, kind)
            named = [key for key in kinds if key in table]
            if len(named) != 1:
                self._refuse(at, f"write one of these keys, and no other of them: {', '.join(kinds)}")
            kind = kinds[named[0]]
        bare, says = _bare(kind)
        origin = get_origin(bare) or bare
        if origin is tuple:
            inner = get_args(bare)[0]
            return self._several(kind, inner, found, at, MAY_BE_EMPTY in says or default == ())
        if origin is Mapping:
            return self._mapping(kind, found, at)
        if is_dataclass(origin):
            return bare(**self._fields(self._of(dict, found, at, kind), at, _schema(bare)))
        if issubclass(bare, Enum) or bare is str:
            return self._text(kind, found, at, default)
        value = self._of(int if bare is timedelta else bare, found, at, kind)
        if bare in (int, timedelta) and value <= 0:
            self._refuse(at, "write a number above zero")
        return self._length(value, at) if bare is timedelta else value

    def _length(self, minutes: int, at: str) -> timedelta:
        try:
            return timedelta(minutes=minutes)
        except OverflowError:
            self._refuse(at, "write a smaller number")

    def _text(self, kind: Any, found: Any, at: str, default: Any) -> Any:
        bare, says = _bare(kind)
        text = self._filled(self._of(str, found, at, kind).strip(), at)
        choices = _choices(kind)
        if not text and not choices:
            return default if default is not MISSING else self._refuse(at, "write a text here")
        if choices and text not in choices:
            self._refuse(at, f"{text!r} is unknown; use one of {', '.join(choices)}")
        for say in (say for say in says if isinstance(say, str)):
            where, known = self.known.get(say, (self.file.stem, self._values.get(say, ())))
            if text not in known:
                self._refuse(at, f"{text} does not stand under [{say}] of {where}; add it or cite another")
        return bare(text)

    def _filled(self, text: str, at: str) -> str:
        try:
            return text.format_map(self.words)
        except (KeyError, ValueError, IndexError, AttributeError):
            known = ", ".join(f"{{{word}}}" for word in self.words) or "none"
            self._refuse(at, f"use only these words in braces: {known}")

    def _several(self, kind: Any, inner: Any, found: Any, at: str, may_be_empty: bool) -> tuple[Any, ...]:
        tables = _is_table(inner)
        values = self._of(list, found, at, kind)
        if not values and (tables or not may_be_empty):
            choices = ", ".join(_choices(inner))
            one = f"name at least one of {choices}" if choices else "write at least one text here"
            self._refuse(at, "write at least one table here" if tables else one)
        read = tuple(
            self._value(inner, value, f"{at}[{place}]" if tables else at)
            for place, value in enumerate(values)
        )
        if not tables and len(set(read)) != len(read):
            self._refuse(at, "remove what stands twice")
        return read

    def _mapping(self, kind: Any, found: Any, at: str) -> Mapping[Any, Any]:
        key_kind, inner = get_args(_bare(kind)[0])
        if _is_listed(key_kind, inner):
            listed: dict[str, Any] = {}
            for place, value in enumerate(self._several(kind, inner, found, at, may_be_empty=False)):
                if listed.setdefault(value.key, value) is not value:
                    self._refuse(
                        f"{at}[{place}].key", f"{value.key!r} stands twice; give each a key of its own"
                    )
            return MappingProxyType(listed)
        table = self._of(dict, found, at, kind)
        return MappingProxyType(
            self._fields(table, at, dict.fromkeys(_choices(key_kind) or table, (inner, MISSING)))
        )

    def _of(self, kind: type[T], found: Any, at: str, wanted: Any) -> T:
        # The exact type: true is no number, and a date-time no date.
        if not isinstance(found, kind) or type(found) is not kind:
            self._refuse(at, f"write {_wanted(wanted)}")
        return found


def _bare(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without "or None", and what is annotated of it."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(each for each in get_args(kind) if each is not NoneType)
    return (kind.__origin__, kind.__metadata__) if get_origin(kind) is Annotated else (kind, ())


def _told_apart(kind: Any) -> dict[str, Any]:
    """The kinds of table that something may be, by the first key of each; empty where there is no choice."""
    kinds = [each for each in get_args(kind) if is_dataclass(each)]
    is_choice = get_origin(kind) in (Union, UnionType) and len(kinds) > 1
    return {next(iter(_schema(each))): each for each in kinds} if is_choice else {}


def _is_table(kind: Any) -> bool:
    return is_dataclass(kind) or bool(_told_apart(kind))


def _key(name: str, kind: Any) -> str:
    return f"{name}_minutes" if _bare(kind)[0] is timedelta else name


def _schema(kind: Any) -> dict[str, tuple[Any, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        each.name: (
            hints[each.name],
            each.default if each.default_factory is MISSING else each.default_factory(),
        )
        for each in fields(kind)
    }


def _choices(kind: Any) -> tuple[str, ...]:
    bare, says = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return tuple(bare)
    return next((say for say in says if isinstance(say, tuple)), ())


def _is_listed(key_kind: Any, kind: Any) -> bool:
    return not _choices(key_kind) and is_dataclass(kind) and any(each.name == "key" for each in fields(kind))


def _wanted(kind: Any) -> str:
    bare, says = _bare(kind)
    inner = get_args(bare)
    if choices := _choices(kind):
        return f"one of {', '.join(choices)}"
    if get_origin(bare) is Mapping:
        return "a list of tables" if _is_listed(*inner) else "a table"
    if get_origin(bare) is not tuple:
        return _WANTED.get(int if bare is timedelta else bare, "a table")
    if _is_table(inner[0]):
        return "a list of tables"
    choices = _choices(inner[0])
    return f"a list of {', '.join(choices) or 'texts'}{', or []' if MAY_BE_EMPTY in says else ''}"
