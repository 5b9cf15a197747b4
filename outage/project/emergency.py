"""An emergency log-in: begun with a code from paper, narrower and shorter than any other, never locked but ended."""

from datetime import UTC, datetime

from allauth.account.signals import user_logged_in
from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils import timezone

from contacts.models import EmergencyLogIn

MARK = "emergency_until"
ONLY_WORK = (
    "Med en nödkod når du bara arbetet på enheten: inte Mitt konto, andra uppdrag eller administrationssidorna. "
    "Logga in som vanligt när det går igen."
)
_BACKEND = "contacts.backends.AssignmentBackend"
# Of the pages that work without an assignment, these are not about the account.
_HARMLESS = {"session_left", "account_logout"}


def begin_emergency(request: HttpRequest, used: EmergencyLogIn) -> None:
    """Log in the person of a code; nothing is left of the log-in that was there, not even of the same person."""
    logout(request)
    person = used.membership.user
    login(request, person, backend=_BACKEND)
    request.session["membership_id"] = used.membership.pk
    request.session["started"] = request.session["seen"] = int(timezone.now().timestamp())
    # Where one is asked for, the code is enough for the work alone: `lacks_second_factor`.
    request.session["second_factor"] = False
    request.session[MARK] = int(used.until.timestamp())
    # The list of one's log-ins follows this one too.
    user_logged_in.send(sender=type(person), request=request, user=person)


def emergency_until(request: HttpRequest) -> datetime | None:
    """When the emergency log-in ends; None for any other log-in."""
    until = request.session.get(MARK)
    return datetime.fromtimestamp(until, UTC) if until is not None else None


def is_beyond_emergency(match: ResolverMatch, without_assignment: bool, login_required: bool) -> bool:
    """Whether a page is none of the work at the unit: the admin pages, and all about account and assignments. What
    needs no log-in begins another one.
    """
    if match.app_name == "admin":
        return True
    return without_assignment and login_required and match.url_name not in _HARMLESS
