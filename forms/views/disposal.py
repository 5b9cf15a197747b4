"""Disposal decisions: everybody of a principal reads them, its administrators record them."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest, can
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, held_as, require
from forms.queries.disposal import decisions_of
from forms.services.disposal import record_decision
from forms.webforms.disposal import DecisionForm


@held_as(HeldAs("Gallringsbeslut"), DecisionForm)
@require_http_methods(["GET", "POST"])
def disposal(request: ActingRequest) -> HttpResponse:
    decisions = decisions_of(request.acting.principal)
    stands = decisions[0].pk if decisions else ""
    form = DecisionForm(request.POST or None, initial={"decided_on": timezone.localdate(), "seen": stands})
    page = FormPage(request, form)
    may_decide = can(request.acting, Right.DECIDE_DISPOSAL)
    if request.method == "POST":
        require(request.acting, Right.DECIDE_DISPOSAL)
    if page.to_save():
        with page:
            row = record_decision(by=request.acting, **form.cleaned_data)
            return page.done(f"Beslutet {row.reference} är infört och gäller nu.", "disposal")
    if page.changed:
        now = decisions_of(request.acting.principal)[0]
        who = now.user.full_name
        by = f"{who} har infört {now.reference}. Det gäller nu, och står överst bland besluten."
        page.tell_changed(by, seen=now.pk)
    shown = form if may_decide else None
    principal = request.acting.principal
    return page.show("forms/sheets/disposal.html", principal=principal, decisions=decisions, form=shown)
