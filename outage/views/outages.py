"""The outage itself: reported, changed, support rung, ended, opened again."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, require, save_or_show
from outage.presenters.status import outage_facts, support_line
from outage.queries.outages import current_outage, reports_of, support_contacts
from outage.routine import current_routine
from outage.services.outages import (
    OutageFacts,
    change_outage,
    end_outage,
    record_support_contact,
    reopen_outage,
    report_outage,
)
from outage.webforms.outages import EndForm, OutageForm, SupportForm

from ._tools import outage_or_404


@held_as(HeldAs("Anmälan av driftstopp"))
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Anmäl driftstopp; joins the one that goes on."""
    require(request.acting, Right.REPORT_OUTAGE)
    now = timezone.now()
    initial = {"client_id": uuid4(), "started_at": now}
    form = OutageForm(request.POST or None, initial=initial)
    support = support_line(current_routine(), request.acting.principal, (), now)

    def show(form: OutageForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "support": support, "going_on": current_outage(), "mode": "report"}
        return render(request, "outage/outage/report.html", context, status=status)

    def save() -> HttpResponse:
        facts = OutageFacts(**form.facts())
        _, joined = report_outage(by=request.acting, client_id=form.cleaned_data["client_id"], facts=facts)
        text = "Ett driftstopp pågår redan. Din anmälan är tillagd." if joined else "Driftstoppet är anmält."
        messages.success(request, f"{text} Ring nu din support och anteckna det.")
        return redirect("record_support")

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@held_as(HeldAs("Ändrade uppgifter om driftstoppet"))
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Change what is known: scope, start, expected end."""
    require(request.acting, Right.REPORT_OUTAGE)
    outage = outage_or_404()
    current = outage.current
    initial = {
        "client_id": uuid4(),
        "scope": current.scope,
        "started_at": current.started_at,
        "expected_end_at": current.expected_end_at,
        "planned": current.planned,
    }
    form = OutageForm(request.POST or None, initial=initial)

    def show(form: OutageForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "going_on": outage, "mode": "change"}
        return render(request, "outage/outage/report.html", context, status=status)

    def save() -> HttpResponse:
        client_id = form.cleaned_data["client_id"]
        change_outage(
            by=request.acting, outage=outage, client_id=client_id, facts=OutageFacts(**form.facts())
        )
        messages.success(request, "Uppgifterna om driftstoppet är ändrade.")
        return redirect("status")

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@held_as(HeldAs("Samtal till supporten"))
@require_http_methods(["GET", "POST"])
def support(request: HttpRequest) -> HttpResponse:
    """Whom to ring for support, and the note that it was done (R1.1)."""
    require(request.acting, Right.REPORT_OUTAGE)
    outage = outage_or_404()
    now = timezone.now()
    form = SupportForm(request.POST or None, initial={"client_id": uuid4()})

    def show(form: SupportForm, status: int = 200) -> HttpResponse:
        contacts = support_contacts(outage, request.acting.principal)
        context = {
            "form": form,
            "facts": outage_facts(outage, request.acting, now, contacts, reports_of(outage)),
        }
        return render(request, "outage/outage/support.html", context, status=status)

    def save() -> HttpResponse:
        data = form.cleaned_data
        record_support_contact(
            by=request.acting,
            outage=outage,
            client_id=data["client_id"],
            at=data["at"],
            case_number=data["case_number"],
        )
        messages.success(request, "Antecknat: supporten är underrättad.")
        return redirect("status")

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@held_as(HeldAs("Åter i drift"))
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """The system is back."""
    require(request.acting, Right.END_OUTAGE)
    outage = outage_or_404()
    if not outage.is_open:
        return redirect("back_registration")
    form = EndForm(request.POST or None, initial={"ended_at": timezone.now()})

    def show(form: EndForm, status: int = 200) -> HttpResponse:
        return render(request, "outage/outage/end.html", {"form": form, "outage": outage}, status=status)

    def save() -> HttpResponse:
        end_outage(by=request.acting, outage=outage, ended_at=form.cleaned_data["ended_at"])
        messages.success(request, f"{outage.system} är åter i drift. Gå igenom listan nedan.")
        return redirect("back_registration")

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@held_as(HeldAs("Driftstoppet pågår ändå", pressed=True))
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Take back an end that was said too early."""
    require(request.acting, Right.END_OUTAGE)
    try:
        reopen_outage(by=request.acting, outage=outage_or_404())
        messages.success(request, "Driftstoppet pågår igen.")
    except RuleError as error:
        messages.error(request, error.reason)
    return redirect("status")
