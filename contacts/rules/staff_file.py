"""The file of a staff list: one row an assignment, in and out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import RuleError
from .file_rows import BadRow, Cells, quoted, read_rows
from .hsa import tidy_hsa_id
from .people import PersonFacts
from .permissions import Role
from .swedish_text import search_key

COLUMNS = (
    "Användarnamn",
    "Förnamn",
    "Efternamn",
    "E-post",
    "HSA-id",
    "Enhet",
    "Roll",
    "Titel",
    "Avslutas",
)
"""In the order a file is written; a file that is read may have them in any."""
REQUIRED = ("Förnamn", "Efternamn", "Enhet", "Roll", "Titel")
MOST_ROWS = 2_000

_USERNAME = re.compile(r"[\w.@+-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_NAME, _LONGEST_EMAIL, _LONGEST_UNIT, _LONGEST_TITLE = 150, 254, 200, 60


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A row that can be read. `ends`: the assignment is to end. An empty cell says nothing."""

    row: int
    facts: PersonFacts
    unit: str
    role: Role
    title: str
    ends: bool


def cells_of(facts: PersonFacts, unit: str, role: Role, title: str) -> list[str]:
    """An assignment in force as a row of the file."""
    person = [facts.username, facts.first_name, facts.last_name, facts.email, facts.hsa_id]
    return [*person, unit, role.label, title, "nej"]


def read_staff(table: Sequence[Sequence[str]]) -> tuple[list[StaffRow], list[BadRow]]:
    """The assignments of a table, and what is wrong with it."""
    found, bad = read_rows(table, COLUMNS, REQUIRED, MOST_ROWS)
    rows: list[StaffRow] = []
    for number, texts in found:
        read = _read_row(number, texts)
        if isinstance(read, StaffRow):
            rows.append(read)
        else:
            bad += read
    return rows, bad


class _Cells(Cells):
    own_ids = frozenset({"Användarnamn", "HSA-id"})

    def username(self) -> str:
        text = self.text("Användarnamn", "", _LONGEST_NAME)
        if text and not _USERNAME.fullmatch(text):
            self.say("Användarnamn", "Bara bokstäver, siffror och @ . + - _ utan mellanslag.")
        return text

    def email(self) -> str:
        text = self.text("E-post", "", _LONGEST_EMAIL)
        if text and not _EMAIL.fullmatch(text):
            self.say("E-post", f"{quoted(text)} är ingen e-postadress.")
        return text

    def hsa_id(self) -> str:
        try:
            return tidy_hsa_id(self.text("HSA-id"))
        except RuleError as wrong:
            self.say("HSA-id", wrong.reason)
            return ""

    def role(self) -> Role:
        text = self.text("Roll", "Skriv rollen.")
        known = {search_key(role.label): role for role in Role}
        role = known.get(search_key(text))
        if text and role is None:
            *first, last = (role.label for role in Role)
            self.say("Roll", f"{quoted(text)} är ingen roll. Skriv {', '.join(first)} eller {last}.")
        return role or Role.STAFF


def _read_row(number: int, texts: dict[str, str]) -> StaffRow | list[BadRow]:
    cells = _Cells(number, texts)
    facts = PersonFacts(
        cells.username(),
        cells.text("Förnamn", "Skriv förnamnet.", _LONGEST_NAME),
        cells.text("Efternamn", "Skriv efternamnet.", _LONGEST_NAME),
        cells.email(),
        cells.hsa_id(),
    )
    if not (facts.username or facts.hsa_id or cells.bad):
        cells.say("Användarnamn", "Skriv användarnamn eller HSA-id, så att det syns vem det är.")
    row = StaffRow(
        number,
        facts,
        cells.text("Enhet", "Skriv enhetens namn.", _LONGEST_UNIT),
        cells.role(),
        cells.text("Titel", "Skriv en titel.", _LONGEST_TITLE),
        cells.yes("Avslutas"),
    )
    return cells.bad or row
