"""Middleware: who acts, what was typed when a log-in lapsed, and that no page stays in a shared browser."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control

from contacts.access import acting_for, user_by_id
from outage.services.held_forms import hold_form

TYPED_BY_FIELD = "typed_by"
_SALT = "outage.typed-by"
_NOT_HELD = {"csrfmiddlewaretoken", TYPED_BY_FIELD}
# Pages that work without an assignment chosen.
_WITHOUT_ASSIGNMENT = {"login", "logout", "choose_assignment", "health", "demo_login"}

# What a held form's row has room for.
_LONGEST_ADDRESS = 300

# The name by which an open Läge asks again by itself (fresh.js), and how often a log-in in use is written down.
_REFRESHES_ITSELF = "calls"
_SEEN_EVERY_SECONDS = 120

GetResponse = Callable[[HttpRequest], HttpResponse]


def typed_by_token(user_id: int) -> str:
    """Give the signed mark that a form carries, so that what is typed in it comes back to the same person only."""
    return signing.dumps(user_id, salt=_SALT)


def _address(request: HttpRequest) -> str:
    """Give where a form was sent, with its query: a call's direction stands there.

    The long ones only fill in fields, which the form that came in holds anyhow.
    """
    whole = request.get_full_path()
    return whole if len(whole) <= _LONGEST_ADDRESS else request.path


def _keep_logged_in(request: HttpRequest) -> None:
    """Let the log-in last on from what a person does. A page that refreshes itself on a PC left behind does nothing."""
    if request.headers.get("HX-Trigger") == _REFRESHES_ITSELF:
        return
    now = int(time.time())
    if now - request.session.get("seen", 0) > _SEEN_EVERY_SECONDS:
        request.session["seen"] = now


class ActingMiddleware:
    """Set `request.acting`; send a person with several assignments to choose one first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = None
        if request.user.is_authenticated:
            request.acting = acting_for(request.user, request.session.get("membership_id"))
            _keep_logged_in(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.acting or not request.user.is_authenticated or match is None:
            return None
        if match.url_name in _WITHOUT_ASSIGNMENT or match.app_name == "admin":
            return None
        return redirect("choose_assignment")


class HoldTypedTextMiddleware:
    """Hold what was typed in a form that comes in after the log-in has lapsed, and show it after the next log-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.headers.get("HX-Request"):
            # The page asks for the same again as a whole page, or sends an ordinary form, which is then held.
            return HttpResponse(status=401)
        token = request.POST.get(TYPED_BY_FIELD, "")
        if not token:
            return None
        try:
            owner = user_by_id(signing.loads(token, salt=_SALT, max_age=settings.SESSION_COOKIE_AGE + 86_400))
        except signing.BadSignature:
            return None
        if owner is None:
            return None
        content = {k: request.POST.getlist(k) for k in request.POST if k not in _NOT_HELD}
        held = hold_form(by=owner, path=_address(request), content=content)
        if held is None:
            return None
        return redirect(f"{reverse('login')}?next={reverse('held_form', args=[held.pk])}")


class PrivatePagesMiddleware:
    """No page is stored: a ward PC is shared, and the next person may press Back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True, private=True)
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response
