"""Which contacts a person left for another time while going through them. It lasts as long as the log-in."""

from django.http import HttpRequest

_KEY = "skipped_contacts"


def skipped(request: HttpRequest) -> list[int]:
    """The ids of the contacts that were skipped."""
    return request.session.get(_KEY, [])


def skip(request: HttpRequest, entry_id: int) -> None:
    """Leave a contact for another time."""
    request.session[_KEY] = [*(pk for pk in skipped(request) if pk != entry_id), entry_id]


def forget_skipped(request: HttpRequest) -> None:
    """Bring back what was skipped."""
    request.session.pop(_KEY, None)
