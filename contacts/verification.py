"""How long a number counts as verified. The routine says it; this app stands below the routine and is told."""

from datetime import datetime, timedelta

from contacts.rules.whom_to_call import VERIFICATION_LASTS, is_verified

_lasts = VERIFICATION_LASTS


def set_verification_lasts(lasts: timedelta) -> None:
    """Take from the routine how long a verification holds; called once, at start."""
    global _lasts
    _lasts = lasts


def verification_lasts() -> timedelta:
    """How long a verification holds."""
    return _lasts


def still_verified(verified_at: datetime | None, at: datetime) -> bool:
    """Whether what was verified at `verified_at` counts as verified at the aware moment `at`."""
    return is_verified(verified_at, at, _lasts)
