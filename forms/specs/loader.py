"""From a content file to the spec of its kind, checked in full before anything uses it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from forms.rules.binder_spec import BinderSpec
from forms.rules.call_support_spec import CallSupportSpec
from forms.rules.form_spec import FormSpec
from forms.rules.log_sheet_spec import LogSheetSpec
from forms.rules.spec import BLANKETT_COLUMNS, Below, SheetSpec, SpecHead, below_faults
from forms.rules.work_list_spec import WorkListSpec
from outage.routine.table import Table

from .binder import load_binder
from .call_support import load_call_support
from .form import load_form
from .head import CONTENT, open_spec, read_columns, read_head, refuse
from .log_sheet import load_log_sheet
from .work_list import load_work_list

CARE_CHAIN_SHEET = "care-chain-sheet"
LOG_SHEET = "log-sheet"
SIP = "sip"
SIP_INVITATION = "sip-invitation"
CALL_SUPPORT = "call-support"
BINDER = "binder"
WORK_LIST = "work-list"

S = TypeVar("S", bound=SpecHead)


def load_spec(path: Path) -> SheetSpec:
    """Read and check the vårdkedjeblankett's file; raises RoutineError naming file, key and remedy."""
    top, _ = open_spec(path)
    columns = read_columns(top, BLANKETT_COLUMNS)
    below = tuple(_below(table) for table in top.tables("below"))
    refuse(top, "below", below_faults, below, len(columns))
    spec = SheetSpec(
        **read_head(top),
        columns=columns,
        front_rows=top.positive("front_rows"),
        back_rows=top.positive("back_rows"),
        most_rows=top.positive("most_rows"),
        least_rows=top.positive("least_rows"),
        log_heading=top.text("log_heading"),
        write_heading=top.text("write_heading"),
        below=below,
        after_heading=top.text("after_heading"),
    )
    top.finish()
    return spec


_LOADERS: Mapping[str, Callable[[Path], SpecHead]] = {
    CARE_CHAIN_SHEET: load_spec,
    LOG_SHEET: load_log_sheet,
    SIP: load_form,
    SIP_INVITATION: load_form,
    CALL_SUPPORT: load_call_support,
    BINDER: load_binder,
    WORK_LIST: load_work_list,
}


def get_spec(spec_id: str = CARE_CHAIN_SHEET) -> SheetSpec:
    """The vårdkedjeblankett, always the same object; raises RoutineError where its file can not be used."""
    return _as(SheetSpec, spec_id)


def get_form(spec_id: str) -> FormSpec:
    """The form kept under `spec_id`, always the same object; raises RoutineError as `get_spec`."""
    return _as(FormSpec, spec_id)


def get_log_sheet() -> LogSheetSpec:
    """The loggblad, always the same object; raises RoutineError as `get_spec`."""
    return _as(LogSheetSpec, LOG_SHEET)


def get_work_list() -> WorkListSpec:
    """The work lists, always the same object; raises RoutineError as `get_spec`."""
    return _as(WorkListSpec, WORK_LIST)


def get_call_support() -> CallSupportSpec:
    """The samtalsstöd, always the same object; raises RoutineError as `get_spec`."""
    return _as(CallSupportSpec, CALL_SUPPORT)


def get_binder() -> BinderSpec:
    """The binder, always the same object; raises RoutineError as `get_spec`."""
    return _as(BinderSpec, BINDER)


def all_specs() -> tuple[SpecHead, ...]:
    """Every sheet there is, by id; raises RoutineError for the first file that can not be used."""
    return tuple(_load_once(spec_id) for spec_id in sorted(_LOADERS))


def _as(kind: type[S], spec_id: str) -> S:
    found = _load_once(spec_id)
    if not isinstance(found, kind):
        raise TypeError(f"{spec_id} is no {kind.__name__}")
    return found


def _below(table: Table) -> Below:
    return Below(text=table.text("text"), span=table.positive("span"))


@cache
def _load_once(spec_id: str) -> SpecHead:
    return _LOADERS[spec_id](CONTENT / f"{spec_id}.toml")
