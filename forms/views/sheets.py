"""Sheets of paper: those not accounted for, one of them, and the steps that are taken with it (R2.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.access import Acting, ActingRequest, can
from contacts.queries.branches import name_of_reach, units_within
from contacts.rules.held import HeldAs, held_by_value
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, put, require
from forms.models import ACCOUNTABLE, AllEntered, Sheet, SheetFate
from forms.presenters.sheets import ShownSheet, listed, shown_sheet
from forms.queries.batches import get_batch
from forms.queries.disposal import decision_in_force
from forms.queries.late import late_waiting
from forms.queries.opened import check_sheet_opened
from forms.queries.scans import waiting_count
from forms.queries.sheets import (
    Where,
    any_printed,
    figures,
    sheet_of,
    sheets_page,
    stock_in,
    stock_of,
    stock_page,
    typed_serial,
    unaccounted_by_unit,
)
from forms.queries.warnings import warnings_of
from forms.rules.serial import NoSerial
from forms.rules.sheet_fate import HAS_PICTURE, TO_SCAN_AGAIN, TO_TAKE_BACK, Fate
from forms.services.entering import say_all_entered
from forms.services.fates import (
    check_scan,
    destroy_sheet,
    hand_over,
    keep_paper,
    mark_filled,
    void_sheet,
    void_stock,
)
from forms.webforms.fates import (
    AgainForm,
    AllEnteredForm,
    CheckForm,
    DestroyForm,
    GiveForm,
    KeepForm,
    PaperGoneForm,
    SerialForm,
    StepForm,
    TakeBackForm,
    VoidForm,
    VoidStockForm,
)

_NOT_HERE = "Bladet finns inte bland enhetens blad. Läs löpnumret på bladet igen."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with a sheet: its form, the service that saves it, and the message when it is done.

    `to` is where the sheet is then, None where it stays where it is.
    """

    form: type[StepForm]
    take: Callable[..., SheetFate | AllEntered]
    to: Fate | None
    done: str


