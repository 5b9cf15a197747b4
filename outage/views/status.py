"""Läge: the first page."""

from collections.abc import Mapping
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from contacts.access import Acting, can
from contacts.rules.permissions import Right
from outage.models import Outage
from outage.presenters.awaited import awaited_lines
from outage.presenters.checklists import checklist_cards
from outage.presenters.owed import OwedCall, calls_owed, in_order_to_ring
from outage.presenters.readiness import readiness
from outage.presenters.status import chain_row, outage_facts, received_row
from outage.queries.care_chains import ChainLog, logs_of, open_items_of, received_lately, visible_chains
from outage.queries.outages import (
    earlier_outages,
    others_still_out,
    outage_in_view,
    reports_of,
    said_of_ends,
    support_contacts,
)
from outage.queries.owed import chains_with_answers_awaited, chains_with_calls_owed
from outage.queries.ringing import numbers_of_places
from outage.routine import get_routine

CALLS_A_PAGE = 10
AWAITED_A_PAGE = 10
CHAINS_A_PAGE = 25
RECEIVED_SHOWN = 8


@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Show what the acting unit has to do now; without an outage, that all is well and how ready one is."""
    acting: Acting = request.acting
    outage = outage_in_view(request.acting.principal)
    now = timezone.now()
    if outage is None:
        return render(request, "outage/status/quiet.html", {"readiness": readiness(acting, now)})
    routine = get_routine(outage.routine_id)
    contacts = support_contacts(outage, acting.principal)
    earlier = earlier_outages(acting.principal, outage)
    context = {
        "outage": outage,
        "facts": outage_facts(
            outage,
            acting,
            now,
            contacts,
            reports_of(outage),
            said_of_ends(outage),
            others_still_out(outage, acting.principal),
        ),
        "cards": checklist_cards(acting, outage),
        "earlier": earlier,
    }
    if can(acting, Right.READ_CARE):
        chains = Paginator(visible_chains(acting, outage), CHAINS_A_PAGE).get_page(request.GET.get("kedjor"))
        owed = _owed_page(request, acting, outage, *earlier)
        waiting = Paginator(chains_with_answers_awaited(acting, outage, *earlier), AWAITED_A_PAGE).get_page(
            request.GET.get("vantar")
        )
        logs = logs_of({chain.pk for chain in [*chains, *owed, *waiting]})
        received = received_lately(acting, outage, RECEIVED_SHOWN)
        context |= _owed_context(acting, outage, owed, logs)
        context |= {
            "awaited": [
                line
                for chain in waiting
                for line in awaited_lines(
                    acting, chain, logs[chain.pk], get_routine(chain.outage.routine_id), now
                )
            ],
            "awaited_page": waiting,
            "chains": chains,
            "chain_rows": [chain_row(acting, chain, logs[chain.pk], routine, now) for chain in chains],
            "received": [received_row(call.chain, call, routine, now) for call in received],
        }
    return render(request, "outage/status/show.html", context)


@require_GET
def calls_to_make(request: HttpRequest) -> HttpResponse:
    """Give Att ringa nu alone, so that Läge can keep it fresh."""
    outage = outage_in_view(request.acting.principal)
    if outage is None or not can(request.acting, Right.READ_CARE):
        return HttpResponse(status=204)
    page = _owed_page(request, request.acting, outage, *earlier_outages(request.acting.principal, outage))
    logs = logs_of(chain.pk for chain in page)
    return render(request, "outage/status/_calls.html", _owed_context(request.acting, outage, page, logs))


def _owed_page(request: HttpRequest, acting: Acting, *outages: Outage) -> Page:
    return Paginator(chains_with_calls_owed(acting, *outages), CALLS_A_PAGE).get_page(
        request.GET.get("ringa")
    )


def _owed_context(
    acting: Acting, outage: Outage, page: Page, logs: Mapping[UUID, ChainLog]
) -> dict[str, object]:
    now = timezone.now()
    items = open_items_of(chain.pk for chain in page)
    numbers = numbers_of_places((logs[chain.pk] for chain in page), now)
    calls: list[OwedCall] = []
    for chain in page:
        calls += calls_owed(
            acting=acting,
            chain=chain,
            log=logs[chain.pk],
            routine=get_routine(chain.outage.routine_id),
            now=now,
            open_items=items,
            numbers=numbers,
        )
    calls = in_order_to_ring(calls)
    return {"calls": calls, "calls_page": page, "outage": outage}
