"""What the content file of the loggblad says: its columns and how many lines a page has (R2.5)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from forms.rules.spec import SpecHead


class LogColumn(StrEnum):
    """What one column of a loggblad holds."""

    TIME = "time"
    WAY = "way"
    PATIENT = "patient"
    MESSAGE = "message"
    WHOM = "whom"
    SPOKEN_TO = "spoken_to"
    READ_BACK = "read_back"
    COMMENT = "comment"
    SIGNATURE = "signature"


LOG_COLUMN_LABELS: dict[LogColumn, str] = {
    LogColumn.TIME: "Datum, tid",
    LogColumn.WAY: "Lämnat eller mottaget",
    LogColumn.PATIENT: "Patient: namn och personnummer",
    LogColumn.MESSAGE: "Meddelande",
    LogColumn.WHOM: "Till eller från, nummer",
    LogColumn.SPOKEN_TO: "Talade med",
    LogColumn.READ_BACK: "Återläst",
    LogColumn.COMMENT: "Kommentar",
    LogColumn.SIGNATURE: "Signatur",
}


@dataclass(frozen=True, slots=True)
class LogHeading:
    """A column with its heading."""

    column: LogColumn
    heading: str


@dataclass(frozen=True, slots=True)
class LogSheetSpec(SpecHead):
    """The loggblad. `blank_rows` fill a page, `more_rows` follow what is logged, `hours` is how far back it goes."""

    columns: tuple[LogHeading, ...]
    blank_rows: int
    more_rows: int
    hours: int


def log_faults(columns: Sequence[LogHeading]) -> list[str]:
    """Give what is wrong with the columns, an English line for each: every one stands once."""
    counted = Counter(heading.column for heading in columns)
    return [
        *(f"{column} stands twice; keep one" for column, times in counted.items() if times > 1),
        *(f"{column} is missing; add a column" for column in LogColumn if column not in counted),
    ]
