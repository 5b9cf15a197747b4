"""Läs in: a directory file, what its columns are, what it would change, and the confirmation."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.filing.bringing_in import confirm_steps
from contacts.filing.choices import Choices
from contacts.filing.columns import COLUMNS, REQUIRED
from contacts.filing.limits import FILE_BYTES, MB, ROWS
from contacts.filing.preview import done_words, preview
from contacts.filing.step import step_of, with_headings
from contacts.filing.undo import UNDO_DAYS, may_be_undone, undo_of, undo_steps
from contacts.filing.uploads import FileGone, choose_steps, keep_choices, kept_book, known_for, upload_steps
from contacts.models import AuditEntry, DirectoryUpload
from contacts.queries.uploads import import_of, last_imports, undone, undone_of, upload_by_id
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.views._stream import streamed
from contacts.views.tools import FormPage, get_or_404, held_as, renew, require_keeper, sent
from contacts.webforms.fields import SentOnce
from contacts.webforms.importing import ChoicesForm, ConfirmForm, UploadForm

_CHANGED_SINCE = "Kontakterna har ändrats sedan förhandsvisningen. Läs igenom igen."
_GUESSED_ANEW = "Kolumnerna och orden är gissade på nytt. Se igenom dem."
_HEADING = "Läs in kontakter"
_STEP_PAGE, _STEP_PART = "contacts/importing/choices.html", "contacts/importing/_choices.html"


@held_as(HeldAs(_HEADING, file=True))
@require_http_methods(["GET", "POST"])
def import_directory(request: ActingRequest) -> HttpResponse | StreamingHttpResponse:
    """Choose a file; it is read while the page comes, and the page ends with what it would change, or asks first."""
    require_keeper(request)
    form = UploadForm(*sent(request))
    page = FormPage(request, form)
    if not page.to_save():
        return page.show("contacts/importing/upload.html", **_form_context(request, form))

    def refused(error: RuleError) -> str:
        form.add_error("file", error.reason)
        renew(form)
        return render_to_string("contacts/importing/_upload.html", _form_context(request, form), request)

    client_id, content = form.cleaned_data["client_id"], form.cleaned_data["file"].read()
    return streamed(
        request,
        upload_steps(by=request.acting, client_id=client_id, content=content),
        heading=_HEADING,
        ended=lambda upload: _upload_part(request, upload),
        refused=refused,
    )


@held_as(HeldAs("Läs in filen", pressed=True))
@require_http_methods(["GET", "POST"])
def import_preview(request: ActingRequest, upload_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """What a file would change, or has changed; by POST, import it."""
    upload = _own_upload(request, upload_id)
    if not upload.plan:
        return HttpResponseRedirect(reverse("import_choices", args=[upload.pk]))
    form = ConfirmForm(request.POST or None)
    page = FormPage(request, form)
    if not page.to_save():
        return page.show("contacts/importing/preview.html", **_preview_context(request, upload))

    def ended(result: AuditEntry | DirectoryUpload) -> str:
        if isinstance(result, DirectoryUpload):
            return _preview_part(request, result, notice=_CHANGED_SINCE)
        return _preview_part(request, upload, done=result)

    return streamed(
        request,
        confirm_steps(by=request.acting, upload=upload, **form.cleaned_data),
        heading=_HEADING,
        ended=ended,
        refused=lambda error: _preview_part(request, upload, notice=error.reason),
    )


@held_as(HeldAs("Vad filen innehåller"))
@require_http_methods(["GET", "POST"])
def import_choices(request: ActingRequest, upload_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """The choice of what the columns and words of a file are; then comes what it would change."""
    upload = _own_upload(request, upload_id)
    if import_of(upload) is not None:
        return HttpResponseRedirect(reverse("import_preview", args=[upload.pk]))
    try:
        book = kept_book(upload)
    except FileGone as gone:
        return render(request, "contacts/importing/gone.html", {"reason": gone.reason}, status=410)
    known = known_for(request.acting.principal)
    step = step_of(book, Choices.read(upload.choices), known)
    form = ChoicesForm(request.POST or None, step=step)
    page = FormPage(request, form)
    if not page.to_save():
        return page.show(_STEP_PAGE, **_step_context(upload, form))
    choices, client_id = form.chosen(), form.cleaned_data["client_id"]
    anew = step_of(book, with_headings(book, choices, form.headings, known), known)
    shown = {(word.column, word.key) for word in step.words}
    if anew.choices.sheets != choices.sheets or any((w.column, w.key) not in shown for w in anew.words):
        # Nobody has seen what is guessed of these.
        kept = keep_choices(by=request.acting, upload=upload, client_id=client_id, choices=anew.choices)
        messages.info(request, _GUESSED_ANEW)
        return HttpResponseRedirect(reverse("import_choices", args=[kept.pk]))

    def refused(error: RuleError) -> str:
        form.add_error(None, error.reason)
        return render_to_string(_STEP_PART, _step_context(upload, form), request)

    return streamed(
        request,
        choose_steps(by=request.acting, upload=upload, client_id=client_id, choices=choices),
        heading=_HEADING,
        ended=lambda chosen: _preview_part(request, chosen),
        refused=refused,
    )


@held_as(HeldAs("Ångra inläsningen", pressed=True))
@require_http_methods(["GET", "POST"])
def import_undo(request: ActingRequest, upload_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """What undoing an import would do; by POST, do it."""
    upload = _own_upload(request, upload_id)
    import_row = get_or_404(import_of, upload)
    here = HttpResponseRedirect(reverse("import_preview", args=[upload.pk]))
    if request.method != "POST":
        if undone(import_row) is not None or not may_be_undone(import_row, timezone.now()):
            return here
        context = {"upload": upload, "undo": undo_of(import_row), "client_id": uuid4()}
        return render(request, "contacts/importing/undo.html", context)
    form = SentOnce(request.POST)
    if not form.is_valid():
        return here
    return streamed(
        request,
        undo_steps(by=request.acting, upload=upload, client_id=form.cleaned_data["client_id"]),
        heading=_HEADING,
        ended=lambda _: _preview_part(request, upload),
        refused=lambda error: _preview_part(request, upload, notice=error.reason),
    )


def _own_upload(request: ActingRequest, upload_id: UUID) -> DirectoryUpload:
    """403 and 404 where it is not the own principal's."""
    require_keeper(request)
    return get_or_404(upload_by_id, request.acting, upload_id)


