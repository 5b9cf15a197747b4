"""Kontrollera fil: was a PDF made here, and is it as it was."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.views.tools import held_as
from forms.presenters.verifying import origin_view
from forms.rules.file_origin import MOST_MEGABYTES
from forms.services.verifying import FileNotRead, verify_file
from forms.webforms.verifying import VerifyForm


@held_as(HeldAs("Kontrollera fil", file=True))
@require_http_methods(["GET", "POST"])
def verify_page(request: ActingRequest) -> HttpResponse:
    """Choose or drop a file; the answer stands above the form for the next one."""
    if request.method != "POST":
        return _page(request, VerifyForm())
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        verdict = verify_file(by=request.acting, content=form.cleaned_data["file"].read())
    except FileNotRead as error:
        form.add_error("file", error.reason)
        return _page(request, form, status=422)
    answer = origin_view(verdict.origin, verdict.export, verdict.seal, can_tell=verdict.can_tell)
    return _page(request, VerifyForm(), answer=answer)


def _page(request: ActingRequest, form: VerifyForm, *, status: int = 200, **context: object) -> HttpResponse:
    context |= {"form": form, "megabytes": MOST_MEGABYTES}
    return render(request, "forms/verify/page.html", context, status=status)
