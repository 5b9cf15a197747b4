"""Läge: the first page."""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_GET

from contacts.access import Acting, ActingRequest, can
from contacts.page_versions import (
    Part,
    alike_beside_chains,
    holds_until,
    noting_until,
    of_one_minute,
    version_for,
)
from contacts.rules.permissions import Right
from contacts.views.shared import shared_part
from contacts.views.tools import get_or_404, require, uuid_or_404
from outage.models import CareChain, ChainState, Outage
from outage.presenters.awaited import awaited_listed
from outage.presenters.call_codes import code_lines_in_list
from outage.presenters.checklists import checklist_cards
from outage.presenters.owed import place_to_find
from outage.presenters.readiness import readiness
from outage.presenters.reminders import Reminders, reminder_lines, reminders_for
from outage.presenters.ringing import calls_listed, calls_to_ring
from outage.presenters.shift import ring_back_line, waiting_line
from outage.presenters.status import (
    ChainRow,
    Idle,
    chain_row,
    moves_missing,
    nothing_to_ring,
    outage_facts,
    received_row,
    told_rows,
)
from outage.queries.care_chains import logged_and_told, mark_namesakes
from outage.queries.chain_lists import Known, ListedChains
from outage.queries.closing import left_about
from outage.queries.lately import calls_received, received_lately, told_lately
from outage.queries.listed import Listed, listed_now
from outage.queries.outages import earlier_outages, not_ended_before, outage_for, outage_in_view
from outage.queries.owed import (
    chains_seen,
    chains_seen_and_missing,
    chains_with_a_place_to_find,
    chains_with_answers_awaited,
    chains_with_calls_owed,
)
from outage.queries.papers import papers
from outage.queries.reminders import all_due, due_now
from outage.queries.shift_done import calls_by_id
from outage.queries.states import sole_party
from outage.rules.reminders import late, ring_back_later
from outage.rules.wording import clock_time, midnight_after

from ._tools import PageVersion, still_holds

CALLS_A_PAGE = 10
AWAITED_A_PAGE = 10
LATE_A_PAGE = 10
BACK_A_PAGE = 10
PLACES_A_PAGE = 10
CHAINS_A_PAGE = 25
# How far back an open page is told who made a call that has gone from its list.
TOLD_LATELY = timedelta(minutes=30)


@require_GET
def status(request: ActingRequest) -> HttpResponse:
    """What the acting unit has to do now; without an outage, that all is well and how ready one is."""
    return _shown(request, "outage/status/show.html")


@require_GET
def calls_to_make(request: ActingRequest) -> HttpResponse:
    """The parts of Läge that change, so that an open page stays current; 204 while what is shown there holds."""
    now = timezone.now()
    if still_holds(request.headers.get("X-Shown", ""), request.acting, version_for(request.acting), now):
        return HttpResponse(status=204, headers={"X-Shown-At": clock_time(now)})
    return _shown(request, "outage/status/fresh.html")


@require_GET
def reminders_now(request: ActingRequest) -> HttpResponse:
    """What the browser may show beside its window, for an open page that nobody looks at; nothing of any patient."""
    acting = request.acting
    require(acting, Right.READ_CARE)
    outage = outage_in_view(acting.principal)
    found = Reminders()
    if outage and acting.user.reminds_outside:
        found = reminders_for(acting, outage, timezone.now())
    whose = f"{acting.user.pk}-{acting.membership.pk}"
    return JsonResponse({"notice": found.notice, "marks": found.marks, "for": whose})


@require_GET
def head_now(request: ActingRequest) -> HttpResponse:
    """The head of the open page whose path is `sida`, about the outage `driftstopp` or none; 204 while it holds."""
    acting, now, asked = request.acting, timezone.now(), request.GET
    of = version_for(acting)
    if still_holds(request.headers.get("X-Shown", ""), acting, of, now):
        return HttpResponse(status=204)
    page = copy(request)
    # A page that says that there is none has no entry of the menu.
    with suppress(Resolver404):
        page.resolver_match = resolve(asked.get("sida", ""))
    about = None
    if "driftstopp" in asked:
        about = get_or_404(outage_for, acting.principal, uuid_or_404(asked["driftstopp"]))
    with noting_until() as moments:
        answer = render(page, "_components/head.html", {"outage": about})
    answer.headers["X-Version"] = str(PageVersion(acting, of, now, moments))
    return answer


