"""Every clause the software builds on has a test that names it; no test names one that is not there."""

import ast

import pytest

from outage.routine import current_routine
from tests.architecture.tree import parsed, python_files, relative

REQUIRED = [
    *(f"R1.{number}" for number in range(2, 8)),
    *(f"R3.{number}" for number in range(1, 11)),
    *(f"R4.{number}" for number in range(1, 7)),
]


def clauses_named() -> dict[str, list[str]]:
    """The clauses that tests are marked with, each with the files; read from the source, not the run."""
    found: dict[str, list[str]] = {}
    for path in python_files("tests"):
        if "pytest.mark.clause" not in path.read_text(encoding="utf-8"):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and _is_mark(node.func):
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found.setdefault(argument.value, []).append(relative(path))
    return found


def _is_mark(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "clause"
        and ast.unparse(called) == "pytest.mark.clause"
    )


NAMED = clauses_named()


@pytest.mark.parametrize("clause", REQUIRED)
def test_a_clause_has_a_test(clause: str):
    assert clause in current_routine().clauses
    assert clause in NAMED, f"mark the test that holds it with @pytest.mark.clause({clause!r})"


@pytest.mark.parametrize("clause", sorted(NAMED))
def test_a_named_clause_stands_in_the_routine(clause: str):
    assert clause in current_routine().clauses, f"named in {NAMED[clause]}"
