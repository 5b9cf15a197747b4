"""Middleware: who acts, that a form is its owner's, and that no page stays in a shared browser."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode

from contacts.access import AnyRequest, acting_for
from contacts.models import User
from contacts.rules.emergency import ROLES
from contacts.rules.held import how_held, is_sent_again
from contacts.rules.second_factor import SecondFactor, needs_second_factor
from contacts.seen import refuses
from outage.models import HeldForm
from outage.project.emergency import ONLY_WORK, emergency_until, is_beyond_emergency
from outage.project.holding import (
    content_sent,
    hold,
    is_own,
    remembering,
    say_saved_before,
    turned_away,
)
from outage.project.shared_pc import SEEN_EVERY_SECONDS, keep_logged_in, on_wall
from outage.project.views import pressed_only
from outage.queries.held_forms import content_of, held_forms_of
from outage.rules.opening import NotOpened
from outage.services.held_forms import release

logger = logging.getLogger(__name__)

# Pages that work without an assignment chosen, beside those that work without a log-in.
_WITHOUT_ASSIGNMENT = {"choose_assignment", "session_left", "lock", "usersessions_list", "account"}
# All that is about the log-in itself, which django-allauth names so.
_LOG_IN = ("account_", "mfa_")
_SAFE = {"GET", "HEAD", "OPTIONS"}
# Who one is and where one acts is chosen in these, and the others only search: they write nothing that is signed.
WITHOUT_MARK = {
    "account_logout",
    "choose_assignment",
    "admin:logout",
    "chains",
    "log_call",
    "contacts",
    "advanced_search",
    "keep_contacts",
    "keep_people",
    "review_log",
    "join_contact",
    "join_unit",
    "sheets",
}

# The names by which an open Läge (fresh.js) and a page of long work ask again by themselves.
_REFRESHES_ITSELF = {"calls", "work"}

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


class Holding(AnyRequest):
    """With what was held and comes now: one form, or the same form held more than once."""

    held: list[HeldForm]
    is_done: bool


def lacks_second_factor(request: AnyRequest) -> bool:
    """Whether the assignment acted in, or the admin page, wants a second factor, and the log-in was made without. The
    demo's people, who are chosen by a button, have none. An emergency code counts as one, and opens no admin page.
    """
    acting, user = request.acting, request.user
    if not isinstance(user, User) or request.session.get("second_factor") or (settings.DEMO and user.is_demo):
        return False
    if request.resolver_match and request.resolver_match.app_name == "admin":
        return user.is_staff
    return (
        acting is not None
        and not emergency_until(request)
        and needs_second_factor(acting.role, SecondFactor(acting.principal.second_factor))
    )


class ActingMiddleware:
    """Sets `request.acting`; sends a person with several assignments to choose one first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        request.acting = None
        if request.user.is_authenticated:
            request.acting = acting_for(request.user, request.session.get("membership_id"))
            if emergency_until(request) and (request.acting is None or request.acting.role not in ROLES):
                # The assignment has ended meanwhile.
                request.acting = None
                request.leaving = "assignment"
                logout(request)
        response = self.get_response(request)
        if request.acting and request.path == request.session.get("came_to"):
            del request.session["came_to"]
            # Where the log-in led back to was another person's page, or takes forms only.
            if response.status_code in {403, 404, 405}:
                return redirect("status")
        return response

    def process_view(self, request: AnyRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if not request.user.is_authenticated or match is None:
            return None
        # A page that refreshes itself, or asks how long is left, on a PC left behind does nothing.
        asked_for = request.headers.get("HX-Trigger") not in _REFRESHES_ITSELF
        if on_wall(request) or (asked_for and match.url_name != "session_left"):
            keep_logged_in(request, SEEN_EVERY_SECONDS)
        name = match.url_name or ""
        closed = getattr(view, "login_required", True)
        without = name in _WITHOUT_ASSIGNMENT or name.startswith(_LOG_IN) or not closed
        if emergency_until(request) and is_beyond_emergency(match, without, closed):
            raise PermissionDenied(ONLY_WORK)
        if not without and lacks_second_factor(request):
            return redirect("mfa_index")
        if request.acting or without or match.app_name == "admin":
            return None
        query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('choose_assignment')}?{query}")


