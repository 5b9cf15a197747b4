"""How long a number counts as verified. The routine decides; this app is below the routine and gets the value."""

from datetime import datetime, timedelta

from contacts.rules.whom_to_call import VERIFICATION_LASTS, is_verified

_lasts = VERIFICATION_LASTS


def set_verification_lasts(lasts: timedelta) -> None:
    """Called once, at start, with the routine's limit."""
    global _lasts
    _lasts = lasts


def verification_lasts() -> timedelta:
    return _lasts


def still_verified(verified_at: datetime | None, at: datetime) -> bool:
    """`at` is aware."""
    return is_verified(verified_at, at, _lasts)
