"""Hämta som fil: what is to be entered after an outage, and its log, to keep elsewhere."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from contacts.access import ActingRequest
from contacts.models.data_key import name_for_files
from contacts.rules.errors import RuleError
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, require
from contacts.views.work import asked_by_press
from outage.queries.owed import chains_seen
from outage.rules.outage_files import OutageFile, TableForm, check_list_is_left, parts_of
from outage.rules.wording import day_and_year

from ._tools import chosen_outage_or_404


@require_GET
def outage_files(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.PRINT_SHEET)
    outage = chosen_outage_or_404(request)
    count = chains_seen(request.acting, outage).count()
    context = {
        "outage": outage,
        "count": count,
        "parts": parts_of(count),
        "tasks": OutageFile.TASKS.value,
        "log": OutageFile.LOG.value,
        "forms": [*TableForm],
        "press": uuid4(),
    }
    return render(request, "outage/back/files.html", context)


@held_as(held_print("Hämta som fil"))
@require_POST
def outage_file(request: ActingRequest, which: str, form: str) -> HttpResponse:
    """404 for an unknown file or form."""
    require(request.acting, Right.PRINT_SHEET)
    if which not in set(OutageFile) or form not in set(TableForm):
        raise Http404
    outage = chosen_outage_or_404(request)
    day = day_and_year(outage.current.started_at)
    try:
        check_list_is_left(purged=which == OutageFile.TASKS and outage.purged_at is not None)
    except RuleError as gone:
        messages.error(request, gone.reason)
        return redirect(f"{reverse('outage_files')}?driftstopp={outage.pk}")
    return asked_by_press(
        request,
        kind="outage_file",
        label=f"{OutageFile(which).label}, {outage.word} {day}, som {TableForm(form).label}",
        args={"which": which, "form": form, "outage": str(outage.pk)},
        key_name=name_for_files(request.acting.principal.pk, outage.pk),
    )
