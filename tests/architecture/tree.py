"""The source tree as these tests read it."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("contacts", "outage", "forms")


def python_files(*folders: str) -> list[Path]:
    """In order, migrations left out."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def files_of_floor(*names: str) -> list[Path]:
    """The files of the modules or packages of those names in each app, such as `views` or `admin`."""
    return [
        path for path in python_files(*APPS) if path.relative_to(ROOT).parts[1].removesuffix(".py") in names
    ]


def module_name(path: Path) -> str:
    """The dotted name a file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_of_floor(*names: str) -> list[ModuleType]:
    """Import and give the modules of a floor."""
    return [import_module(module_name(path)) for path in files_of_floor(*names)]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    """A path as shown in the test's output."""
    return str(path.relative_to(ROOT))
