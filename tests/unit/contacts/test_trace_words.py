"""Each action that the application writes to the audit log has words that a reviewer understands."""

import ast
import re
from collections.abc import Iterator
from itertools import chain

import pytest

from contacts.models import Principal, Unit, User
from contacts.models.directory_entry import DirectoryEntry
from contacts.models.staff import Membership
from contacts.rules.trace_words import (
    LOOKS,
    MARKED,
    REASONS,
    TRACE_WORDS,
    is_marked,
    kind_words,
    reason_words,
    right_words,
    trace_words,
)
from forms.rules.purge import PurgeStepKind
from forms.rules.sheet_fate import Fate
from outage.models import ReportKind
from tests.architecture.tree import parsed, python_files

RECORDERS = {"record", "record_system", "note_look", "note_log_in", "leave_trace", "_leave_traces"}
ACTION = re.compile(r"[a-z_]+\.[a-z_]+|[a-z]+_[a-z]+")
# An action that is put together: all that it can become, by the source of the expression.
PUT_TOGETHER = {
    "f'{row._meta.model_name}.{verb}'": [
        f"{model._meta.model_name}.{verb}"
        for model in (Principal, Unit, User, Membership, DirectoryEntry)
        for verb in ("added", "changed")
    ],
    "f'{name}.{verb}'": [
        f"{name}.{verb}" for name in ("unit", "directoryentry") for verb in ("joined", "parted")
    ],
    "f'{name}.{away}'": [
        f"{name}.{away}" for name in ("unit", "directoryentry") for away in ("joined_away",)
    ],
    "f'user.{verb}'": ["user.added", "user.changed"],
    "f'membership.{verb}'": ["membership.ended", "membership.restored"],
    "f'turn.{verb}'": ["turn.added", "turn.changed", "turn.withdrawn"],
    "f'outage.{kind}'": [f"outage.{kind}" for kind in (ReportKind.FIRST, ReportKind.JOINED)],
    "f'{locked.traced_as}.changed'": ["outage.changed", "drill.changed"],
    "f'{outage.traced_as}.left_open'": ["outage.left_open", "drill.left_open"],
    "f'{outage.traced_as}.ended'": ["outage.ended", "drill.ended"],
    "f'{outage.traced_as}.closed'": ["outage.closed", "drill.closed"],
    "seen.action or _action(response, kwargs)": sorted(LOOKS),
    "f'purge.{kind}'": [f"purge.{kind}" for kind in PurgeStepKind],
    "f'sheet.{step.value}'": [f"sheet.{step.value}" for step in Fate],
}
# Handed on as it came, or made in the same module, where its constants are found.
HANDED_ON = {"action"}


def expressions() -> Iterator[tuple[str, ast.expr]]:
    """What is given as the action of an audit row, with where."""
    for path in chain(*map(python_files, ("contacts", "outage", "forms"))):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in RECORDERS:
                continue
            found = [word.value for word in node.keywords if word.arg == "action"]
            yield from ((f"{path.name}:{node.lineno}", value) for value in found or node.args[1:2])


def constants() -> dict[str, list[str]]:
    """The texts that a module gives a name, one or those of a table, by the name."""
    found: dict[str, list[str]] = {}
    for path in python_files("contacts", "outage", "forms"):
        for node in parsed(path).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                given = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
                texts = [str(each.value) for each in given if isinstance(each, ast.Constant)]
                found.setdefault(node.targets[0].id, []).extend(texts)
    return found


NAMED = constants()


def actions(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Constant):
        return [str(value.value)]
    if isinstance(value, ast.IfExp):
        return [*actions(value.body), *actions(value.orelse)]
    if isinstance(value, ast.Subscript):
        return actions(value.value)
    if isinstance(value, ast.Name):
        return [] if value.id in HANDED_ON else NAMED[value.id]
    return PUT_TOGETHER[ast.unparse(value)]


def returned() -> set[str]:
    """What `_traced` of the scans gives as the action."""
    path = next(path for path in python_files("forms") if path.name == "telling.py")
    strings = (n.value for n in ast.walk(parsed(path)) if isinstance(n, ast.Constant))
    return {str(text) for text in strings if re.fullmatch(r"scan\.[a-z]+", str(text))}


def test_every_action_has_its_words():
    found = {(where, action) for where, value in expressions() for action in actions(value)}
    assert len(found) > 60
    assert returned() >= {"scan.matched", "scan.back", "scan.aside"}
    missing = {where_action for where_action in found if where_action[1] not in TRACE_WORDS}
    assert missing | {("telling.py", action) for action in returned() - TRACE_WORDS.keys()} == set()