def _form_context(request: ActingRequest, form: UploadForm) -> dict[str, object]:
    now = timezone.now()
    imports = last_imports(request.acting.principal, now - timedelta(days=UNDO_DAYS))
    undo_rows = undone_of(imports)
    return {
        "form": form,
        "megabytes": FILE_BYTES // MB,
        "most_rows": f"{ROWS:,}".replace(",", "\N{NO-BREAK SPACE}"),
        "required": REQUIRED,
        "optional": [column for column in COLUMNS if column not in REQUIRED],
        "imports": [done_words(row, undo_rows.get(row.target_id), now) for row in imports],
    }


def _step_context(upload: DirectoryUpload, form: ChoicesForm) -> dict[str, object]:
    return {"upload": upload, "form": form, "step": form.step}


def _upload_part(request: ActingRequest, upload: DirectoryUpload) -> str:
    if upload.plan:
        return _preview_part(request, upload)
    known = known_for(request.acting.principal)
    step = step_of(kept_book(upload), Choices.read(upload.choices), known)
    return render_to_string(_STEP_PART, _step_context(upload, ChoicesForm(step=step)), request)


def _preview_context(
    request: ActingRequest, upload: DirectoryUpload, *, notice: str = "", done: AuditEntry | None = None
) -> dict[str, object]:
    import_row = done or import_of(upload)
    shown = preview(
        upload,
        import_row,
        undone(import_row) if import_row is not None else None,
        timezone.now(),
        shown=request.GET.get("grupp", ""),
        page=request.GET.get("sida"),
    )
    return {"preview": shown, "notice": notice, "client_id": uuid4()}


def _preview_part(
    request: ActingRequest, upload: DirectoryUpload, *, notice: str = "", done: AuditEntry | None = None
) -> str:
    context = _preview_context(request, upload, notice=notice, done=done)
    return render_to_string("contacts/importing/_preview.html", context, request)
