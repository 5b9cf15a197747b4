"""What was done: the audit log for its reviewer, decisions by hand for the routine's owner. No patients."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from contacts.access import ActingRequest
from contacts.presenters.reviewing import trace_rows
from contacts.queries.branches import name_of_reach
from contacts.queries.reviewing import at_once, by_people, marked, names_of_targets, reviewed, roles_at
from contacts.rules.permissions import Right
from contacts.seen import looks_as
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import require
from contacts.webforms.reviewing import Period, ReviewForm, Which
from outage.presenters.decisions import decided_rows
from outage.queries.decisions import decided_by_hand

ROWS_A_PAGE = 50
FIRST_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
def review_log(request: ActingRequest) -> HttpResponse:
    """First what is to be looked at at once, then everything; whose and since when comes by POST."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    looks_as("log.reviewed", acting.principal)
    form = ReviewForm(came(request))
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    rows = reviewed(acting, form.since(timezone.now()))
    if form.person_text:
        rows = by_people(rows, acting, form.person_text)
    first = marked(rows)
    shows_all = form.which is Which.ALL
    found = Paginator(rows if shows_all else first, ROWS_A_PAGE).get_page(form.page)
    top = list(at_once(rows)[:FIRST_SHOWN]) if shows_all and found.number == 1 else []
    listed = [*top, *found]
    shown = trace_rows(listed, roles_at(listed), names_of_targets(acting, listed))
    context = {
        "form": form,
        "which": form.which,
        "filters": [(Which.ALL, rows.count()), (Which.MARKED, first.count())],
        "periods": [(period.value, period.label) for period in Period],
        "period": form.period,
        "reviewed": name_of_reach(acting, Right.REVIEW_LOG),
        "found": found,
        "first": shown[: len(top)],
        "rows": shown[len(top) :],
    }
    return render(request, "outage/reviewing/log.html", context)


@require_GET
def decisions(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.FOLLOW_DECISIONS)
    rows = decided_rows(decided_by_hand(request.acting))
    context = {"rows": rows, "principal": request.acting.principal}
    return render(request, "outage/reviewing/decisions.html", context)