def test_words_are_short_told_apart_and_say_what_somebody_did():
    assert len(set(TRACE_WORDS.values())) == len(TRACE_WORDS)
    for action, words in TRACE_WORDS.items():
        assert ACTION.fullmatch(action), action
        assert words[0].isupper(), words
        assert len(words) <= 55, words
        assert not words.endswith("."), words


def test_what_is_to_be_looked_at_first_has_words():
    assert set(TRACE_WORDS) >= MARKED
    assert {"emergency_opened", "protected_opened", "emergency_login", "membership.changed"} <= MARKED


def test_an_unknown_action_is_shown_rather_than_hidden():
    assert trace_words("x.y") == "x.y"


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_of_the_closed_list_is_shown(reason: str):
    assert reason_words({"reason": reason}) == REASONS[reason]


@pytest.mark.parametrize(
    "told", [{}, {"reason": "Anna Ek 19121212-1212"}, {"reason": ["rings"]}, {"reason": None}]
)
def test_what_is_no_reason_of_the_list_is_not_shown(told: dict[str, object]):
    assert reason_words(told) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role": ["staff", "coordinator"]}, "från vårdpersonal till samordnare"),
        ({"role": ["", "log_reviewer"], "title": ["", "chef"]}, "loggranskare"),
        ({"role": ["admin", ""]}, "administratör"),
        ({"role": "staff"}, ""),
        ({"role": ["?", "!"]}, ""),
        ({"is_superuser": ["False", "True"]}, "superanvändare: ja"),
        (
            {"is_superuser": ["True", "False"], "is_staff": ["", "True"]},
            "superanvändare: nej, administrationssidorna: ja",
        ),
        ({"first_name": ["Anna", "Åsa"]}, ""),
    ],
)
def test_what_somebody_may_do_is_said_of_a_change(changes: dict[str, object], words: str):
    assert right_words(changes) == words


@pytest.mark.parametrize(
    ("action", "changes", "words"),
    [
        ("unit.changed", {"active": ["True", "False"]}, "i bruk: nej"),
        ("unit.changed", {"active": ["False", "True"], "name": ["A", "B"]}, "i bruk: ja"),
        (
            "unit.changed",
            {"municipal_kind": ["", "home_nursing"]},
            "kommunal enhet från Annan till Hemsjukvård",
        ),
        ("user.changed", {"hsa_id": ["SE1-A", "SE1-B"]}, "HSA-id från SE1-A till SE1-B"),
        ("user.changed", {"hsa_id": ["", "SE1-B"]}, "HSA-id från inget till SE1-B"),
        ("user.changed", {"hsa_id": ["SE1-A", ""]}, "HSA-id från SE1-A till inget"),
        ("user.changed", {"username": ["bo", "bo.ek"]}, "användarnamn från bo till bo.ek"),
        ("user.changed", {"is_active": ["True", "False"]}, "kan logga in: nej"),
        ("principal.changed", {"second_factor": ["all", ""]}, "två steg från Alla till inget"),
        ("membership.changed", {"active": ["True", "False"]}, "gäller: nej"),
    ],
)  # fmt: skip
def test_what_decides_who_gets_in_is_said_from_and_to(action: str, changes: dict[str, object], words: str):
    assert right_words(changes, action) == words
    assert is_marked(action, changes)


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("unit.added", {"active": ["", "True"]}),
        ("unit.changed", {"name": ["A", "B"], "hsa_id": ["", "SE1-A"], "ward_kind": ["", "somatic"]}),
        ("user.added", {"username": ["", "bo"], "hsa_id": ["", "SE1-A"]}),
        ("user.changed", {"first_name": ["Bo", "Bosse"], "email": ["", "x"]}),
        ("principal.changed", {"support_number": ["", "59090"]}),
    ],
)
def test_what_decides_nothing_of_that_is_neither_said_nor_marked(action: str, changes: dict[str, object]):
    assert right_words(changes, action) == ""
    assert not is_marked(action, changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "kodapp"}, "kodapp"),
        ({"kind": "någons egna ord"}, ""),
        ({"kind": ["", "kodapp"]}, ""),
        ({}, ""),
    ],
)
def test_which_second_step_it_was_comes_from_a_closed_list(changes, words):
    assert kind_words(changes) == words
