"""From paper to log: the rows of a sheet entered one by one, beside its picture."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.rules.trace_words import READ
from contacts.seen import looks_as
from contacts.views.tools import FormPage, get_or_404, held_as, require, uuid_or_404
from forms.models import Sheet
from forms.presenters.entering import (
    entered_rows,
    first_values,
    is_sip,
    paper_pictures,
    patient_groups,
    sip_direction,
)
from forms.queries.entering import (
    chains_to_choose,
    entries_from,
    last_entry,
    may_be_about,
    of_one_chain,
    of_past_drill,
    open_for_entering,
    said_all_entered,
    visible_among,
)
from forms.queries.opened import check_sheet_opened
from forms.queries.scans import pictures_of
from forms.queries.sheets import sheet_of
from forms.queries.warnings import warnings_of
from forms.services.entering import enter_call, move_entry
from forms.webforms.entering import EntryForm, MoveEntryForm, date_alone
from forms.webforms.fates import AllEnteredForm
from outage.models import CareChain
from outage.presenters.care import patient_on_own_page
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import log_of
from outage.queries.naming import ward_label
from outage.queries.openings import check_opened
from outage.queries.outages import earlier_outages, outage_in_view
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.wording import clock_time
from outage.views._tools import seen_or_404
from outage.views.calls import tell_first


@held_as(HeldAs("Rad från ett blad"), EntryForm)
@require_http_methods(["GET", "POST"])
def enter_sheet(request: ActingRequest, serial: str) -> HttpResponse:
    """Enter one row of a sheet in the log; `?vardkedja=<id>&riktning=` says about whom and which way.

    What the address does not say is asked first: nothing that stands on the paper is taken for granted.
    `?flytta=<id>` moves one that is entered to the sheet that it stood on.
    """
    require(request.acting, Right.LOG_CARE)
    require(request.acting, Right.HANDLE_SHEETS)
    sheet = get_or_404(sheet_of, request.acting, serial)
    if not sheet.comes_back:
        raise Http404
    if "flytta" in request.GET:
        return _move(request, sheet, request.GET["flytta"])
    check_sheet_opened(request.acting, sheet)
    chain = _chosen_chain(request, sheet)
    if chain is not None:
        check_opened(request.acting, chain)
    direction = _direction(request, sheet, chain) if chain else None
    if chain is not None:
        looks_as(READ)
    if chain is None or direction is None:
        return _show(request, sheet, chain)
    form = _form(request, sheet, chain, direction)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            handover = enter_call(
                by=request.acting,
                sheet=sheet,
                chain=chain,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                messages=form.messages_told(),
                paper=form.paper(sheet.serial),
                answers=form.answers(),
                seen=form.cleaned_data["seen"] or 0,
            )
            messages.success(request, f"Raden är sparad på servern {clock_time(handover.recorded_at)}.")
            return redirect(_address(sheet, vardkedja=chain.pk))
    if page.first:
        tell_first(page, form, page.first)
    return _show(request, sheet, chain, form, page)


def _move(request: ActingRequest, sheet: Sheet, entry_id: str) -> HttpResponse:
    """404 for an entry that was moved already."""
    found = [each for each in entries_from(sheet) if str(each.entry.pk) == entry_id]
    seen = visible_among(request.acting, {each.call.chain_id for each in found})
    (row,) = entered_rows(found, seen, timezone.now()) or (None,)
    # Sent once more, it is the service that knows it again.
    if row is None or not row.patient or (row.entry_id is None and request.method != "POST"):
        raise Http404
    form = MoveEntryForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            moved = move_entry(
                by=request.acting,
                entry=found[0].entry,
                client_id=data["client_id"],
                serial_text=data["serial"],
                reason=data["reason"],
                answers=form.answers(),
            )
            said = f"Raden är flyttad till blad {moved.sheet.shown_serial}."
            return page.done(said, "enter_sheet", sheet.serial)
    return page.show("forms/entering/move.html", sheet=sheet, row=row, entry_id=entry_id)


def _chosen_chain(request: ActingRequest, sheet: Sheet) -> CareChain | None:
    """The patient of the row: the one in the address, else that of the row before, else the sheet's own; or None where
    that is to be chosen. What is sent is about the one in the address, which the service holds against the sheet.
    """
    acting, wanted = request.acting, request.GET.get("vardkedja")
    own = seen_or_404(request, get_chain, sheet.chain_id) if sheet.chain_id else None
    found = seen_or_404(request, get_chain, uuid_or_404(wanted)) if wanted else None
    if found and (request.method == "POST" or may_be_about(acting, sheet, found.pk)):
        return found
    if own and of_one_chain(acting, sheet):
        return own
    if wanted is not None or request.method == "POST":
        return None
    last = last_entry(sheet)
    seen = list(visible_among(acting, [last.handover.chain_id]).values()) if last else [*filter(None, [own])]
    right = next((chain for chain in seen if chain.details.status != ChainStatus.WRONG_PATIENT), None)
    return get_or_404(get_chain, acting, right.pk) if right else None


def _direction(request: ActingRequest, sheet: Sheet, chain: CareChain) -> Direction | None:
    """Which way the row went: a SIP's follows from the acting unit, else what was answered; None where nothing was."""
    if is_sip(sheet):
        return sip_direction(request.acting, chain)
    answered = request.GET.get("riktning")
    return Direction(answered) if answered in set(Direction) else None


