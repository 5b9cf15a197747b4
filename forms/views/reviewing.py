"""Loggkontroll on paper."""

import json

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.sought import opened
from contacts.views.tools import held_as, require
from contacts.views.work import asked_by_press
from contacts.webforms.reviewing import ReportForm
from forms.services.reviewing import print_report
from forms.views._pdf import pdf_answer
from outage.queries.reviewing import chains_asked_for


@held_as(held_print("Skriv ut loggutdrag"))
@require_POST
def log_extract(request: ActingRequest) -> HttpResponse:
    """Of the patient that stands sealed in the address; 404 where there is none."""
    require(request.acting, Right.REVIEW_LOG)
    patient = opened(request).get("patient", "")
    chains = chains_asked_for(request.acting, patient)
    if not chains:
        raise Http404
    told = json.dumps({"patient": patient, "chains": sorted(map(str, chains))}).encode()
    return asked_by_press(request, kind="log_extract", label="Loggutdrag", files=[told])


@held_as(held_print("Skriv ut rapport från loggkontrollen"))
@require_POST
def log_report(request: ActingRequest) -> HttpResponse:
    """400 for a period that its page does not send."""
    require(request.acting, Right.REVIEW_LOG)
    form = ReportForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    since, until = form.days
    return pdf_answer(request, lambda: print_report(by=request.acting, since=since, until=until))
