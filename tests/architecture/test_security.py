"""docs/security.md is whole and points at what is there; and what it says of all the code holds of all the code."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

from tests.architecture.tree import APPS, ROOT, relative

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# The requirements of ASVS 5.0.0, level by level, for each section: those of level 3 are left out.
LEVEL_1 = """1.2:1-5 1.3:1-2 1.5:1 2.1:1 2.2:1-2 2.3:1 3.2:1-2 3.3:1 3.4:1-2 3.5:1-3 4.1:1 4.4:1 5.2:1-2 5.3:1-2 6.1:1
6.2:1-8 6.3:1-2 6.4:1-2 7.2:1-4 7.4:1-2 8.1:1 8.2:1-2 8.3:1 9.1:1-3 9.2:1 10.4:1-5 11.3:1-2 11.4:1 12.1:1
12.2:1-2 13.4:1 14.2:1 14.3:1 15.1:1 15.2:1 15.3:1"""
LEVEL_2 = """1.1:1-2 1.2:6-9 1.3:3-11 1.4:1-3 1.5:2 2.1:2-3 2.2:3 2.3:2-4 2.4:1 3.3:2-4 3.4:3-6 3.5:4-5 3.7:1-2 4.1:2-3
4.2:1 4.3:1-2 4.4:2-4 5.1:1 5.2:3 5.4:1-3 6.1:2-3 6.2:9-12 6.3:3-4 6.4:3-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3
7.3:1-2 7.4:3-5 7.5:1-2 7.6:1-2 8.1:2 8.2:3 8.4:1 9.2:2-4 10.1:1-2 10.2:1-2 10.3:1-4 10.4:6-11 10.5:1-5
10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:3 11.4:2-4 11.5:1 11.6:1 12.1:2-3 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2
13.4:2-5 14.1:1-2 14.2:2-4 14.3:2-3 15.1:2-3 15.2:2-3 15.3:2-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3
17.1:1 17.2:1-4 17.3:1-2"""
ROW = re.compile(r"^\| v5\.0\.0-(\S+) \| (\d) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)+)`")
POINTS = re.compile(r"`[^`]+`|\]\(")
STATES = {"holds", "in part", "does not hold", "does not apply"}


def wanted() -> dict[str, str]:
    found = {}
    for level, text in (("1", LEVEL_1), ("2", LEVEL_2)):
        for section, first, last in re.findall(r"(\d+\.\d+):(\d+)(?:-(\d+))?", text):
            found |= {f"{section}.{n}": level for n in range(int(first), int(last or first) + 1)}
    return found


@cache
def names_in(path: Path) -> frozenset[str]:
    """Every test there, and every class with its tests, as `::` has it."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {
                f"::{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)
            }
        elif isinstance(node, ast.FunctionDef):
            found.add(f"::{node.name}")
    return frozenset(found)


def lacks(page: str) -> list[str]:
    """What is wrong with the rows of a page."""
    rows = ROW.findall(page)
    levels = wanted()
    numbers = Counter(number for number, *_ in rows)
    wrong = [f"{number} is missing" for number in levels if number not in numbers]
    wrong += [f"{number} stands {times} times" for number, times in numbers.items() if times > 1]
    for number, level, _, state, said in rows:
        if levels.get(number) != level:
            wrong.append(f"{number} is not of level {level}")
        if state not in STATES:
            wrong.append(f"{number}: {state}")
        if state in {"holds", "in part"} and not POINTS.search(said):
            wrong.append(f"{number} points at nothing")
        if (state in {"in part", "does not hold"}) is not ("Missing" in said):
            wrong.append(f"{number} does not say what is missing, or says it and holds")
    for path, name in NAMED.findall(page):
        file = ROOT / path
        if not file.exists() or name not in names_in(file):
            wrong.append(f"{path}{name} is not there")
    # A name of a test that is written in another way would not be looked for.
    wrong += [
        f"{code} is no test of a file"
        for code in re.findall(r"`[^`]*test_[^`]*`", page)
        if not is_known(code)
    ]
    return wrong


def is_known(code: str) -> bool:
    return bool(NAMED.fullmatch(code) or re.fullmatch(r"`tests/[\w/]+\.py`", code))


def test_every_requirement_has_its_row_and_every_test_is_there():
    levels = Counter(wanted().values())
    assert levels == {"1": 70, "2": 183}
    assert lacks(PAGE) == []


