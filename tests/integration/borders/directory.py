"""The services of the directory, with arguments that are valid for the administrators of Alva's principal."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.filing.bringing_in import confirm_steps, import_steps
from contacts.filing.choices import Choices
from contacts.filing.columns import COLUMNS
from contacts.filing.out import FileForm, export_directory
from contacts.filing.rota import bring_in_rota, export_rota
from contacts.filing.undo import undo_steps
from contacts.filing.uploads import choose_steps, keep_choices, upload_steps
from contacts.filing.writing import write_csv
from contacts.models import DirectoryEntry, DirectoryJoin, DirectoryUpload, RotaTurn, Unit
from contacts.queries.rota_plan import plan_rota
from contacts.queries.switchboards import choice_version
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import Answers
from contacts.rules.permissions import Right
from contacts.rules.rota import Turn
from contacts.rules.rota_file import COLUMNS as ROTA_COLUMNS
from contacts.rules.rota_file import cells_of
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.joining import join_entries, undo_entry_join
from contacts.services.joining_units import join_units, undo_unit_join
from contacts.services.keeping import add_entry, change_entry, verify_entry
from contacts.services.progress import finish
from contacts.services.rota import add_turn, change_turn, withdraw_turn
from contacts.services.switchboards import choose_main_switchboard
from contacts.services.units import UnitFacts, add_unit, change_unit
from tests.factories import make_entry
from tests.integration.borders.table import NONE, PRINCIPAL, Border, Cast, Given, Row, Table, with_other
from tests.integration.contacts.keeping import FACTS

KEEP = Right.MANAGE_DIRECTORY
NUMBER = "090-785 11 22"
TURN = Turn("Anna Ek", "070-174 06 05", datetime(2026, 11, 26, 16), datetime(2026, 11, 27, 8))
NOTHING_ASKED = Answers({}, {})


@dataclass
class Directory(Cast):
    """Contacts, units, a turn, joins and files of Alva's principal; a contact and a unit of Cissi's."""

    entries: dict[str, DirectoryEntry] = field(init=False)
    units: dict[str, Unit] = field(init=False)
    turn: RotaTurn = field(init=False)
    entry_join: DirectoryJoin = field(init=False)
    unit_join: DirectoryJoin = field(init=False)
    shown: UUID = field(init=False)
    imported: UUID = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        own, adam = self.county.alva.principal, self.county.adam
        names = ("Hjälpmedel", "Kosten", "Tvätten", "Vakten", "Avförd")
        self.entries = {name: make_entry(own, name, f"{NUMBER[:-1]}{n}") for n, name in enumerate(names)}
        self.entries["Växel"] = make_entry(own, "Växeln", NUMBER, kind=EntryKind.SWITCHBOARD)
        self.entries["theirs"] = make_entry(self.county.cissi.principal, "Hemtjänsten", "0910-00 00 00")
        retire_entry(by=adam, entry=self.entries["Avförd"])
        self.units = {name: Unit.objects.create(principal=own, name=name) for name in ("A", "B", "C", "D")}
        self.units["theirs"] = self.county.cissi.unit
        self.turn = add_turn(
            by=adam, unit=self.county.alva.unit, client_id=uuid4(), turn=TURN, answers=NOTHING_ASKED
        )
        pk = uuid4()
        join_entries(by=adam, **pair(self, "Tvätten", "Vakten") | {"client_id": pk})
        self.entry_join = DirectoryJoin.objects.get(pk=pk)
        pk = uuid4()
        join_units(by=adam, **unit_pair(self, "C", "D") | {"client_id": pk})
        self.unit_join = DirectoryJoin.objects.get(pk=pk)
        self.shown = finish(upload_steps(by=adam, client_id=uuid4(), content=sent(self, adam, "Ny"))).pk
        done = finish(upload_steps(by=adam, client_id=uuid4(), content=sent(self, adam, "Inläst")))
        finish(confirm_steps(by=adam, upload=done, client_id=uuid4(), retire_missing=False))
        self.imported = done.pk

    def entry(self, name: str) -> DirectoryEntry:
        return DirectoryEntry.objects.get(pk=self.entries[name].pk)

    def unit(self, name: str) -> Unit:
        return Unit.objects.get(pk=self.units[name].pk)


def sent(s: Directory, by: Acting, name: str) -> bytes:
    cells = dict.fromkeys(COLUMNS, "") | {"Huvudman": by.principal.name, "Typ": "annan", "Enhet": name}
    return write_csv([COLUMNS, [*cells.values()]])


def seen(row: Any, word: str) -> dict[str, Any]:
    return {word: row, "client_id": uuid4(), "version": version_of(row)}


def entry(s: Directory, by: Acting) -> Given:
    return seen(s.entry("Hjälpmedel"), "entry")


def pair(s: Directory, kept: str, other: str) -> dict[str, Any]:
    row = s.entry(other)
    return {**seen(s.entry(kept), "kept"), "other": row, "other_version": version_of(row), "picks": {}}


def unit_pair(s: Directory, kept: str, other: str) -> dict[str, Any]:
    row = s.unit(other)
    return {**seen(s.unit(kept), "kept"), "other": row, "other_version": version_of(row)}


def turn(s: Directory, by: Acting) -> Given:
    row = RotaTurn.objects.select_related("unit").get(pk=s.turn.pk)
    return {"row": row, "client_id": uuid4(), "version": str(row.pk)}


def upload(s: Directory, by: Acting) -> Given:
    return {"upload": DirectoryUpload.objects.get(pk=s.shown), "client_id": uuid4()}


def chosen(s: Directory, by: Acting) -> Given:
    given = upload(s, by)
    return {**given, "choices": Choices.read(given["upload"].choices)}


def table(s: Directory, by: Acting) -> Given:
    content = [list(ROTA_COLUMNS), cells_of(TURN, by.principal.name, by.unit.name)]
    mark = plan_rota(by.principal, content, timezone.now()).mark
    return {"client_id": uuid4(), "table": content, "mark": mark}


def flagged(s: Directory, by: Acting) -> Given:
    given = {"number": NUMBER, "entry": s.entries["Växel"]}
    flag_number(by=by, client_id=uuid4(), **given)
    return {**given, "client_id": uuid4()}


def switchboard(s: Directory, by: Acting) -> Given:
    version = choice_version(by.principal)
    return {"client_id": uuid4(), "version": version, "entry": s.entry("Växel")}


def row(border: Border, given: Any) -> Row[Directory]:
    return Row(KEEP, border, given)


TABLE: Table[Directory] = {
    add_entry: row(NONE, lambda s, by: {"client_id": uuid4(), "facts": replace(FACTS, name="Ny")}),
    change_entry: row(
        PRINCIPAL,
        lambda s, by: {**entry(s, by), "facts": replace(FACTS, name="Ny")},
    ),
    verify_entry: row(PRINCIPAL, entry),
    retire_entry: row(PRINCIPAL, lambda s, by: {"entry": s.entry("Hjälpmedel")}),
    restore_entry: row(PRINCIPAL, lambda s, by: {"entry": s.entry("Avförd")}),
    join_entries: row(PRINCIPAL, lambda s, by: pair(s, "Hjälpmedel", "Kosten")),
    undo_entry_join: row(
        PRINCIPAL,
        lambda s, by: {"join": DirectoryJoin.objects.get(pk=s.entry_join.pk), "client_id": uuid4()},
    ),
    add_unit: row(NONE, lambda s, by: {"client_id": uuid4(), "facts": UnitFacts("Ny")}),
    change_unit: row(PRINCIPAL, lambda s, by: {**seen(s.unit("A"), "unit"), "facts": UnitFacts("Ny")}),
    join_units: row(PRINCIPAL, lambda s, by: unit_pair(s, "A", "B")),
    undo_unit_join: row(
        PRINCIPAL,
        lambda s, by: {"join": DirectoryJoin.objects.get(pk=s.unit_join.pk), "client_id": uuid4()},
    ),
    add_turn: row(
        PRINCIPAL,
        lambda s, by: {"unit": s.unit("A"), "client_id": uuid4(), "turn": TURN, "answers": NOTHING_ASKED},
    ),
    change_turn: row(PRINCIPAL, lambda s, by: {**turn(s, by), "turn": TURN, "answers": NOTHING_ASKED}),
    withdraw_turn: row(PRINCIPAL, turn),
    bring_in_rota: row(NONE, table),
    choose_main_switchboard: row(PRINCIPAL, switchboard),
    upload_steps: row(NONE, lambda s, by: {"client_id": uuid4(), "content": sent(s, by, "Ännu en")}),
    choose_steps: row(PRINCIPAL, chosen),
    keep_choices: row(PRINCIPAL, chosen),
    confirm_steps: row(PRINCIPAL, lambda s, by: {**upload(s, by), "retire_missing": False}),
    undo_steps: row(
        PRINCIPAL,
        lambda s, by: {"upload": DirectoryUpload.objects.get(pk=s.imported), "client_id": uuid4()},
    ),
    import_steps: row(NONE, lambda s, by: {"content": sent(s, by, "Ännu en")}),
    flag_number: Row(None, NONE, lambda s, by: {"number": NUMBER, "client_id": uuid4()}),
    withdraw_flag: Row(None, NONE, flagged),
    export_directory: Row(None, NONE, lambda s, by: {"form": FileForm.CSV}),
    export_rota: Row(None, NONE, lambda s, by: {"unit": s.county.alva.unit}),
}
MIXED = [
    (join_entries, with_other(TABLE[join_entries], other=lambda s: s.entry("theirs"))),
    (join_entries, with_other(TABLE[join_entries], kept=lambda s: s.entry("theirs"))),
    (join_units, with_other(TABLE[join_units], other=lambda s: s.unit("theirs"))),
    (join_units, with_other(TABLE[join_units], kept=lambda s: s.unit("theirs"))),
]
