"""A form that cannot be let through: held for its owner, and a page that says so."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import copy
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.signing import BadSignature
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone

from contacts.access import (
    TYPED_BY_FIELD,
    Acting,
    AnyRequest,
    OwnRequest,
    TypedBy,
    acting_in,
    membership_of,
    memberships_of,
    read_typed_by,
)
from contacts.models import Membership, User
from contacts.queries.submissions import saved_when
from contacts.rules.held import Content, became, how_held
from contacts.views.tools import NOT_CONTENT
from outage.models import HeldForm
from outage.presenters.held import HeldCard, held_as_of, held_card, said_in, typed_words
from outage.queries.care_chains import get_event, get_handover, get_reached
from outage.queries.held_forms import (
    KEPT_FOR,
    content_of,
    given_name,
    kept_for,
    known_forms_of,
    match_of,
)
from outage.queries.openings import why_over
from outage.rules.opening import NotOpened
from outage.rules.wording import moment
from outage.services.held_forms import hold_form
from outage.webforms.held import names_in, typed_form

# What a held form's row has room for.
_LONGEST_ADDRESS = 300
# How long after the log-in lapsed a page that stood open may still have its form held.
_MARK_LASTS = settings.SESSION_COOKIE_AGE + 86_400

_ABOUT = {"chain_id": get_reached, "handover_id": get_handover, "event_id": get_event}

_SALT = "undanlagt"
_COOKIE = f"{settings.COOKIE_PREFIX}{_SALT}"
_MOST_REMEMBERED = 10


def typed_by_now(request: HttpRequest) -> TypedBy | None:
    user = getattr(request, "user", None)  # an address that is refused early has none
    if user is None or not user.is_authenticated:
        return None
    acting = getattr(request, "acting", None)
    return TypedBy(user.pk, acting.membership.pk if acting else None)


def is_own(request: HttpRequest) -> bool:
    """Whether the form was shown to whoever sends it, in the assignment acted in now."""
    now = typed_by_now(request)
    return now is not None and read_typed_by(_mark(request)) == now


def _mark(request: HttpRequest) -> str:
    """A request made by a script carries the mark of its page in a header."""
    return request.POST.get(TYPED_BY_FIELD) or request.headers.get("X-Typed-By", "")


def _owner(request: HttpRequest) -> Membership | None:
    known = read_typed_by(_mark(request), _MARK_LASTS)
    return membership_of(known) if known else None


def _address(request: HttpRequest) -> str:
    """Where a form was sent, with its query: a call's direction is there.

    Long queries only prefill fields, which the posted form contains anyway.
    """
    whole = request.get_full_path()
    return whole if len(whole) <= _LONGEST_ADDRESS else request.path


def hold(request: HttpRequest, view: Callable[..., Any]) -> HeldForm | None:
    """Hold the posted form for its owner; None without a valid mark, and for a view that keeps nothing (passwords).

    The answer to the first one may have been lost: `saved_before` then has when it was saved, and of a press or a file
    nothing is left to hold.
    """
    content = content_sent(request)
    owner, how = _owner(request), how_held(getattr(view, "held_as", None), content)
    if owner is None or how is None:
        return None
    if _was_saved(request, owner.user, content) and (how.pressed or how.file):
        return None
    # A press counts from when it was pressed, however often it is answered.
    taken_up = "" if how.pressed else request.POST.get("taken_up", "")
    return hold_form(by=owner, path=_address(request), content=content, taken_up=taken_up)


def _was_saved(request: HttpRequest, user: User, content: Content) -> bool:
    """Whether what is sent was saved already; `saved_before` then has when."""
    saved = _saved_first(user, [content])
    if saved:
        request.saved_before = moment(saved[0], timezone.now())  # type: ignore[attr-defined]
    return bool(saved)


def _saved_first(user: User, contents: Sequence[Content]) -> dict[int, datetime]:
    """When each of these, by its place among them, was first saved, of those that were."""
    ids = [next(iter(content.get("client_id", ())), "") for content in contents]
    saved = saved_when(user, ids)
    return {place: saved[id_] for place, id_ in enumerate(ids) if id_ in saved}


def say_saved_before(request: AnyRequest) -> None:
    """To whoever sees the next page: what its owner sent, if anything, is saved already."""
    owner = _owner(request) if request.saved_before else None
    if owner:
        what = f"Det {given_name(owner.user)} skickade är redan sparat {request.saved_before}."
        messages.info(request, what)


def after_fault(request: HttpRequest, *, keeps: bool = True) -> dict[str, Any]:
    """What the page of a fault says of what was sent: as what it is `held`, and what `became` of it, in words. Nothing
    is held where the server `keeps` nothing now.
    """
    held = _hold_after_fault(request, keeps)
    how = held_as_of(held, content_of(held)) if held else None
    saved = getattr(request, "saved_before", "")
    return {"held": held, "how": how, "saved": saved, "became": became(how, saved)}


def _hold_after_fault(request: HttpRequest, keeps: bool) -> HeldForm | None:
    """Hold what an ordinary form sent where the server failed before it was done; None where not even that can be
    written. With a script what was typed stands where it was.
    """
    match = match_of(request.path_info)
    if match is None or request.method != "POST" or request.headers.get("HX-Request"):
        return None
    with suppress(Exception):
        # The connection may be what was lost.
        if connection.connection and not connection.is_usable():
            connection.close()
        # What was done before the server failed is saved, if it was a form that saves.
        if keeps and not getattr(request, "is_done", False):
            return hold(request, match.func)
        if owner := _owner(request):
            _was_saved(request, owner.user, content_sent(request))
    return None


def content_sent(request: HttpRequest) -> dict[str, list[str]]:
    """The posted fields that a person typed or chose."""
    return {k: request.POST.getlist(k) for k in request.POST if k not in NOT_CONTENT}


def card_of(held: HeldForm, user: User, acting: Acting | None) -> HeldCard:
    """A held form as the logged-in person sees it."""
    return _cards(user, acting, [held])[0]


def _cards(user: User, acting: Acting | None, forms: Sequence[HeldForm]) -> list[HeldCard]:
    now, contents = timezone.now(), [content_of(held) for held in forms]
    if not forms:
        return []
    known, saved = [membership.pk for membership in memberships_of(user)], _saved_first(user, contents)
    return [
        held_card(held, content, acting, known, now, saved.get(place))
        for place, (held, content) in enumerate(zip(forms, contents, strict=True))
    ]


def read_out(request: OwnRequest, held: HeldForm) -> list[tuple[str, str]]:
    """The content of a held form in words, as its page would show it to the assignment that it was written in; where
    the page can no longer show it, what was typed and chosen with the form's words for it.
    """
    again = copy(request)
    again.acting, again.shown_again = acting_in(held.membership), None
    # Of a patient whom one has to open first nothing is read out but what one typed.
    with suppress(NotOpened):
        form_again(again, held)
    return said_in(again.shown_again) if again.shown_again else typed_in(held)


def typed_in(held: HeldForm) -> list[tuple[str, str]]:
    """What was filled in, with the form's words for it, of whatever it was about: nothing is looked up of that. Empty
    where the view declares no form.
    """
    declared = getattr(match_of(held.path).func, "held_in", None) if match_of(held.path) else None
    if declared is None:
        return []
    content = content_of(held)
    form = typed_form(declared, content)
    known = names_in(form)
    rest = typed_words({name: values for name, values in content.items() if name not in known})
    return [*said_in(form), *([("Också ifyllt", "\n".join(rest))] if rest else [])]


def why_not_shown(acting: Acting, held: HeldForm) -> str:
    """Why a form about a chain can no longer be shown; "" where nothing is known of that."""
    kwargs = match.kwargs if (match := match_of(held.path)) else {}
    for name, get in _ABOUT.items():
        if name in kwargs:
            try:
                get(acting, kwargs[name])
            except ObjectDoesNotExist:
                return why_over(acting, kwargs[name])
    return ""


def form_again(request: OwnRequest, held: HeldForm) -> HttpResponse | None:
    """The page of a held form with everything typed, to be saved by its own button; None where it cannot be shown."""
    path, _, query = held.path.partition("?")
    with suppress(Http404, PermissionDenied):  # Resolver404 too
        match = resolve(path)
        how = how_held(getattr(match.func, "held_as", None), content_of(held))
        if how is None or how.pressed or how.file:
            return None
        get_token(request)  # what the form's own needs is then of the page that is answered
        again = copy(request)
        again.path, again.method, again.resolver_match = path, "POST", match
        again.META = {**request.META, "QUERY_STRING": query}
        post = QueryDict(mutable=True)
        for name, values in content_of(held).items():
            post.setlist(name, list(values))
        # A view only shows what comes with `held`.
        post["held"] = str(held.pk)
        again.GET, again.POST = QueryDict(query), post  # type: ignore[assignment]
        response: HttpResponse = match.func(again, *match.args, **match.kwargs)
        request.shown_again = getattr(again, "shown_again", None)
        return response if response.status_code == 200 else None
    return None


def cards_of(user: User, acting: Acting | None) -> list[HeldCard]:
    """All that is held for the logged-in person, and what was, the present assignment first."""
    cards = _cards(user, acting, known_forms_of(user))
    return sorted(cards, key=lambda card: not card.here)


def turned_away(request: AnyRequest, held: HeldForm | None, status: int) -> HttpResponse:
    """The answer that says whose the form is, who is logged in, and what became of what was typed."""
    owner, user = _owner(request), request.user
    mine = owner is not None and owner.user_id == user.pk
    # Whoever is there now may be nobody: of the patient nothing is looked up.
    how = held_as_of(held, content_of(held)) if held else None
    context = {
        "owner": owner,
        "given_name": given_name(owner.user) if owner else "",
        "mine": mine,
        "card": card_of(held, user, request.acting) if held and mine and user.is_authenticated else None,
        "how": how,
        "became": became(how),
        "saved": request.saved_before,
        "held": held,
        "files": bool(request.FILES),
    }
    response = render(request, "held_away.html", context, status=status)
    if request.headers.get("HX-Request"):
        # The whole page in the place of the whole page, whatever the form would have changed.
        response["HX-Retarget"] = "body"
        response["HX-Reswap"] = "innerHTML show:window:top"
        response["HX-Push-Url"] = "false"
    return remembering(request, response, held)


def remembering(request: HttpRequest, response: HttpResponse, held: HeldForm | None) -> HttpResponse:
    """Set the cookie by which this browser's log-in page knows that something is held; it has the id only."""
    if held is None:
        return response
    ids = [str(held.pk), *(known for known in _remembered(request) if known != str(held.pk))]
    response.set_signed_cookie(
        _COOKIE,
        ".".join(ids[:_MOST_REMEMBERED]),
        salt=_SALT,
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def kept_here(request: HttpRequest) -> list[str]:
    """The first names of those for whom something sent from this browser is kept."""
    return kept_for(_remembered(request))


def _remembered(request: HttpRequest) -> list[str]:
    try:
        known = request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=KEPT_FOR)
    except BadSignature:
        return []
    return known.split(".") if known else []
