"""Mina utskrifter: the long work that one has asked for, how far it has come, and its files."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts.access import ActingRequest
from contacts.models import Work
from contacts.queries.work import nobody_works, own_work, why_not_given, work_by_id
from contacts.rules.errors import RuleError
from contacts.rules.held import held_print
from contacts.rules.work import LineFull, WorkState
from contacts.services.work import KINDS, ask, cancel, fetch
from contacts.views.tools import asks_for_part, get_or_404, held_as

logger = logging.getLogger(__name__)

PAGE_SIZE = 25
_FOLDER = "contacts/work"


def asked(work: Work) -> HttpResponse:
    """Leads to the page that tells how far it has come."""
    return redirect("work", work.pk)


def asked_by_press(request: ActingRequest, **what: Any) -> HttpResponse:
    """Asks for it (`ask`), as `asked`; where the line is full, what one has in it is shown."""
    try:
        return asked(ask(by=request.acting, **what))
    except LineFull as full:
        messages.error(request, full.reason)
        return redirect("my_work")


@require_safe
def my_work(request: ActingRequest) -> HttpResponse:
    found = Paginator(own_work(request.acting), PAGE_SIZE).get_page(request.GET.get("sida"))
    _say_refused(*found)
    context = {"found": found, "unfinished": any(work.is_unfinished for work in found)}
    part = "_list" if asks_for_part(request) else "list"
    return render(request, f"{_FOLDER}/{part}.html", context)


@require_safe
def work(request: ActingRequest, work_id: UUID) -> HttpResponse:
    """How far it has come; once it is done, the page that shows what became of it, or its file to open."""
    found = get_or_404(work_by_id, request.acting, work_id)
    if found.state == WorkState.DONE and found.to:
        if asks_for_part(request):
            # This very page once more, as a person opens it: what is told then is told in the log-in.
            return HttpResponse(headers={"HX-Redirect": reverse("work", args=[found.pk])})
        if found.said:
            (messages.warning if found.warns else messages.success)(request, found.said)
        name, *args = found.to
        return redirect(name, *args)
    _say_refused(found)
    undone = found.waits_long and nobody_works()
    if undone and not asks_for_part(request):
        # Whoever keeps the server is not among those who see the page.
        logger.error("long work waits and nobody does any: is `manage.py work` running?")
    context = {
        "work": found,
        "undone": undone,
        "nothing": "" if found.bound else KINDS[found.kind].nothing,
    }
    part = "_state" if asks_for_part(request) else "show"
    return render(request, f"{_FOLDER}/{part}.html", context)


def _say_refused(*works: Work) -> None:
    """Why the file of each is not handed out, and the page to ask for it at once more."""
    for work, why in zip(works, why_not_given(*works), strict=True):
        kind = KINDS[work.kind]
        work.again = reverse(kind.back, args=[work.args[kind.of]] if kind.of else [])
        work.refused = why if work.has_file else ""  # type: ignore[attr-defined]


@held_as(held_print("Öppna filen"))
@require_POST
def work_file(request: ActingRequest, work_id: UUID) -> HttpResponse:
    """410 where the file is gone: it was of once, a day has passed, or it no longer says what is so."""
    found = get_or_404(work_by_id, request.acting, work_id)
    try:
        content = fetch(by=request.acting, work=found)
    except RuleError as gone:
        _say_refused(found)
        context = {"reason": gone.reason, "work": found}
        return render(request, f"{_FOLDER}/gone.html", context, status=410)
    shown = "inline" if found.is_paper else "attachment"
    headers = {
        "Content-Disposition": f'{shown}; filename="{found.filename}"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(content, content_type=found.content_type, headers=headers)


@held_as(held_print("Avbryt"))
@require_POST
def work_cancel(request: ActingRequest, work_id: UUID) -> HttpResponse:
    found = get_or_404(work_by_id, request.acting, work_id)
    if not cancel(by=request.acting, work=found):
        messages.info(request, "Det var redan klart eller avbrutet.")
    return redirect("work", work_id)
