"""A shared PC: a log-in left behind locks, and none lasts for ever, whatever the browser restores."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.access import AnyRequest
from contacts.models import User
from outage.project.emergency import emergency_until
from outage.project.log_ins import note_lapse, note_locked

# What a locked log-in still shows where its person has put it on a screen for many: nothing of any patient.
WALL = ("/lagesbild/vagg/", "/lagesbild/vagg/nu/")
# How often a log-in in use is written down.
SEEN_EVERY_SECONDS = 120


def _now() -> int:
    return int(timezone.now().timestamp())


def keep_logged_in(request: HttpRequest, every: int = 0) -> None:
    """Restart the log-in's time limits; written only where it was not within the last `every` seconds."""
    if _now() - request.session.get("seen", 0) >= every:
        request.session["seen"] = _now()
        request.session.setdefault("started", _now())


def lock(request: HttpRequest, *, changing: bool) -> None:
    """Lock the log-in: nobody acts in it until its person types the password again. `changing` for letting another
    person in: that person is asked for. An emergency log-in ends: who has it may have no password to unlock it by.
    """
    if emergency_until(request):
        request.leaving = "pressed"  # type: ignore[attr-defined]
        logout(request)
        return
    user = request.user if isinstance(request.user, User) else getattr(request, "locked_user", None)
    if user is not None and not request.session.get("locked"):
        note_locked(request, user, "changing" if changing else "pressed")
    request.session["locked"] = True
    request.session["changing"] = changing


def on_wall(request: HttpRequest) -> bool:
    """Whether what is asked for is what the log-in was left to show, however long nobody has touched the PC."""
    return bool(request.session.get("wall") and request.session.get("locked")) and request.path in WALL


def seconds_left(request: HttpRequest) -> int:
    """How long until the log-in locks or ends, without activity; 0 for nobody's."""
    if not request.user.is_authenticated:
        return 0
    seen = int(request.session.get("seen", _now()))
    started = int(request.session.get("started", _now()))
    idle = settings.LOCK_SECONDS or settings.SESSION_COOKIE_AGE
    ends = started + settings.LONGEST_LOG_IN
    if until := emergency_until(request):
        ends = min(ends, int(until.timestamp()))
    return max(0, min(seen + idle, ends) - _now())


class SharedPcMiddleware:
    """In a locked log-in nobody is logged in: what is sent is held for its owner, and the log-in page asks for the
    password of `request.locked_user` alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        request.locked_user = None
        # The person, not what finds the person when asked: each page asks of them hundreds of times.
        user = request.user = get_user(request)
        if isinstance(user, User):
            session, now = request.session, _now()
            left = settings.LOCK_SECONDS and now - session.get("seen", now) >= settings.LOCK_SECONDS
            until = emergency_until(request)
            over = until and (left or timezone.now() >= until)
            if over or now - session.get("started", now) >= settings.LONGEST_LOG_IN:
                request.leaving = "emergency_over" if over else "longest"
                logout(request)
            elif on_wall(request):
                pass
            elif session.get("locked") or left:
                if not session.get("locked"):
                    note_locked(request, user, "idle")
                    session["locked"] = True
                request.locked_user, request.user = user, AnonymousUser()
        else:
            note_lapse(request, request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        return self.get_response(request)
