"""Each service that somebody acts through stands in the table of the walk, and asks for the border of what it takes."""

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args, get_type_hints

from django.db.models import Model

from contacts.access import Acting, is_within
from contacts.models import Principal
from outage.models import Outage
from tests.architecture.test_services import FUNCTIONS, imported_from_services
from tests.architecture.tree import files_of_floor, python_files
from tests.integration.borders import directory, log, logs, paper, people

GUARDS = {"check_may", "check_within"}
# Seen by everybody who is signed in: an outage says nothing about anybody, and a principal is a name.
EVERYBODYS = {Outage, Principal}
# What is done to somebody else's on purpose. The directory is everybody's to read, and to say of what does not work.
OPEN = {
    # What was refused is somebody else's, and what is shown is noted when it has been found.
    "contacts.services.tries.note_denied": {"target"},
    "contacts.services.reading.note_look": {"target"},
    "contacts.services.flags.flag_number": {"entry"},
    "contacts.services.flags.withdraw_flag": {"entry"},
    "contacts.filing.rota.export_rota": {"unit"},
    # A binder is the very unit's, not that of one joined into it, and a command on the server prints any.
    "forms.services.binder.print_binder": {"unit"},
}
# Of the admin pages, which are the superuser's, and questions that write nothing.
NOT_IN_AN_ASSIGNMENT = {
    "contacts.filing.rota.check_rota",
    "contacts.filing.staff.check_staff",
    "contacts.services.directory.save_row",
    "contacts.services.directory.note_password_change",
    "contacts.services.joining_units.check_can_join",
    "contacts.services.many_codes.check_codes",
}


def hints(name: str) -> dict[str, Any]:
    module, _, function = name.rpartition(".")
    return get_type_hints(getattr(import_module(module), function))


def types_in(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from types_in(part)


def services() -> set[str]:
    """The functions that a view, a worker, the middleware or a command calls with somebody as `by`."""
    callers = [
        *files_of_floor("views", "admin", "management"),
        *python_files("outage/project"),
        *(path for path in files_of_floor("services", "filing") if path.name == "long_work.py"),
    ]
    called = {name for path in callers for name in imported_from_services(path)}
    by = {name for name in called if Acting in types_in(hints(name).get("by"))}
    return by - NOT_IN_AN_ASSIGNMENT


SERVICES = services()
IN_TABLE = {
    f"{service.__module__}.{service.__name__}"
    for part in (directory, log, logs, paper, people)
    for service in part.TABLE
}


def test_every_service_has_its_row_and_no_row_is_of_nothing():
    assert IN_TABLE == SERVICES
    assert len(SERVICES) > 80


def nouns(name: str) -> dict[str, type[Model]]:
    """The rows that a service takes, by argument."""
    found = {
        argument: kind
        for argument, hint in hints(name).items()
        if argument not in {"by", "return"}
        for kind in types_in(hint)
        if isinstance(kind, type) and issubclass(kind, Model)
    }
    return {
        argument: kind
        for argument, kind in found.items()
        if kind not in EVERYBODYS and argument not in OPEN.get(name, ())
    }


WITH_NOUNS = sorted((name, argument) for name in SERVICES for argument in nouns(name))


def test_what_a_service_takes_is_within_the_border_of_who_acts():
    for name, argument in WITH_NOUNS:
        assert is_within.dispatch(nouns(name)[argument]) is not is_within.dispatch(object), (name, argument)
        assert asked(name, argument), (name, argument)


def asked(name: str, argument: str) -> bool:
    """Whether a service asks for the border of an argument, itself or by handing it on to one that does."""
    for call in (node for node in ast.walk(FUNCTIONS[name]) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Name):
            continue
        places = [i for i, value in enumerate(call.args) if is_named(value, argument)]
        if places and call.func.id in GUARDS:
            return True
        for inner in called_as(call.func.id, name):
            taken = [FUNCTIONS[inner].args.args[i].arg for i in places]
            taken += [k.arg for k in call.keywords if k.arg and is_named(k.value, argument)]
            if any(asked(inner, one) for one in taken):
                return True
    return False


def is_named(value: ast.expr, argument: str) -> bool:
    """Also all of a list at once: `*people`."""
    value = value.value if isinstance(value, ast.Starred) else value
    return isinstance(value, ast.Name) and value.id == argument


def called_as(last: str, caller: str) -> list[str]:
    """The function that a service calls by its last name: of its own module, else the one of that name."""
    own = f"{caller.rpartition('.')[0]}.{last}"
    return [own] if own in FUNCTIONS else [name for name in FUNCTIONS if name.endswith(f".{last}")][:1]


def test_what_is_open_still_exists():
    assert set(OPEN) <= SERVICES
    assert set(FUNCTIONS) >= NOT_IN_AN_ASSIGNMENT
    assert all(nouns_named in hints(name) for name, names in OPEN.items() for nouns_named in names)
