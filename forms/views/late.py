"""Sena uppgifter: what somebody writes of an outage that is purged, and what a coordinator decides of it."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts.access import Acting, ActingRequest, AnyRequest, can
from contacts.models.data_key import outage_id_of
from contacts.models.encrypted import KeyDestroyed
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs, how_held
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, put, require
from forms.models import LateEntry
from forms.presenters.purge import outcome_words
from forms.queries.late import decisions_of, late_entry_of, purged_outages
from forms.queries.late import late_entries as entries_for
from forms.services.late import decide_late, keep_late, read_late, read_to_decide
from forms.webforms.purge import LateDecisionForm, LateForm
from outage.presenters.held import said_in
from outage.queries.care_chains import get_chain

KEPT = "Uppgifterna från driftstoppet är gallrade. Din anteckning är sparad och går till samordnaren."
_ROWS_A_PAGE = 25


@held_as(HeldAs("Sen uppgift"), LateForm)
@require_http_methods(["GET", "POST"])
def late_entries(request: ActingRequest) -> HttpResponse:
    """Those of the own unit, or of all that a coordinator decides for, without what they say; one is posted."""
    acting = request.acting
    require(acting, Right.LOG_CARE)
    outages = [(str(each.pk), each.listed_as) for each in purged_outages(acting)]
    page = FormPage(request, LateForm(request.POST or None, outages=outages))
    if page.to_save():
        with page:
            form = page.form
            assert isinstance(form, LateForm)
            told = form.cleaned_data
            row = keep_late(
                by=acting, outage_id=told["outage"], client_id=told["client_id"], said=form.said()
            )
            return page.done(KEPT, "late_entry", row.pk)
    found = Paginator(entries_for(acting), _ROWS_A_PAGE).get_page(request.GET.get("sida"))
    return page.show(
        "forms/late/list.html", found=found, outages=outages, decides=can(acting, Right.DECIDE_LATE)
    )


@held_as(HeldAs("Avgör en sen uppgift"), LateDecisionForm)
@require_http_methods(["GET", "POST"])
def late_entry(request: ActingRequest, late_id: UUID) -> HttpResponse:
    acting = request.acting
    require(acting, Right.LOG_CARE)
    entry = get_or_404(late_entry_of, acting, late_id)
    if request.method == "POST":
        require(acting, Right.DECIDE_LATE)
    decides = can(acting, Right.DECIDE_LATE)
    decisions = decisions_of(entry)
    form = LateDecisionForm(
        request.POST or None, initial={"seen": len(decisions)}, system=entry.outage.system
    )
    page = FormPage(request, form)
    if page.to_save():
        with page:
            decide_late(by=acting, entry=entry, **form.cleaned_data)
            return page.done("Uppgiften är avgjord.", "late_entry", entry.pk)
    if page.changed:
        decisions = decisions_of(entry)
        put(form, seen=len(decisions))
    return page.show(
        "forms/late/show.html",
        entry=entry,
        said=(read_to_decide if decides else read_late)(by=acting, entry=entry),
        decisions=[(outcome_words(each), each) for each in decisions],
        form=form if decides else None,
    )


class PurgedMiddleware:
    """What somebody sent about an outage that is purged cannot be saved there: it is kept for a coordinator."""

    def __init__(self, get_response: Callable[[AnyRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: AnyRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, KeyDestroyed) or request.acting is None:
            return None
        try:
            to = reverse("late_entry", args=[_kept(request, request.acting, exception).pk])
            messages.warning(request, KEPT)
        except RuleError as refused:
            to = reverse("status")
            messages.error(request, refused.reason)
        return HttpResponse(headers={"HX-Redirect": to}) if request.htmx else redirect(to)


def _kept(request: AnyRequest, acting: Acting, gone: KeyDestroyed) -> LateEntry:
    """Raises KeyDestroyed where there is nothing to keep, or it is of no outage."""
    outage_id = outage_id_of(gone.key_name)
    said = said_in(gone.form) if gone.form is not None else []
    if outage_id is None or not said:
        raise gone
    keep = partial(
        keep_late, by=acting, outage_id=outage_id, said=[*_about(request, acting), *said], met=True
    )
    try:
        return keep(client_id=UUID(request.POST.get("client_id", "")))
    except (ValueError, IdClash):
        return keep(client_id=uuid4())


def _about(request: AnyRequest, acting: Acting) -> list[tuple[str, str]]:
    """Which form it was, and of which chain: types, times and numbers of those stand."""
    found, match = [], request.resolver_match
    if match and (how := how_held(getattr(match.func, "held_as", None), dict(request.POST.lists()))):
        found.append(("Formulär", how.what))
    if match and "chain_id" in match.kwargs:
        with suppress(ObjectDoesNotExist):
            found.append(("Vårdkedja", str(get_chain(acting, match.kwargs["chain_id"]).number)))
    return found
