"""The sheets' content files, one for each kind of sheet."""

from .loader import (
    BINDER,
    CALL_SUPPORT,
    CARE_CHAIN_SHEET,
    LOG_SHEET,
    SIP,
    SIP_INVITATION,
    WORK_LIST,
    all_specs,
    get_binder,
    get_call_support,
    get_form,
    get_log_sheet,
    get_spec,
    get_work_list,
    load_spec,
)

__all__ = [
    "BINDER",
    "CALL_SUPPORT",
    "CARE_CHAIN_SHEET",
    "LOG_SHEET",
    "SIP",
    "SIP_INVITATION",
    "WORK_LIST",
    "all_specs",
    "get_binder",
    "get_call_support",
    "get_form",
    "get_log_sheet",
    "get_spec",
    "get_work_list",
    "load_spec",
]