class TypedByMiddleware:
    """A form belongs to the person and the assignment that it was shown to.

    From anybody else, or nobody, nothing is written: what was typed is held for its owner. A held form is removed
    when it is saved: shown again, or sent again by the page that said that it was held.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Holding) -> HttpResponse:
        request.held, request.pressed_at, request.is_done = [], None, False
        request.saved_before = ""
        response = self.get_response(request)
        request.is_done = request.method not in _SAFE and _is_done(request, response)
        if request.is_done and request.acting:
            for held in request.held:
                release(by=request.acting, held=held)
        return response

    def process_view(self, request: Holding, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            return self._without_log_in(request, view)
        match = request.resolver_match
        if request.method in _SAFE or match is None or match.view_name in WITHOUT_MARK:
            return None
        if not is_own(request):
            refuses("form_of_other")
            return turned_away(request, hold(request, view), 409)
        # It is led to its second step, and comes again.
        return None if lacks_second_factor(request) else self._take_up(request, request.user, view)

    def _without_log_in(self, request: Holding, view: View) -> HttpResponse | None:
        if request.headers.get("HX-Request"):
            # The page asks for the same again as a whole page, or sends an ordinary form, which is then held.
            return HttpResponse(status=401)
        held = hold(request, view) if request.method not in _SAFE else None
        if held is None:
            say_saved_before(request)
            return None
        address = f"{reverse('account_login')}?next={reverse('held_form', args=[held.pk])}"
        return remembering(request, redirect(address), held)

    def _take_up(self, request: Holding, user: User, view: View) -> HttpResponse | None:
        """Passes the view when a press was made. A press already answered, on another page, is not repeated."""
        sent, taken_up = content_sent(request), request.POST.get("taken_up")
        how = how_held(getattr(view, "held_as", None), sent)
        if how is None or request.acting is None:
            return None
        here = [held for held in held_forms_of(user) if held.path.partition("?")[0] == request.path]
        request.held = [
            held
            for held in here
            if str(held.pk) == taken_up
            or (held.membership == request.acting.membership and is_sent_again(how, content_of(held), sent))
        ]
        if request.held:
            request.pressed_at = request.held[0].at if how.pressed else None
        elif taken_up and how.pressed:
            messages.info(request, "Det är redan gjort eller kastat.")
            return redirect("status")
        return None


def _is_done(request: AnyRequest, response: HttpResponse) -> bool:
    """Whether the form is saved: it redirects, a press that was held is answered without a refusal."""
    refused = any(
        m.level >= messages.ERROR for m in getattr(messages.get_messages(request), "_queued_messages", ())
    )
    if refused or response.status_code >= 400:
        return False
    return request.pressed_at is not None or response.status_code >= 300


class OpeningMiddleware:
    """Where a page would show a patient whom the person has not opened: asks why, and leads back. What was sent is held
    for its owner meanwhile.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Holding) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Holding, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, NotOpened) or match is None:
            return None
        kept = hold(request, match.func) if request.method not in _SAFE else None
        # The very form that was taken up is not done.
        request.held = [held for held in request.held if held != kept]
        saved = f"Redan sparat {request.saved_before}." if request.saved_before else ""
        if exception.over or (saved and not kept):
            lies = " Det du skrev ligger undanlagt här." if kept else ""
            messages.warning(request, f"{saved or exception.over}{lies}")
            return redirect("status")
        back = request.get_full_path() if request.method in _SAFE else ""
        wanted = reverse("held_form", args=[kept.pk]) if kept else back
        address = reverse("open_patient", args=[exception.chain_id])
        return redirect(f"{address}?{urlencode({'next': wanted})}" if wanted else address)


class PressedOnlyMiddleware:
    """Who opens the address of a button, from the history or by a link that was copied, is told so on a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = pressed_only(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class AdminInputMiddleware:
    """What came to an admin page and no column takes is a bad request: Django tries some of it on the database. So is
    what came to a page of a second step as JSON with a number of thousands of digits.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        match = request.resolver_match
        refused = isinstance(exception, ValueError | ValidationError | OverflowError | DataError)
        if (
            refused
            and match is not None
            and (match.app_name == "admin" or match.view_name.startswith("mfa_"))
        ):
            # Told as a fault would be, for it may be one of ours, but for its message, which says what was typed.
            where = "".join(traceback.format_tb(exception.__traceback__))
            logger.error("%s in %s\n%s", type(exception).__name__, match.view_name, where)
            raise BadRequest from None


class PrivatePagesMiddleware:
    """No page is stored: a ward PC is shared, and the next person may press Back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True, private=True)
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if request.htmx:  # type: ignore[attr-defined]
            # An open page counts on from it (app.js).
            response.headers["X-Now"] = timezone.now().isoformat()
        return response