# By the word that a form sends as `steg`.
STEPS: dict[str, Step] = {
    "ifyllt": Step(StepForm, mark_filled, Fate.FILLED, "Bladet är ifyllt. Skanna det."),
    "infort": Step(AllEnteredForm, say_all_entered, None, "Alla rader är införda i loggen."),
    "granska": Step(CheckForm, check_scan, Fate.CHECKED, "Bladet är granskat."),
    "skanna-om": Step(AgainForm, mark_filled, Fate.FILLED, "Skanna bladet en gång till."),
    "forstor": Step(DestroyForm, destroy_sheet, Fate.DESTROYED, "Bladet är förstört."),
    "spara": Step(KeepForm, keep_paper, Fate.KEPT, "Bladet är sparat."),
    "lamna-over": Step(GiveForm, hand_over, Fate.GIVEN, "Bladet är överlämnat."),
    "makulera": Step(VoidForm, void_sheet, Fate.VOIDED, "Bladet är makulerat."),
    "tillbaka": Step(TakeBackForm, mark_filled, Fate.FILLED, "Bladet är tillbaka. Gör klart det."),
    "borta": Step(PaperGoneForm, void_sheet, Fate.VOIDED, "Bladet är makulerat. Bilden finns kvar."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: ActingRequest) -> HttpResponse:
    """The unit's unaccounted sheets, and the count of those of other units.

    A serial comes by POST and leads to its sheet; an invalid one stays out of the address.
    """
    acting = request.acting
    mine = can(acting, Right.HANDLE_SHEETS)
    require(acting, Right.HANDLE_SHEETS if mine else Right.COUNT_SHEETS)
    if not mine:
        return render(request, "forms/sheets/list.html", _by_unit(acting))
    search = SerialForm(request.POST if request.method == "POST" else None)
    if search.is_bound and search.is_valid():
        try:
            return redirect("sheet", sheet_of(acting, typed_serial(search.cleaned_data["lopnummer"])).serial)
        except NoSerial as error:
            search.add_error("lopnummer", error.reason)
        except Sheet.DoesNotExist:
            search.add_error("lopnummer", _NOT_HERE)
    where = _where(request)
    kinds = [(kind.value, kind.label) for kind in ACCOUNTABLE]
    kind = request.GET.get("blankett", "")
    kind = kind if kind in dict(kinds) else ""
    counts = figures(acting.unit, kind)
    found = sheets_page(acting.unit, where, kind, request.GET.get("sida")) if where != Where.STOCK else None
    has_stock = where in (Where.ALL, Where.STOCK)
    stock = stock_page(acting.unit, kind, request.GET.get("parti")) if has_stock else None
    context = {
        "mine": True,
        "search": search,
        "where": where,
        "kind": kind,
        "kinds": kinds,
        "total": counts[Where.ALL],
        "figures": [(each, each.label, counts[each]) for each in Where],
        "found": found,
        "rows": listed(acting, list(found)) if found else [],
        "stock": stock,
        "stock_rows": stock_of(stock) if stock else [],
        "in_stock": counts[Where.STOCK],
        "waiting": waiting_count(acting.unit),
        "late_entries": late_waiting(acting),
        "printed": counts[Where.ALL] > 0 or any_printed(acting.unit),
    }
    if can(acting, Right.COUNT_SHEETS):
        context |= _by_unit(acting)
    return render(request, "forms/sheets/list.html", context, status=422 if search.errors else 200)


def _by_unit(acting: Acting) -> dict[str, Any]:
    """Of the units that the person counts the sheets of."""
    counted = units_within(acting, Right.COUNT_SHEETS)
    return {
        "units": unaccounted_by_unit(counted),
        "printed_by_principal": any_printed(counted),
        "counted_for": name_of_reach(acting, Right.COUNT_SHEETS),
    }


@require_safe
def sheet(request: ActingRequest, serial: str) -> HttpResponse:
    """One sheet of the own unit, with its pictures and what can be done with it; 404 for any other."""
    require(request.acting, Right.HANDLE_SHEETS)
    found = get_or_404(sheet_of, request.acting, serial)
    check_sheet_opened(request.acting, found)
    return _show(request, found)


_STEP = held_by_value(
    "steg",
    {
        "ifyllt": HeldAs("Bladet är ifyllt", pressed=True),
        "infort": HeldAs("Alla rader är införda", pressed=True),
    },
    HeldAs("Steg med ett blad"),
)


@held_as(_STEP)
@require_POST
def sheet_step(request: ActingRequest, serial: str) -> HttpResponse:
    """Take the step that the form names as `steg`; 404 for an unknown word, or a sheet of another unit."""
    require(request.acting, Right.HANDLE_SHEETS)
    found = get_or_404(sheet_of, request.acting, serial)
    word = request.POST.get("steg", "")
    step = STEPS.get(word)
    if step is None or not found.accountable:
        raise Http404
    form = step.form(request.POST, auto_id=_ids(word))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            step.take(by=request.acting, sheet=found, **form.facts())
            return page.done(step.done, "sheet", found.serial)
    return _show(request, found, (word, form), page.status)


@held_as(HeldAs("Makulering av blad"), VoidStockForm)
@require_http_methods(["GET", "POST"])
def void_batch(request: ActingRequest, batch_id: UUID) -> HttpResponse:
    """Void the remaining blank sheets of a batch of the own unit; 404 for any other."""
    require(request.acting, Right.HANDLE_SHEETS)
    batch = get_or_404(get_batch, request.acting, batch_id)
    left = len(stock_in(batch))
    form = VoidStockForm(request.POST or None, initial={"seen": left})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            voided = void_stock(by=request.acting, batch=batch, **form.facts())
            return page.done(f"{voided} blad är makulerade.", "sheets")
    if form.is_bound:
        # The page shows how many are left now, and the form says that it was seen.
        put(form, seen=left)
    return page.show("forms/sheets/void_batch.html", batch=batch, left=left)


def _show(
    request: ActingRequest, found: Sheet, sent: tuple[str, StepForm] | None = None, status: int = 200
) -> HttpResponse:
    """A sheet with a form for each step that can be taken, the one that was refused as it was typed."""
    view = shown_sheet(request.acting, found, decision_in_force(request.acting.principal))
    forms = {word: _empty(word, view) for word in STEPS if _offered(word, view)}
    if sent:
        word, form = sent
        # The page shows what is so now, and the form says that it was seen.
        put(form, **_seen(view))
        forms[word] = form
    by_name = {word.replace("-", "_"): form for word, form in forms.items()}
    warnings = [] if view.accounted else warnings_of(request.acting, found)
    context = {"view": view, "forms": by_name, "sent": sent[0] if sent else "", "warnings": warnings}
    return render(request, "forms/sheets/show.html", context, status=status)


def _offered(word: str, view: ShownSheet) -> bool:
    if word == "skanna-om":
        return view.now in TO_SCAN_AGAIN and Fate.FILLED in view.offered
    if word == "tillbaka":
        return view.now in TO_TAKE_BACK and Fate.FILLED in view.offered
    if word == "ifyllt":
        return view.now is Fate.PRINTED and Fate.FILLED in view.offered and not view.practised
    if word == "infort":
        return view.not_entered
    if word in ("makulera", "borta"):
        return Fate.VOIDED in view.offered and (word == "borta") is (view.now in HAS_PICTURE)
    if word == "forstor" and view.no_disposal:
        return False
    return STEPS[word].to in view.offered


def _empty(word: str, view: ShownSheet) -> StepForm:
    return STEPS[word].form(initial={"on": timezone.localdate(), **_seen(view)}, auto_id=_ids(word))


def _seen(view: ShownSheet) -> dict[str, Any]:
    seen = {"seen": view.last, "rows": view.entries, "pictures": view.pictures}
    return seen | ({"decision": view.decision.pk} if view.decision else {})


def _ids(word: str) -> str:
    return f"id_{word}_%s"


def _where(request: ActingRequest) -> Where:
    try:
        return Where(request.GET.get("visa", ""))
    except ValueError:
        return Where.ALL
