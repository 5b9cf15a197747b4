"""From the content file of the loggblad to a LogSheetSpec."""

from pathlib import Path

from forms.rules.log_sheet_spec import LogColumn, LogHeading, LogSheetSpec, log_faults
from outage.routine.table import Table

from .head import open_spec, read_head, refuse


def load_log_sheet(path: Path) -> LogSheetSpec:
    """Read and check the loggblad's file; raises RoutineError naming file, key and remedy."""
    top, _ = open_spec(path)
    columns = tuple(_column(table) for table in top.tables("columns"))
    refuse(top, "columns", log_faults, columns)
    spec = LogSheetSpec(
        **read_head(top),
        columns=columns,
        blank_rows=top.positive("blank_rows"),
        more_rows=top.positive("more_rows"),
        hours=top.positive("hours"),
    )
    top.finish()
    return spec


def _column(table: Table) -> LogHeading:
    heading = LogHeading(column=table.one_of("column", LogColumn), heading=table.text("heading"))
    table.finish()
    return heading
