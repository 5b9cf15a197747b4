"""The one door to the identity provider: to its own addresses alone, and never long.

A call that is not answered closes the door for half a minute, for all processes: who knocks then is answered at once.
One call is out at a time; while it is slow, who comes after it is turned away rather than let wait.
"""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import requests
from django.core.cache import cache
from django.utils import timezone

from contacts.content.identity_provider import is_safe

from .provider import DOWN, the_provider

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 5, 8
CLOSED_SECONDS = 30
# How long a call may have been out before the next one is turned away.
PATIENCE_SECONDS = 1.0
_OUT = "identity-provider-asked"


class NotReached(requests.RequestException):
    """The provider does not answer, or is not asked since it did not a moment ago."""


class Door(requests.Session):
    """Raises NotReached, and closes, where the provider fails; answers that refuse are answers."""

    def request(self, method: str, url: str, **more: Any) -> requests.Response:  # type: ignore[override]
        if not is_own(url):
            raise NotReached("an address that is not the provider's")
        if cache.get(DOWN) is not None or not _wait_for_turn():
            raise NotReached("did not answer a moment ago")
        limits = {"timeout": (CONNECT_SECONDS, READ_SECONDS), "allow_redirects": False}
        call = super().request
        try:
            answer = _within(WHOLE_SECONDS, lambda: call(method, url, **more | limits))
            if answer.status_code >= 500:
                raise NotReached(f"answered {answer.status_code}")
        except (requests.RequestException, TimeoutError) as error:
            cache.set(DOWN, True, CLOSED_SECONDS)
            raise NotReached(type(error).__name__) from error
        finally:
            cache.delete(_OUT)
        return answer


def is_own(address: str) -> bool:
    provider = the_provider()
    parts = urlsplit(address)
    return bool(provider and f"{parts.scheme}://{parts.netloc}" in provider.reached_at and is_safe(address))


def document(address: str, newest: float) -> dict[str, Any]:
    """A JSON document of the provider's, kept for `newest` seconds at most; raises NotReached or ValueError."""
    key = f"identity-provider-{hashlib.sha256(address.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is not None and timezone.now().timestamp() - kept[0] < newest:
        known: dict[str, Any] = kept[1]
        return known
    with Door() as door:
        answer = door.get(address)
        answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    cache.set(key, (timezone.now().timestamp(), found), 3600)
    return found


def _wait_for_turn() -> bool:
    # What a worker that was killed has left is taken away by time.
    while not cache.add(_OUT, timezone.now().timestamp(), WHOLE_SECONDS + 2):
        since = cache.get(_OUT)
        if since is not None and timezone.now().timestamp() - since > PATIENCE_SECONDS:
            return False
        time.sleep(0.05)
    return True


def _within(seconds: float, call: Callable[[], requests.Response]) -> requests.Response:
    """Raises TimeoutError: the library's own limit is for each byte, and a provider may send one now and then."""
    coming: Future[requests.Response] = Future()

    def run() -> None:
        try:
            coming.set_result(call())
        except Exception as error:
            coming.set_exception(error)

    Thread(target=run, daemon=True).start()
    return coming.result(seconds)
