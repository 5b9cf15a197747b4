"""From a content file to the spec of its kind, checked in full before anything uses it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from contacts.content.reader import Content, ContentError
from forms.rules.binder_spec import BinderSpec, blank_faults, routine_faults
from forms.rules.call_support_spec import CallSupportSpec, guide_faults
from forms.rules.form_spec import FormSpec, form_faults
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


def load_spec(path: Path) -> SpecHead:
    """Read and check the sheet of the kind that the file is named after.

    Raises ContentError naming file, key and remedy.
    """
    content = Content(path)
    kind, faults_of = _KINDS[content.own_id()]
    try:
        routine = get_routine(content.read(str, "routine"))
    except ContentError as error:
        raise ContentError(path, "routine", error.remedy) from error
    content.words = {"system": routine.system}
    content.known = {"clauses": (routine.id, routine.clauses)}
    spec = content.read(kind)
    faults = {"version": version_faults(spec.version), **faults_of(spec, routine)}
    content.refuse((key, fault) for key, found in faults.items() for fault in found)
    return spec


# By the name of the file: the spec, and what may be wrong with it, by the key that it stands under.
_KINDS: Mapping[str, tuple[type[SpecHead], Callable[[Any, Routine], dict[str, list[str]]]]] = {
    CARE_CHAIN_SHEET: (
        SheetSpec,
        lambda spec, _: {
            "columns": column_faults(spec.columns, BLANKETT_COLUMNS),
            "below": below_faults(spec.below, len(spec.columns)),
        },
    ),
    LOG_SHEET: (LogSheetSpec, lambda spec, _: {"columns": column_faults(spec.columns, LOG_SHEET_COLUMNS)}),
    SIP: (FormSpec, lambda spec, _: {"sections": form_faults(spec.sections)}),
    SIP_INVITATION: (FormSpec, lambda spec, _: {"sections": form_faults(spec.sections)}),
    CALL_SUPPORT: (CallSupportSpec, lambda spec, _: {"guides": guide_faults(spec.guides)}),
    BINDER: (
        BinderSpec,
        lambda spec, routine: {
            "routine_sections": routine_faults(spec.routine_sections, routine),
            "blanks": blank_faults(spec.blanks),
        },
    ),
    WORK_LIST: (WorkListSpec, lambda spec, _: {"lists": list_faults(spec.lists)}),
}


def get_spec() -> SheetSpec:
    """As those below, always the same object; raises ContentError where its file can not be used."""
    return _as(SheetSpec, CARE_CHAIN_SHEET)


def get_form(spec_id: str) -> FormSpec:
    return _as(FormSpec, spec_id)


def get_log_sheet() -> LogSheetSpec:
    return _as(LogSheetSpec, LOG_SHEET)


def get_work_list() -> WorkListSpec:
    return _as(WorkListSpec, WORK_LIST)


def get_call_support() -> CallSupportSpec:
    return _as(CallSupportSpec, CALL_SUPPORT)


def get_binder() -> BinderSpec:
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
