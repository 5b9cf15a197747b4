"""What a row from paper says of where it stood: the sheet, when written and by whom; and what paper is not read yet."""

from dataclasses import dataclass
from datetime import datetime

from .clock import as_utc
from .handover import CLOCK_SKEW
from .moments import ahead
from .wording import day_and_time


@dataclass(frozen=True, slots=True)
class PaperMark:
    """The mark of a row from paper: the plain serial of the sheet, when it was written there (aware) and by whom.

    `signed_by` is the name or signature as it stands on the sheet, never that of the one who enters it.
    """

    serial: str
    written_at: datetime | None
    signed_by: str


@dataclass(frozen=True, slots=True)
class NotRead:
    """A kind of paper that is not read yet: its name, heading, how many, and the sentence that says so."""

    name: str
    label: str
    count: int
    said: str


_NOT_READ = (
    (
        "filled",
        "Ifyllda blad som inte är helt införda",
        "ifyllt blad är inte helt infört i loggen.",
        "ifyllda blad är inte helt införda i loggen.",
    ),
    (
        "waiting",
        "Skannade sidor som väntar",
        "skannad sida väntar på att någon säger vilket blad den hör till.",
        "skannade sidor väntar på att någon säger vilket blad de hör till.",
    ),
    (
        "printed",
        "Utskrivna blad som är ute",
        "utskrivet blad är ute. Se efter om något står på det.",
        "utskrivna blad är ute. Se efter om något står på dem.",
    ),
)


@dataclass(frozen=True, slots=True)
class PaperLeft:
    """What paper may hold that the log does not know: how many sheets are `filled` and not entered whole, how many
    scanned pages are `waiting` for somebody to say what they are, and how many sheets are `printed` and nobody has said
    what became of them.
    """

    filled: int = 0
    waiting: int = 0
    printed: int = 0

    @property
    def lines(self) -> list[NotRead]:
        """A line for each kind that there is."""
        return [
            NotRead(name, label, count, f"{count} {one if count == 1 else several}")
            for name, label, one, several in _NOT_READ
            if (count := getattr(self, name))
        ]

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(line.label, line.count) for line in self.lines]

    def __bool__(self) -> bool:
        return bool(self.lines)


def check_paper(mark: PaperMark, *, at: datetime | None, now: datetime) -> dict[str, str]:
    """What stops a call from being entered from paper: a Swedish sentence by field; empty when nothing does.

    `at` is when the call was, `now` this moment, both aware (else ValueError). A row is written when the call is
    over, at the earliest in the same minute, and not ahead of now, with a tolerance for a ward PC's clock that is
    fast (R2.5).
    """
    errors: dict[str, str] = {}
    if not mark.signed_by.strip():
        errors["signed_by"] = "Skriv namnet eller signaturen som står på raden."
    if mark.written_at is None:
        errors["written_at"] = "Ange när raden skrevs på papperet."
    elif as_utc(mark.written_at) > as_utc(now) + CLOCK_SKEW:
        errors["written_at"] = ahead(
            "Tiden ligger framåt i tiden. Ange när raden skrevs på papperet.", mark.written_at, now
        )
    elif at is not None and as_utc(at) > as_utc(mark.written_at):
        errors["written_at"] = not_before(mark.written_at, "Samtalet", at, now)
    return errors


def not_before(written_at: datetime, what: str, at: datetime, now: datetime) -> str:
    """The sentence that refuses a row written on paper (`written_at`) before that which it tells of (`at`)."""
    return (
        f"{what} var {day_and_time(at, now)} men raden skrevs {day_and_time(written_at, now)}. "
        "Läs på bladet igen och rätta den tid som är fel."
    )
