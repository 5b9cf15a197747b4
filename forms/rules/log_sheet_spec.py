"""What the content file of the loggblad says: its columns and how many lines a page has (R2.5)."""

from dataclasses import dataclass

from forms.rules.spec import Heading, SpecHead


@dataclass(frozen=True, slots=True)
class LogSheetSpec(SpecHead):
    """The loggblad. `blank_rows` fill a page, `hours` is how far back it goes.

    As many rows as the page holds follow what is logged: `more_rows` at least, or none.
    """

    columns: tuple[Heading, ...]
    blank_rows: int
    more_rows: int
    hours: int
