"""Blank sheets issued in batches, and the binder."""

from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs, held_print
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, require
from contacts.views.work import asked_by_press
from forms.models import SheetKind
from forms.presenters.batches import batch_view
from forms.presenters.binder import binder_page
from forms.queries.batches import (
    binder_of,
    exports_of,
    get_batch,
    latest_batches,
    outage_of,
    serials_of,
    sheets_with_copies,
)
from forms.queries.binder import last_binder
from forms.rules.batch import LARGEST, part_of
from forms.services.batches import issue_batch
from forms.views._pdf import press_of
from forms.webforms.batches import NewSheetsForm


@held_as(HeldAs("Nya blad"), NewSheetsForm)
@require_http_methods(["GET", "POST"])
def new_sheets(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.PRINT_SHEET)
    form = NewSheetsForm(request.POST or None, initial={"kind": SheetKind.CARE_CHAIN.value, "count": 25})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            batch = issue_batch(
                by=request.acting,
                client_id=data["client_id"],
                kind=SheetKind(data["kind"]),
                count=data["count"],
                copies=data["copies"],
            )
            return redirect("sheet_batch", batch.pk)
    batches = latest_batches(request.acting)
    return page.show("forms/batches/new.html", batches=batches, largest=LARGEST)


@require_GET
def sheet_batch(request: ActingRequest, batch_id: UUID) -> HttpResponse:
    require(request.acting, Right.PRINT_SHEET)
    batch = get_or_404(get_batch, request.acting, batch_id)
    others = sheets_with_copies(batch).exclude(batch=batch).exists()
    view = batch_view(batch, serials_of(batch), exports_of(batch), binder_of(batch), with_copies=others)
    return render(request, "forms/batches/show.html", {"view": view, "outage": outage_of(batch)})


@held_as(held_print("Skriv ut delen"))
@require_POST
def batch_part(request: ActingRequest, batch_id: UUID, part: int) -> HttpResponse:
    """404 for a part that the batch of the own unit does not have."""
    require(request.acting, Right.PRINT_SHEET)
    batch = get_or_404(get_batch, request.acting, batch_id)
    wanted = part_of(batch.count, part)
    if wanted is None:
        raise Http404
    label = f"{batch.get_kind_display()}, blad {wanted.first}–{wanted.last}"
    args = {"batch": str(batch.pk), "part": part}
    return asked_by_press(request, kind="batch_part", label=label, args=args)


@held_as(held_print("Skriv ut pärmen"))
@require_http_methods(["GET", "POST"])
def binder(request: ActingRequest) -> HttpResponse:
    """What the own unit's binder holds and when it was printed last; by POST, print it."""
    acting = request.acting
    if request.method == "POST":
        press = press_of(request)
        require(acting, Right.PRINT_SHEET)
        label = f"Beredskapspärm: {acting.unit.name}"
        return asked_by_press(request, kind="binder", label=label, client_id=press)
    context = {"view": binder_page(acting.unit, last_binder(acting.unit)), "client_id": uuid4()}
    return render(request, "forms/batches/binder.html", context)