def test_each_fault_of_a_row_is_seen():
    good = "| v5.0.0-1.1.1 | 2 | x | holds | `a.py` |"
    others = ROW.sub(lambda row: "" if row[1] == "1.1.1" else row[0], PAGE)
    here = "tests/architecture/test_security.py"

    def found(row: str) -> list[str]:
        return [each for each in lacks(f"{others}\n{row}\n") if each not in lacks(f"{others}\n{good}\n")]

    for row, wrong in {
        "": "1.1.1 is missing",
        f"{good}\n{good}": "1.1.1 stands 2 times",
        good.replace("| 2 |", "| 1 |"): "1.1.1 is not of level 1",
        good.replace("holds", "held"): "1.1.1: held",
        good.replace("`a.py`", "by all"): "1.1.1 points at nothing",
        good.replace("holds", "in part"): "1.1.1 does not say what is missing, or says it and holds",
        good.replace("a.py", f"{here}::test_nothing"): f"{here}::test_nothing is not there",
        good.replace("a.py", "tests/none.py::test_x"): "tests/none.py::test_x is not there",
        good.replace("a.py", "test_alone"): "`test_alone` is no test of a file",
    }.items():
        assert found(row) == [wrong], row


FILES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
NOT_CALLED = {
    "eval",
    "exec",
    "mark_safe",
    "SafeString",
    "RawSQL",
    "raw",
    "extra",
    "popen",
    "system",
    "getattr_static",
}
NOT_IMPORTED = {"pickle", "marshal", "shelve", "yaml", "random"}
# Where a pattern is put together of what stands in the same file: words, a number, one of two signs.
# Of statements that name the trace's own tables, triggers and settings, where the role's name is quoted; and the tables
# that the database itself says it has; and what runs those that Django has put together.
OWN_STATEMENTS = (
    "contacts/management/commands/trail_role.py",
    "contacts/models/statements.py",
    "contacts/trail/sealing.py",
    "contacts/trail/triggers.py",
    "forms/backup/engines.py",
)
OWN_PATTERNS = (
    "contacts/rules/swedish_text.py",
    "contacts/rules/hours_text.py",
    "forms/scanning/blank.py",
    "outage/project/typed.py",
    "outage/rules/pasted_names.py",
)
PATTERNS = {"compile", "search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_ours(node: ast.expr) -> bool:
    """Whether a text is written in the code: nothing in it is of somebody else's making."""
    if isinstance(node, ast.JoinedStr):
        return all(is_ours(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
    if isinstance(node, ast.IfExp):
        return is_ours(node.body) and is_ours(node.orelse)
    if isinstance(node, ast.BinOp):
        return is_ours(node.left) and is_ours(node.right)
    if isinstance(node, ast.Subscript):
        return is_ours(node.value)
    return isinstance(node, ast.Constant) or name_of(node).strip("_").isupper()


def runs_text(path: Path) -> list[str]:
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # What is made as the file is imported is made of the code.
    at_import = {id(each) for top in tree.body if isinstance(top, ast.Assign) for each in ast.walk(top)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: {a.name}" for a in node.names if a.name.split(".")[0] in NOT_IMPORTED]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in NOT_IMPORTED:
            # The one of them that is the system's own.
            found += [f"{node.lineno}: {a.name}" for a in node.names if a.name != "SystemRandom"]
        if not isinstance(node, ast.Call):
            continue
        called = name_of(node.func)
        of = name_of(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        wrong = called in NOT_CALLED
        runs = called in {"execute", "executemany"} and not path.as_posix().endswith(OWN_STATEMENTS)
        wrong |= runs and not is_ours(node.args[0])
        pattern = of == "re" and called in PATTERNS and id(node) not in at_import
        wrong |= pattern and not is_ours(node.args[0]) and not path.as_posix().endswith(OWN_PATTERNS)
        wrong |= any(k.arg == "shell" for k in node.keywords)
        if wrong:
            found.append(f"{node.lineno}: {called}")
    return found


def test_no_code_runs_or_trusts_text():
    assert {relative(path): found for path in FILES if (found := runs_text(path))} == {}


def test_no_template_trusts_text():
    for path in (ROOT / "templates").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*(safe\b|safeseq|forceescape)|autoescape|Markup|__html__", text), path


def test_text_that_is_run_is_seen(tmp_path: Path):
    file = tmp_path / "file.py"
    for line in (
        "eval(x)",
        "mark_safe(x)",
        "cursor.execute(f'SELECT {x}')",
        "cursor.execute(x)",
        "re.search(f'{x}*', y)",
        "import pickle",
        "from pickle import loads",
        "from random import choice",
        "run(x, shell=True)",
        "Unit.objects.extra(where=[x])",
    ):
        file.write_text(line, encoding="utf-8")
        assert len(runs_text(file)) == 1, line
    file.write_text(
        "cursor.execute('SELECT 1')\nre.search(f'{GAP}+', y)\nliteral_eval(x)\n", encoding="utf-8"
    )
    assert runs_text(file) == []


def test_browsers_store_one_setting_and_nothing_else():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "static" / "js").glob("*.js"))
    assert set(re.findall(r"localStorage\.\w+\((\w+)", code)) == {"KEYS_OFF"}
    stores = r"sessionStorage|indexedDB|caches\b|document\.cookie\s*="
    html = r"insertAdjacentHTML|innerHTML\s*=|outerHTML|document\.write"
    runs = r"postMessage|\beval\(|new Function|__proto__|\.prototype\.\w+\s*="
    assert re.findall(f"{stores}|{html}|{runs}", code) == []
