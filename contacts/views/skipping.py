"""Which contacts a person left for another time while going through them. It lasts as long as the log-in."""

from django.http import HttpRequest

_KEY = "skipped_contacts"


def skipped(request: HttpRequest) -> list[int]:
    found: list[int] = request.session.get(_KEY, [])
    return found


def skip(request: HttpRequest, entry_id: int) -> None:
    request.session[_KEY] = [*(pk for pk in skipped(request) if pk != entry_id), entry_id]


def forget_skipped(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