def _shown(request: ActingRequest, template: str) -> HttpResponse:
    acting, now = request.acting, timezone.now()
    with noting_until() as moments:
        version = PageVersion(acting, version_for(acting), now, moments)
        # What is of today has its time alone.
        holds_until(now, midnight_after(now))
        # Colleagues who ask in the same minute are shown the same.
        shown = version.of, acting.unit.pk, acting.role, request.GET.urlencode()
        context = of_one_minute(shown, now, lambda: _now(request)) | {"here": "status", "version": version}
        outage = context["outage"]
        if "due" in context:
            all_due(acting, lambda: context["due"])
        if template == "outage/status/fresh.html" and outage and can(acting, Right.READ_CARE):
            require(acting, Right.READ_CARE)
            told = "told", version.of, acting.unit.pk, acting.role
            context["told"] = of_one_minute(
                told, now, lambda: _told(acting, now, outage, *context["earlier"])
            )
        elif template == "outage/status/show.html":
            context["late_entries"] = papers().late(acting)
        return render(request, template, context)


def _told(acting: Acting, now: datetime, *outages: Outage) -> dict[str, str]:
    told = told_lately(acting, now - TOLD_LATELY, *outages)
    holds_until(now, *(call.recorded_at + TOLD_LATELY for call in told))
    return told_rows(told, now)


def _now(request: ActingRequest) -> dict[str, Any]:
    acting: Acting = request.acting
    # Before anything that is read: what of the page no chain says is the same for as long as this is.
    alike = alike_beside_chains(acting)
    outage = outage_in_view(request.acting.principal)
    now = timezone.now()
    if outage is None:
        return {"outage": None, "readiness": readiness(acting, now)}
    earlier = earlier_outages(acting.principal, outage)
    beside = Part(("beside", *alike), now, cache(partial(_beside, acting, outage, now)))
    context = {"outage": outage, "earlier": earlier, "beside": beside}
    if can(acting, Right.READ_CARE):
        context |= _care(request, outage, earlier, now, alike)
    shared = shared_part(request, "outage/status/_outage.jinja", context)
    return {name: context[name] for name in ("outage", "earlier", "due") if name in context} | {
        "shared": shared
    }


def _beside(acting: Acting, outage: Outage, now: datetime) -> dict[str, Any]:
    cards = checklist_cards(acting, outage) if can(acting, Right.TICK_CHECKLIST) else []
    return {
        "facts": outage_facts(outage, acting, now),
        "cards": cards,
        "cards_to_tick": [card for card in cards if card.may_tick and not card.complete],
        "all_ticked": all(card.complete for card in cards),
    }


