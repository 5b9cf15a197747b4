"""From a content file to the spec of its kind, checked in full before anything uses it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from contacts.content.reader import Content, ContentError
from forms.rules.binder_spec import BinderSpec, blank_faults, routine_faults
from forms.rules.call_support_spec import CallSupportSpec, guide_faults
from forms.rules.form_spec import FormSpec, form_faults, rows_faults
from forms.rules.log_sheet_spec import LogSheetSpec
from forms.rules.spec import (
    BLANKETT_COLUMNS,
    LOG_SHEET_COLUMNS,
    SheetSpec,
    SpecHead,
    below_faults,
    column_faults,
    version_faults,
)
from forms.rules.work_list_spec import WorkListSpec, list_faults
from outage.routine import get_routine
from outage.rules.routine import Routine

CONTENT = Path(__file__).parent / "content"
CARE_CHAIN_SHEET = "care-chain-sheet"
LOG_SHEET = "log-sheet"
SIP = "sip"
SIP_INVITATION = "sip-invitation"
CALL_SUPPORT = "call-support"
BINDER = "binder"
WORK_LIST = "work-list"

S = TypeVar("S", bound=SpecHead)
_Found = Iterator[tuple[str, list[str]]]


def load_spec(path: Path) -> SpecHead:
    """Read and check the sheet of the kind that the file is named after.

    Raises ContentError naming file, key and remedy.
    """
    content = Content(path)
    kind, check = _KINDS[content.own_id()]
    try:
        routine = get_routine(content.read(str, "routine"))
    except ContentError as error:
        raise ContentError(path, "routine", error.remedy) from error
    content.words = {"system": routine.system}
    content.known = {"clauses": (routine.id, routine.clauses)}
    spec = content.read(kind)
    faults = {"version": version_faults(spec.version)} | dict(check(spec, routine))
    content.refuse((key, fault) for key, found in faults.items() for fault in found)
    return spec


def check_sheet(spec: SheetSpec, routine: Routine) -> _Found:
    """Every column stands once, and the line under a row is as wide as the row."""
    yield "columns", column_faults(spec.columns, BLANKETT_COLUMNS)
    yield "below", below_faults(spec.below, len(spec.columns))


def check_log_sheet(spec: LogSheetSpec, routine: Routine) -> _Found:
    """Every column stands once."""
    yield "columns", column_faults(spec.columns, LOG_SHEET_COLUMNS)


def check_form(spec: FormSpec, routine: Routine) -> _Found:
    """Each field has what its shape has, under a key of its own."""
    yield "sections", form_faults(spec.sections) + rows_faults(spec.sections)


def check_call_support(spec: CallSupportSpec, routine: Routine) -> _Found:
    """Each party has a guide."""
    yield "guides", guide_faults(spec.guides)


def check_binder(spec: BinderSpec, routine: Routine) -> _Found:
    """Every clause stands once, and the blank sheets are of kinds that are issued blank."""
    yield "routine_sections", routine_faults(spec.routine_sections, routine)
    yield "blanks", blank_faults(spec.blanks)


def check_work_list(spec: WorkListSpec, routine: Routine) -> _Found:
    """Every list stands once, with all its headings."""
    yield "lists", list_faults(spec.lists)


_KINDS: Mapping[str, tuple[type[SpecHead], Callable[[Any, Routine], _Found]]] = {
    CARE_CHAIN_SHEET: (SheetSpec, check_sheet),
    LOG_SHEET: (LogSheetSpec, check_log_sheet),
    SIP: (FormSpec, check_form),
    SIP_INVITATION: (FormSpec, check_form),
    CALL_SUPPORT: (CallSupportSpec, check_call_support),
    BINDER: (BinderSpec, check_binder),
    WORK_LIST: (WorkListSpec, check_work_list),
}


def get_spec() -> SheetSpec:
    """The vårdkedjeblankett, always the same object; raises ContentError where its file can not be used."""
    return _as(SheetSpec, CARE_CHAIN_SHEET)


def get_form(spec_id: str) -> FormSpec:
    """The form kept under `spec_id`, always the same object; raises ContentError as `get_spec`."""
    return _as(FormSpec, spec_id)


def get_log_sheet() -> LogSheetSpec:
    """The loggblad, always the same object; raises ContentError as `get_spec`."""
    return _as(LogSheetSpec, LOG_SHEET)


def get_work_list() -> WorkListSpec:
    """The work lists, always the same object; raises ContentError as `get_spec`."""
    return _as(WorkListSpec, WORK_LIST)


def get_call_support() -> CallSupportSpec:
    """The samtalsstöd, always the same object; raises ContentError as `get_spec`."""
    return _as(CallSupportSpec, CALL_SUPPORT)


def get_binder() -> BinderSpec:
    """The binder, always the same object; raises ContentError as `get_spec`."""
    return _as(BinderSpec, BINDER)


def all_specs() -> tuple[SpecHead, ...]:
    """Every sheet there is, by id; raises ContentError for the first file that can not be used."""
    return tuple(_load_once(spec_id) for spec_id in sorted(_KINDS))


def _as(kind: type[S], spec_id: str) -> S:
    found = _load_once(spec_id)
    if not isinstance(found, kind):
        raise TypeError(f"{spec_id} is no {kind.__name__}")
    return found


@cache
def _load_once(spec_id: str) -> SpecHead:
    return load_spec(CONTENT / f"{spec_id}.toml")
