"""The routines in use, read from the content files beside this package."""

from .loader import (
    DEFAULT_ROUTINE_ID,
    RoutineError,
    all_routines,
    current_routine,
    get_routine,
    load_routine,
)

__all__ = [
    "DEFAULT_ROUTINE_ID",
    "RoutineError",
    "all_routines",
    "current_routine",
    "get_routine",
    "load_routine",
]
