"""Kontrollera fil: was a PDF made here, and is it as it was."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.views.tools import FormPage, held_as, sent
from forms.presenters.verifying import origin_view
from forms.rules.file_origin import MOST_MEGABYTES
from forms.services.verifying import verify_file
from forms.webforms.verifying import VerifyForm


@held_as(HeldAs("Kontrollera fil", file=True))
@require_http_methods(["GET", "POST"])
def verify_page(request: ActingRequest) -> HttpResponse:
    """Choose or drop a file; the answer stands above the form for the next one."""
    form = VerifyForm(*sent(request))
    page, context = FormPage(request, form, beside="file"), {"megabytes": MOST_MEGABYTES}
    if page.to_save():
        with page:
            verdict = verify_file(by=request.acting, content=form.cleaned_data["file"].read())
            answer = origin_view(verdict.origin, verdict.export, verdict.seal, can_tell=verdict.can_tell)
            return page.show("forms/verify/page.html", form=VerifyForm(), answer=answer, **context)
    return page.show("forms/verify/page.html", **context)
