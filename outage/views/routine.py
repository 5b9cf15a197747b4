"""Rutinen: the routine to read, by party."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from contacts.access import ActingRequest
from outage.presenters.routine import party_views, reminder_texts
from outage.queries.checklists import routine_of
from outage.queries.outages import outage_in_view


@require_GET
def routine(request: ActingRequest) -> HttpResponse:
    outage = outage_in_view(request.acting.principal)
    shown = routine_of(outage)
    context = {
        "routine": shown,
        "parties": party_views(request.acting, outage, shown),
        "reminders": reminder_texts(shown),
    }
    return render(request, "outage/routine/show.html", context)
