"""What is searched for comes by POST and stays out of the address: there it is sealed, for this log-in alone.

The answer to a POST leads to an ordinary page, so that Back, reloading and turning pages work (docs/decisions/0024).
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django_htmx.http import replace_url

from contacts.access import ActingRequest

# What the address says openly: no text of one's own.
_OPENLY = ("visa", "sida")
SEALED = "s"


def came(request: ActingRequest) -> Mapping[str, str]:
    """The form's data: as posted, or as sealed in the address."""
    if request.method == "POST":
        return request.POST
    return opened(request) | {name: request.GET[name] for name in _OPENLY if name in request.GET}


def sealed(request: ActingRequest, typed: Mapping[str, str]) -> str:
    """The typed data, by field, for use in an address; "" for nothing. Only this log-in can open it."""
    return _lock(request).encrypt(json.dumps(dict(typed)).encode()).decode() if typed else ""


def address_of(request: ActingRequest, token: str) -> str:
    """The address of the first page of what was searched for."""
    query = {"visa": came(request).get("visa"), SEALED: token}
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{request.path}?{said}" if said else request.path


def led_on(request: ActingRequest, token: str) -> HttpResponse | None:
    """Redirects a search that came as a whole page to its own address; None for every other request."""
    if request.method == "POST" and not request.htmx:
        return redirect(address_of(request, token))
    return None


def kept_at(request: ActingRequest, token: str, response: HttpResponse) -> HttpResponse:
    """Makes the address of the page lead back to what is searched for while one types."""
    return replace_url(response, address_of(request, token)) if request.method == "POST" else response


def opened(request: ActingRequest) -> dict[str, str]:
    """What stands sealed in the address."""
    try:
        typed: dict[str, str] = json.loads(_lock(request).decrypt(request.GET.get(SEALED, "").encode()))
    except InvalidToken:
        # Another log-in's, or truncated: nothing is searched for.
        return {}
    return typed


def _lock(request: ActingRequest) -> Fernet:
    secret = salted_hmac("contacts.search", request.session.session_key or "", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(secret))
