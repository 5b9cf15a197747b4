"""What a sheet's content file says: its columns, and how much room there is to write."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from contacts.rules.labelled import Labelled


class Column(Labelled):
    HAPPENED = "happened", "Hände"
    TIME = "time", "Samtal"
    WAY = "way", "Lämnat eller mottaget"
    PATIENT = "patient", "Patient"
    MESSAGE = "message", "Meddelande"
    WHOM = "whom", "Till eller från"
    OUTCOME = "outcome", "Utfall"
    SPOKEN_TO = "spoken_to", "Talade med"
    READ_BACK = "read_back", "Återläst"
    COMMENT = "comment", "Kommentar"
    SIGNATURE = "signature", "Signatur"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column with its heading, and the boxes that an empty row has there to tick."""

    column: Column
    heading: str
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecHead:
    """What every kind of sheet has. `version` has at most two characters: it stands in the code on each page.

    `routine` is the id of the routine whose clauses it cites. `advice` says what the sheet is not, `proposal` whose
    it is; both stand at the foot of each page.
    """

    id: str
    version: str
    title: str
    routine: str
    advice: str
    proposal: str
    landscape: bool = field(default=False, kw_only=True)

    @property
    def foot(self) -> str:
        return f"{self.advice} {self.proposal}"


@dataclass(frozen=True, slots=True)
class Below:
    """A text in the line under an empty row, with room to write, under so many columns."""

    text: str
    span: int


@dataclass(frozen=True, slots=True)
class SheetSpec(SpecHead):
    """The vårdkedjeblankett. `front_rows` and `back_rows` fill a blank one, on either side of one sheet of paper.

    `below` is what the line under each empty row has room for.
    """

    columns: tuple[Heading, ...]
    front_rows: int
    back_rows: int
    most_rows: int
    least_rows: int
    log_heading: str
    write_heading: str
    below: tuple[Below, ...]
    after_heading: str

    def rows_to_write(self, lines: int) -> int:
        """How many empty rows follow what is logged, which takes `lines` lines: what two pages have room for."""
        return max(self.least_rows, self.most_rows - lines // 3)


# The code on a page has room for two.
_LONGEST_VERSION = 2
# The columns that each kind of sheet has, each once.
BLANKETT_COLUMNS = frozenset(Column) - {Column.PATIENT, Column.COMMENT}
LOG_SHEET_COLUMNS = frozenset(Column) - {Column.HAPPENED, Column.OUTCOME}


def version_faults(version: str) -> list[str]:
    fits = len(version) <= _LONGEST_VERSION and version.isascii() and version.isalnum()
    return [] if fits else ["write one or two letters or digits"]


def below_faults(below: Sequence[Below], columns: int) -> list[str]:
    """What is wrong with the line under an empty row, an English line for each: it is as wide as the row."""
    taken = sum(part.span for part in below)
    return [] if taken == columns else [f"the spans are {taken} together; make them {columns}"]


def column_faults(columns: Sequence[Heading], wanted: Collection[Column]) -> list[str]:
    """What is wrong with the columns, an English line for each: every one of `wanted` stands once, no other."""
    counted = Counter(heading.column for heading in columns)
    return [
        *(f"{column} stands twice; keep one" for column, times in counted.items() if times > 1),
        *(f"{column} has no place on this sheet; remove it" for column in counted if column not in wanted),
        *(
            f"{column} is missing; add a column"
            for column in Column
            if column in wanted and not counted[column]
        ),
    ]
