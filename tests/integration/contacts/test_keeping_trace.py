"""Every write about the directory leaves its audit row: where the row cannot be, nothing is written."""

import inspect
from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import uuid4

import pytest

from contacts import audit
from contacts.models import AuditEntry, DirectoryEntry, Submission, Unit
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.services import directory, keeping, units
from tests.factories import make_entry

pytestmark = pytest.mark.django_db

Write = Callable[[], object]
FACTS = EntryFacts(kind=EntryKind.OTHER, name="Nytt namn", hours=Hours(Availability.ALWAYS))
UNIT_FACTS = units.UnitFacts(name="Nytt namn")


def entry_of(county: Any) -> DirectoryEntry:
    return make_entry(county.mala, "Biståndet", "0953-140 01")


def of_an_entry(write: Callable[..., object], **more: Any) -> Callable[[Any], Write]:
    def prepare(county: Any) -> Write:
        entry = entry_of(county)
        facts = {"version": version_of(entry), "client_id": uuid4()} | more
        return lambda: write(by=county.mala_admin, entry=entry, **facts)

    return prepare


def restore(county: Any) -> Write:
    entry = entry_of(county)
    directory.retire_entry(by=county.mala_admin, entry=entry)
    return lambda: directory.restore_entry(by=county.mala_admin, entry=entry)


def retire(county: Any) -> Write:
    entry = entry_of(county)
    return lambda: directory.retire_entry(by=county.mala_admin, entry=entry)


def save(county: Any) -> Write:
    county.social_care.name = "Nytt namn"
    return lambda: directory.save_row(by=county.mala_admin, row=county.social_care)


def save_named(county: Any) -> Write:
    unit, before = county.social_care, copy(county.social_care)
    unit.name = "Nytt namn"
    by = county.mala_admin
    return lambda: directory.save_named(by=by, row=unit, before=before, answers=None, taken="Finns redan.")


WRITES: dict[str, Callable[[Any], Write]] = {
    "save_row": save,
    "save_named": save_named,
    "retire_entry": retire,
    "restore_entry": restore,
    "note_password_change": lambda c: (
        lambda: directory.note_password_change(by=c.region_admin, person=c.alva.user)
    ),
    "add_entry": lambda c: lambda: keeping.add_entry(by=c.mala_admin, client_id=uuid4(), facts=FACTS),
    "change_entry": of_an_entry(keeping.change_entry, facts=FACTS),
    "verify_entry": of_an_entry(keeping.verify_entry),
    "add_unit": lambda c: lambda: units.add_unit(by=c.mala_admin, client_id=uuid4(), facts=UNIT_FACTS),
    "change_unit": lambda c: (
        lambda: units.change_unit(
            by=c.mala_admin, unit=c.social_care, client_id=uuid4(), version="", facts=UNIT_FACTS
        )
    ),
}


def rows() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (DirectoryEntry, Unit, AuditEntry, Submission)
    ]


def test_the_table_holds_every_write_there_is():
    found = {
        name
        for module in (directory, keeping, units)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and any(
            p.name == "by" and p.kind is p.KEYWORD_ONLY
            for p in inspect.signature(function).parameters.values()
        )
    }
    assert found == set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_and_its_row_of_the_trace_are_one(county, name: str, monkeypatch):
    write = WRITES[name](county)
    before = rows()

    def broken(**_: object) -> None:
        raise RuntimeError("the trace is broken")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", broken)
        with pytest.raises(RuntimeError):
            write()
    assert rows() == before
    write()
    last = AuditEntry.objects.order_by("-pk")[0]
    assert AuditEntry.objects.count() == len(before[2]) + 1
    assert last.user is not None
    assert last.unit is not None
