"""Läs in: a directory file, what its columns are, what it would change, and the confirmation."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.filing.choices import Choices
from contacts.filing.columns import COLUMNS, REQUIRED
from contacts.filing.limits import FILE_BYTES, MB, ROWS
from contacts.filing.preview import done_words, preview
from contacts.filing.step import step_of, with_headings
from contacts.filing.undo import UNDO_DAYS, may_be_undone, undo_of
from contacts.filing.uploads import FileGone, keep_choices, kept_book, known_for
from contacts.models import DirectoryUpload
from contacts.queries.uploads import import_of, last_imports, undone, undone_of, upload_by_id
from contacts.rules.held import HeldAs
from contacts.services.work import ask
from contacts.views.tools import FormPage, get_or_404, held_as, require_keeper, sent
from contacts.views.work import asked, asked_by_press
from contacts.webforms.fields import SentOnce
from contacts.webforms.importing import ChoicesForm, ConfirmForm, UploadForm

_GUESSED_ANEW = "Kolumnerna och orden är gissade på nytt. Se igenom dem."
_HEADING = "Läs in kontakter"
_FILE = "Fil med kontakter"
_STEP_PAGE = "contacts/importing/choices.html"


@held_as(HeldAs(_HEADING, file=True))
@require_http_methods(["GET", "POST"])
def import_directory(request: ActingRequest) -> HttpResponse:
    """Choose a file; a worker reads it, and its page leads to what it would change, or asks first."""
    require_keeper(request)
    form = UploadForm(*sent(request))
    page = FormPage(request, form, beside="file")
    if page.to_save():
        with page:
            client_id, files = form.cleaned_data["client_id"], [form.cleaned_data["file"].read()]
            by = request.acting
            return asked(ask(by=by, kind="directory.upload", label=_FILE, client_id=client_id, files=files))
    return page.show("contacts/importing/upload.html", **_form_context(request, form))


@held_as(HeldAs("Läs in filen", pressed=True))
@require_http_methods(["GET", "POST"])
def import_preview(request: ActingRequest, upload_id: UUID) -> HttpResponse:
    """What a file would change, or has changed; by POST, import it."""
    upload = _own_upload(request, upload_id)
    if not upload.plan:
        return HttpResponseRedirect(reverse("import_choices", args=[upload.pk]))
    form = ConfirmForm(request.POST or None)
    page = FormPage(request, form)
    if not page.to_save():
        return page.show("contacts/importing/preview.html", **_preview_context(request, upload))

    data = form.cleaned_data
    args = {"upload": str(upload.pk), "retire_missing": data["retire_missing"]}
    return asked_by_press(
        request, kind="directory.confirm", label=_HEADING, client_id=data["client_id"], args=args
    )


@held_as(HeldAs("Vad filen innehåller"), ChoicesForm)
@require_http_methods(["GET", "POST"])
def import_choices(request: ActingRequest, upload_id: UUID) -> HttpResponse:
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

    # What was typed is kept as a file is, encrypted.
    args, files = {"upload": str(upload.pk)}, [json.dumps(choices.stored()).encode()]
    with page:
        by, label = request.acting, _FILE
        work = ask(by=by, kind="directory.choose", label=label, client_id=client_id, args=args, files=files)
        return asked(work)
    return page.show(_STEP_PAGE, **_step_context(upload, form))


@held_as(HeldAs("Ångra inläsningen", pressed=True))
@require_http_methods(["GET", "POST"])
def import_undo(request: ActingRequest, upload_id: UUID) -> HttpResponse:
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
    client_id, args = form.cleaned_data["client_id"], {"upload": str(upload.pk)}
    return asked_by_press(
        request, kind="directory.undo", label="Ångra inläsningen", client_id=client_id, args=args
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


def _preview_context(request: ActingRequest, upload: DirectoryUpload) -> dict[str, object]:
    import_row = import_of(upload)
    shown = preview(
        upload,
        import_row,
        undone(import_row) if import_row is not None else None,
        timezone.now(),
        shown=request.GET.get("grupp", ""),
        page=request.GET.get("sida"),
    )
    return {"preview": shown, "client_id": uuid4()}
