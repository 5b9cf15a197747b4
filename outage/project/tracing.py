"""What each request leaves in the trace: whom it showed, before they are shown, and what it was refused.

See docs/decisions/0038.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from contacts.access import Acting, AnyRequest
from contacts.models import User
from contacts.queries.addressed import chain_of, existing
from contacts.queries.traces import noted_since
from contacts.rules.trace_words import LISTED, PRINTED, READ, TAKEN_OUT
from contacts.seen import Refusal, Seen, seeing
from contacts.services.reading import note_look
from contacts.services.tries import note_denied
from outage.project.bounded import to_tell, to_tell_of_anybody
from outage.project.guessing import known_pc

logger = logging.getLogger(__name__)

# Pages that refresh themselves: the name of the page, and of what it asks again for.
_LIVE = {"status": "calls_to_make"}
_KEY = "seen_live"
_MOST_KEPT = 500
_OF_ONE = {"chain_id", "handover_id", "event_id"}
# What it is to be refused a page, where the page does not say itself.
_WHY = {403: "forbidden", 404: "not_yours"}
_MOST_IDS = 20
_ONLY_READS = {"GET", "HEAD"}


class NobodySees(Exception):
    """A page would show patients to who is not logged in."""


class TracingMiddleware:
    """Before a page that shows patients is sent, its row is written: where it cannot be, nobody is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponseBase:
        origin = cache(lambda: origin_of(request))
        with seeing(origin, only_reads=request.method in _ONLY_READS) as seen:
            response = self.get_response(request)
            try:
                _note_looks(request, response, seen)
            except Exception:
                logger.exception("the trace could not be written: the page is not shown")
                return _not_shown(request)
            _note_refusal(request, response, seen)
        return response


def origin_of(request: HttpRequest) -> str:
    """The client's address, and where the PC is known by its cookie the start of a hash of that."""
    try:
        address: str = get_adapter().get_client_ip(request)
    except PermissionDenied:
        address = "unknown"
    pc = known_pc(request)
    return f"{address} {hashlib.sha256(pc.encode()).hexdigest()[:8]}" if pc else address


def _who(request: AnyRequest) -> Acting | User | None:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return None
    return getattr(request, "acting", None) or user


def _note_looks(request: AnyRequest, response: HttpResponseBase, seen: Seen) -> None:
    if not (seen.chains or seen.target) or 300 <= response.status_code < 400:
        return
    by = _who(request)
    if by is None:
        raise NobodySees
    match = request.resolver_match
    page, kwargs = (match.view_name, match.kwargs) if match else ("", {})
    chains = seen.chains
    if page in _LIVE.values():
        chains = _newcomers(request, by, chains)
        if not chains:
            return
    own = kwargs.get("chain_id")
    note_look(
        by=by,
        action=seen.action or _action(response, kwargs),
        chain=next(iter(chains)) if len(chains) == 1 else own if own in chains else None,
        patients=chains if len(chains) > 1 else (),
        target=seen.target,
        page=page,
    )
    if page in _LIVE:
        _remember(request, by, chains)


def _action(response: HttpResponseBase, kwargs: dict[str, object]) -> str:
    if response.headers.get("Content-Type", "").startswith("application/pdf"):
        return PRINTED
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        return TAKEN_OUT
    return READ if _OF_ONE & set(kwargs) else LISTED


def _short(chain: UUID) -> str:
    return chain.hex[:16]


def _known(request: AnyRequest, by: Acting | User) -> list[str]:
    """Whom a live page has shown in this log-in and assignment since it was opened."""
    where, *known = request.session.get(_KEY, [None])
    return known if isinstance(by, Acting) and where == by.membership.pk else []


def _remember(request: AnyRequest, by: Acting | User, chains: set[UUID]) -> None:
    """Written only where somebody is new: the log-in's row in the database is not for every page."""
    known = _known(request, by)
    fresh = {_short(chain) for chain in chains} - set(known)
    if fresh and isinstance(by, Acting):
        request.session[_KEY] = [by.membership.pk, *[*sorted(fresh), *known][:_MOST_KEPT]]


def _newcomers(request: AnyRequest, by: Acting | User, chains: set[UUID]) -> set[UUID]:
    """Of what a live page asked again for, those that no row of this log-in tells of. A poll never writes in the
    log-in, which may be locked meanwhile: who came since the page was opened is looked for in the trace itself.
    """
    known = set(_known(request, by))
    fresh = {chain for chain in chains if _short(chain) not in known}
    if not fresh or not isinstance(by, Acting):
        return fresh
    since = datetime.fromtimestamp(request.session.get("started", 0), UTC)
    return fresh - noted_since(by, since, fresh)


def _not_shown(request: AnyRequest) -> HttpResponse:
    """Uses no database: it may be the reason."""
    response = render(None, "errors/not_traced.html", {"version": settings.VERSION}, status=503)
    response.headers["Retry-After"] = "30"
    patch_cache_control(response, no_store=True, private=True)
    return response


def _note_refusal(request: AnyRequest, response: HttpResponseBase, seen: Seen) -> None:
    """That it was refused stands, whether or not it can be told."""
    refusal = seen.refusal
    match = request.resolver_match
    status = response.status_code
    if match is None or (refusal is None and status not in _WHY):
        return
    try:
        by = _who(request)
        if refusal is None:
            sent = _ids_sent(request) if status == 404 else []
            target = existing(by, match.kwargs, sent) if by is not None else None
            if status == 404 and target is None:
                return
            refusal = Refusal(_WHY[status], target)
        if by is None:
            times = to_tell_of_anybody("denied", origin_of(request))
        else:
            times = to_tell("denied", str(request.user.pk))
        if times:
            chain = chain_of(refusal.target)
            page = match.view_name
            note_denied(by=by, why=refusal.why, page=page, times=times, target=refusal.target, chain=chain)
    except Exception:
        logger.exception("a refusal could not be written in the trace")


def _ids_sent(request: HttpRequest) -> list[UUID]:
    """What looks like an id among what was sent; a form sends the id of what it is about too."""
    found = []
    for data in (request.GET, request.POST):
        for value in (value for name in data for value in data.getlist(name)):
            try:
                found.append(UUID(value))
            except ValueError:
                continue
    return found[:_MOST_IDS]
