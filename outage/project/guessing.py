"""What guessing of passwords is held back by, so that nobody else is.

A limit of each address would lock out a whole ward behind one, and a limit of each name would let anybody lock out a
person. So tries are counted by address and name together, and by address; and a PC where somebody has logged in before
is known by a cookie, and counted for itself. The cookie logs nobody in.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from contacts.rules.people import username_key
from outage.project.log_ins import note_failed
from outage.project.policy import PolicyMiddleware

_SALT = "dator"
_COOKIE = f"{settings.COOKIE_PREFIX}{_SALT}"
_KNOWN_FOR = 180 * 86_400
# Tries that fail, of one name and in all: from an address of PCs not known, and on a known one.
_FROM_ADDRESS = {"name": "5/5m/key", "place": "30/m/key"}
_FROM_KNOWN_PC = {"name": "10/5m/key", "place": "60/m/key"}

# Addresses that have used up their tries, in this process, and until when: they are answered before anything else is
# done. Asked anew now and then, since it is the cache that counts.
_FLOOD = timedelta(seconds=10)
_MOST_REMEMBERED = 1_000
_flooding: dict[str, datetime] = {}
# How many have been answered so since the trace was told.
_untold: dict[str, int] = {}
# What every other answer gets on its way out, which this one does not go.
_ON_THE_WAY_OUT: tuple[Any, ...] = (XFrameOptionsMiddleware, PolicyMiddleware, SecurityMiddleware)


def count_try(request: HttpRequest, name: str) -> ratelimit.RateLimitUsage | None:
    """Count a try to log in by that name; None where there have been too many. Taken back by `.rollback()`."""
    pc = known_pc(request)
    address = "" if pc else _address(request)
    rates = _FROM_KNOWN_PC if pc else _FROM_ADDRESS
    if times := _untold.pop(address, 0):
        note_failed("", "address", "login.locked_out", times)
    used = ratelimit.RateLimitUsage(usage=[])
    for action, key in (("place", pc or address), ("name", f"{pc or address} {username_key(name)}")):
        found = ratelimit.consume(request, app="outage.project", action=action, config=rates, key=key)
        if found is None:
            if action == "place" and address:
                _remember(address)
            note_failed(name, "address" if action == "place" else "name", "login.locked_out")
            return None
        used.usage += found.usage
    return used


def know_pc(request: HttpRequest, response: HttpResponse) -> None:
    """Somebody has logged in on this PC: it is known from now on."""
    response.set_signed_cookie(
        _COOKIE,
        known_pc(request) or secrets.token_urlsafe(16),
        salt=_SALT,
        max_age=_KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_pc(request: HttpRequest) -> str:
    try:
        return request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=_KNOWN_FOR) or ""
    except BadSignature:
        return ""


def _address(request: HttpRequest) -> str:
    address: str = ratelimit.truncate_ip(get_adapter().get_client_ip(request))
    return address


def _remember(address: str) -> None:
    if len(_flooding) >= _MOST_REMEMBERED:
        _flooding.clear()
        _untold.clear()
    _flooding[address] = timezone.now() + _FLOOD


def refused(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes] | None:
    """The answer to an address that guesses on and on, 429; None for everybody else.

    Made before Django is asked: who guesses makes nobody else wait, and fills no log.
    """
    if not _flooding or environ["REQUEST_METHOD"] != "POST" or environ.get("PATH_INFO") not in _guarded():
        return None
    request = WSGIRequest(environ)
    address = _address(request)
    until = _flooding.get(address)
    if until is None or until <= timezone.now():
        _flooding.pop(address, None)
        return None
    if known_pc(request):
        return None
    _untold[address] = _untold.get(address, 0) + 1
    page = _refusal()
    said = {"Retry-After": "60", "Cache-Control": "no-store", "Content-Length": str(len(page))}
    answer = on_the_way_out(request, HttpResponse(page, status=429, headers=said))
    start_response("429 Too Many Requests", list(answer.items()))
    return [page]


def on_the_way_out(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """With the headers of every answer, though Django is not asked."""
    for each in _ON_THE_WAY_OUT:
        answer = each(_unasked).process_response(request, answer)
    return answer


def _unasked(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


@cache
def _guarded() -> frozenset[str]:
    return frozenset(map(reverse, ("account_login", "one_time_code", "emergency_log_in")))


@cache
def _refusal() -> bytes:
    return render_to_string("errors/429.html", {"version": settings.VERSION}).encode()
