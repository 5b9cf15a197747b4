"""From the content file of the loggblad to a LogSheetSpec."""

from pathlib import Path

from forms.rules.log_sheet_spec import LogSheetSpec
from forms.rules.spec import LOG_SHEET_COLUMNS

from .head import open_spec, read_columns, read_head


def load_log_sheet(path: Path) -> LogSheetSpec:
    """Read and check the loggblad's file; raises RoutineError naming file, key and remedy."""
    top, _ = open_spec(path)
    spec = LogSheetSpec(
        **read_head(top),
        columns=read_columns(top, LOG_SHEET_COLUMNS),
        blank_rows=top.positive("blank_rows"),
        more_rows=top.positive("more_rows"),
        hours=top.positive("hours"),
    )
    top.finish()
    return spec
