"""One door for each write: it takes `by`, and leaves an audit row in its transaction."""

import ast
from pathlib import Path

from tests.architecture.tree import APPS, files_of_floor, module_name, parsed, python_files, relative

# What doors stand on: it keeps who and when in its own row, beside that of the door.
WITHOUT_TRACE = {
    "contacts.services.submissions.claim",
}
# Derived from rows that stand, recomputed automatically, or done by the clock: nobody acts.
BY_NOBODY = {
    "contacts.services.encrypting_again.encrypt_log_ins_again",
    "contacts.services.encrypting_again.encrypt_secrets_again",
    "contacts.services.tidying.drop_ended_log_ins",
    "contacts.services.tidying.drop_old_codes",
    "contacts.services.tidying.drop_old_files",
    "contacts.services.work_sweep.drop_old_work",
    "forms.services.scans.drop_keys_of_no_scan",
    "outage.services.report.make_before_purge",
    "outage.services.states.rebuilt",
    "outage.services.states.settle_naming",
    "outage.services.states.settle_recent",
    "outage.services.held_forms.drop_outdated",
}
SAVES = {
    "save",
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "update",
    "bulk_update",
    "delete",
}
RECORDERS = {"record", "record_system"}
TRANSACTIONS = {"atomic", "replacing", "whole"}

Function = ast.FunctionDef


def called(function: Function) -> set[str]:
    """The last name of everything a function calls: `record` for `audit.record(…)`."""
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
            elif isinstance(node.func, ast.Name):
                names.add(node.func.id)
    return names


FUNCTIONS: dict[str, Function] = {
    f"{module_name(path)}.{node.name}": node
    for path in files_of_floor("services", "filing")
    for node in parsed(path).body
    if isinstance(node, Function)
}
BY_LAST_NAME: dict[str, list[Function]] = {}
for _name, _function in FUNCTIONS.items():
    BY_LAST_NAME.setdefault(_function.name, []).append(_function)

DOORS = {
    name: function
    for name, function in FUNCTIONS.items()
    if not function.name.startswith("_")
    and called(function) & TRANSACTIONS
    and name not in BY_NOBODY
    and function.name not in TRANSACTIONS
}


def reaches(function: Function, wanted: set[str], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function calls one of `wanted`, itself or through functions of the services."""
    names = called(function)
    if names & wanted:
        return True
    return any(
        reaches(inner, wanted, seen | {function.name})
        for name in names - seen - {function.name}
        for inner in BY_LAST_NAME.get(name, [])
    )


def test_there_are_doors():
    assert {"outage.services.outages.report_outage", "outage.services.handovers.log_call"} <= set(DOORS)


def test_a_door_takes_by_and_everything_by_name():
    for name, door in DOORS.items():
        assert "by" in {argument.arg for argument in door.args.kwonlyargs}, name
        assert not door.args.args, name
        assert not door.args.posonlyargs, name


def test_a_door_leaves_a_row_of_the_trace():
    without = {name for name, door in DOORS.items() if not reaches(door, RECORDERS)}
    assert without - WITHOUT_TRACE == set()


def test_what_leaves_no_trace_still_exists():
    assert set(FUNCTIONS) >= WITHOUT_TRACE | BY_NOBODY


def imported_from_services(path: Path) -> set[str]:
    """The full names of the service functions that a file imports, or calls on a service module."""
    found = set()
    modules = {}
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and {"services", "filing"} & set(node.module.split("."))
        ):
            for alias in node.names:
                found.add(f"{node.module}.{alias.name}")
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add(f"{modules[node.value.id]}.{node.attr}")
    return found & set(FUNCTIONS)


def test_views_go_through_doors_only():
    half_doors = {
        (relative(path), name)
        for path in files_of_floor("views", "admin", "management", "demo")
        for name in imported_from_services(path)
        if name not in DOORS
        and (called(FUNCTIONS[name]) & SAVES)
        and not reaches(FUNCTIONS[name], TRANSACTIONS)
    }
    assert not half_doors, f"these write without a transaction of their own: {half_doors}"


def test_a_lock_leaves_the_key_free():
    # A lock on the key too waits for rows that merely point at it, which PostgreSQL may find to be a deadlock.
    locks = [
        (relative(path), node.lineno, {keyword.arg for keyword in node.keywords})
        for path in files_of_floor("services", "filing")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
    ]
    assert len(locks) > 5
    assert [lock for lock in locks if "no_key" not in lock[2]] == []


def test_what_a_locked_row_points_at_is_read_after_the_lock():
    """Through `contacts.models.locking.locked`: joined to the lock itself, on PostgreSQL it is what it was before."""
    joining = {
        f"{relative(path)}: {node.name}"
        for path in python_files(*APPS)
        for node in ast.walk(parsed(path))
        if isinstance(node, Function)
        and "select_for_update" in (names := called(node))
        and names & {"select_related", "prefetch_related", "annotate"}
    }
    assert joining == {"contacts/models/locking.py: locked"}
