"""Prints as PDF in the browser. What tells of patients is asked for by POST, with an id that the page made."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.models.data_key import name_for_files
from contacts.rules.errors import RuleError
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.exporting import chosen_principal
from contacts.views.tools import get_or_404, held_as, require
from contacts.views.work import asked_by_press
from forms.presenters.contact_list import contact_list_parts
from forms.rules.work_list_spec import WorkList
from forms.services.log_prints import print_log_sheet
from forms.services.printing import (
    Printed,
    print_call_support,
    print_care_chain,
    print_checklist,
)
from forms.services.sip_prints import print_sip, print_sip_invitation
from forms.views._pdf import pdf_answer, press_of
from outage.presenters.checklists import checklist_card
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_in_view
from outage.queries.owed import chains_seen
from outage.rules.outage_files import check_list_is_left, parts_of
from outage.rules.wording import day_and_year
from outage.services.when import check_not_purged
from outage.views._tools import chosen_outage_or_404


@held_as(held_print("Skriv ut blankett"))
@require_POST
def chain_sheet(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """`ink` adds lines to sign on. 404 for a chain that the acting person may not see."""
    return _chain_print(request, chain_id, print_care_chain, ink="ink" in request.POST)


@held_as(held_print("Skriv ut SIP-blankett"))
@require_POST
def chain_sip(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """R3.11; 404 for a chain that the acting person may not see."""
    return _chain_print(request, chain_id, print_sip)


@held_as(held_print("Skriv ut SIP, patientens exemplar"))
@require_POST
def chain_sip_patient(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """R3.11; 404 as for `chain_sip`."""
    return _chain_print(request, chain_id, print_sip, patients_copy=True)


@held_as(held_print("Skriv ut kallelse till SIP"))
@require_POST
def chain_sip_invitation(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """R3.9; 404 for a chain that the acting person may not see."""
    return _chain_print(request, chain_id, print_sip_invitation)


@held_as(held_print("Skriv ut loggblad"))
@require_POST
def log_sheet_pdf(request: ActingRequest) -> HttpResponse:
    press = press_of(request)
    return pdf_answer(request, lambda: print_log_sheet(by=request.acting, client_id=press))


@held_as(held_print("Skriv ut lista"))
@require_POST
def work_list_pdf(request: ActingRequest, which: str) -> HttpResponse:
    """404 for an unknown list."""
    if which not in set(WorkList):
        raise Http404
    outage = chosen_outage_or_404(request)
    press = press_of(request)
    require(request.acting, Right.PRINT_SHEET)
    try:
        check_list_is_left(purged=WorkList(which).says_what_is_left and outage.purged_at is not None)
    except RuleError as gone:
        messages.error(request, gone.reason)
        return redirect("status")
    return asked_by_press(
        request,
        kind="work_list",
        label=f"Lista: {WorkList(which).label}",
        client_id=press,
        args={"which": which, "outage": str(outage.pk)},
        key_name=name_for_files(request.acting.principal.pk, outage.pk),
    )


@held_as(held_print("Hämta loggen som PDF"))
@require_POST
def outage_log_pdf(request: ActingRequest, part: int) -> HttpResponse:
    """404 for a part that it has not."""
    require(request.acting, Right.PRINT_SHEET)
    outage = chosen_outage_or_404(request)
    press = press_of(request)
    parts = parts_of(chains_seen(request.acting, outage).count())
    if part not in parts:
        raise Http404
    of_part = f", del {part} av {len(parts)}" if len(parts) > 1 else ""
    return asked_by_press(
        request,
        kind="outage_log",
        label=f"Loggen, {outage.word} {day_and_year(outage.current.started_at)}{of_part}, som PDF",
        client_id=press,
        args={"outage": str(outage.pk), "part": part},
        key_name=name_for_files(request.acting.principal.pk, outage.pk),
    )


@require_GET
def call_support(request: ActingRequest) -> HttpResponse:
    return pdf_answer(request, lambda: print_call_support(by=request.acting))


@require_GET
def checklist_pdf(request: ActingRequest, key: str) -> HttpResponse:
    """404 for a checklist that is not the acting unit's."""
    outage = outage_in_view(request.acting.principal)
    card = get_or_404(checklist_card, request.acting, outage, key)
    return pdf_answer(request, lambda: print_checklist(by=request.acting, card=card, outage=outage))


@held_as(held_print("Skriv ut kontaktlistan"))
@require_http_methods(["GET", "POST"])
def contact_list(request: ActingRequest) -> HttpResponse:
    """`?huvudman=<id>` is that of one principal; 404 for an unknown id. By POST, print it.

    A long one is printed in parts: its contents are shown, and `?del=<n>` prints a part.
    """
    principal = chosen_principal(request)
    parts = contact_list_parts(principal)
    wanted = request.GET.get("del", "")
    if wanted and wanted not in {str(part.number) for part in parts}:
        raise Http404
    if request.method != "POST" or (len(parts) > 1 and not wanted):
        context = {"parts": parts, "principal": principal}
        return render(request, "forms/contact_list_parts.html", context)
    label = f"Kontaktlista: {principal.name if principal else 'alla'}{f', del {wanted}' if wanted else ''}"
    args = {"principal": principal.pk if principal else None, "number": int(wanted) if wanted else None}
    return asked_by_press(request, kind="contact_list", label=label, args=args)


def _chain_print(
    request: ActingRequest, chain_id: UUID, printed: Callable[..., Printed], **how: bool
) -> HttpResponse:
    require(request.acting, Right.PRINT_SHEET)
    chain = get_or_404(get_chain, request.acting, chain_id)
    check_not_purged(chain.outage, chain.principal_id)
    press = press_of(request)
    return pdf_answer(request, lambda: printed(by=request.acting, chain=chain, client_id=press, **how))