def _form(request: ActingRequest, sheet: Sheet, chain: CareChain, direction: Direction) -> EntryForm:
    log = log_of(chain.pk)
    on, signature = first_values(last_entry(sheet), chain)
    day = date_alone(on)
    initial = {"signed_by": signature, "at": day, "written_at": day}
    return EntryForm(
        request.POST or None,
        acting=request.acting,
        chain=chain,
        log=log,
        direction=direction,
        initial=initial,
        above=on,
        sip_only=is_sip(sheet),
    )


def _show(
    request: ActingRequest,
    sheet: Sheet,
    chain: CareChain | None = None,
    form: EntryForm | None = None,
    page: FormPage | None = None,
) -> HttpResponse:
    now, acting = timezone.now(), request.acting
    found = entries_from(sheet)
    context: dict[str, Any] = {
        "sheet": sheet,
        "warnings": warnings_of(acting, sheet),
        "voided": not open_for_entering(sheet),
        "practised": of_past_drill(sheet),
        "pictures": paper_pictures(sheet, pictures_of(sheet)),
        "entered": entered_rows(found, visible_among(acting, {e.call.chain_id for e in found}), now),
        "is_sip": is_sip(sheet),
        "of_one_chain": of_one_chain(acting, sheet),
        "said": said_all_entered(sheet),
    }
    if found and not (context["voided"] or context["practised"] or context["said"]):
        seen = {"seen": sheet.fates.count(), "rows": len(found)}
        context["all_entered"] = AllEnteredForm(initial=seen, auto_id="id_infort_%s")
    if chain is None or form is None or page is None:
        context["chosen"] = chain
        pressed = chain is None and not {"riktning", "visa"}.isdisjoint(request.GET)
        context["not_chosen"] = "Välj vilken patient raden gäller." if pressed else ""
        context["patient"] = patient_on_own_page(chain, now) if chain else None
        context["groups"] = patient_groups(chains_to_choose(acting, sheet), now)
        if in_view := outage_in_view(acting.principal):
            others = earlier_outages(acting.principal, in_view)
            context |= {"may_open_chain": True, "earlier": [each for each in others if not each.purged_at]}
    else:
        direction = form.direction.value
        context |= {
            "form": form,
            **page.told,
            "chain": chain,
            "patient": patient_on_own_page(chain, now),
            "ward": ward_label(chain),
            "direction": direction,
            "action": _address(sheet, vardkedja=chain.pk, riktning=direction),
            "other_patient": _address(sheet, vardkedja=""),
            "given": _address(sheet, vardkedja=chain.pk, riktning=Direction.GIVEN.value),
            "received": _address(sheet, vardkedja=chain.pk, riktning=Direction.RECEIVED.value),
        }
    status = page.status if page else 200
    return render(request, "forms/entering/enter.html", context, status=status)


def _address(sheet: Sheet, **query: Any) -> str:
    return f"{reverse('enter_sheet', args=[sheet.serial])}?{urlencode(query)}"
