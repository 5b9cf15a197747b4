"""One clock: the product asks `django.utils.timezone` what time it is, and the tests set that clock in one place.

With a second one a test that is right on the day it is written is wrong on another.
"""

import ast

import pytest

from tests.architecture.tree import APPS, parsed, python_files, relative

# What tells the time past django.utils.timezone, by module and name. How long something takes is no time of day.
OTHER_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "ctime"),
    ("time", "strftime"),
    ("time", "clock_gettime"),
    ("uuid", "uuid1"),
    ("functions", "Now"),
}
# The disk's clock, which may be another machine's.
OF_FILES = {"st_mtime", "st_mtime_ns", "st_ctime", "st_atime", "getmtime", "getctime", "getatime"}
# It writes the time of each file by the one clock before it reads it.
STAMPS_ITS_FILES = {"forms/scan_files.py"}
SETTERS = {"time_machine", "freezegun"}
THE_CLOCK = {"tests/clock.py"}
# Measures, with the product in processes of its own.
BENCH = python_files("tests/bench")
TESTS = [path for path in python_files("tests") if path not in BENCH]
ASKS = {"now", "localtime", "localdate"}


def names_of(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """What each imported name of a file stands for, such as `dt` for ("datetime",)."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.split(".")[0]: (alias.name.split(".")[-1],) for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            last = node.module.split(".")[-1]
            names |= {alias.asname or alias.name: (last, alias.name) for alias in node.names}
    return names


def spelled(node: ast.AST, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The full name of what a dotted expression reaches; empty where it begins with no import."""
    if isinstance(node, ast.Name):
        return names.get(node.id, ())
    if isinstance(node, ast.Attribute):
        before = spelled(node.value, names)
        return (*before, node.attr) if before else ()
    return ()


def other_clocks(tree: ast.Module) -> list[str]:
    """Each place where a file asks another clock, as "line: name"."""
    names, found = names_of(tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and spelled(node, names)[-2:] in OTHER_CLOCKS:
            found.append(f"{node.lineno}: {'.'.join(spelled(node, names))}")
        elif isinstance(node, ast.Attribute) and node.attr in OF_FILES:
            found.append(f"{node.lineno}: {node.attr}")
    return found


def setters(tree: ast.Module) -> list[str]:
    """Each place where a file sets a clock of its own: by a library, or by replacing `now`."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                found += [f"{node.lineno}: {a.name}" for a in aliases if a.name.split(".")[0] in SETTERS]
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in SETTERS:
                found.append(f"{node.lineno}: {module}")
            case ast.arg(arg=name) if name in SETTERS | {"freezer"}:
                found.append(f"{node.lineno}: {name}")
            case ast.Call(func=ast.Attribute(attr="setattr" | "patch" | "object"), args=arguments):
                texts = [text.value for text in arguments if isinstance(text, ast.Constant)]
                words = {text.split(".")[-1] for text in texts if isinstance(text, str)} & ASKS
                found += [f"{node.lineno}: puts another {word} in its place" for word in words]
    return found


def asked_at_import(tree: ast.Module) -> list[int]:
    """Each line where a file asks for the time when it is imported: all its tests would then share that moment."""
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for body in (node.body if isinstance(node.body, list) else [node.body])
        for part in ast.walk(body)
    }
    names = names_of(tree)
    asked = {(*module, name) for module in (("timezone",), ("utils", "timezone")) for name in ASKS}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in inside and spelled(node.func, names) in asked
    ]


def test_only_the_one_clock_is_asked():
    files = [path for path in [*python_files(*APPS), *TESTS] if relative(path) not in STAMPS_ITS_FILES]
    asked = {relative(path): other_clocks(parsed(path)) for path in files}
    assert {name: found for name, found in asked.items() if found} == {}


def test_the_clock_is_set_in_one_place():
    found = {
        relative(path): [*setters(parsed(path)), *asked_at_import(parsed(path))]
        for path in TESTS
        if relative(path) not in THE_CLOCK
    }
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "from datetime import date\ntoday = date.today",
        "import time\nstart = time.time()",
        "from time import time\ntime()",
        "import time as t\nt.time_ns()",
        "from django.db.models.functions import Now\nNow()",
        "from pathlib import Path\nPath().stat().st_mtime",
    ],
)
def test_another_clock_is_seen(source: str):
    assert other_clocks(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.monotonic()",
        "from django.utils import timezone\ntimezone.now()",
        "from datetime import datetime\ndatetime(2026, 11, 24)",
        "def f(now): now()",
    ],
)
def test_the_one_clock_and_what_is_none_are_let_through(source: str):
    assert not other_clocks(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "import time_machine",
        "from time_machine import travel",
        "from freezegun import freeze_time",
        "def test(time_machine): pass",
        "monkeypatch.setattr(timezone, 'now', lambda: 0)",
        "mock.patch('django.utils.timezone.now')",
    ],
)
def test_another_setting_of_the_clock_is_seen(source: str):
    assert setters(ast.parse(source))


def test_a_time_asked_for_at_import_is_seen():
    asked = "from django.utils import timezone\nNOW = timezone.now()\n"
    assert asked_at_import(ast.parse(asked)) == [2]
    assert asked_at_import(ast.parse(asked.replace("NOW = ", "def f():\n    return "))) == []
