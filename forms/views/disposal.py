"""Disposal decisions: everybody of a principal reads them, its administrators record them."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest, can
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, renew, require, save_or_show
from forms.queries.disposal import decisions_of
from forms.services.disposal import record_decision
from forms.webforms.disposal import DecisionForm


@held_as(HeldAs("Gallringsbeslut"))
@require_http_methods(["GET", "POST"])
def disposal(request: ActingRequest) -> HttpResponse:
    """What the own principal has decided; an administrator records a new decision."""
    decisions = decisions_of(request.acting.principal)
    stands = decisions[0].pk if decisions else ""
    initial = {"client_id": uuid4(), "decided_on": timezone.localdate(), "seen": stands}
    form = DecisionForm(request.POST or None, initial=initial)

    def show(form: DecisionForm, status: int = 200, **more: object) -> HttpResponse:
        context = {
            "principal": request.acting.principal,
            "decisions": decisions,
            "form": form if can(request.acting, Right.DECIDE_DISPOSAL) else None,
        } | more
        return render(request, "forms/sheets/disposal.html", context, status=status)

    def save() -> HttpResponse:
        row = record_decision(by=request.acting, **form.facts())
        messages.success(request, f"Beslutet {row.reference} är infört och gäller nu.")
        return redirect("disposal")

    def changed() -> HttpResponse:
        now = decisions_of(request.acting.principal)[0]
        renew(form, seen=now.pk)
        by = (
            f"{now.user.full_name} har infört {now.reference}. Det gäller nu, och står överst bland besluten."
        )
        return show(form, 409, changed_by=by)

    if request.method == "POST":
        require(request.acting, Right.DECIDE_DISPOSAL)
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)
