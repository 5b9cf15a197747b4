"""How each log-in went, began and ended, in the trace: also one that is guessed at, in rows that are bounded."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from contacts.access import Acting, acting_for
from contacts.models import User
from contacts.queries.people import person_to_log_in
from contacts.seen import in_request, where_from
from contacts.services.tries import note_lapsed, note_log_in
from outage.project.bounded import to_tell_of_anybody

_LOG_OUTS = {"account_logout", "admin:logout"}


def note_in(request: HttpRequest, user: User, shown: list[dict[str, Any]]) -> None:
    """Somebody has logged in, or unlocked what was locked. `shown` is by what: a log-in that another left locked takes
    the session's own record of it with it.
    """
    shown = [*shown, *get_authentication_records(request, user)]
    ways = dict.fromkeys(each["method"] for each in shown)
    action = "login.unlocked" if request.session.get("locked") else "login.in"
    note_log_in(by=_in_assignment(request, user), action=action, how=" ".join(ways))


def note_locked(request: HttpRequest, user: User, why: str) -> None:
    note_log_in(by=_in_assignment(request, user), action="login.locked", why=why)


def note_out(request: HttpRequest, user: User, why: str = "") -> None:
    note_log_in(by=_in_assignment(request, user), action="login.out", why=why)


def note_failed(name: str, why: str, action: str = "login.failed", times: int = 1) -> None:
    """A try to log in by `name` failed. Whose it is stands there only where it is somebody's."""
    note_failed_of(person_to_log_in(name) if name else None, why, action, times)


def note_failed_of(user: User | None, why: str, action: str = "login.failed", times: int = 1) -> None:
    if user is None:
        told = to_tell_of_anybody(action, where_from(), times)
    else:
        # By the address too: who guesses elsewhere does not hide what happens here.
        told = to_tell_of_anybody(action, f"{user.pk} {where_from()}", times)
    if told:
        note_log_in(by=user, action=action, why=why, times=told)


def note_lapse(request: HttpRequest, cookie: str) -> None:
    """A browser came back with the cookie of a log-in whose time had gone out meanwhile."""
    if cookie and request.session.session_key is None:
        note_lapsed(by=cookie)


def _in_assignment(request: HttpRequest, user: User) -> Acting | User:
    known: Acting | None = getattr(request, "acting", None)
    if known is not None and known.user == user:
        return known
    return acting_for(user, request.session.get("membership_id")) or user


@receiver(user_logged_out)
def _note_out(request: HttpRequest, user: User | None, **more: Any) -> None:
    """However it came about: by hand, because the time is out, because somebody else logs in."""
    user = user or getattr(request, "locked_user", None)
    if user is None or not in_request():
        return
    match = request.resolver_match
    by_hand = match is not None and match.view_name in _LOG_OUTS
    note_out(request, user, getattr(request, "leaving", "") or ("" if by_hand else "replaced"))


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    def end_sessions(self, sessions: list[UserSession]) -> None:
        if sessions:
            note_log_in(by=sessions[0].user, action="login.ended", times=len(sessions))
        super().end_sessions(sessions)
