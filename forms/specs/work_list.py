"""From the content file of the work lists to a WorkListSpec."""

from pathlib import Path

from forms.rules.work_list_spec import ListSpec, WorkList, WorkListSpec, list_faults
from outage.routine.table import Table

from .head import open_spec, read_head, refuse


def load_work_list(path: Path) -> WorkListSpec:
    """Read and check the lists' file; raises RoutineError naming file, key and remedy."""
    top, _ = open_spec(path)
    lists = tuple(_list(table) for table in top.tables("lists"))
    refuse(top, "lists", list_faults, lists)
    spec = WorkListSpec(**read_head(top), lists=lists, more_rows=top.positive("more_rows"))
    top.finish()
    return spec


def _list(table: Table) -> ListSpec:
    return ListSpec(
        which=table.one_of("list", WorkList),
        headings=table.texts("headings"),
        empty=table.text("empty"),
        boxes=table.texts("boxes"),
    )
