"""What is taken out of an outage as files: which there are, what they are called, and how a row of the log stands."""

from datetime import date

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled

# A sheet of paper each, more or less: so many chains are typeset within a minute.
CHAINS_A_PART = 100


class OutageFile(Labelled):
    """The value stands in its address, and in its name."""

    TASKS = "att-registrera", "Att registrera"
    LOG = "logg", "Loggen"


class TableForm(Labelled):
    """The value is the file's extension."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


class RowState(Labelled):
    """How a row of the log stands: those that no longer count stand there, too."""

    STANDS = "stands", "Gäller"
    CORRECTED = "corrected", "Rättad"
    WITHDRAWN = "withdrawn", "Återtagen"
    WITHDRAWAL = "withdrawal", "Återtag"
    DOUBLE = "double", "Räknas som samma händelse i den sammanförda vårdkedjan"


def check_list_is_left(*, purged: bool) -> None:
    """Raises RuleError of what is purged: nobody knows what is left to do, and a list would say that nothing is."""
    if purged:
        raise RuleError("Driftstoppet är gallrat. Listan går inte att ta fram.")


def row_state(*, withdraws: bool, replaced: bool, taken_back: bool, double: bool) -> RowState:
    """`replaced` by a newer row, by which it is `taken_back` or else corrected; a `double` is logged twice."""
    if withdraws:
        return RowState.WITHDRAWAL
    if replaced:
        return RowState.WITHDRAWN if taken_back else RowState.CORRECTED
    return RowState.DOUBLE if double else RowState.STANDS


def parts_of(count: int, size: int = CHAINS_A_PART) -> range:
    """The numbers of the parts that so many are divided into, from 1; one that is empty where there are none."""
    return range(1, max(1, -(-count // size)) + 1)


def part_of(number: int, size: int = CHAINS_A_PART) -> slice:
    """Where of them all the part is."""
    return slice((number - 1) * size, number * size)


def file_name(which: OutageFile, began: date, extension: str, part: int = 0) -> str:
    """Nothing about anybody; `part` is that of several."""
    of_part = f"-del-{part}" if part else ""
    return f"{which}-{began.isoformat()}{of_part}.{extension}"
