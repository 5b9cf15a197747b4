"""The routines in use, read from the content files beside this package."""

from .loader import (
    DEFAULT_ROUTINE_ID,
    all_routines,
    choose_routine_by,
    current_routine,
    get_routine,
    load_routine,
    routine_ids,
)

__all__ = [
    "DEFAULT_ROUTINE_ID",
    "all_routines",
    "choose_routine_by",
    "current_routine",
    "get_routine",
    "load_routine",
    "routine_ids",
]
