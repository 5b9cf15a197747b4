"""The directory file: fourteen columns with semicolons between, UTF-8 with or without a BOM."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from .availability import Hours, read_hours
from .errors import RuleError
from .phone import NumberKind, classify
from .swedish_text import search_key

COLUMNS = (
    "Huvudman",
    "Enhet",
    "Typ",
    "Förnamn",
    "Efternamn",
    "Titel",
    "Avdelning",
    "Telefon",
    "Anknytning",
    "Mobiltelefon",
    "Gäller",
    "Anmärkning",
    "Källa",
    "Kontrollerad",
)


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong with one cell, or with the row where `column` is empty. The heading is row 1."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = f"rad {self.row}, {self.column}" if self.column else f"rad {self.row}"
        return f"{place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One entry as the file has it. "Kontrollerad" is left out: an import never makes an entry verified."""

    row: int
    principal: str
    name: str
    kind: str
    first_name: str
    last_name: str
    title: str
    department: str
    phone: str
    extension: str
    mobile: str
    hours: Hours
    remark: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Give what an entry is known by: two people of one name may work in two departments."""
        return entry_key(self.principal, self.name, self.department, self.first_name, self.last_name)


def entry_key(
    principal: str, name: str, department: str, first_name: str, last_name: str
) -> tuple[str, str, str]:
    """Give what an entry is known by from one import to the next."""
    return principal, name, department if first_name or last_name else ""


def read_file(content: bytes, kinds: Mapping[str, str]) -> tuple[list[DirectoryRow], list[BadRow]]:
    """Read a directory file into its entries and everything that is wrong with it.

    `kinds` gives the stored value for each Swedish label of the column "Typ".
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [BadRow(1, "", "Filen är inte sparad som UTF-8. Spara om den som CSV UTF-8.")]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except csv.Error:
        return [], [BadRow(1, "", "Filen är ingen hel CSV-fil. Se efter att varje citattecken har sitt par.")]
    if not lines or tuple(cell.strip() for cell in lines[0]) != COLUMNS:
        return [], [BadRow(1, "", f"Rubrikraden ska vara {';'.join(COLUMNS)}.")]
    known_kinds = {search_key(label): value for label, value in kinds.items()}
    rows: list[DirectoryRow] = []
    bad: list[BadRow] = []
    first_seen: dict[tuple[str, str, str], int] = {}
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(COLUMNS):
            bad.append(BadRow(number, "", f"Raden har {len(cells)} fält, den ska ha {len(COLUMNS)}."))
            continue
        row, wrong = _read_row(number, dict(zip(COLUMNS, map(_tidy, cells), strict=True)), known_kinds)
        bad.extend(wrong)
        if row is None:
            continue
        if row.key in first_seen:
            bad.append(BadRow(number, "Enhet", f"{row.name} står redan på rad {first_seen[row.key]}."))
            continue
        first_seen[row.key] = number
        rows.append(row)
    return rows, bad


def _tidy(cell: str) -> str:
    return " ".join(cell.split())


def _read_row(
    number: int, cells: Mapping[str, str], kinds: Mapping[str, str]
) -> tuple[DirectoryRow | None, list[BadRow]]:
    bad: list[BadRow] = []
    name = f"{cells['Förnamn']} {cells['Efternamn']}".strip() or cells["Enhet"]
    if not cells["Huvudman"]:
        bad.append(BadRow(number, "Huvudman", "Skriv vilken huvudman kontakten hör till."))
    if not name:
        bad.append(BadRow(number, "Enhet", "Skriv enhetens eller personens namn."))
    kind = kinds.get(search_key(cells["Typ"]))
    if kind is None:
        bad.append(BadRow(number, "Typ", f'Typen "{cells["Typ"]}" finns inte.'))
    for column in ("Telefon", "Mobiltelefon"):
        if classify(cells[column]) is NumberKind.UNREADABLE:
            bad.append(BadRow(number, column, f'"{cells[column]}" går inte att läsa som telefonnummer.'))
    if classify(cells["Anknytning"]) not in (NumberKind.NONE, NumberKind.EXTENSION):
        bad.append(
            BadRow(number, "Anknytning", "Skriv anknytningen med tre till fem siffror, utan nolla först.")
        )
    hours: Hours | None = None
    try:
        hours = read_hours(cells["Gäller"], cells["Anmärkning"])
    except RuleError as wrong:
        bad.append(BadRow(number, wrong.field or "Gäller", wrong.reason))
    if bad or kind is None or hours is None:
        return None, bad
    row = DirectoryRow(
        row=number,
        principal=cells["Huvudman"],
        name=name,
        kind=kind,
        first_name=cells["Förnamn"],
        last_name=cells["Efternamn"],
        title=cells["Titel"],
        department=cells["Avdelning"] or (cells["Enhet"] if name != cells["Enhet"] else ""),
        phone=cells["Telefon"],
        extension=cells["Anknytning"],
        mobile=cells["Mobiltelefon"],
        hours=hours,
        remark=cells["Anmärkning"],
        source=cells["Källa"],
    )
    return row, []
