"""Skanna: files in, what became of each page, and those that wait."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.work import ask
from contacts.views.tools import FormPage, get_or_404, held_as, renew, require, sent
from contacts.views.work import asked
from forms.models import ScannedPage, ScanUpload
from forms.presenters.scans import ScanResult, scan_result, sheets_of, waiting_page
from forms.queries.opened import check_sheet_opened
from forms.queries.scans import (
    after_cut_off,
    last_uploads,
    page_of,
    pages_of,
    scanned_before,
    scanned_pages_of,
    sheet_told_of,
    standing,
    upload_of,
    waiting_pages,
)
from forms.rules.scan_finding import AsideReason
from forms.scan_store import PictureLost
from forms.scanning import FILE_BYTES, MB, MOST_PAGES
from forms.services.scans import (
    lay_aside,
    lay_aside_duplicates,
    match_page,
    replace_picture,
    undo_told,
    view_picture,
)
from forms.webforms.scans import TYPES, AsideForm, MatchForm, ScanForm, UndoForm

PAGE_SIZE = 20
_FOLDER = "forms/scans"
# A picture that came from outside is shown and nothing else, also where somebody opens it by its address.
_SANDBOX = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; sandbox"


@held_as(HeldAs("Skanna blad", file=True))
@require_http_methods(["GET", "POST"])
def scan(request: ActingRequest) -> HttpResponse:
    """The files are read by a worker; its page leads to what became of each page."""
    require(request.acting, Right.HANDLE_SHEETS)
    form = ScanForm(*sent(request))
    page = FormPage(request, form, beside="files")
    if page.to_save():
        with page:
            return asked(
                ask(
                    by=request.acting,
                    kind="scan",
                    label="Skanning",
                    client_id=form.cleaned_data["client_id"],
                    files=[file.read() for file in form.cleaned_data["files"]],
                )
            )
    if form.is_bound:
        renew(form)
    uploads = () if form.is_bound else last_uploads(request.acting)
    return page.show(f"{_FOLDER}/scan.html", uploads=uploads, **_form_context(form))


@held_as(HeldAs("Lägg undan sidor som redan är skannade", pressed=True))
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: ActingRequest, upload_id: UUID) -> HttpResponse:
    """What became of a scan of the own unit; by POST, lay aside those that were scanned before."""
    require(request.acting, Right.HANDLE_SHEETS)
    upload = get_or_404(upload_of, request.acting, upload_id)
    if request.method == "POST":
        count = lay_aside_duplicates(by=request.acting, upload=upload)
        messages.success(request, f"Undanlagda sidor: {count}.")
        return redirect("scan_result", upload_id)
    return render(request, f"{_FOLDER}/result.html", {"result": _result(upload)})


@require_safe
def waiting(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.HANDLE_SHEETS)
    found = Paginator(waiting_pages(request.acting), PAGE_SIZE).get_page(request.GET.get("sida"))
    pages = [waiting_page(page) for page in found]
    return render(request, f"{_FOLDER}/waiting.html", {"found": found, "pages": pages})


@held_as(HeldAs("Skannad sida"))
@require_http_methods(["GET", "POST"])
def page(request: ActingRequest, page_id: UUID) -> HttpResponse:
    """One scanned page with what can be said about it; by POST, say what it is, or that this was wrong."""
    require(request.acting, Right.HANDLE_SHEETS)
    scanned = get_or_404(page_of, request.acting, page_id)
    if request.method != "POST":
        check_sheet_opened(request.acting, sheet_told_of(standing(scanned)))
        return _shown(request, scanned)
    word = request.POST.get("do", "")
    word = word if word in _SAY else "match"
    form_of, save = _SAY[word]
    form = form_of(request.POST)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            return save(page, scanned, form.cleaned_data)
    return _shown(request, scanned, status=page.status, **{word: form})


@require_safe
def picture(request: ActingRequest, page_id: UUID) -> HttpResponse:
    """Each look leaves an audit row. 404 where the picture is lost."""
    require(request.acting, Right.HANDLE_SHEETS)
    scanned = get_or_404(page_of, request.acting, page_id)
    try:
        jpeg = view_picture(by=request.acting, page=scanned)
    except PictureLost as error:
        return HttpResponse(error.reason, status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        jpeg,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": 'inline; filename="sida.jpg"',
            "Content-Security-Policy": _SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _form_context(form: ScanForm) -> dict[str, object]:
    return {"form": form, "megabytes": FILE_BYTES // MB, "most_pages": MOST_PAGES, "types": TYPES}


def _result(upload: ScanUpload) -> ScanResult:
    pages = pages_of(upload)
    return scan_result(upload, pages, scanned_pages_of(sheets_of(pages)), after_cut_off(pages))


def _match(page: FormPage, scanned: ScannedPage, said: dict[str, Any]) -> HttpResponse:
    match = match_page(
        by=page.request.acting,
        page=scanned,
        serial_text=said["serial"],
        sheet_page=said["sheet_page"],
        back=said["back"],
    )
    assert match.sheet is not None
    side = "baksidan av sida" if said["back"] else "sida"
    done = f"Sidan är {side} {match.sheet_page} på blad {match.sheet.shown_serial}."
    return page.done(done, "waiting_pages")


def _aside(page: FormPage, scanned: ScannedPage, said: dict[str, Any]) -> HttpResponse:
    lay_aside(by=page.request.acting, page=scanned, reason=AsideReason(said["reason"]))
    return page.done("Sidan är undanlagd. Bilden finns kvar i skanningen.", "waiting_pages")


def _replace(page: FormPage, scanned: ScannedPage, said: dict[str, Any]) -> HttpResponse:
    match = replace_picture(by=page.request.acting, page=scanned)
    done = f"Bilden av sida {match.sheet_page} på blad {match.sheet.shown_serial} är bytt. Den förra är undanlagd."
    return page.done(done, "waiting_pages")


def _undo(page: FormPage, scanned: ScannedPage, said: dict[str, Any]) -> HttpResponse:
    undo_told(by=page.request.acting, page=scanned, **said)
    return page.done("Det är ångrat. Säg nu vad sidan är.", "waiting_page", scanned.pk)


_undo_form = partial(UndoForm, auto_id="id_undo_%s")
# By the word that a form sends as `do`: the form, and what saves it.
_SAY: dict[
    str, tuple[Callable[..., Form], Callable[[FormPage, ScannedPage, dict[str, Any]], HttpResponse]]
] = {
    "match": (MatchForm, _match),
    "aside": (AsideForm, _aside),
    "replace": (Form, _replace),
    "undo": (_undo_form, _undo),
}


def _shown(request: ActingRequest, scanned: ScannedPage, status: int = 200, **sent: Form) -> HttpResponse:
    """A page with its forms, the one that was refused as it was typed."""
    shown = waiting_page(scanned, scanned_before(request.acting, scanned))
    context = {
        "shown": shown,
        "upload_id": scanned.upload_id,
        "match": MatchForm(),
        "replace": Form(),
        "aside": AsideForm(),
        "undo": _undo_form(initial={"told": shown.card.told}),
    }
    return render(request, f"{_FOLDER}/page.html", context | sent, status=status)
