"""Habits of the source that no linter knows: what views may name, what rules lean on, how long a file is."""

import ast
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.tree import APPS, ROOT, files_of_floor, module_name, parsed, python_files, relative

LONGEST = 400
CLOCKS = {"now", "utcnow", "today", "localtime", "monotonic", "perf_counter"}
LEANS = {"random", "secrets", "os", "time", "socket", "subprocess"}
# What may show a person a word. Content files are TOML: there the system has its name.
NAMING = {".py", ".html", ".jinja", ".js", ".css", ".svg"}
PURE = files_of_floor("rules", "content", "routine", "checklists", "specs")


def test_views_name_neither_objects_nor_transaction():
    views = [*files_of_floor("views"), *python_files("outage/project"), ROOT / "forms" / "demo" / "views.py"]
    named = [
        f"{relative(path)}: {node.lineno}"
        for path in views
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "atomic"})
        or (isinstance(node, ast.alias) and node.name.split(".")[-1] == "transaction")
    ]
    assert not named


def test_no_file_is_too_long_to_take_in():
    lines = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*APPS, "tests")
    }
    assert {name: number for name, number in lines.items() if number > LONGEST} == {}


def test_rules_read_no_clock_and_no_surroundings():
    for path in files_of_floor("rules"):
        nodes = list(ast.walk(parsed(path)))
        reads = [
            node.lineno
            for node in nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
        ]
        leans = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        leans |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        assert not reads, f"{relative(path)}: lines {reads} ask what time it is; take it as an argument"
        assert not leans & LEANS, relative(path)


def test_rules_and_content_work_where_django_is_not_installed():
    names = [module_name(path) for path in PURE]
    program = (
        "import importlib, sys\n"
        "sys.modules['django'] = None\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "from outage.routine import current_routine\n"
        "print(current_routine().id)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "prator-2023-04-03", run.stderr


def test_the_pure_floors_are_here():
    assert {"contacts/rules/parties.py", "outage/rules/informing.py", "outage/routine/loader.py"} <= {
        relative(path) for path in PURE
    }


def test_the_types_of_every_package_are_checked():
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["packages"]
    assert set(read) == {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}


def test_the_tests_with_more_cases_under_make_test_long_are_those_it_runs():
    unlike = []
    for path in python_files("tests"):
        nodes = list(ast.walk(parsed(path)))
        names = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
        marks = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        if ("runs" in names) != ("long" in marks):
            unlike.append(relative(path))
    assert unlike == []


def test_no_code_and_no_template_names_the_system_by_itself():
    """The routine of the outage does: a routine for another system is a new content file and no new code."""
    folders = [ROOT / name for name in (*APPS, "templates", "static")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in NAMING]
    assert ROOT / "templates" / "base.html" in files
    named = [relative(path) for path in files if "PRATOR" in path.read_text(encoding="utf-8")]
    assert not named


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_name_no_host_and_all_have_hashes(name: str):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [index for index, line in enumerate(lines) if "==" in line and not line.startswith((" ", "#"))]
    assert pins
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    assert all("--hash=sha256:" in lines[index + 1] for index in pins)


def test_the_server_does_not_load_what_draws_charts():
    program = (
        "import sys, django\n"
        "django.setup()\n"
        "from django.urls import get_resolver\n"
        "assert get_resolver().url_patterns and 'outage.charts' in sys.modules\n"
        "print([name for name in ('matplotlib', 'numpy') if name in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr
