"""Läs in: a directory file, what it would change, and the word to bring it in."""

from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from contacts.filing.bringing_in import confirm_steps
from contacts.filing.columns import COLUMNS, REQUIRED
from contacts.filing.limits import FILE_BYTES, MB, ROWS
from contacts.filing.preview import preview
from contacts.filing.uploads import upload_steps
from contacts.models import AuditEntry, DirectoryUpload
from contacts.queries.uploads import import_of, upload_by_id
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.views._stream import streamed
from contacts.views.tools import held_as, renew, require_keeper
from contacts.webforms.importing import ConfirmForm, UploadForm

_CHANGED_SINCE = "Kontakterna har ändrats sedan förhandsvisningen. Läs igenom igen."


@held_as(HeldAs("Läs in kontakter", file=True))
@require_http_methods(["GET", "POST"])
def import_directory(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Choose a file; it is read while the page comes, and the page ends with what it would change."""
    require_keeper(request)
    if request.method != "POST":
        return render(request, "contacts/importing/upload.html", _form_context(UploadForm(initial=_new_id())))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "contacts/importing/upload.html", _form_context(form), status=422)

    def refused(error: RuleError) -> str:
        form.add_error("file", error.reason)
        renew(form)
        return render_to_string("contacts/importing/_upload.html", _form_context(form), request)

    return streamed(
        request,
        upload_steps(
            by=request.acting,
            client_id=form.cleaned_data["client_id"],
            content=form.cleaned_data["file"].read(),
        ),
        heading="Läs in kontakter",
        ended=lambda upload: _preview_part(request, upload),
        refused=refused,
    )


@held_as(HeldAs("Läs in filen", pressed=True))
@require_http_methods(["GET", "POST"])
def import_preview(request: HttpRequest, upload_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """Show what a file would change, or has changed; by POST, bring it in."""
    require_keeper(request)
    upload = upload_by_id(request.acting, upload_id)
    if upload is None:
        raise Http404
    form = ConfirmForm(request.POST) if request.method == "POST" else None
    if form is None or not form.is_valid():
        context = _preview_context(request, upload)
        status = 422 if form is not None else 200
        return render(request, "contacts/importing/preview.html", context, status=status)

    def ended(result: AuditEntry | DirectoryUpload) -> str:
        if isinstance(result, DirectoryUpload):
            return _preview_part(request, result, notice=_CHANGED_SINCE)
        return _preview_part(request, upload, done=result)

    return streamed(
        request,
        confirm_steps(
            by=request.acting,
            upload=upload,
            client_id=form.cleaned_data["client_id"],
            retire_missing=form.cleaned_data["retire_missing"],
        ),
        heading="Läs in kontakter",
        ended=ended,
        refused=lambda error: _preview_part(request, upload, notice=error.reason),
    )


def _new_id() -> dict[str, UUID]:
    return {"client_id": uuid4()}


def _form_context(form: UploadForm) -> dict[str, object]:
    return {
        "form": form,
        "megabytes": FILE_BYTES // MB,
        "most_rows": f"{ROWS:,}".replace(",", "\N{NO-BREAK SPACE}"),
        "required": REQUIRED,
        "optional": [column for column in COLUMNS if column not in REQUIRED],
    }


def _preview_context(
    request: HttpRequest,
    upload: DirectoryUpload,
    *,
    notice: str = "",
    done: AuditEntry | None = None,
) -> dict[str, object]:
    shown = preview(
        upload,
        done or import_of(upload),
        shown=request.GET.get("grupp", ""),
        page=request.GET.get("sida"),
    )
    return {"preview": shown, "notice": notice, "client_id": uuid4()}


def _preview_part(
    request: HttpRequest, upload: DirectoryUpload, *, notice: str = "", done: AuditEntry | None = None
) -> str:
    context = _preview_context(request, upload, notice=notice, done=done)
    return render_to_string("contacts/importing/_preview.html", context, request)