def _care(
    request: ActingRequest, outage: Outage, earlier: Sequence[Outage], now: datetime, alike: Hashable
) -> dict[str, Any]:
    acting, asked = request.acting, request.GET.get
    require(acting, Right.READ_CARE)
    known: Known = {}
    outages = [outage, *earlier]
    in_table = [*not_ended_before(acting.principal, outage), outage]
    seen, owed = (
        chains_seen(acting, *in_table, known=known),
        chains_with_calls_owed(acting, *outages, known=known),
    )
    awaited = chains_with_answers_awaited(acting, *outages, known=known)
    to_find = chains_with_a_place_to_find(acting, outage, known=known)
    due = all_due(acting, lambda: due_now(acting, now, *outages))
    unlisted = [one for one in due if not one.is_listed]
    holds_until(now, *(one.at for one in unlisted))
    late_page = Paginator(late(unlisted, now), LATE_A_PAGE).get_page(asked("sent"))
    back_page = Paginator(ring_back_later(unlisted, now), BACK_A_PAGE).get_page(asked("tillbaka"))
    about = ListedChains(acting, outages, list({one.chain: None for one in (*late_page, *back_page)}), known)
    received = received_lately(acting, outage)
    pages = [
        (of, of.page_of_ids(size, asked(number)))
        for of, size, number in (
            (seen, CHAINS_A_PAGE, "kedjor"),
            (owed, CALLS_A_PAGE, "ringa"),
            (awaited, AWAITED_A_PAGE, "vantar"),
            (to_find, PLACES_A_PAGE, "platser"),
        )
    ]
    ids = [*about.ids, *received.values(), *(pk for _, page in pages for pk in page.object_list)]
    listed = listed_now(acting, outages, ids, now, alike)
    known.update((pk, one.chain) for pk, one in listed.items())
    chains, to_ring, waiting, places = (of.on(page) for of, page in pages)
    rung = calls_by_id(acting, outages, (one.call for one in (*late_page, *back_page) if one.call))
    mark_namesakes(acting, known.values(), *outages)
    calls_of_received = calls_received(received, known, now)
    codes = code_lines_in_list(calls_of_received, now)
    by_call = {call.pk: call for call in rung}
    left = left_about([*to_ring, *waiting, *about[:]])
    calls = calls_listed((listed[chain.pk] for chain in to_ring), now, left)
    return {
        "calls": calls,
        "calls_page": to_ring,
        "idle": None if calls else _idle(acting, *outages, ring_back=any(one.call for one in due)),
        "late_lines": reminder_lines(late_page, about[:], rung, now),
        "late_page": late_page,
        "due": due,
        "ring_back": [
            ring_back_line(call, known[one.chain], now, left)
            for one in back_page
            if one.chain in known and one.call and (call := by_call.get(one.call))
        ],
        "back_page": back_page,
        "awaited": awaited_listed(acting, (listed[chain.pk] for chain in waiting), now, left),
        "shift": of_one_minute(
            ("waiting", alike, outage.pk), now, partial(waiting_line, acting, outages, now), part=True
        ),
        "awaited_page": waiting,
        "places": [place_to_find(chain) for chain in places],
        "places_page": places,
        "chains": chains,
        "calls_of_earlier": not {chain.outage_id for chain in to_ring} <= {each.pk for each in in_table},
        "chain_rows": [_chain_part(acting, listed[chain.pk], now) for chain in chains],
        "received": [
            Part(
                ("received", call.pk, codes.get(call.pk), *listed[call.chain.pk].as_shown),
                now,
                partial(received_row, call, outage.routine, now, codes.get(call.pk)),
            )
            for call in calls_of_received
        ],
    }


def _chain_part(acting: Acting, of: Listed, now: datetime) -> Part[ChainRow]:
    return Part(("row", *of.as_shown), now, partial(chain_row, acting, of.chain, of.rows, now))


def owed_page(
    request: ActingRequest, acting: Acting, *outages: Outage, known: Known | None = None
) -> Page[CareChain]:
    return chains_with_calls_owed(acting, *outages, known=known).page(CALLS_A_PAGE, request.GET.get("ringa"))


def owed_context(
    outage: Outage, page: Sequence[CareChain], states: Mapping[UUID, Sequence[ChainState]]
) -> dict[str, object]:
    """The calls owed about the chains of a page, in the order to make them, with the numbers to ring now."""
    calls = calls_to_ring(page, states, timezone.now())
    return {"calls": calls, "calls_page": page, "outage": outage}


def _idle(acting: Acting, *outages: Outage, ring_back: bool) -> Idle:
    logged, told, asked = logged_and_told(acting, sole_party(acting.principal), *outages)
    # Of what is purged nobody knows whether all were told.
    told = told and not any(each.purged_at for each in outages)
    missing = chains_seen_and_missing(acting, outages[0])[1].count() if told else 0
    return nothing_to_ring(
        logged=logged,
        told=told,
        purged=outages[0].purged_at is not None,
        ring_back=ring_back,
        asked=asked,
        but=moves_missing(missing),
    )
